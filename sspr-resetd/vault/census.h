/* SPDX-License-Identifier: MIT */
/*
 * census.h - whether those who are enrolled are still there (R-ENR-4).
 */
#ifndef SSPR_CENSUS_H
#define SSPR_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"
#include "vault/account.h"

struct vault;

#define CENSUS_PENDING 1024u
#define CENSUS_AT_ONCE 64u /* that are marked in a round */

/* All zero at first. */
struct census {
	uint64_t due_ms; /* the next question or walk; 0: not started */
	bool walking;
	bool doubt, second; /* some can be told in a second walk; this is it */
	uint8_t at[ACCOUNT_KEY]; /* the account asked about last */
	uint32_t ids, id;        /* given out; of the open question, 0 none */
	uint64_t rest_ms;        /* nothing is marked until then */
	size_t marked;           /* of those pending, in the last round */
	size_t npending;         /* missing, and that is not yet durable */
	uint8_t pending[CENSUS_PENDING][ACCOUNT_KEY];
};

/* Ask about everybody, from now on and every hour. */
void census_start(struct vault *v);

/* What names says; that it is gone, and with it the open question. */
void census_counted(struct vault *v, const struct ipc_counted *c);
void census_left(struct vault *v, const struct ipc_left *l);
void census_lost(struct vault *v);

/* In each round: mark who is missing, before codes are compared. */
void census_mark(struct vault *v);

/* In each round: ask about the next one, if it is time. */
void census_ask(struct vault *v);

/* Milliseconds until one of them has something to do. */
uint64_t census_wait_ms(const struct vault *v);

#endif /* SSPR_CENSUS_H */
