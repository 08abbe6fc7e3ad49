/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - a change of which nobody said how it ended (R-DUR-4).
 *
 * A worker is asked whether the account's shadow field is still the one of
 * the intent.  It runs no foreign code and answers in milliseconds, or in as
 * long as the directory takes, so we wait for it.  A worker of a daemon before
 * us may still be in the stack: it holds the lock of changes while it is, so we
 * take that first.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "parent/intents.h"
#include "parent/parent.h"
#include "parent/recall.h"
#include "verdict.h"

enum {
	LOOK_MS = 2000, /* less than the vault waits for us to read */
	LOCK_STEP_MS = 100,
	LOCK_STEPS = 350, /* 35 s, more than a worker's watchdog has */
};

static enum sspr_err
hear(int link)
{
	const uint64_t until = parent_ms() + LOOK_MS;
	struct pollfd f = { .fd = link, .events = POLLIN };
	enum sspr_err e, found;
	struct ipc_msg m;
	uint64_t now;
	int fd;

	while ((e = ipc_recv(link, ROLE_WORKER, ROLE_PARENT, &m, &fd)) ==
	    SSPR_BUSY) {
		if ((now = parent_ms()) >= until)
			return SSPR_TIMEOUT;
		(void)poll(&f, 1, (int)(until - now)); /* ipc_recv tells */
	}
	if (e == SSPR_GONE)
		return e;
	if (e != SSPR_OK || m.type != IPC_LOOKED ||
	    err_number(m.as.looked.err, &found) != SSPR_OK || found == SSPR_OK)
		log_fatal("worker sent garbage");
	return found;
}

enum sspr_err
resolve_look(uint32_t uid, const char *digest)
{
	struct ipc_msg m = { .type = IPC_LOOK, .as.look.uid = uid };
	enum sspr_err e;
	pid_t pid;
	int pair[2];

	memcpy(m.as.look.digest, digest,
	    strnlen(digest, sizeof(m.as.look.digest) - 1));
	if ((e = ipc_pair(pair)) != SSPR_OK)
		return e;
	ipc_no_fds(pair[0]);
	e = role_spawn(ROLE_WORKER, &pair[1], 1, &pid);
	close(pair[1]);
	if (e == SSPR_OK) {
		if ((e = ipc_send(pair[0], &m, -1)) == SSPR_OK)
			e = hear(pair[0]);
		(void)kill(pid, SIGKILL); /* parent.c reaps it */
	}
	close(pair[0]);
	return e;
}

const char *
resolve_event(enum sspr_err found)
{
	if (found == SSPR_NOT_CHANGED)
		return "reset.failed";
	if (found == SSPR_UNCERTAIN || found == SSPR_NO_USER ||
	    found == SSPR_ACCOUNT)
		return "reset.resolved";
	return NULL;
}

/* No worker of another daemon is in the stack once we hold this; or -1. */
static int
take_lock(const char *path)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000l };
	int fd, rc;

	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	for (int i = 0; (rc = flock(fd, LOCK_EX | LOCK_NB)) == -1 &&
	     errno == EWOULDBLOCK && i < LOCK_STEPS;
	     i++)
		(void)nanosleep(&step, NULL); /* woken early, we ask earlier */
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}

static enum sspr_err
resolve_one(struct parent *p, const struct intent *i)
{
	struct audit_record r = { .correlation = i->correlation,
		.actor = IPC_NOBODY,
		.subject = i->uid,
		.service = "",
		.source = i->source,
		.digest = i->digest };

	r.result = resolve_look(i->uid, i->digest);
	r.event = resolve_event(r.result);
	if (r.event == NULL)
		log_err("how a reset of uid %u ended is not known yet: %s",
		    i->uid, err_text(r.result));
	else if (audit_append(&p->audit, &r) != SSPR_OK) {
		log_err("how a reset of uid %u ended cannot be written",
		    i->uid);
		return SSPR_AUDIT;
	} else
		log_warn("a reset of uid %u was cut off: %s", i->uid,
		    err_text(r.result));
	return r.result;
}

static bool
is_directory(const struct intent *i)
{
	return strncmp(i->digest, VERDICT_DIGEST, strlen(VERDICT_DIGEST)) == 0;
}

/* It may have been done: parent's caps have it so, from now on. */
static void
count_as_done(struct parent *p, const struct intent *i)
{
	const int64_t now = (int64_t)parent_ms();

	resets_take(&p->resets, i->uid, i->source, now, now);
}

/* A start must not wait for each: a silent directory is asked once. */
static void
resolve_each(struct parent *p, const struct intents *in)
{
	bool silent = false, over = false;
	enum sspr_err e;

	for (size_t i = 0; i < in->count; i++) {
		e = SSPR_DIRECTORY;
		if (!over && !(silent && is_directory(&in->at[i])))
			e = resolve_one(p, &in->at[i]);
		if (resolve_event(e) == NULL)
			count_as_done(p, &in->at[i]);
		over = over || (e == SSPR_TIMEOUT && !is_directory(&in->at[i]));
		silent = silent || e == SSPR_TIMEOUT || e == SSPR_DIRECTORY;
	}
}

static void
resolve_all(struct parent *p, const struct intents *in, const char *path)
{
	int lock;

	if ((lock = take_lock(path)) == -1) {
		log_err("%s cannot be locked; how %zu resets ended is not "
			"known yet",
		    path, in->count);
		for (size_t i = 0; i < in->count; i++)
			count_as_done(p, &in->at[i]);
		return;
	}
	resolve_each(p, in);
	close(lock);
	if (audit_sync(&p->audit) != SSPR_OK)
		log_err("the audit log cannot be written");
}

void
resolve_open(struct parent *p, const char *path, const char *lock)
{
	const struct lines_now now = parent_now(p);
	struct intents in = { .count = 0 };

	if (recall_intents(path, &now, &in) != SSPR_OK)
		log_err("%s cannot be read", path);
	if (in.count > 0)
		resolve_all(p, &in, lock);
}
