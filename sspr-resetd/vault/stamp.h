/* SPDX-License-Identifier: MIT */
/*
 * stamp.h - the MACs of rows that belong to no account (R-KEY-2): challenges
 * and the clock's mark.  Pure but for the keys of seal.h.
 *
 * An edited row does not verify.  An older one put back does: what it can do
 * is said where it is read.
 */
#ifndef SSPR_STAMP_H
#define SSPR_STAMP_H

#include "err.h"
#include "vault/seal.h"
#include "vault/store.h"

/* Make the MAC of a row that is about to be written. */
void stamp_challenge(struct seal *s, struct store_challenge *c);
void stamp_clock(struct seal *s, struct store_clock *c);

/* Whether the MAC of a row holds: SSPR_OK or SSPR_SUSPENDED. */
enum sspr_err
stamp_check_challenge(struct seal *s, const struct store_challenge *c);
enum sspr_err stamp_check_clock(struct seal *s, const struct store_clock *c);

#endif /* SSPR_STAMP_H */
