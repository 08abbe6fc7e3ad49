/* SPDX-License-Identifier: MIT */
/*
 * letter.h - a message of the outbox, sealed (R-KEY-3).  Pure but for the keys
 * of seal.h.
 */
#ifndef SSPR_LETTER_H
#define SSPR_LETTER_H

#include "err.h"
#include "vault/account.h"
#include "vault/record.h"

/* Seal *m, which is wiped.  Returns SSPR_OK or SSPR_MALFORMED. */
enum sspr_err letter_close(struct seal *s, struct record_message *m,
    struct account_sealed *sealed);

/*
 * Open one into *m, which the caller wipes.
 * Returns SSPR_OK or SSPR_SUSPENDED: it was not written by us.
 */
enum sspr_err letter_open(struct seal *s, const struct account_sealed *sealed,
    struct record_message *m);

/* Zero *m so that the compiler cannot leave it out. */
void letter_wipe(struct record_message *m);

#endif /* SSPR_LETTER_H */
