/* SPDX-License-Identifier: MIT */
/*
 * sudoers.c - run cvtsudoers, watch it, end it.
 *
 * It runs as root and reads what root wrote; what it prints is believed only
 * if it ended by itself, with success, in time.  What it complains of goes
 * nowhere: root can ask it as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "worker/sudoers.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct child_limit limits[] = {
	{ RLIMIT_CORE, 0 },
	{ RLIMIT_CPU, SUDOERS_MS / 1000 }, /* seconds */
	{ RLIMIT_FSIZE, 0 },
	{ RLIMIT_NOFILE, 64 },
};

static bool
is_roots(const char *path, mode_t type)
{
	struct stat st;

	return lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	    st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	    (st.st_mode & S_IXUSR) != 0;
}

enum sspr_err
sudoers_find(const char *path, char program[static PATH_MAX])
{
	char way[PATH_MAX];
	size_t len;

	if (path[0] != '/' || realpath(path, way) == NULL ||
	    !is_roots("/", S_IFDIR))
		return SSPR_SYSTEM;
	len = strlen(way);
	for (size_t i = 1; i < len; i++) {
		if (way[i] != '/')
			continue;
		way[i] = '\0';
		if (!is_roots(way, S_IFDIR))
			return SSPR_SYSTEM;
		way[i] = '/';
	}
	if (!is_roots(way, S_IFREG))
		return SSPR_SYSTEM;
	memcpy(program, way, len + 1);
	return SSPR_OK;
}

/* In the child; parent is us. */
static _Noreturn void
become(const char *path, const char *file, int out, pid_t parent)
{
	char program[PATH_MAX], rules[PATH_MAX];
	char *const argv[] = { program, (char[]){ "-c" },
		(char[]){ "/dev/null" }, (char[]){ "-f" }, (char[]){ "ldif" },
		(char[]){ "-b" }, (char[]){ "ou=rules" }, (char[]){ "-s" },
		(char[]){ "defaults" }, rules, NULL };
	char *const envp[] = { NULL };
	int null;

	if (strlen(path) >= sizeof(program) || strlen(file) >= sizeof(rules))
		_exit(EXIT_FAILURE);
	memcpy(program, path, strlen(path) + 1);
	memcpy(rules, file, strlen(file) + 1);
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1 ||
	    !child_settle(parent, null, out, null))
		_exit(EXIT_FAILURE);
	if (child_limit(limits, COUNT(limits)))
		execve(program, argv, envp);
	_exit(EXIT_FAILURE);
}

static void
set_end(struct timespec *end, unsigned int ms)
{
	clock_gettime(CLOCK_MONOTONIC, end);
	end->tv_sec += (time_t)(ms / 1000);
	end->tv_nsec += (long)(ms % 1000) * 1000000;
	if (end->tv_nsec >= 1000000000) {
		end->tv_sec++;
		end->tv_nsec -= 1000000000;
	}
}

/* Milliseconds until end, 0 if it is past. */
static int
ms_until(const struct timespec *end)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = ((int64_t)end->tv_sec - now.tv_sec) * 1000 +
	    (end->tv_nsec - now.tv_nsec) / 1000000;
	return ms < 0 ? 0 : (int)ms;
}

/* Read until the other end is closed; room for max bytes and one more. */
static enum sspr_err
read_all(int fd, const struct timespec *end, char *buf, size_t max, size_t *len)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t have = 0;
	ssize_t n;
	int ready;

	for (;;) {
		ready = poll(&p, 1, ms_until(end));
		if (ready == 0)
			return SSPR_TIMEOUT;
		if (ready == -1 && errno != EINTR)
			return SSPR_SYSTEM;
		if (ready == -1)
			continue;
		if ((n = read(fd, buf + have, max + 1 - have)) == 0)
			break;
		if (n == -1 && errno != EINTR)
			return SSPR_SYSTEM;
		have += n > 0 ? (size_t)n : 0;
		if (have > max)
			return SSPR_SYSTEM;
	}
	*len = have;
	return SSPR_OK;
}

/* It closed its output, so it is about to end; or else it is ended. */
static enum sspr_err
await(pid_t pid, const struct timespec *end)
{
	struct pollfd p = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	siginfo_t info = { .si_pid = 0 };
	enum sspr_err e = SSPR_SYSTEM;
	int ready;

	if (p.fd == -1)
		return SSPR_SYSTEM;
	do
		ready = poll(&p, 1, ms_until(end));
	while (ready == -1 && errno == EINTR);
	if (ready == 0)
		e = SSPR_TIMEOUT;
	else if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		0 &&
	    info.si_pid == pid && info.si_code == CLD_EXITED &&
	    info.si_status == EXIT_SUCCESS)
		e = SSPR_OK;
	close(p.fd);
	return e;
}

/* The program is not waited for yet, so its number is still its own. */
static void
finish(pid_t pid)
{
	(void)kill(-pid, SIGKILL); /* none is left, or not yet a leader */
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

static enum sspr_err
run(const char *program, const char *file, unsigned int ms, char *buf,
    size_t *len)
{
	const pid_t self = getpid();
	enum sspr_err e;
	struct timespec end;
	int out[2];
	pid_t pid;

	set_end(&end, ms);
	if (pipe2(out, O_CLOEXEC) == -1)
		return SSPR_SYSTEM;
	if ((pid = fork()) == 0)
		become(program, file, out[1], self);
	close(out[1]);
	if (pid == -1) {
		close(out[0]);
		return SSPR_SYSTEM;
	}
	e = read_all(out[0], &end, buf, SUDOERS_MAX, len);
	if (e == SSPR_OK)
		e = await(pid, &end);
	finish(pid);
	close(out[0]);
	return e;
}

enum sspr_err
sudoers_print(const char *program, const char *file, unsigned int ms,
    char **text, size_t *len)
{
	char *buf = malloc(SUDOERS_MAX + 1);
	enum sspr_err e;
	size_t n = 0;

	if (buf == NULL)
		return SSPR_NO_MEMORY;
	e = run(program, file, ms, buf, &n);
	if (e == SSPR_OK && memchr(buf, '\0', n) != NULL)
		e = SSPR_SYSTEM;
	if (e != SSPR_OK) {
		free(buf);
		return e;
	}
	buf[n] = '\0';
	*text = buf;
	*len = n;
	return SSPR_OK;
}
