/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault.h"

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define CALLS      96u
#define ERRORS     5u
#define HANGS_MS   60000
#define SHORT_MOST 65536u /* bytes of a call that is cut short */

struct call {
	int number;
	enum fault_kind kind;
};

/* clang-format off */
static const struct call calls[] = {
#define CALL(name, kind) { SYS_##name, FAULT_##kind },
	CALL(read, READ) CALL(pread64, READ) CALL(readv, READ)
	CALL(getdents64, READ) CALL(readlinkat, READ)
	CALL(write, WRITE) CALL(pwrite64, WRITE) CALL(writev, WRITE)
	CALL(openat, OPEN) CALL(memfd_create, OPEN)
	CALL(fsync, SYNC) CALL(fdatasync, SYNC)
	CALL(sendmsg, SEND) CALL(sendto, SEND)
	CALL(recvmsg, RECEIVE) CALL(recvfrom, RECEIVE)
	CALL(ppoll, POLL) CALL(pselect6, POLL) CALL(epoll_pwait, POLL)
	CALL(socket, SOCKET) CALL(connect, SOCKET) CALL(socketpair, SOCKET)
	CALL(accept4, SOCKET) CALL(bind, SOCKET) CALL(listen, SOCKET)
	CALL(getsockopt, SOCKET) CALL(setsockopt, SOCKET)
	CALL(getsockname, SOCKET)
	CALL(fcntl, FD) CALL(dup, FD) CALL(dup3, FD) CALL(pipe2, FD)
	CALL(flock, FD) CALL(pidfd_open, FD) CALL(timer_create, FD)
	CALL(ftruncate, FILE) CALL(renameat2, FILE) CALL(unlinkat, FILE)
	CALL(fchmod, FILE) CALL(fchmodat, FILE) CALL(fchown, FILE)
	CALL(fchownat, FILE) CALL(linkat, FILE) CALL(lseek, FILE)
	CALL(fstat, FILE) CALL(newfstatat, FILE) CALL(statx, FILE)
	CALL(faccessat, FILE) CALL(mkdirat, FILE) CALL(statfs, FILE)
	CALL(fstatfs, FILE) CALL(chdir, FILE)
	CALL(clone, PROCESS) CALL(clone3, PROCESS) CALL(execve, PROCESS)
	CALL(wait4, WAIT) CALL(waitid, WAIT)
	CALL(mlock, LOCK) CALL(mlock2, LOCK)
	CALL(getrandom, RANDOM)
#ifdef SYS_open
	CALL(open, OPEN) CALL(poll, POLL) CALL(select, POLL)
	CALL(dup2, FD) CALL(pipe, FD)
	CALL(rename, FILE) CALL(renameat, FILE) CALL(unlink, FILE)
	CALL(chmod, FILE) CALL(chown, FILE) CALL(link, FILE)
	CALL(stat, FILE) CALL(lstat, FILE) CALL(access, FILE)
	CALL(mkdir, FILE) CALL(rmdir, FILE) CALL(readlink, READ)
	CALL(fork, PROCESS) CALL(vfork, PROCESS)
#endif
#undef CALL
};

/* The first error is what make check has. */
static const struct {
	const char *name;
	int errors[ERRORS];
} kinds[FAULT_KINDS] = {
	[FAULT_MEMORY] = { "memory", { ENOMEM } },
	[FAULT_READ] = { "read", { EIO, EINTR, FAULT_SHORT } },
	[FAULT_WRITE] = { "write", { ENOSPC, EIO, EINTR, FAULT_SHORT } },
	[FAULT_OPEN] = { "open", { EMFILE, ENOMEM, EACCES } },
	[FAULT_SYNC] = { "sync", { EIO, ENOSPC } },
	[FAULT_SEND] = { "send", { EPIPE, EAGAIN, EINTR, ENOBUFS } },
	[FAULT_RECEIVE] = { "receive", { ECONNRESET, EAGAIN, EINTR, ENOMEM } },
	[FAULT_POLL] = { "poll", { ENOMEM, EINTR } },
	[FAULT_SOCKET] = { "socket", { ENOMEM, EMFILE, ECONNREFUSED, EACCES } },
	[FAULT_FD] = { "descriptor", { EMFILE, EAGAIN, EINTR } },
	[FAULT_FILE] = { "file", { EIO, ENOSPC, EACCES } },
	[FAULT_PROCESS] = { "process", { EAGAIN, ENOMEM, EINTR } },
	[FAULT_WAIT] = { "wait", { EINTR } },
	[FAULT_LOCK] = { "lock", { ENOMEM } },
	[FAULT_RANDOM] = { "random", { EINTR } },
};
/* clang-format on */

static_assert(COUNT(calls) <= CALLS, "they fit into the filter");

const char *
fault_kind_name(enum fault_kind k)
{
	return kinds[k].name;
}

int
fault_error_of(enum fault_kind k, size_t i)
{
	return i < ERRORS ? kinds[k].errors[i] : 0;
}

static _Noreturn void
broken(const char *what)
{
	fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
	_exit(99);
}

