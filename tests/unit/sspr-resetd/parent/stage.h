/* SPDX-License-Identifier: MIT */
/*
 * stage.h - a parent on a stage: its audit log is a file below /tmp, the test
 * is the vault, and a worker, being this program executed again with -x, does
 * what the name of its account or the digest it is asked about says.
 */
#ifndef PARENT_STAGE_H
#define PARENT_STAGE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc.h"
#include "log.h"
#include "parent/parent.h"

#define STAGE_ID   "00112233445566778899aabbccddeeff"
#define STAGE_UID  4242
#define STAGE_WAIT 5000 /* milliseconds */

/* Every request has these methods, and a worker is told them or dies. */
#define STAGE_METHODS 0x4082

static struct {
	struct parent parent;
	int vault; /* the other end of its link */
	char dir[32], log[64];
} stage;

/* ---- the worker's side ---- */

/* Wait for a message of the parent, or end with it. */
static inline void
play_await(struct ipc_msg *m, int *fd)
{
	struct pollfd p = { .fd = ROLE_FD, .events = POLLIN };

	if (poll(&p, 1, 2 * STAGE_WAIT) != 1 ||
	    ipc_recv(ROLE_FD, ROLE_PARENT, ROLE_WORKER, m, fd) != SSPR_OK)
		_exit(ROLE_REFUSED);
}

static inline void
play_say(enum ipc_type type, enum sspr_err e)
{
	struct ipc_msg m = { .type = type };

	if (type == IPC_FAILED)
		m.as.failed.err = (uint32_t)e;
	else
		m.as.looked.err = (uint32_t)e;
	if (ipc_send(ROLE_FD, &m, -1) != SSPR_OK)
		_exit(ROLE_REFUSED);
}

static inline void
play_checked(enum sspr_err e, const char *digest)
{
	struct ipc_msg m = { .type = IPC_CHECKED };

	m.as.checked.err = (uint32_t)e;
	snprintf(m.as.checked.digest, sizeof(m.as.checked.digest), "%s",
	    digest);
	if (ipc_send(ROLE_FD, &m, -1) != SSPR_OK)
		_exit(ROLE_REFUSED);
}

static inline _Noreturn void
play_look(const char *digest)
{
	if (strcmp(digest, "same") == 0)
		play_say(IPC_LOOKED, SSPR_NOT_CHANGED);
	else if (strcmp(digest, "other") == 0)
		play_say(IPC_LOOKED, SSPR_UNCERTAIN);
	else if (strcmp(digest, "nobody") == 0)
		play_say(IPC_LOOKED, SSPR_NO_USER);
	else if (strcmp(digest, "unreadable") == 0)
		play_say(IPC_LOOKED, SSPR_SYSTEM);
	else if (strcmp(digest, "ldap:mute") == 0)
		(void)pause(); /* until it is killed */
	else if (strcmp(digest, "proud") == 0)
		play_say(IPC_LOOKED, SSPR_OK);
	else if (strcmp(digest, "failed") == 0)
		play_say(IPC_FAILED, SSPR_WEAK);
	_exit(ROLE_REFUSED);
}

/* Whether the file has the word. */
static inline bool
play_has(const char *path, const char *word)
{
	static char text[1 << 14];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	return n > 0 && memmem(text, (size_t)n, word, strlen(word)) != NULL;
}

