/* SPDX-License-Identifier: MIT */
/*
 * password.h - what sspr itself asks of a new password, before the stack is
 * given it (R-SET-1, R-SET-4).  Strength is the stack's part.
 */
#ifndef WORKER_PASSWORD_H
#define WORKER_PASSWORD_H

#include <stdbool.h>

#include "secret.h"

#define PASSWORD_MIN 8u   /* bytes */
#define PASSWORD_MAX 256u /* bytes; pam_unix fails from 512 on */

/*
 * Whether a new password of the account called name may be shown to the
 * stack, which then says more, in its own words.
 *
 * Returns NULL if nothing speaks against it, else a sentence for its owner.
 */
const char *password_fault(const struct secret *s, const char *name);

/*
 * Whether it may be set: the least that is asked of one that the stack liked.
 * Returns as password_fault().
 */
const char *password_too_short(const struct secret *s);

/* Whether it has a character that some keyboards cannot type at login. */
bool password_is_rare(const struct secret *s);

#endif /* WORKER_PASSWORD_H */
