/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tally.h"

static bool
is_of(const struct tally_row *r, const char *name)
{
	return r->count != 0 && strncmp(r->name, name, TALLY_KEY_MAX) == 0;
}

/* The row of a name, or the one to use for it: free, or else the oldest. */
static struct tally_row *
row_of(struct tally *t, const char *name)
{
	struct tally_row *best = &t->rows[0];

	for (size_t i = 0; i < TALLY_ROWS; i++)
		if (is_of(&t->rows[i], name))
			return &t->rows[i];
	for (size_t i = 0; i < TALLY_ROWS; i++) {
		if (t->rows[i].count == 0)
			return &t->rows[i];
		if (t->rows[i].since_ms < best->since_ms)
			best = &t->rows[i];
	}
	return best;
}

bool
tally_add(struct tally *t, const char *name, uint64_t now_ms)
{
	struct tally_row *r = row_of(t, name);

	if (!is_of(r, name) || now_ms - r->since_ms >= TALLY_SPAN_MS) {
		*r = (struct tally_row){ .since_ms = now_ms };
		memcpy(r->name, name, strnlen(name, TALLY_KEY_MAX));
	}
	if (r->count < UINT32_MAX)
		r->count++;
	return r->count <= TALLY_LINES;
}

bool
tally_take(struct tally *t, uint64_t now_ms,
    char name[static TALLY_KEY_MAX + 1], uint32_t *missed)
{
	for (size_t i = 0; i < TALLY_ROWS; i++) {
		struct tally_row *r = &t->rows[i];

		if (r->count <= TALLY_LINES ||
		    now_ms - r->since_ms < TALLY_SPAN_MS)
			continue;
		memcpy(name, r->name, sizeof(r->name));
		*missed = r->count - TALLY_LINES;
		memset(r, 0, sizeof(*r));
		return true;
	}
	return false;
}

uint64_t
tally_deadline(const struct tally *t)
{
	uint64_t first = 0;

	for (size_t i = 0; i < TALLY_ROWS; i++)
		if (t->rows[i].count > TALLY_LINES &&
		    (first == 0 || t->rows[i].since_ms + TALLY_SPAN_MS < first))
			first = t->rows[i].since_ms + TALLY_SPAN_MS;
	return first;
}
