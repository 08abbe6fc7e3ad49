/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "vault/window.h"

/* Turn the window on to now: what it leaves behind is zero. */
static void
turn(struct window *w, uint32_t span, uint64_t now)
{
	const uint64_t slot = now / (span / (WINDOW_SLOTS - 1));

	if (slot <= w->slot)
		return;
	if (slot - w->slot >= WINDOW_SLOTS)
		memset(w->n, 0, sizeof(w->n));
	else
		for (uint64_t i = w->slot + 1; i <= slot; i++)
			w->n[i % WINDOW_SLOTS] = 0;
	w->slot = slot;
}

void
window_add(struct window *w, uint32_t span, uint64_t now)
{
	uint16_t *n;

	turn(w, span, now);
	n = &w->n[w->slot % WINDOW_SLOTS];
	if (*n < UINT16_MAX)
		++*n;
}

void
window_take_back(struct window *w)
{
	for (uint64_t i = 0; i < WINDOW_SLOTS; i++) {
		uint16_t *n = &w->n[(w->slot - i) % WINDOW_SLOTS];

		if (*n > 0) {
			--*n;
			return;
		}
	}
}

uint32_t
window_sum(struct window *w, uint32_t span, uint64_t now)
{
	uint32_t sum = 0;

	turn(w, span, now);
	for (size_t i = 0; i < WINDOW_SLOTS; i++)
		sum += w->n[i];
	return sum;
}

void
window_encode(const struct window *w, uint8_t at[static WINDOW_BYTES])
{
	for (unsigned int i = 0; i < 8; i++)
		at[i] = (uint8_t)(w->slot >> (56 - 8 * i));
	for (size_t i = 0; i < WINDOW_SLOTS; i++) {
		at[8 + 2 * i] = (uint8_t)(w->n[i] >> 8);
		at[9 + 2 * i] = (uint8_t)w->n[i];
	}
}

void
window_decode(const uint8_t at[static WINDOW_BYTES], struct window *w)
{
	w->slot = 0;
	for (size_t i = 0; i < 8; i++)
		w->slot = w->slot << 8 | at[i];
	for (size_t i = 0; i < WINDOW_SLOTS; i++)
		w->n[i] = (uint16_t)(at[8 + 2 * i] << 8 | at[9 + 2 * i]);
}
