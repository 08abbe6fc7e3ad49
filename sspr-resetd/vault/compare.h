/* SPDX-License-Identifier: MIT */
/*
 * compare.h - whether what was typed is right, by the method it is for.
 */
#ifndef SSPR_COMPARE_H
#define SSPR_COMPARE_H

#include <stdint.h>

#include "err.h"
#include "gate.h"

struct account_factor;
struct session;
struct vault;

/*
 * Compare s->attempt.code, which was debited, with every usable factor of
 * s->attempt.method.  A decoy has none, does the same work and is wrong.
 *
 * s->attempt   out, on SSPR_OK: factor, used, number, challenge
 *
 * Returns SSPR_OK, SSPR_CODE_WRONG or SSPR_CODE_REPLAY.
 */
enum sspr_err compare_code(struct vault *v, struct session *s);

/* The one usable factor of a method of s's account, or NULL. */
struct account_factor *
compare_factor(struct vault *v, struct session *s, enum method m);

/* The keyed hash of where s->attempt's code was sent to; zero if it was not. */
void compare_destination(struct vault *v, struct session *s,
    uint8_t destination[static GATE_DESTINATION]);

/* How many recovery codes are left when these are used (bit n - 1). */
uint32_t compare_left(uint64_t used);

#endif /* SSPR_COMPARE_H */
