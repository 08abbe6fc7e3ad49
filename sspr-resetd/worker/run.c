/* SPDX-License-Identifier: MIT */
/*
 * run.c - start a program, feed it, watch it, end it.
 *
 * It runs as root and does what root wrote; what it prints is believed only
 * if it ended by itself, with success, in time.
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
#include "secret.h"
#include "worker/run.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_roots(const char *path, mode_t type)
{
	struct stat st;

	return lstat(path, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	    st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	    (st.st_mode & S_IXUSR) != 0;
}

enum sspr_err
run_find(const char *path, char program[static PATH_MAX])
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
become(const struct run *run, int in, int out, pid_t parent)
{
	const struct child_limit limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_CPU, run->ms / 1000 + 1 },
		{ RLIMIT_FSIZE, 0 },
		{ RLIMIT_NOFILE, 64 },
	};
	char *const envp[] = { NULL };
	int said = run->said;

	if (said == -1)
		said = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (said == -1 || !child_settle(parent, in, out, said))
		_exit(EXIT_FAILURE);
	if (child_limit(limits, COUNT(limits)))
		execve(run->program, run->argv, envp);
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

/* A pipe with all of its input in it. */
static enum sspr_err
open_input(const struct run *run, int *in)
{
	int fd[2];
	ssize_t n;

	if (run->in_len > RUN_IN_MAX || pipe2(fd, O_CLOEXEC) == -1)
		return SSPR_SYSTEM;
	n = run->in_len > 0 ? write(fd[1], run->in, run->in_len) : 0;
	close(fd[1]);
	if (n != (ssize_t)run->in_len) {
		close(fd[0]);
		return SSPR_SYSTEM;
	}
	*in = fd[0];
	return SSPR_OK;
}

static enum sspr_err
start(const struct run *run, pid_t *pid, int *printed)
{
	const pid_t self = getpid();
	enum sspr_err e;
	int in, out[2];

	if ((e = open_input(run, &in)) != SSPR_OK)
		return e;
	if (pipe2(out, O_CLOEXEC) == -1) {
		close(in);
		return SSPR_SYSTEM;
	}
	if ((*pid = fork()) == 0)
		become(run, in, out[1], self);
	close(in);
	close(out[1]);
	if (*pid == -1) {
		close(out[0]);
		return SSPR_SYSTEM;
	}
	*printed = out[0];
	return SSPR_OK;
}

enum sspr_err
run_print(const struct run *run, char **text, size_t *len)
{
	char *buf = malloc(run->max + 1);
	struct timespec end;
	enum sspr_err e;
	int printed;
	size_t n = 0;
	pid_t pid;

	if (buf == NULL)
		return SSPR_NO_MEMORY;
	set_end(&end, run->ms);
	if ((e = start(run, &pid, &printed)) == SSPR_OK) {
		e = read_all(printed, &end, buf, run->max, &n);
		if (e == SSPR_OK)
			e = await(pid, &end);
		finish(pid);
		close(printed);
	}
	if (e == SSPR_OK && memchr(buf, '\0', n) != NULL)
		e = SSPR_SYSTEM;
	if (e != SSPR_OK) {
		secret_zero(buf, run->max + 1);
		free(buf);
		return e;
	}
	buf[n] = '\0';
	*text = buf;
	*len = n;
	return SSPR_OK;
}
