/* SPDX-License-Identifier: MIT */
/*
 * state.h - what the attributes of an entry say of the account's state.
 */
#ifndef DIRECTORY_STATE_H
#define DIRECTORY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verdict.h"

#define STATE_WHY_MAX 120 /* bytes */

enum state_attribute {
#define ATTRIBUTE(NAME, name) STATE_##NAME,
#include "state.def"
	STATE_COUNT
};

/* What an entry has of an attribute; any bytes. */
struct state_value {
	size_t count;   /* values */
	const char *at; /* the last in order of bytes, if there is one */
	size_t len;
};

/* The attribute's name. */
const char *state_name(enum state_attribute a);

/*
 * Judge the values of all attributes.
 *
 * now   seconds since the epoch, UTC
 * why   out: which attribute says so, and what, or ""
 *
 * Returns the worst of what they say: VERDICT_LOCKED, also for a value that
 * is not understood, VERDICT_EXPIRED, VERDICT_GUESSED, VERDICT_FINE.
 */
enum verdict state_judge(const struct state_value v[static STATE_COUNT],
    int64_t now, char why[static STATE_WHY_MAX + 1]);

/*
 * How bad a verdict on a state is: the more the worse, VERDICT_FINE 0, up to
 * VERDICT_GUESSED, VERDICT_BARE, VERDICT_EXPIRED, VERDICT_LOCKED.
 */
unsigned int state_rank(enum verdict v);

/*
 * Read a generalized time, RFC 4517 section 3.3.13.  A leap second is the
 * first one of the next minute; fractions of seconds are dropped.
 *
 * *t    out, if it is one: seconds since the epoch, UTC
 *
 * Returns whether the len bytes at s are one.
 */
bool state_time(const char *s, size_t len, int64_t *t);

#endif /* DIRECTORY_STATE_H */
