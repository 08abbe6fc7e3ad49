/* SPDX-License-Identifier: MIT */
/*
 * play.h - a command: it writes what it finds into a file, and does what it
 * is told to.
 */
#ifndef COURIER_PLAY_H
#define COURIER_PLAY_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "courier/message.h"
#include "courier/run.h"

#define FDS     256
#define ADDRESS "alice@example.com" /* of every message */

extern char **environ;

/* What a command finds. */
struct found {
	bool open[FDS], environ, leader, privileged, ignores;
	int death, cwd_is_root, mask;
	rlim_t core, cpu, fsize, nofile;
	pid_t child;
	size_t len;
	char input[MESSAGE_MAX];
};

static inline void
look(struct found *f)
{
	char cwd[64] = "";
	struct rlimit l;
	sigset_t set;

	for (int fd = 0; fd < FDS; fd++)
		f->open[fd] = fcntl(fd, F_GETFD) != -1;
	f->environ = environ != NULL && *environ != NULL;
	f->leader = getsid(0) == getpid() && getpgrp() == getpid();
	f->privileged = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
	(void)prctl(PR_GET_PDEATHSIG, &f->death, 0, 0, 0);
	f->cwd_is_root = strcmp(getcwd(cwd, sizeof(cwd)), "/") == 0;
	sigprocmask(SIG_SETMASK, NULL, &set);
	for (int s = 1; s < NSIG; s++) {
		struct sigaction a = { .sa_handler = SIG_DFL };

		f->mask += sigismember(&set, s) == 1;
		(void)sigaction(s, NULL, &a);
		f->ignores = f->ignores || a.sa_handler == SIG_IGN;
	}
	f->core = getrlimit(RLIMIT_CORE, &l) == 0 ? l.rlim_max : 1;
	f->cpu = getrlimit(RLIMIT_CPU, &l) == 0 ? l.rlim_max : 0;
	f->fsize = getrlimit(RLIMIT_FSIZE, &l) == 0 ? l.rlim_max : 0;
	f->nofile = getrlimit(RLIMIT_NOFILE, &l) == 0 ? l.rlim_max : 0;
}

static inline void
write_found(const char *path, struct found *f)
{
	char beside[80];
	int fd;
	ssize_t n;

	snprintf(beside, sizeof(beside), "%s.new", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	n = write(fd, f, sizeof(*f));
	close(fd);
	if (n != (ssize_t)sizeof(*f) || rename(beside, path) == -1)
		_exit(99);
}

static inline void
read_input(struct found *f)
{
	ssize_t n;

	while ((n = read(0, f->input + f->len, sizeof(f->input) - f->len)) > 0)
		f->len += (size_t)n;
}

static inline void
print(size_t n)
{
	char block[4096];

	memset(block, 'x', sizeof(block));
	for (; n >= sizeof(block); n -= sizeof(block))
		(void)!write(1, block, sizeof(block));
	(void)!write(1, block, n);
}

/* Leave a child behind that would go on. */
static inline void
leave_child(struct found *f)
{
	if ((f->child = fork()) == 0)
		for (;;)
			pause();
}

static inline _Noreturn void
play(const char *what, const char *path)
{
	static struct found f;

	look(&f);
	read_input(&f);
	if (strcmp(what, "echo") == 0) {
		(void)!write(1, f.input, f.len / 2);
		(void)!write(2, f.input + f.len / 2, f.len - f.len / 2);
	} else if (strcmp(what, "much") == 0)
		print(1 << 20);
	else if (strcmp(what, "cut") == 0) {
		print(RUN_OUTPUT - 5);
		(void)!write(1, ADDRESS, strlen(ADDRESS));
	} else if (strcmp(what, "child") == 0 || strcmp(what, "family") == 0)
		leave_child(&f);
	else if (strcmp(what, "killed") == 0)
		raise(SIGKILL);
	else if (strcmp(what, "mute") == 0)
		(void)(close(1), close(2));
	write_found(path, &f);
	if (strcmp(what, "hangs") == 0 || strcmp(what, "family") == 0)
		for (;;)
			pause();
	_exit(*what >= '0' && *what <= '9' ? (int)strtol(what, NULL, 10) : 0);
}

#endif /* COURIER_PLAY_H */
