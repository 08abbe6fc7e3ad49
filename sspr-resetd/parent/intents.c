/* SPDX-License-Identifier: MIT */
/*
 * What looks like `"key":"value"' in a line of the log is a field of it:
 * inside a value the log has no bare quote and no backslash but of \u00NN.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parent/intents.h"

#define KEY_LEN 24u /* bytes of a key with its quotes and colon, and NUL */

struct line {
	const char *at;
	size_t len;
};

static const char *
find(const struct line *l, const char *key)
{
	const size_t len = strlen(key);
	const char *at = memmem(l->at, l->len, key, len);

	return at == NULL ? NULL : at + len;
}

/* The text of a field, if it is there, plain, and fits into size bytes. */
static bool
get_text(const struct line *l, const char *key, char *value, size_t size)
{
	const char *from, *to, *end = l->at + l->len;
	char start[KEY_LEN];

	snprintf(start, sizeof(start), "\"%s\":\"", key);
	if ((from = find(l, start)) == NULL ||
	    (to = memchr(from, '"', (size_t)(end - from))) == NULL ||
	    to == from || (size_t)(to - from) >= size ||
	    memchr(from, '\\', (size_t)(to - from)) != NULL)
		return false;
	memcpy(value, from, (size_t)(to - from));
	value[to - from] = '\0';
	return true;
}

/* A uid is followed by a comma in its line, so strtoul stops inside. */
static bool
get_uid(const struct line *l, uint32_t *uid)
{
	const char *from = find(l, "\"subject\":");
	unsigned long v;
	char *to;

	if (from == NULL || *from < '0' || *from > '9')
		return false;
	v = strtoul(from, &to, 10);
	if (*to != ',' || v >= IPC_NOBODY)
		return false;
	*uid = (uint32_t)v;
	return true;
}

static void
close_intent(struct intents *in, size_t i)
{
	in->count--;
	memmove(&in->at[i], &in->at[i + 1],
	    (in->count - i) * sizeof(in->at[0]));
}

static void
close_all(struct intents *in, const char *correlation)
{
	for (size_t i = in->count; i-- > 0;)
		if (strcmp(in->at[i].correlation, correlation) == 0)
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
take(struct intents *in, const struct line *l)
{
	char event[IPC_EVENT_MAX + 1];
	struct intent new;

	if (!get_text(l, "event", event, sizeof(event)) ||
	    !get_text(l, "correlation", new.correlation,
		sizeof(new.correlation)))
		return;
	if (is_end(event))
		close_all(in, new.correlation);
	if (strcmp(event, "reset.intent") != 0 || !get_uid(l, &new.uid) ||
	    !get_text(l, "digest", new.digest, sizeof(new.digest)))
		return;
	if (in->count == INTENTS_MAX)
		close_intent(in, 0);
	in->at[in->count++] = new;
}

void
intents_find(const char *text, size_t len, struct intents *in)
{
	const char *nl, *end = text + len;
	struct line l = { .at = text };

	in->count = 0;
	for (; (nl = memchr(l.at, '\n', (size_t)(end - l.at))) != NULL;
	     l.at = nl + 1) {
		l.len = (size_t)(nl - l.at);
		take(in, &l);
	}
}
