/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "parent/resets.h"
#include "source.h"

bool
resets_is_one(const char *event)
{
	static const char *const ones[] = { "reset.done", "reset.unlocked",
		"reset.resolved", "reset.unknown" };

	for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++)
		if (strcmp(event, ones[i]) == 0)
			return true;
	return false;
}

static bool
is_within(int64_t at_ms, int64_t now_ms, int64_t span_ms)
{
	return now_ms - at_ms < span_ms;
}

void
resets_take(struct resets *r, uint32_t uid, const char *source, int64_t at_ms,
    int64_t now_ms)
{
	if (!is_within(at_ms, now_ms, RESETS_DAY_MS))
		return;
	for (size_t i = 0; i < RESETS_MAX; i++) {
		struct resets_row *row = &r->at[i];

		if (row->used && is_within(row->at_ms, now_ms, RESETS_DAY_MS))
			continue;
		*row = (struct resets_row){ .at_ms = at_ms,
			.uid = uid,
			.used = true };
		memcpy(row->source, source, strnlen(source, PROTO_HINT_MAX));
		return;
	}
	if (!r->full || at_ms > r->last_ms)
		r->last_ms = at_ms;
	r->full = true;
}

/* Add what is remembered to what is under way. */
static void
count(const struct resets *r, int64_t now_ms, struct resets_ask *sum)
{
	for (size_t i = 0; i < RESETS_MAX; i++) {
		const struct resets_row *row = &r->at[i];

		if (!row->used || !is_within(row->at_ms, now_ms, RESETS_DAY_MS))
			continue;
		sum->of_uid += row->uid == sum->uid;
		if (!is_within(row->at_ms, now_ms, RESETS_HOUR_MS))
			continue;
		sum->of_host++;
		sum->of_source += strcmp(row->source, sum->source) == 0;
	}
}

enum sspr_err
resets_may(const struct resets *r, const struct resets_rule *rule,
    const struct resets_ask *ask, int64_t now_ms)
{
	struct resets_ask sum = *ask;

	count(r, now_ms, &sum);
	if (sum.of_uid >= rule->per_day)
		return SSPR_RESETS;
	if (sum.of_source >= rule->per_source &&
	    !source_is_in(ask->source, rule->shared))
		return SSPR_SOURCE;
	if (sum.of_host >= rule->per_hour ||
	    (r->full && is_within(r->last_ms, now_ms, RESETS_DAY_MS)))
		return SSPR_BUSY;
	return SSPR_OK;
}
