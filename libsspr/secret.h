/* SPDX-License-Identifier: MIT */
/*
 * secret.h - short secrets that wipe themselves: codes, seeds, passwords.
 */
#ifndef SSPR_SECRET_H
#define SSPR_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define SECRET_MAX 512u /* bytes, PAM_MAX_RESP_SIZE */

struct secret {
	uint16_t len;               /* bytes used of at, 0 to SECRET_MAX */
	uint8_t at[SECRET_MAX + 1]; /* at[len] is always NUL */
};

/*
 * Copy len bytes from p.
 * Returns SSPR_OK, or SSPR_MALFORMED, with *s untouched, if len is over
 * SECRET_MAX.
 */
enum sspr_err secret_set(struct secret *s, const void *p, size_t len);

/* Zero *s so that the compiler cannot leave it out.  NULL is legal. */
void secret_wipe(struct secret *s);

/* Zero len bytes at p likewise.  NULL with len 0 is legal. */
void secret_zero(void *p, size_t len);

/* Whether a and b, both len bytes, are equal.  Time depends on len only. */
bool secret_equal(const void *a, const void *b, size_t len);

#endif /* SSPR_SECRET_H */
