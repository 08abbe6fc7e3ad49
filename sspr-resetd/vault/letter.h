/* SPDX-License-Identifier: MIT */
/*
 * letter.h - a message of the outbox, sealed (R-KEY-3).  Pure but for the keys
 * of seal.h.
 */
#ifndef SSPR_LETTER_H
#define SSPR_LETTER_H

#include "err.h"
#include "vault/record.h"
#include "vault/store.h"

/*
 * Seal *r, which is wiped, into a message of the outbox, bound to its grant and
 * to whether it is held for that.  Returns SSPR_OK or SSPR_MALFORMED.
 */
enum sspr_err
letter_close(struct seal *s, struct record_message *r, struct store_message *m);

/*
 * Open one into *r, which the caller wipes.
 * Returns SSPR_OK or SSPR_SUSPENDED: it was not written by us, or its grant or
 * state was changed by others.
 */
enum sspr_err letter_open(struct seal *s, const struct store_message *m,
    struct record_message *r);

/* Zero *r so that the compiler cannot leave it out. */
void letter_wipe(struct record_message *r);

#endif /* SSPR_LETTER_H */
