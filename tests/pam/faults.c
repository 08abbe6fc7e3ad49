/* SPDX-License-Identifier: MIT */
/* The definitions here come before libc's for all that is in the process. */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "faults.h"

struct faults faults;

/* Whether this call is to fail, with errno set. */
static bool
fails(bool interruptible)
{
	if (!faults.armed)
		return false;
	faults.calls++;
	if (faults.interrupted && interruptible && faults.calls % 3 == 1) {
		errno = EINTR;
		return true;
	}
	if (faults.calls != faults.nth)
		return false;
	errno = faults.error;
	return true;
}

/* libc's own, put where `real' is. */
static void
find(const char *name, void *real)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(real, &found, sizeof(found));
}

int
socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int);

	find("socket", &real);
	return fails(false) ? -1 : real(domain, type, protocol);
}

int
connect(int fd, const struct sockaddr *a, socklen_t len)
{
	int (*real)(int, const struct sockaddr *, socklen_t);

	find("connect", &real);
	return fails(false) ? -1 : real(fd, a, len);
}

int
getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int (*real)(int, int, int, void *, socklen_t *);

	find("getsockopt", &real);
	return fails(false) ? -1 : real(fd, level, name, value, len);
}

ssize_t
send(int fd, const void *p, size_t len, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int);

	find("send", &real);
	return fails(true) ? -1 : real(fd, p, len, flags);
}

ssize_t
recvmsg(int fd, struct msghdr *h, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int);

	find("recvmsg", &real);
	return fails(true) ? -1 : real(fd, h, flags);
}

int
poll(struct pollfd *p, nfds_t n, int timeout)
{
	int (*real)(struct pollfd *, nfds_t, int), wait = timeout, got;

	find("poll", &real);
	if (fails(true))
		return -1;
	if (faults.armed && faults.patience_ms > 0 &&
	    timeout > faults.patience_ms)
		wait = faults.patience_ms;
	if ((got = real(p, n, wait)) == 0)
		faults.skipped_ms += timeout - wait;
	return got;
}

int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
    struct timespec *left)
{
	int (*real)(clockid_t, int, const struct timespec *, struct timespec *);
	struct timespec now;

	find("clock_nanosleep", &real);
	if (fails(true))
		return errno;
	if (!faults.armed || faults.patience_ms == 0)
		return real(clock, flags, t, left);
	(void)clock_gettime(clock, &now);
	faults.skipped_ms += (t->tv_sec - now.tv_sec) * 1000 +
	    (t->tv_nsec - now.tv_nsec) / 1000000;
	return 0;
}
