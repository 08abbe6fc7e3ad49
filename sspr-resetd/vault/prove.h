/* SPDX-License-Identifier: MIT */
/*
 * prove.h - the gates: asking for proofs, in a reset and before a change of
 * what is enrolled.
 */
#ifndef SSPR_PROVE_H
#define SSPR_PROVE_H

#include <stdint.h>

#include "err.h"

struct session;
struct vault;

/* METHOD_BITs of what s may be asked for next, as far as s may know it. */
uint32_t prove_mask(struct vault *v, struct session *s);

/* Use the proof that matched up and write the account: a whole change. */
enum sspr_err prove_consume(struct vault *v, struct session *s);

/* A proof led to where it should: all wrong tries are forgotten (R-THR-2). */
void prove_succeed(struct vault *v, struct session *s);

#endif /* SSPR_PROVE_H */
