/* SPDX-License-Identifier: MIT */
#include "vault/refusals.h"

bool
refusals_add(struct refusals *r, const char *source, uint64_t now_ms)
{
	if (!tally_add(&r->by_source, source, now_ms))
		return false;
	if (r->n <= REFUSALS_MAX && now_ms - r->since_ms >= TALLY_SPAN_MS)
		r->n = 0;
	if (r->n == 0)
		r->since_ms = now_ms;
	if (r->n < UINT32_MAX)
		r->n++;
	return r->n <= REFUSALS_MAX;
}

bool
refusals_take(struct refusals *r, uint64_t now_ms,
    char source[static TALLY_KEY_MAX + 1], uint32_t *missed)
{
	if (tally_take(&r->by_source, now_ms, source, missed))
		return true;
	if (r->n <= REFUSALS_MAX || now_ms - r->since_ms < TALLY_SPAN_MS)
		return false;
	source[0] = '\0';
	*missed = r->n - REFUSALS_MAX;
	r->n = 0;
	return true;
}

uint64_t
refusals_deadline(const struct refusals *r)
{
	const uint64_t all = r->since_ms + TALLY_SPAN_MS;
	const uint64_t one = tally_deadline(&r->by_source);

	if (r->n <= REFUSALS_MAX)
		return one;
	return one != 0 && one < all ? one : all;
}
