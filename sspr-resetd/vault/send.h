/* SPDX-License-Identifier: MIT */
/*
 * send.h - codes that are sent (R-VER-4, R-DEL-3): asked for, capped, tried.
 *
 * A decoy, or an account without the method, goes the same way to the same
 * writes: a challenge is stored, its code is one nobody was told.
 */
#ifndef SSPR_SEND_H
#define SSPR_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "method.h"
#include "vault/code.h"
#include "vault/store.h"

#define SEND_LIFE_S 600u /* a code is good for (R-VER-4) */
#define SEND_TRIES  3u   /* wrong entries until it is void */

struct account_factor;
struct session;
struct vault;

/*
 * Session s asks for a code by method m: the challenge of its account or name,
 * method and source.  A live one stays as it is, and what was sent for it is
 * not sent again; else a new one is written.  If there is a factor and all
 * caps allow it (pump.h), its message is queued in the same transaction; what
 * a cap kept back goes when it is asked for again later, and ends as said.
 *
 * f       the factor whose address it goes to, or NULL: none goes
 * *until  out, on SSPR_OK: when it ends, clock of vault_now
 *
 * Returns SSPR_OK, SSPR_BUSY with nothing written while v->failed is false
 * (STORE_CHALLENGES, for everybody alike), or why the round fails (store).
 */
enum sspr_err send_code(struct vault *v, struct session *s, enum method m,
    const struct account_factor *f, uint64_t *until);

/*
 * A code was typed: count the try, durably, before it is compared.
 * Returns SSPR_OK, SSPR_CODE_WRONG (no live challenge, so nothing to compare
 * with) or what the store says.
 */
enum sspr_err send_debit(struct vault *v, struct session *s, enum method m);

/*
 * Give the try of s->attempt back: its code was right, and is not used up.
 * Returns SSPR_OK, also where that challenge is no more, or what the store
 * says.
 */
enum sspr_err send_refund(struct vault *v, struct session *s, enum method m);

/*
 * Compare s->attempt.code with the challenge.  It is right only if the address
 * it went to is still that of a usable factor of s->account.
 *
 * *c   out, on SSPR_OK: the challenge, for store_accept_sent
 *
 * SSPR_OK or SSPR_CODE_WRONG.
 */
enum sspr_err send_compare(struct vault *v, struct session *s, enum method m,
    struct store_challenge *c);

/*
 * Confirm an address that s wants to enrol, as reach_read has it: the caps are
 * debited, the code is queued and given to the caller, who says send_redeemed
 * when it comes back.  *code is wiped or untouched on failure.  SSPR_OK,
 * SSPR_THROTTLED (a cap), SSPR_USAGE (not a number or mailbox this site sends
 * to), or what the store says.
 */
enum sspr_err send_confirm(struct vault *v, struct session *s, enum method m,
    const char *address, char code[static CODE_SENT_SIZE]);

/* Whether this site can send by the method, and to the address. */
bool send_may_go(struct vault *v, enum method m, const char *address);

/*
 * A code of this method was right, METHOD_NOTICE: that of s->new.record: count
 * it (less than a tenth of the last 30 suspends sms and landline, R-DEL-3).
 */
enum sspr_err send_redeemed(struct vault *v, struct session *s, enum method m);

#endif /* SSPR_SEND_H */
