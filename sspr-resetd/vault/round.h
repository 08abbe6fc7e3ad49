/* SPDX-License-Identifier: MIT */
/*
 * round.h - one round of the vault, but for the waiting (vault.h says what a
 * round is).
 */
#ifndef SSPR_ROUND_H
#define SSPR_ROUND_H

#include <stdint.h>

struct vault;

/*
 * Everything after the messages were taken in: look-ups that take too long,
 * debits, commit, comparisons and messages, commit, then what may leave.
 */
void round_run(struct vault *v);

/* Milliseconds until something is due, -1 never. */
int round_wait_ms(struct vault *v, uint64_t now_ms);

/* Have parent say when all audit records so far are durable. */
void round_sync(struct vault *v);

#endif /* SSPR_ROUND_H */
