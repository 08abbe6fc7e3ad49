/* SPDX-License-Identifier: MIT */
/*
 * list.h - an account as records for a client: what is enrolled, and what the
 * policy wants.
 */
#ifndef SSPR_LIST_H
#define SSPR_LIST_H

#include <stdbool.h>

struct session;
struct vault;

/*
 * Queue a FACTOR for each factor of s->account that is enrolled, also while
 * its removal has not taken effect; of a pass, while it can still be used.
 * Addresses are shown in part.
 *
 * Returns false if a record does not open: the failure was said then.
 */
bool list_factors(struct vault *v, struct session *s);

/* Queue the POLICY of s's account; it depends on no service or network. */
void list_policy(struct vault *v, struct session *s);

#endif /* SSPR_LIST_H */
