/* SPDX-License-Identifier: MIT */
/*
 * dialogue.h - from a refused password to the end of a reset.
 */
#ifndef SSPR_DIALOGUE_H
#define SSPR_DIALOGUE_H

#include "err.h"
#include "prompt.h"
#include "proto.h"

#define DIALOGUE_WORD_MIN 6 /* bytes that count as `forgot' ... */
#define DIALOGUE_WORD_MAX 8 /* ... to these */

/*
 * Ask the daemon whether to make an offer, wait as long as it says, make it.
 * One that refers elsewhere is asked once, and its `again' shown after any
 * answer.
 *
 * Returns SSPR_OK if the offer is taken; SSPR_NO_OFFER if there is none;
 * SSPR_CANCELLED if it is declined, refers elsewhere or cannot be asked; or
 * talk_run()'s error.
 */
enum sspr_err dialogue_offer(struct prompt *p, const struct proto_hello *hello);

/*
 * Relay a reset.  If it ends without the daemon having told why, tell it.  In
 * service login the pending alarm is pushed out meanwhile.
 *
 * Returns the daemon's result or talk_run()'s error.
 */
enum sspr_err dialogue_reset(struct prompt *p, const struct proto_hello *hello);

#endif /* SSPR_DIALOGUE_H */