/* At work: what becomes of it. */
static inline _Noreturn void
play_work(const char *what, const char *more, int client)
{
	struct ipc_msg m;
	int fd;

	if (strcmp(what, "done") == 0)
		_exit(ROLE_CHANGED);
	if (strcmp(what, "right") == 0)
		_exit(ROLE_CHECKED);
	if (strcmp(what, "weak") == 0 || strcmp(what, "twice") == 0 ||
	    strcmp(what, "liar") == 0)
		play_say(IPC_FAILED, SSPR_WEAK);
	if (strcmp(what, "twice") == 0)
		play_say(IPC_FAILED, SSPR_WEAK);
	if (strcmp(what, "liar") == 0)
		_exit(ROLE_CHANGED);
	if (strcmp(what, "again") == 0)
		play_checked(SSPR_OK, "$5$again");
	if (strcmp(what, "looked") == 0)
		play_say(IPC_LOOKED, SSPR_NOT_CHANGED);
	if (strcmp(what, "killed") == 0)
		raise(SIGKILL);
	if (strcmp(what, "zero") == 0)
		_exit(0);
	if (strcmp(what, "log") == 0)
		_exit(play_has(more, "reset.intent") ? ROLE_CHANGED : 2);
	if (strcmp(what, "waits") == 0)
		play_await(&m, &fd);
	close(client);
	_exit(ROLE_REFUSED);
}

/* The name is WHAT:DIGEST:MORE, all may be missing. */
static inline _Noreturn void
play_job(const struct ipc_job *j)
{
	char name[PROTO_USER_MAX + 3];
	char *what = name, *digest, *more;
	struct ipc_msg m;
	int client;

	snprintf(name, sizeof(name), "%s::", j->name);
	digest = strchr(what, ':');
	*digest++ = '\0';
	more = strchr(digest, ':');
	*more++ = '\0';
	more[strcspn(more, ":")] = '\0';
	if (strcmp(what, "dies") == 0 || j->methods != STAGE_METHODS)
		_exit(3);
	if (strcmp(what, "garbage") == 0)
		(void)!write(ROLE_FD, "garbage", 7);
	if (strcmp(what, "early") == 0)
		play_say(IPC_FAILED, SSPR_WEAK);
	if (strcmp(what, "refused") == 0)
		play_checked(SSPR_ACCOUNT, "");
	else if (strcmp(what, "unknown") == 0)
		play_checked((enum sspr_err)98, "");
	else if (strcmp(what, "mute") != 0)
		play_checked(SSPR_OK,
		    strcmp(what, "empty") == 0 ? ""
			: *digest == '\0'      ? "$5$salt$hash"
					       : digest);
	if (strcmp(what, "refused") == 0)
		_exit(ROLE_REFUSED);
	if (strcmp(what, "left") == 0)
		_exit(ROLE_CHANGED);
	play_await(&m, &client);
	play_work(what, more, client);
}

/* For main(): if this program was executed again as a worker, be it. */
static inline void
stage_play(int argc, char **argv)
{
	struct ipc_msg m;
	int fd;

	if (argc != 3 || strcmp(argv[1], "-x") != 0 ||
	    strcmp(argv[2], "worker") != 0)
		return;
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		play_await(&m, &fd);
		if (m.type == IPC_JOB)
			play_job(&m.as.job);
		if (m.type == IPC_LOOK)
			play_look(m.as.look.digest);
		if (m.type != IPC_SET && m.type != IPC_APPLY)
			_exit(ROLE_REFUSED);
	}
}

/* ---- the test's side ---- */

