/* SPDX-License-Identifier: MIT */
/*
 * tally.h - which misbehaviour is worth a line in the log: the first
 * TALLY_LINES of a uid in a minute, the rest as a number (R-LOG-4).
 */
#ifndef SSPR_TALLY_H
#define SSPR_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define TALLY_LINES   10u    /* a minute and uid */
#define TALLY_UIDS    64u    /* remembered; more make the oldest forgotten */
#define TALLY_SPAN_MS 60000u /* milliseconds */

struct tally {
	struct {
		uid_t uid;
		uint32_t count;    /* 0: the row is free */
		uint64_t since_ms; /* of the first one counted */
	} rows[TALLY_UIDS];
};

/* Count one of uid; whether it gets a line.  now_ms is monotonic. */
bool tally_add(struct tally *t, uid_t uid, uint64_t now_ms);

/*
 * Take out a minute that is over and in which lines were left out.
 *
 * *uid     out, on true: whose
 * *missed  out, on true: how many lines
 */
bool tally_take(struct tally *t, uint64_t now_ms, uid_t *uid, uint32_t *missed);

/* When tally_take will have something, or 0 for never. */
uint64_t tally_deadline(const struct tally *t);

#endif /* SSPR_TALLY_H */
