/* SPDX-License-Identifier: MIT */
/*
 * change.h - the change of one password, from the first prompt to the proof
 * that it was done.
 */
#ifndef WORKER_CHANGE_H
#define WORKER_CHANGE_H

#include "err.h"
#include "worker/password.h"
#include "worker/place.h"
#include "worker/relay.h"

#define CHANGE_TRIES 3 /* transactions, a refused password each */

struct change {
	struct place *place; /* of the password, and whose */
	const struct password_policy *policy;
	const char *rules;   /* shown before the first prompt */
	const char *service; /* of PAM, STACK_RESET */
	/* Whether it still may be, asked at the last moment; SSPR_OK: yes. */
	enum sspr_err (*may)(void *arg);
	void *arg;
};

/*
 * Show the rules, then run the stack, up to CHANGE_TRIES times if it refuses
 * the password, with the client of r.
 *
 * Returns what place_judge() found (R-SET-5); SSPR_WEAK if the last try was
 * refused too; SSPR_NOT_CHANGED if the stack failed and all is as before;
 * what place_hold() or may() said; or the errors of relay_ask().  But for
 * SSPR_OK, SSPR_PARTLY and SSPR_UNCERTAIN nothing was changed.
 */
enum sspr_err change_run(const struct change *ch, struct relay *r);

#endif /* WORKER_CHANGE_H */
