/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "vault/spray.h"

/* Forget names that were tried long ago. */
static void
forget(struct spray *s, uint64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		if (now < s->name[i].at + SPRAY_NAMES_S)
			s->name[kept++] = s->name[i];
	s->n = kept;
}

static struct spray_name *
find(struct spray *s, const uint8_t name[static SPRAY_NAME])
{
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->name[i].hash, name, SPRAY_NAME) == 0)
			return &s->name[i];
	return NULL;
}

static size_t
most_names(const struct spray_rule *rule)
{
	return rule->accounts < SPRAY_NAMES ? rule->accounts : SPRAY_NAMES;
}

/* Seconds until the first of the names is forgotten. */
static uint32_t
until_one_goes(const struct spray *s, uint64_t now)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < s->n; i++)
		if (s->name[i].at < first)
			first = s->name[i].at;
	if (first > now) /* as if it were now */
		return SPRAY_NAMES_S;
	return (uint32_t)(first + SPRAY_NAMES_S - now);
}

uint32_t
spray_wait(struct spray *s, const struct spray_rule *rule,
    const uint8_t name[static SPRAY_NAME], uint64_t now)
{
	uint64_t wait;

	if (now < s->until) {
		wait = s->until - now; /* no longer than the rule is now */
		return wait > rule->most ? rule->most : (uint32_t)wait;
	}
	forget(s, now);
	if (rule->accounts == 0 || s->n < most_names(rule) ||
	    find(s, name) != NULL)
		return 0;
	return until_one_goes(s, now);
}

/* The n-th wait from 0 on. */
static uint64_t
wait_of(const struct spray_rule *rule, uint32_t n)
{
	uint64_t wait = rule->first;

	for (; n > 0 && wait < rule->most; n--)
		wait *= 2;
	return wait < rule->most ? wait : rule->most;
}

static void
note_name(struct spray *s, const uint8_t name[static SPRAY_NAME], uint64_t now)
{
	struct spray_name *at = find(s, name);

	if (at == NULL) {
		if (s->n == SPRAY_NAMES)
			return; /* spray_wait did not allow it */
		at = &s->name[s->n++];
		memcpy(at->hash, name, SPRAY_NAME);
	}
	at->at = now;
}

void
spray_add(struct spray *s, const struct spray_rule *rule,
    const uint8_t name[static SPRAY_NAME], uint64_t now,
    struct spray_debit *debit)
{
	debit->began = false;
	if (rule->accounts != 0)
		note_name(s, name, now);
	s->last = now;
	window_add(&s->recent, rule->span, now);
	if (window_sum(&s->recent, rule->span, now) < rule->failures)
		return;
	*debit = (struct spray_debit){ .began = true,
		.recent = s->recent,
		.waits = s->waits,
		.until = s->until };
	s->until = now + wait_of(rule, s->waits);
	if (s->waits < UINT32_MAX)
		s->waits++;
	memset(s->recent.n, 0, sizeof(s->recent.n));
}

static bool
is_empty(const struct window *w)
{
	for (size_t i = 0; i < WINDOW_SLOTS; i++)
		if (w->n[i] != 0)
			return false;
	return true;
}

void
spray_take_back(struct spray *s, const uint8_t name[static SPRAY_NAME],
    const struct spray_debit *debit)
{
	struct spray_name *at = find(s, name);

	if (at != NULL)
		*at = s->name[--s->n];
	if (debit->began && is_empty(&s->recent)) {
		s->recent = debit->recent;
		s->waits = debit->waits;
		s->until = debit->until;
	}
	window_take_back(&s->recent);
}
