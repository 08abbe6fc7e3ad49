/* SPDX-License-Identifier: MIT */
/*
 * password.h - what sspr itself asks of a new password, before the stack is
 * given it (R-SET-1, R-SET-4).  Strength is the stack's part.
 */
#ifndef WORKER_PASSWORD_H
#define WORKER_PASSWORD_H

#include <stdbool.h>

#include "secret.h"

#define PASSWORD_MIN  8u   /* bytes */
#define PASSWORD_MAX  256u /* bytes; pam_unix fails from 512 on */
#define PASSWORD_NAME 4u   /* characters of a name that counts */

struct banned;

/* What a new password must not have in it; NULL for what there is not. */
struct password_policy {
	const char *name;       /* of the account */
	const char *gecos;      /* pw_gecos: the words of the full name */
	const char *host;       /* its first label */
	const char *site_names; /* conf's list, blanks or commas between */
	const struct banned *banned;
};

/*
 * Whether a new password may be shown to the stack, which then says more, in
 * its own words.
 *
 * Returns NULL if nothing speaks against it, else a sentence for its owner.
 */
const char *
password_fault(const struct secret *s, const struct password_policy *policy);

/*
 * Whether it may be set: the least that is asked of one that the stack liked,
 * PASSWORD_MIN bytes and BANNED_POINTS characters.
 * Returns as password_fault().
 */
const char *password_too_short(const struct secret *s);

/* Whether it has a character that some keyboards cannot type at login. */
bool password_is_rare(const struct secret *s);

#endif /* WORKER_PASSWORD_H */
