/* SPDX-License-Identifier: MIT */
/*
 * change.h - the change of one password, from the first prompt to the proof
 * that it was done.
 */
#ifndef WORKER_CHANGE_H
#define WORKER_CHANGE_H

#include "err.h"
#include "worker/relay.h"

#define CHANGE_TRIES 3 /* transactions, a refused password each */

struct change {
	const char *name;    /* of the account */
	const char *rules;   /* shown before the first prompt */
	const char *service; /* of PAM, STACK_RESET */
	const char *shadow;  /* path, SHADOW_FILE */
	const char *lock;    /* path; held while the stack writes */
	/* Whether it still may be, asked at the last moment; SSPR_OK: yes. */
	enum sspr_err (*may)(void *arg);
	void *arg;
};

/*
 * Show the rules, then run the stack, up to CHANGE_TRIES times if it refuses
 * the password, with the client of r.
 *
 * Returns SSPR_OK if the account's hash changed, the typed password makes it,
 * every other entry is as before and the directory is synced (R-SET-5);
 * SSPR_WEAK if the last try was refused too; SSPR_NOT_CHANGED if the stack
 * failed and the hash is as before; SSPR_UNCERTAIN if it is not, but the rest
 * does not hold; SSPR_BUSY if others held the lock too long; what may() said;
 * or the errors of relay_ask().  But for SSPR_OK and SSPR_UNCERTAIN nothing
 * was changed.
 */
enum sspr_err change_run(const struct change *ch, struct relay *r);

#endif /* WORKER_CHANGE_H */
