/* SPDX-License-Identifier: MIT */
/*
 * limit.h - how long an account must wait after wrong tries.  Pure.
 */
#ifndef SSPR_LIMIT_H
#define SSPR_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "vault/window.h"

/* The failures of one (account, method, class of source) since a success. */
struct limit {
	uint32_t failures;
	uint64_t last; /* seconds of clock.h: when the last one was */
};

/* What is allowed; from sspr.conf. */
struct limit_rule {
	uint32_t free;  /* failures before waits begin */
	uint32_t first; /* seconds: the first wait; each failure doubles it */
	uint32_t most;  /* seconds: no wait is longer */
	uint32_t max;   /* failures that switch the method off */
};

#define LIMIT_OFF UINT32_MAX /* a wait without end */
#define LIMIT_QUIET_S                                          \
	(90 * 86400u) /* failures of so long ago are forgotten \
		       */
#define LIMIT_DAY_S 86400u

/*
 * Seconds from now until the next try is compared: 0 now, LIMIT_OFF never.
 * REQUIREMENTS 8.4: the n-th failure, n > free, waits
 * min(first * 2^(n - free - 1), most); max of them switch the method off.
 *
 * now   seconds of clock.h, which nothing sets back; a time before l->last
 *       counts as l->last all the same
 */
uint32_t
limit_wait(const struct limit *l, const struct limit_rule *rule, uint64_t now);

/*
 * The same where two classes of sources share max (R-THR-6): strangers are
 * off after max - max / 3 failures of their own, so a third is left to sources
 * that are known; either is off when both together have max.  Each waits for
 * its own failures only.
 *
 * own, other   the class that tries, and the other one
 * known        own is that of the known sources
 */
uint32_t limit_wait_shared(const struct limit *own, const struct limit *other,
    bool known, const struct limit_rule *rule, uint64_t now);

/*
 * Whether the tries of the last day, by all methods together, are as many as
 * may be: `most', of which a third is left to sources that are known.
 *
 * own, other   the class that tries, and the other one
 */
bool limit_is_full(struct window *own, struct window *other, bool known,
    uint32_t most, uint64_t now);

/* Forget what was quiet for LIMIT_QUIET_S (R-THR-7). */
void limit_forget(struct limit *l, uint64_t now);

/* Count one try that is about to be compared. */
void limit_debit(struct limit *l, uint64_t now);

/*
 * Take one debit back: the try was no guess.
 *
 * before   as it was before that debit; its time counts again if no other
 *          try was debited since
 */
void limit_refund(struct limit *l, const struct limit *before);

#endif /* SSPR_LIMIT_H */
