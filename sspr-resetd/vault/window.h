/* SPDX-License-Identifier: MIT */
/*
 * window.h - how often something happened within a span of time.  Pure.
 *
 * Counted in slots of a fifteenth of the span, of which there is one more: so
 * no span has more in it than window_sum says, and what it says is of a
 * sixteenth more than the span at most.
 */
#ifndef SSPR_WINDOW_H
#define SSPR_WINDOW_H

#include <stdint.h>

#define WINDOW_SLOTS 16u
#define WINDOW_BYTES (8 + 2 * WINDOW_SLOTS) /* as stored */

struct window {
	uint64_t slot;            /* number of the newest one since the epoch */
	uint16_t n[WINDOW_SLOTS]; /* by number modulo WINDOW_SLOTS */
};

/*
 * Count one.
 *
 * span  seconds, WINDOW_SLOTS - 1 at least; the same at each call of a window
 * now   seconds of clock.h; one before the newest slot counts as in it
 */
void window_add(struct window *w, uint32_t span, uint64_t now);

/* Take the newest one back. */
void window_take_back(struct window *w);

/* How many there were in the last span; clears what is older. */
uint32_t window_sum(struct window *w, uint32_t span, uint64_t now);

/* As bytes, and back; any bytes are a window. */
void window_encode(const struct window *w, uint8_t at[static WINDOW_BYTES]);
void window_decode(const uint8_t at[static WINDOW_BYTES], struct window *w);

#endif /* SSPR_WINDOW_H */
