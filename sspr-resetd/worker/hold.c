/* SPDX-License-Identifier: MIT */
/*
 * hold.c - two locks and a watch.
 *
 * lckpwdf(3) cannot be used: it would refuse pam_unix, which calls it in this
 * very process.  It is a record lock of fcntl(2) on the file, and these belong
 * to a process, so our own one on the same file keeps all others out and lets
 * pam_unix pass.  It ends when pam_unix closes its descriptor, right after it
 * has written; who comes next is counted, by the watch.  A file that is
 * renamed into its place is an event of its own; two writes into the file
 * itself may be one, which errs on the safe side.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/hold.h"

static enum sspr_err
lock_open(const char *path, int *lock)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd == -1)
		return SSPR_SYSTEM;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		return SSPR_SYSTEM;
	}
	*lock = fd;
	return SSPR_OK;
}

static void
wake([[maybe_unused]] int number)
{
}

static int
lock_record(int fd)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLKW, &all);
}

static int
lock_whole(int fd)
{
	return flock(fd, LOCK_EX);
}

/*
 * Wait in the queue, as lckpwdf(3) does: who asks again and again may never
 * meet a busy program's pause.
 */
static enum sspr_err
lock_wait(int (*lock)(int fd), int fd, unsigned int seconds)
{
	struct sigaction ours = { .sa_handler = wake }, theirs;
	enum sspr_err e = SSPR_OK;

	sigemptyset(&ours.sa_mask);
	if (sigaction(SIGALRM, &ours, &theirs) == -1)
		return SSPR_SYSTEM;
	alarm(seconds);
	if (lock(fd) == -1)
		e = errno == EINTR ? SSPR_BUSY : SSPR_SYSTEM;
	alarm(0);
	(void)sigaction(SIGALRM, &theirs, NULL); /* as it was: it can */
	return e;
}

/* A descriptor of the file, locked. */
static enum sspr_err
take(const char *path, int (*lock)(int fd), unsigned int seconds, int *held)
{
	enum sspr_err e;
	int fd;

	if ((e = lock_open(path, &fd)) != SSPR_OK)
		return e;
	if ((e = lock_wait(lock, fd, seconds)) != SSPR_OK)
		close(fd);
	else
		*held = fd;
	return e;
}

enum sspr_err
hold_changes(struct hold *h, const char *path)
{
	return take(path, lock_whole, HOLD_CHANGES_S, &h->changes);
}

/* Watch the directory of a file. */
static int
watch(const char *path)
{
	const char *end = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd;

	if (end == NULL || (size_t)(end - path) >= sizeof(dir))
		return -1;
	snprintf(dir, sizeof(dir), "%.*s/", (int)(end - path), path);
	if ((fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) == -1)
		return -1;
	if (inotify_add_watch(fd, dir,
		IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE | IN_ONLYDIR) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

enum sspr_err
hold_passwd(struct hold *h, const char *path, const char *shadow)
{
	enum sspr_err e;

	e = take(path, lock_record, HOLD_PASSWD_S, &h->passwd);
	if (e == SSPR_OK)
		h->events = watch(shadow);
	return e;
}

/* Events of the file called name in a buffer of them. */
static unsigned int
count(const char *at, size_t len, const char *name)
{
	const struct inotify_event *event;
	unsigned int n = 0;

	for (size_t size; len > 0; at += size, len -= size) {
		event = (const struct inotify_event *)(const void *)at;
		size = sizeof(*event) + event->len;
		n += event->len > 0 && strcmp(event->name, name) == 0;
	}
	return n;
}

bool
hold_was_written_again(struct hold *h, const char *shadow)
{
	const char *name = strrchr(shadow, '/');
	alignas(struct inotify_event) char buf[4096];
	unsigned int n = 0;
	ssize_t len;

	if (h->events == -1 || name == NULL)
		return false;
	while ((len = read(h->events, buf, sizeof(buf))) > 0)
		n += count(buf, (size_t)len, name + 1);
	return n > 1;
}

static void
drop(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

void
hold_drop(struct hold *h)
{
	drop(&h->events);
	drop(&h->passwd);
	drop(&h->changes);
}
