/* SPDX-License-Identifier: MIT */
/*
 * The stack writes while we hold the lock, which is taken when the second
 * answer has come and is about to be given to it, and not while anyone
 * thinks.  The file is read before and after under that lock, so that other
 * workers cannot be mistaken for a mishap (R-SET-3, R-SET-5).
 */
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "worker/change.h"
#include "worker/converse.h"
#include "worker/shadow.h"

#define LOCK_STEP_MS 20
#define LOCK_STEPS   1000 /* 20 s, less than the watchdog has */

/* One transaction. */
struct attempt {
	const struct change *change;
	struct relay *relay;
	int lock;             /* descriptor, -1 if it is not held */
	struct shadow before; /* under the lock, if it is held */
	struct converse conversation;
};

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

static enum sspr_err
lock_take(const char *path, int *lock)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000l };
	enum sspr_err e;
	int fd, rc;

	if ((e = lock_open(path, &fd)) != SSPR_OK)
		return e;
	for (int i = 0; (rc = flock(fd, LOCK_EX | LOCK_NB)) == -1 &&
	     errno == EWOULDBLOCK && i < LOCK_STEPS;
	     i++)
		(void)nanosleep(&step, NULL); /* woken early, we ask earlier */
	if (rc == -1) {
		close(fd);
		return SSPR_BUSY;
	}
	*lock = fd;
	return SSPR_OK;
}

/* The password was typed twice: the last look before the stack has it. */
static enum sspr_err
on_agreed(void *arg)
{
	struct attempt *t = arg;
	const struct change *ch = t->change;
	struct shadow now;
	enum sspr_err e;

	if ((e = lock_take(ch->lock, &t->lock)) != SSPR_OK ||
	    (e = ch->may(ch->arg)) != SSPR_OK ||
	    (e = shadow_read(ch->shadow, ch->name, &now)) != SSPR_OK)
		return e;
	shadow_wipe(&t->before);
	t->before = now;
	return relay_is_granted(t->relay) ? SSPR_OK : SSPR_GONE;
}

static bool
is_same_hash(const struct shadow *a, const struct shadow *b)
{
	return secret_equal(a->hash, b->hash, sizeof(a->hash));
}

static bool
is_proved(const struct attempt *t, const struct shadow *after)
{
	const struct change *ch = t->change;

	return t->lock != -1 &&
	    shadow_others_equal(&t->before, after, ch->name) &&
	    shadow_verify(after->hash, &t->conversation.password) &&
	    shadow_sync(ch->shadow) == SSPR_OK;
}

static enum sspr_err
judge(const struct attempt *t, int rc)
{
	const struct converse *c = &t->conversation;
	struct shadow after;
	enum sspr_err e = SSPR_UNCERTAIN;

	if (rc == PAM_SUCCESS || c->given > 1) {
		if (shadow_read(t->change->shadow, t->change->name, &after) !=
		    SSPR_OK)
			return SSPR_UNCERTAIN;
		if (is_same_hash(&t->before, &after))
			e = SSPR_NOT_CHANGED;
		else if (rc == PAM_SUCCESS && is_proved(t, &after))
			e = SSPR_OK;
		shadow_wipe(&after);
		if (e != SSPR_NOT_CHANGED)
			return e;
	}
	if (c->err != SSPR_OK)
		return c->err;
	return c->complained ? SSPR_WEAK : SSPR_NOT_CHANGED;
}

static enum sspr_err
run_stack(struct attempt *t)
{
	const struct pam_conv conv = { converse_pam, &t->conversation };
	pam_handle_t *h = NULL;
	enum sspr_err e;
	int rc;

	if (pam_start(t->change->service, t->change->name, &conv, &h) !=
	    PAM_SUCCESS)
		return SSPR_SYSTEM;
	rc = pam_chauthtok(h, 0);
	e = judge(t, rc);
	(void)pam_end(h, rc); /* it has nothing to say that we could use */
	return e;
}

static enum sspr_err
attempt(const struct change *ch, struct relay *r)
{
	struct attempt t = {
		.change = ch,
		.relay = r,
		.lock = -1,
		.conversation = { .relay = r,
		    .job = PROTO_CHANGE,
		    .name = ch->name,
		    .agreed = on_agreed,
		    .arg = &t },
	};
	enum sspr_err e;

	if ((e = shadow_read(ch->shadow, ch->name, &t.before)) == SSPR_OK)
		e = run_stack(&t);
	converse_wipe(&t.conversation);
	shadow_wipe(&t.before);
	if (t.lock != -1)
		close(t.lock);
	return e;
}

enum sspr_err
change_run(const struct change *ch, struct relay *r)
{
	enum sspr_err e;

	e = relay_show(r, PROTO_INFO, ch->rules);
	if (e != SSPR_OK)
		return e;
	for (int i = 0; i < CHANGE_TRIES; i++)
		if ((e = attempt(ch, r)) != SSPR_WEAK)
			return e;
	return e;
}
