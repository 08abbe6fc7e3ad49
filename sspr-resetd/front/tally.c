/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "front/tally.h"

/* The row of uid, or the one to use for it: free, or else the oldest. */
static size_t
row_of(const struct tally *t, uid_t uid)
{
	size_t best = 0;

	for (size_t i = 0; i < TALLY_UIDS; i++)
		if (t->rows[i].count != 0 && t->rows[i].uid == uid)
			return i;
	for (size_t i = 0; i < TALLY_UIDS; i++) {
		if (t->rows[i].count == 0)
			return i;
		if (t->rows[i].since_ms < t->rows[best].since_ms)
			best = i;
	}
	return best;
}

bool
tally_add(struct tally *t, uid_t uid, uint64_t now_ms)
{
	const size_t i = row_of(t, uid);

	if (t->rows[i].count == 0 || t->rows[i].uid != uid ||
	    now_ms - t->rows[i].since_ms >= TALLY_SPAN_MS) {
		t->rows[i].uid = uid;
		t->rows[i].count = 0;
		t->rows[i].since_ms = now_ms;
	}
	if (t->rows[i].count < UINT32_MAX)
		t->rows[i].count++;
	return t->rows[i].count <= TALLY_LINES;
}

bool
tally_take(struct tally *t, uint64_t now_ms, uid_t *uid, uint32_t *missed)
{
	for (size_t i = 0; i < TALLY_UIDS; i++) {
		if (t->rows[i].count <= TALLY_LINES ||
		    now_ms - t->rows[i].since_ms < TALLY_SPAN_MS)
			continue;
		*uid = t->rows[i].uid;
		*missed = t->rows[i].count - TALLY_LINES;
		memset(&t->rows[i], 0, sizeof(t->rows[i]));
		return true;
	}
	return false;
}

uint64_t
tally_deadline(const struct tally *t)
{
	uint64_t first = 0;

	for (size_t i = 0; i < TALLY_UIDS; i++)
		if (t->rows[i].count > TALLY_LINES &&
		    (first == 0 || t->rows[i].since_ms + TALLY_SPAN_MS < first))
			first = t->rows[i].since_ms + TALLY_SPAN_MS;
	return first;
}
