/* SPDX-License-Identifier: MIT */
#include "vault/limit.h"

uint32_t
limit_wait(const struct limit *l, const struct limit_rule *rule, uint64_t now)
{
	uint64_t wait = rule->first, spent;

	if (l->failures >= rule->max)
		return LIMIT_OFF;
	if (l->failures <= rule->free)
		return 0;
	for (uint32_t n = rule->free + 1; n < l->failures && wait < rule->most;
	     n++)
		wait *= 2;
	if (wait > rule->most)
		wait = rule->most;
	spent = now > l->last ? now - l->last : 0;
	return spent >= wait ? 0 : (uint32_t)(wait - spent);
}

uint32_t
limit_wait_shared(const struct limit *own, const struct limit *other,
    bool known, const struct limit_rule *rule, uint64_t now)
{
	const uint64_t both = (uint64_t)own->failures + other->failures;

	if (both >= rule->max ||
	    (!known && own->failures >= rule->max - rule->max / 3))
		return LIMIT_OFF;
	return limit_wait(own, rule, now);
}

bool
limit_is_full(struct window *own, struct window *other, bool known,
    uint32_t most, uint64_t now)
{
	const uint32_t mine = window_sum(own, LIMIT_DAY_S, now);

	return mine + window_sum(other, LIMIT_DAY_S, now) >= most ||
	    (!known && mine >= most - most / 3);
}

void
limit_forget(struct limit *l, uint64_t now)
{
	if (now >= l->last && now - l->last >= LIMIT_QUIET_S)
		*l = (struct limit){ 0 };
}

void
limit_debit(struct limit *l, uint64_t now)
{
	if (l->failures < UINT32_MAX)
		l->failures++;
	if (now > l->last)
		l->last = now;
}

void
limit_refund(struct limit *l, const struct limit *before)
{
	if (l->failures > 0)
		l->failures--;
	if (l->failures <= before->failures)
		l->last = before->last;
}
