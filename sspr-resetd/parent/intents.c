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

static void
close_all(struct intents *in, const struct lines_line *l)
{
	for (size_t i = in->count; i-- > 0;)
		if (in->at[i].uid == l->subject &&
		    strcmp(in->at[i].correlation, l->correlation) == 0)
			close_intent(in, i);
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

void
intents_find(const char *text, size_t len, struct intents *in)
{
	struct lines_line l;

	in->count = 0;
	while (lines_next(&text, &len, &l))
		take(in, &l);
}
