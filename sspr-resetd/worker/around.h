/* SPDX-License-Identifier: MIT */
/*
 * around.h - what else a change of a password touches: wrong passwords that
 * locked the account, data that the old password opens, sessions that go on.
 * R-SET-6, R-POL-2, and "Around the reset" of DESIGN.md.
 */
#ifndef WORKER_AROUND_H
#define WORKER_AROUND_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "worker/relay.h"
#include "worker/sessions.h"
#include "worker/tally.h"
#include "worker/wrapped.h"

/* Where to look. */
struct around_place {
	struct tally_place tally;
	struct wrapped_place wrapped;
	struct sessions_place sessions;
};

/* One account; what the operator has set. */
struct around {
	const char *name;
	uid_t uid;
	const char *wrapped; /* conf's list: users, and groups as in @staff */
	bool offer;          /* to unlock in place of a change */
	bool clear;          /* the count of wrong passwords after a change */
	int sessions;        /* enum conf_end_sessions */
	const struct around_place *place; /* NULL: this host's own */

	bool end; /* set by around_before(): sessions are to be ended */
};

/*
 * A pre-check: whether a change would lose data for certain.
 *
 * *why   out, unless SSPR_OK: a phrase for the log
 *
 * Returns SSPR_OK, SSPR_WRAPPED, SSPR_SYSTEM, SSPR_SETUP or SSPR_NO_MEMORY.
 */
enum sspr_err around_check(const struct around *a, const char **why);

/*
 * Before the first prompt for a password: say what the old one may still
 * open, and ask what is to be asked.
 *
 * Returns SSPR_OK: change it; SSPR_UNLOCKED: the count was cleared instead, on
 * the person's wish; SSPR_SYSTEM: it could not be, which is logged;
 * SSPR_CANCELLED; SSPR_NO_MEMORY; or the errors of relay_ask().
 */
enum sspr_err around_before(struct around *a, struct relay *r);

/* After a change that is proved: clear and end.  What fails is logged. */
void around_after(const struct around *a);

#endif /* WORKER_AROUND_H */
