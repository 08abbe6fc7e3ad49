/* SPDX-License-Identifier: MIT */
/*
 * contain - becomes a role of the daemon and tries what it may not.
 *
 * contain ROLE        as the daemon does: confines itself as parent, starts
 *                     itself as the role, which is confined and tries
 * contain parent      tries as parent itself
 * contain nobody      tries as it was started: what can be refused at all
 * contain ROLE foreign  makes one call in the manner of another machine
 *
 * Each try is a line of JSON on standard error: its name and errno, or 0.
 * Where a process can be made, each try has one of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc.h"
#include "role.h"

#define PAGE      4096u
#define FOREIGN   'f'
#define THE_TRIES 't'

static pid_t starter; /* parent, or who started that */

/* What a call that takes anything takes. */
#define by_number(number, a, b, c) (int)syscall(number, a, b, c, 0, 0)

static int
see(const char *path)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static int
make_as(const char *path, mode_t mode)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	if (fd == -1)
		return -1;
	(void)unlink(path); /* it may have been there */
	return fd;
}

static int
make(const char *path)
{
	return make_as(path, 0600);
}

static int
make_device(const char *path)
{
	(void)unlink(path); /* likewise */
	return mknod(path, S_IFCHR | 0600, makedev(1, 3));
}

static int
end_of(pid_t pid)
{
	int status;

	if (pid == 0)
		_exit(0);
	return pid == -1 || waitpid(pid, &status, 0) == -1 ? -1 : 0;
}

static int
fork_one(void)
{
	return end_of(fork());
}

static int
clone_with(int flags)
{
	return end_of(
	    (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL));
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
start_thread(void)
{
	pthread_t t;

	if ((errno = pthread_create(&t, NULL, nothing, NULL)) != 0)
		return -1;
	return (errno = pthread_join(t, NULL)) != 0 ? -1 : 0;
}

static int
map(int how)
{
	void *at = mmap(NULL, PAGE, how, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? -1 : munmap(at, PAGE);
}

static int
make_code(void)
{
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? -1
				: mprotect(at, PAGE, PROT_READ | PROT_EXEC);
}

static int
raise_all(void)
{
	struct __user_cap_header_struct h = { .version =
						  _LINUX_CAPABILITY_VERSION_3 };
	const uint32_t all = 1u << CAP_DAC_OVERRIDE | 1u << CAP_SYS_ADMIN;
	const struct __user_cap_data_struct d[2] = { { .effective = all,
	    .permitted = all } };

	return (int)syscall(SYS_capset, &h, d);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int r;

	if (fd == -1)
		return -1;
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	r = connect(fd, (const struct sockaddr *)&a, sizeof(a));
	close(fd);
	return r;
}

static int
bind_one(void)
{
	const struct sockaddr a = { .sa_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd == -1 ? -1 : bind(fd, &a, sizeof(a.sa_family));
}

static int
read_self(void)
{
	char from = 'x', to;
	const struct iovec here = { &to, 1 }, there = { &from, 1 };

	return (int)process_vm_readv(getpid(), &here, 1, &there, 1, 0);
}

static int
get_descriptor(void)
{
	const int fd = by_number(SYS_pidfd_open, getpid(), 0, 0);

	return fd == -1 ? -1 : by_number(SYS_pidfd_getfd, fd, 2, 0);
}

static void
tell(const char *name, int error)
{
	char line[128];
	const int n = snprintf(line, sizeof(line),
	    "{\"try\": \"%s\", \"errno\": %d}\n", name, error);

	if (write(STDERR_FILENO, line, (size_t)n) != n)
		_exit(1);
}

static int
say_by_shell(void)
{
	char *const argv[] = { (char[]){ "sh" }, (char[]){ "-c" },
		(char[]){ "echo '{\"try\": \"execute\", \"errno\": 0}' >&2" },
		NULL };

	return execve("/bin/sh", argv, (char *const[]){ NULL });
}

/* clang-format off */
#define TRY(name, attempt) \
	static int try_##name(void) { return attempt; }
#include "contain.def"

static const struct {
	const char *name;
	int (*attempt)(void);
} tries[] = {
#define TRY(name, attempt) { #name, try_##name },
#include "contain.def"
};
/* clang-format on */

static void
try_all(void)
{
	starter = getppid();
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		const pid_t pid = fork();

		if (pid > 0) {
			(void)waitpid(pid, NULL, 0);
			continue;
		}
		errno = 0;
		tell(tries[i].name, tries[i].attempt() == -1 ? errno : 0);
		if (pid == 0)
			_exit(0);
	}
}

/* getpid(2) as an i386 program has it, or as an x32 one. */
static void
call_foreign(void)
{
#if defined(__x86_64__)
	long r = 20;

	__asm__ volatile("int $0x80"
			 : "+a"(r)
			 :
			 : "memory", "r8", "r9", "r10", "r11");
	tell("int80", r < 0 ? (int)-r : 0);
	tell("x32", syscall(0x40000000 + SYS_getpid) == -1 ? errno : 0);
#else
	(void)raise(SIGSYS);
#endif
}

static _Noreturn void
play(enum role r)
{
	struct pollfd link = { .fd = ROLE_FD, .events = POLLIN };
	char what;

	role_confine(r, 1);
	if (poll(&link, 1, -1) != 1 || recv(ROLE_FD, &what, 1, 0) != 1)
		_exit(1);
	if (what == FOREIGN)
		call_foreign();
	else
		try_all();
	_exit(0);
}

/* As parent does it; the exit status, that of a shell for a signal. */
static int
run(enum role r, char what)
{
	int pair[2], status;
	pid_t pid;

	role_caps(ROLE_PARENT, true);
	if (ipc_pair(pair) != SSPR_OK ||
	    role_spawn(r, &pair[1], 1, &pid) != SSPR_OK)
		return 1;
	role_caps(ROLE_PARENT, false);
	close(pair[1]);
	if (send(pair[0], &what, 1, MSG_NOSIGNAL) != 1 ||
	    waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static enum role
role_called(const char *name)
{
	enum role r = ROLE_PARENT;

	while (r < ROLE_ANY && strcmp(role_name(r), name) != 0)
		r++;
	return r;
}

int
main(int argc, char **argv)
{
	const enum role r = role_called(argc > 1 ? argv[argc > 2 ? 2 : 1] : "");

	if (argc == 3 && strcmp(argv[1], "-x") == 0 && r != ROLE_ANY)
		play(r);
	if (argc == 2 && strcmp(argv[1], "nobody") == 0)
		try_all();
	else if (argc == 2 && r == ROLE_PARENT) {
		role_caps(ROLE_PARENT, true);
		role_caps(ROLE_PARENT, false);
		try_all();
	} else if (argc == 2 && r != ROLE_ANY)
		return run(r, THE_TRIES);
	else if (argc == 3 && strcmp(argv[2], "foreign") == 0)
		return run(role_called(argv[1]), FOREIGN);
	else
		return 2;
	return 0;
}
