/* SPDX-License-Identifier: MIT */
/*
 * tally.h - what is worth a line in a log: the first TALLY_LINES of a name in
 * a minute, the rest as a number (R-LOG-4).  A name is whatever is counted
 * apart: a uid in digits, a source, a kind of event.  Pure.
 */
#ifndef SSPR_TALLY_H
#define SSPR_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"

#define TALLY_LINES   10u        /* a minute and name */
#define TALLY_ROWS    64u        /* keys; more make the oldest forgotten */
#define TALLY_SPAN_MS 60000u     /* milliseconds */
#define TALLY_KEY_MAX SOURCE_MAX /* bytes; of a longer name the rest is cut */

struct tally {
	struct tally_row {
		char name[TALLY_KEY_MAX + 1];
		uint32_t count;    /* 0: the row is free */
		uint64_t since_ms; /* of the first one counted */
	} rows[TALLY_ROWS];
};

/* Count one of name; whether it gets a line.  now_ms is monotonic. */
bool tally_add(struct tally *t, const char *name, uint64_t now_ms);

/*
 * Take out a minute that is over and in which lines were left out.
 *
 * name     out, on true: whose
 * *missed  out, on true: how many lines
 */
bool tally_take(struct tally *t, uint64_t now_ms,
    char name[static TALLY_KEY_MAX + 1], uint32_t *missed);

/* When tally_take will have something, or 0 for never. */
uint64_t tally_deadline(const struct tally *t);

#endif /* SSPR_TALLY_H */
