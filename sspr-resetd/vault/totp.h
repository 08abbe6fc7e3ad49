/* SPDX-License-Identifier: MIT */
/*
 * totp.h - time-based one-time passwords, RFC 6238, by liboath.  Pure.
 */
#ifndef SSPR_TOTP_H
#define SSPR_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define TOTP_SEED_MIN    16u /* bytes, RFC 4226 section 4, R6 */
#define TOTP_SEED_MAX    64u /* bytes */
#define TOTP_SEED        20u /* bytes: 160 bits, what we make (R-VER-3) */
#define TOTP_DIGITS_MAX  8u
#define TOTP_BASE32_SIZE 129u /* base32 of the longest seed, with its NUL */

enum totp_hash { TOTP_SHA1 = 1, TOTP_SHA256, TOTP_SHA512 };

struct totp {
	const uint8_t *seed;
	uint16_t len;    /* of seed, TOTP_SEED_MIN to TOTP_SEED_MAX bytes */
	uint8_t hash;    /* enum totp_hash */
	uint8_t digits;  /* 6 or 8 */
	uint16_t period; /* seconds, 30 or 60 */
	bool strict;     /* the coming step is refused (R-VER-3) */
};

/*
 * Verify a code.  RFC 6238 section 4.2, RFC 4226 section 5.3; the window is
 * one time step to either side (section 5.2), if strict to the past only;
 * replay as section 5.2 says: a step is accepted once, and none before it
 * afterwards.
 *
 * now    seconds since the epoch, UTC
 * code   len bytes as typed
 * last   the last step accepted, 0 none
 * *step  out, on SSPR_OK: the step matched, greater than last
 *
 * Time depends on len, t->digits and t->strict only.  Returns SSPR_OK,
 * SSPR_CODE_WRONG, SSPR_CODE_REPLAY (right, but its step is not after last) or
 * SSPR_SYSTEM.
 */
enum sspr_err totp_check(const struct totp *t, uint64_t now, const void *code,
    size_t len, uint64_t last, uint64_t *step);

/*
 * The seed in base32, RFC 4648 section 6, upper case, without padding.
 *
 * buf   out: NUL-terminated; holds a secret
 */
enum sspr_err
totp_base32(const uint8_t *seed, size_t len, char buf[static TOTP_BASE32_SIZE]);

#endif /* SSPR_TOTP_H */
