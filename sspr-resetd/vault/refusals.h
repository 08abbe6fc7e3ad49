/* SPDX-License-Identifier: MIT */
/*
 * refusals.h - which audit records of what anybody can cause are written: the
 * first TALLY_LINES of a source in a minute, and of all sources together
 * REFUSALS_MAX; of the others their number (R-LOG-4).  Parent takes so many
 * from the vault in a minute and then resets nothing, so strangers must not
 * come near it.  Pure.
 */
#ifndef SSPR_REFUSALS_H
#define SSPR_REFUSALS_H

#include <stdbool.h>
#include <stdint.h>

#include "tally.h"

#define REFUSALS_MAX 1000u /* a minute */

struct refusals {
	struct tally by_source;
	uint64_t since_ms; /* of the first one of this minute */
	uint32_t n;        /* in it, but for those its source left out */
};

/* Count one; whether it is written.  now_ms is monotonic. */
bool refusals_add(struct refusals *r, const char *source, uint64_t now_ms);

/*
 * Take out a minute that is over and in which some were left out.
 *
 * source   out, on true: whose, or "" of many
 * *missed  out, on true: how many
 */
bool refusals_take(struct refusals *r, uint64_t now_ms,
    char source[static TALLY_KEY_MAX + 1], uint32_t *missed);

/* When refusals_take will have something, or 0 for never. */
uint64_t refusals_deadline(const struct refusals *r);

#endif /* SSPR_REFUSALS_H */