static inline int
stage_open([[maybe_unused]] void **state)
{
	struct parent *p = &stage.parent;
	int pair[2];

	memset(&stage, 0, sizeof(stage));
	snprintf(stage.dir, sizeof(stage.dir), "/tmp/sspr-stage-XXXXXX");
	if (mkdtemp(stage.dir) == NULL)
		return -1;
	snprintf(stage.log, sizeof(stage.log), "%s/log", stage.dir);
	conf_default(&p->conf);
	for (size_t i = 0; i < PERMITS_MAX; i++)
		permits_leave(&p->permits.at[i]);
	p->audit.fd =
	    open(stage.log, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (p->audit.fd == -1 || ipc_pair(pair) != SSPR_OK)
		return -1;
	p->vault = pair[0];
	stage.vault = pair[1];
	return 0;
}

static inline int
stage_close([[maybe_unused]] void **state)
{
	struct parent *p = &stage.parent;

	for (size_t i = 0; i < PERMITS_MAX; i++) {
		if (p->permits.at[i].link != -1)
			close(p->permits.at[i].link);
		if (p->permits.at[i].pid > 0)
			(void)kill(p->permits.at[i].pid, SIGKILL);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	close(p->vault);
	close(stage.vault);
	audit_close(&p->audit);
	(void)unlink(stage.log);
	return rmdir(stage.dir);
}

/* The audit log, up to now. */
static inline const char *
stage_log(void)
{
	static char text[1 << 16];
	int fd = open(stage.log, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* How many of the word are in it. */
static inline size_t
stage_logged(const char *word)
{
	size_t n = 0;

	for (const char *t = stage_log(); (t = strstr(t, word)) != NULL; t++)
		n++;
	return n;
}

/* Hear and reap the workers once, as parent.c does. */
static inline void
stage_step(int wait)
{
	struct permits *t = &stage.parent.permits;
	struct pollfd f[PERMITS_MAX];
	struct permit *w;
	int status;
	pid_t pid;

	for (size_t i = 0; i < PERMITS_MAX; i++)
		f[i] = (struct pollfd){ .fd = t->at[i].link, .events = POLLIN };
	(void)poll(f, PERMITS_MAX, wait);
	for (size_t i = 0; i < PERMITS_MAX; i++)
		if (f[i].revents != 0)
			workers_hear(&stage.parent, &t->at[i]);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if ((w = permits_by_pid(t, pid)) != NULL)
			workers_ended(&stage.parent, w, status);
}

/* Whether the parent has something for the vault. */
static inline bool
stage_has_word(void)
{
	struct pollfd p = { .fd = stage.vault, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* Go on until it has, or until a moment passed; false: it has not. */
static inline bool
stage_run(int ms)
{
	const uint64_t end = parent_ms() + (uint64_t)ms;

	while (!stage_has_word()) {
		if (parent_ms() >= end)
			return false;
		stage_step(5);
	}
	return true;
}

/* Go on until no worker is left. */
static inline void
stage_end(void)
{
	const uint64_t end = parent_ms() + STAGE_WAIT;
	bool busy;

	do {
		stage_step(5);
		busy = false;
		for (size_t i = 0; i < PERMITS_MAX; i++)
			busy = busy ||
			    stage.parent.permits.at[i].state != PERMIT_FREE;
		assert_true(parent_ms() < end);
	} while (busy);
}

/* The parent's next word to the vault; its descriptor, or -1. */
static inline int
stage_hear(struct ipc_msg *m)
{
	int fd = -1;

	assert_true(stage_run(STAGE_WAIT));
	assert_int_equal(ipc_recv(stage.vault, ROLE_PARENT, ROLE_VAULT, m, &fd),
	    SSPR_OK);
	return fd;
}

static inline void
stage_expect_ready(uint64_t grant, enum sspr_err e)
{
	struct ipc_msg m;

	assert_int_equal(stage_hear(&m), -1);
	assert_int_equal(m.type, IPC_READY);
	assert_int_equal(m.as.ready.grant, grant);
	assert_int_equal(m.as.ready.err, e);
}

static inline void
stage_expect_outcome(uint64_t grant, enum sspr_err e)
{
	struct ipc_msg m;

	assert_int_equal(stage_hear(&m), -1);
	assert_int_equal(m.type, IPC_OUTCOME);
	assert_int_equal(m.as.outcome.grant, grant);
	assert_int_equal(m.as.outcome.err, e);
}

/* The client's end. */
static inline int
stage_expect_granted(uint64_t grant)
{
	struct ipc_msg m;
	int fd = stage_hear(&m);

	assert_int_equal(m.type, IPC_GRANTED);
	assert_int_equal(m.as.granted.grant, grant);
	assert_int_not_equal(fd, -1);
	return fd;
}

/* Nothing is said for a moment. */
static inline void
stage_expect_silence(void)
{
	assert_false(stage_run(50));
}

/* The function ends the daemon: this one here, in a process of its own. */
static inline void
stage_expect_fatal(void (*f)(void))
{
	int status, null;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		f();
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

#endif /* PARENT_STAGE_H */