/* For each call: if it is this one, tell; at the end: let it pass. */
static int
filter(void)
{
	struct sock_filter f[2 * CALLS + 4] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog p = { .len = 1, .filter = f };

	for (size_t i = 0; i < COUNT(calls); i++) {
		f[p.len++] =
		    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			(uint32_t)calls[i].number, 0, 1);
		f[p.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_USER_NOTIF);
	}
	f[p.len++] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &p);
}

/* By sendmmsg, which is none of the calls above. */
void
fault_be_watched(int to)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} c = { .at = { 0 } };
	struct iovec iov = { .iov_base = &c, .iov_len = 1 };
	struct mmsghdr m = { .msg_hdr = { .msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &c,
				 .msg_controllen = sizeof(c) } };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m.msg_hdr);
	const int listener = filter();

	if (listener == -1)
		broken("seccomp");
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &listener, sizeof(listener));
	if (sendmmsg(to, &m, 1, 0) != 1)
		broken("sendmmsg");
	close(listener);
	close(to);
}

/* The listener, or -1 if its process ended without. */
static int
meet(int from)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} c;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	int fd;

	if (recvmsg(from, &h, MSG_CMSG_CLOEXEC) != 1 ||
	    CMSG_FIRSTHDR(&h) == NULL)
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(fd));
	return fd;
}

static enum fault_kind
kind_of(int number)
{
	for (size_t i = 0; i < COUNT(calls); i++)
		if (calls[i].number == number)
			return calls[i].kind;
	return FAULT_NONE;
}

/* Do half of it in place of the process; what the call returns. */
static ssize_t
half(const struct seccomp_notif *n, int pidfd)
{
	static char buf[SHORT_MOST];
	const __u64 *a = n->data.args;
	const size_t len = a[2] / 2 < sizeof(buf) ? a[2] / 2 : sizeof(buf);
	struct iovec ours = { buf, len };
	struct iovec theirs = { (void *)(uintptr_t)a[1], len };
	const int fd = pidfd_getfd(pidfd, (int)a[0], 0);
	ssize_t did = -1;

	if (fd == -1)
		return -1;
	if (n->data.nr == SYS_read)
		did = read(fd, buf, len);
	else if (n->data.nr == SYS_pread64)
		did = pread(fd, buf, len, (off_t)a[3]);
	else if (process_vm_readv((pid_t)n->pid, &ours, 1, &theirs, 1, 0) ==
	    (ssize_t)len)
		did = n->data.nr == SYS_write
		    ? write(fd, buf, len)
		    : pwrite(fd, buf, len, (off_t)a[3]);
	close(fd);
	ours.iov_len = theirs.iov_len = did > 0 ? (size_t)did : 0;
	if ((n->data.nr == SYS_read || n->data.nr == SYS_pread64) && did > 0 &&
	    process_vm_writev((pid_t)n->pid, &ours, 1, &theirs, 1, 0) != did)
		broken("process_vm_writev");
	return did;
}

static bool
can_be_short(const struct seccomp_notif *n)
{
	return n->data.args[2] >= 2 &&
	    (n->data.nr == SYS_read || n->data.nr == SYS_write ||
		n->data.nr == SYS_pread64 || n->data.nr == SYS_pwrite64);
}

static bool
is_hit(enum fault_kind k)
{
	if (!fault->armed || k == FAULT_NONE)
		return false;
	fault->seen[k]++;
	return k == fault->kind &&
	    (fault->seen[k] == fault->nth ||
		(fault->lasting && fault->seen[k] > fault->nth));
}

static void
fail(const struct seccomp_notif *n, struct seccomp_notif_resp *r, pid_t pid,
    int pidfd)
{
	fault->hit = true;
	if (fault->error == FAULT_KILL)
		(void)kill(pid, SIGKILL);
	else if (fault->error != FAULT_SHORT)
		r->error = -fault->error;
	else if (can_be_short(n) && (r->val = half(n, pidfd)) >= 0)
		;
	else
		r->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

/* One call; false once there is nobody who could make another. */
static bool
answer(int listener, pid_t pid, int pidfd)
{
	struct seccomp_notif n = { 0 };
	struct seccomp_notif_resp r = { 0 };
	enum fault_kind k;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) == -1)
		return errno == EINTR || errno == ENOENT;
	r.id = n.id;
	k = kind_of(n.data.nr);
	if (is_hit(k))
		fail(&n, &r, pid, pidfd);
	else if (k != FAULT_SYNC) /* nobody waits for a disk */
		r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r); /* or it died */
	return true;
}

int
fault_watch(int from, int pid)
{
	const int listener = meet(from), pidfd = pidfd_open(pid, 0);
	struct pollfd p = { .fd = listener, .events = POLLIN };
	int status, ready = 1;

	if (pidfd == -1)
		broken("pidfd_open");
	while (listener != -1 && (ready = poll(&p, 1, HANGS_MS)) == 1 &&
	    (p.revents & POLLIN) != 0 && answer(listener, pid, pidfd))
		;
	if (ready == 0) {
		fprintf(stderr, "it hangs\n");
		(void)kill(pid, SIGKILL);
	}
	if (waitpid(pid, &status, 0) != pid)
		broken("waitpid");
	close(pidfd);
	if (listener != -1)
		close(listener);
	return status;
}
