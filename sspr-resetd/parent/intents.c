/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "parent/intents.h"

static void
close_intent(struct intents *in, size_t i)
{
	in->count--;
	memmove(&in->at[i], &in->at[i + 1],
	    (in->count - i) * sizeof(in->at[0]));
}

/* An end closes all of its beginnings, or waits for an older one. */
static void
close_all(struct intents *in, const struct lines_line *l)
{
	const size_t before = in->count;
	struct intents_end *new;

	for (size_t i = in->count; i-- > 0;)
		if (in->at[i].uid == l->subject &&
		    strcmp(in->at[i].correlation, l->correlation) == 0)
			close_intent(in, i);
	if (in->count < before || in->nends == INTENTS_MAX)
		return;
	new = &in->ends[in->nends++];
	new->uid = l->subject;
	memcpy(new->correlation, l->correlation, sizeof(new->correlation));
}

/* One that leaves nothing open; reset.unknown does. */
static bool
is_end(const char *event)
{
	return strcmp(event, "reset.done") == 0 ||
	    strcmp(event, "reset.failed") == 0 ||
	    strcmp(event, "reset.unlocked") == 0 ||
	    strcmp(event, "reset.resolved") == 0;
}

static void
take(struct intents *in, const struct lines_line *l)
{
	struct intent *new;

	if (is_end(l->event))
		close_all(in, l);
	if (strcmp(l->event, "reset.intent") != 0 ||
	    l->correlation[0] == '\0' || l->digest[0] == '\0' ||
	    l->subject == IPC_NOBODY)
		return;
	if (in->count == INTENTS_MAX)
		close_intent(in, 0);
	new = &in->at[in->count++];
	new->uid = l->subject;
	memcpy(new->correlation, l->correlation, sizeof(new->correlation));
	memcpy(new->digest, l->digest, sizeof(new->digest));
	memcpy(new->source, l->source, sizeof(new->source));
}

/* Whether an end among those waits for it; if so no longer. */
static bool
take_end(struct intents *in, const struct intent *of)
{
	for (size_t i = 0; i < in->nends; i++) {
		if (in->ends[i].uid != of->uid ||
		    strcmp(in->ends[i].correlation, of->correlation) != 0)
			continue;
		in->ends[i] = in->ends[--in->nends];
		return true;
	}
	return false;
}

/* Put what an older part of the log has before what is known. */
static void
add_older(struct intents *in, const struct intents *old)
{
	for (size_t i = old->count; i-- > 0;) {
		if (take_end(in, &old->at[i]) || in->count == INTENTS_MAX)
			continue;
		memmove(&in->at[1], &in->at[0], in->count * sizeof(in->at[0]));
		in->at[0] = old->at[i];
		in->count++;
	}
	for (size_t i = 0; i < old->nends && in->nends < INTENTS_MAX; i++)
		in->ends[in->nends++] = old->ends[i];
}

void
intents_take(struct intents *in, const char *text, size_t len)
{
	struct intents old = { .count = 0 };
	struct lines_line l;

	while (lines_find(&text, &len, LINES_RESET, &l))
		take(&old, &l);
	add_older(in, &old);
}
