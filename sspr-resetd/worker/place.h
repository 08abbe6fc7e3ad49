/* SPDX-License-Identifier: MIT */
/*
 * place.h - where the password of an account is kept: what is there before a
 * change, and what has become of it after.
 */
#ifndef WORKER_PLACE_H
#define WORKER_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "secret.h"
#include "verdict.h"
#include "worker/hold.h"
#include "worker/shadow.h"

#define PLACE_DIGEST_MAX SHADOW_DIGEST_MAX /* bytes */

#define PLACE_WHY_MAX 160 /* bytes */

struct place {
	const char *name; /* of the account */
	uid_t uid;
	const char *shadow;  /* path, SHADOW_FILE */
	const char *changes; /* path, PATH_LOCK */
	const char *passwd;  /* path, HOLD_PASSWD_LOCK */
	/* Of the program that asks the directory; NULL: the account is local.
	 */
	const char *directory;
	char why[PLACE_WHY_MAX + 1]; /* what went wrong, for the log, or "" */
};

/* What was found at one moment.  place_forget() it. */
struct place_state {
	struct hold hold;
	struct shadow shadow;            /* of a local account */
	char mark[VERDICT_MARK_MAX + 1]; /* of the directory's entry */
};

#define PLACE_NOTHING             \
	(struct place_state)      \
	{                         \
		.hold = HOLD_NONE \
	}

/*
 * Look, without a lock: a pre-check.
 *
 * digest  out, on SSPR_OK: what is there, in a form that tells nothing, for
 *	   place_is_same()
 *
 * Returns SSPR_OK; SSPR_SHADOW if the shadow file has lines that a change
 * would lose; SSPR_SETUP if it cannot be replaced; SSPR_NO_USER, SSPR_ACCOUNT,
 *SSPR_SYSTEM, SSPR_NO_MEMORY as shadow_read(); SSPR_DIRECTORY or SSPR_SETUP as
 * directory_look().
 */
enum sspr_err
place_look(struct place *p, char digest[static PLACE_DIGEST_MAX + 1]);

/* Wait for the changes of other workers.  Errors as hold_changes(). */
enum sspr_err place_wait(const struct place *p, struct place_state *now);

/*
 * After place_wait(): lock what the stack is about to write, and look.  No
 * look-ups belong in between, since every program of this host that changes
 * an account has to wait.
 *
 * *now   out, on SSPR_OK
 *
 * Returns as place_look(); SSPR_ACCOUNT if the account was locked, or has lost
 * its password, just now; or SSPR_BUSY as hold_passwd().
 */
enum sspr_err place_hold(struct place *p, struct place_state *now);

/* What it is before the lock: the least that place_judge() needs. */
enum sspr_err place_begin(struct place *p, struct place_state *now);

/*
 * What has become of it (R-SET-5).
 *
 * password  that the stack was given
 * said      whether the stack said success
 *
 * Returns SSPR_OK if the password is the account's now, everywhere as far as
 * the stack knows, nothing else was harmed, and the change is durable;
 * SSPR_PARTLY if it is, but the stack failed; SSPR_NOT_CHANGED; or
 * SSPR_UNCERTAIN if it cannot be told, or something else was harmed.
 */
enum sspr_err place_judge(struct place *p, struct place_state *before,
    const struct secret *password, bool said);

/* What place_look() makes of an entry of the directory with this mark. */
void place_digest(const char *mark, char digest[static PLACE_DIGEST_MAX + 1]);

/* Let go, wipe. */
void place_forget(struct place_state *s);

/* Whether a digest is of an account of the directory. */
bool place_is_directory(const char *digest);

/*
 * Whether what a digest was made of is still there, after a change of which
 * nobody said how it ended (R-DUR-4).
 *
 * Returns SSPR_NOT_CHANGED; SSPR_UNCERTAIN if there is something else; or
 * errors as place_look(), if it is not known.
 */
enum sspr_err place_compare(struct place *p, const char *digest);

#endif /* WORKER_PLACE_H */
