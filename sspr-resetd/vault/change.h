/* SPDX-License-Identifier: MIT */
/*
 * change.h - taking away what is enrolled, and switching it off.
 */
#ifndef SSPR_CHANGE_H
#define SSPR_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct account_factor;
struct session;
struct vault;

/*
 * Whether what s wants to change is in s->account, as last read: for REMOVE
 * and KEEP their factor, for LOST something to switch off.  A pass is not
 * kept: it ends by itself.
 *
 * Returns SSPR_OK or SSPR_NO_FACTOR.
 */
enum sspr_err change_check(struct vault *v, struct session *s);

/*
 * Whether it undoes what a stranger may have done, or stops it: LOST, KEEP, and
 * REMOVE of what cannot be used yet.  Whoever uses up the day's changes MUST
 * NOT keep the owner from it; each takes a change before it, so they end by
 * themselves.
 */
bool change_defends(struct vault *v, struct session *s);

/*
 * Whether its owner would miss f if it ended now: it can be used for a proof,
 * or is told of things.
 */
bool change_is_missed(const struct account_factor *f, uint64_t now);

/*
 * The phone is lost: app, sms and landline are off at once (R-ENR-2), and
 * the owner is told.  A whole change, in the round's transaction.
 */
enum sspr_err change_lost(struct vault *v, struct session *s);

#endif /* SSPR_CHANGE_H */
