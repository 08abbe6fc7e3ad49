/* SPDX-License-Identifier: MIT */
/*
 * The stack writes while we hold the lock, which is taken when the second
 * answer has come and is about to be given to it, and not while anyone
 * thinks.  What is there is looked at before and after under that lock, so
 * that others cannot be mistaken for a mishap (R-SET-3, R-SET-5).
 */
#include <security/pam_appl.h>

#include "worker/change.h"
#include "worker/converse.h"

/* One transaction. */
struct attempt {
	const struct change *change;
	struct relay *relay;
	struct place_state before; /* under the lock, if it is held */
	struct converse conversation;
};

/* What went before, waits or the stack, has used up some of the time. */
static void
rewind_watch(const struct relay *r)
{
	if (r->watch != NULL)
		watch_arm(r->watch, WATCH_WORK_S);
}

/* The password was typed twice: the last look before the stack has it. */
static enum sspr_err
on_agreed(void *arg)
{
	struct attempt *t = arg;
	const struct change *ch = t->change;
	enum sspr_err e;

	if ((e = place_wait(ch->place, &t->before)) != SSPR_OK ||
	    (e = ch->may(ch->arg)) != SSPR_OK ||
	    (e = place_hold(ch->place, &t->before)) != SSPR_OK)
		return e;
	rewind_watch(t->relay);
	return relay_is_granted(t->relay) ? SSPR_OK : SSPR_GONE;
}

/* Some modules ask but once, and then have all that they need. */
static bool
may_have_written(const struct converse *c, int rc)
{
	return rc == PAM_SUCCESS || c->given > 1 ||
	    (c->given == 1 && !c->refused && !c->complained);
}

static enum sspr_err
judge(struct attempt *t, int rc)
{
	const struct converse *c = &t->conversation;
	enum sspr_err e;

	if (may_have_written(c, rc)) {
		rewind_watch(t->relay);
		e = place_judge(t->change->place, &t->before, &c->password,
		    rc == PAM_SUCCESS);
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

	if (pam_start(t->change->service, t->change->place->name, &conv, &h) !=
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
		.before = PLACE_NOTHING,
		.conversation = { .relay = r,
		    .job = PROTO_CHANGE,
		    .policy = ch->policy,
		    .agreed = on_agreed,
		    .arg = &t },
	};
	enum sspr_err e;

	if ((e = place_begin(ch->place, &t.before)) == SSPR_OK)
		e = run_stack(&t);
	converse_wipe(&t.conversation);
	place_forget(&t.before);
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
