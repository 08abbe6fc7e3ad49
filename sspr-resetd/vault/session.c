/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "vault/session.h"

/* clang-format off */
enum reads {
	NOTHING,
	CODES,
	TEXT,
};

static const enum reads reads[] = {
#define STATE(NAME, reads) [STATE_##NAME] = reads,
#include "vault/session.def"
};

static const struct session_rule rules[] = {
#define RULE(VERB, STATE, EVENT, NEXT, action) \
	{ VERB_##VERB, STATE_##STATE, EVENT_##EVENT, STATE_##NEXT, \
	    ACTION_##action },
#include "vault/session.def"
};
/* clang-format on */

/* What an answer of so many bytes is, where a proof is asked. */
static const struct {
	size_t len;
	enum session_event event;
	enum method method;
} lengths[] = {
	{ 0, EVENT_EMPTY, METHOD_UNKNOWN },
	{ 6, EVENT_DIGITS, METHOD_APP },
	{ 8, EVENT_DIGITS, METHOD_APP },
	{ 16, EVENT_SHEET, METHOD_BACKUP },
	{ 19, EVENT_SHEET, METHOD_BACKUP },
	{ 12, EVENT_PASS, METHOD_PASS },
	{ 3, EVENT_SMS, METHOD_SMS },
	{ 5, EVENT_EMAIL, METHOD_EMAIL },
	{ 10, EVENT_CALL, METHOD_LANDLINE },
	{ 9, EVENT_QUESTIONS, METHOD_QUESTIONS },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct session_rule *
session_rule(enum proto_verb verb, enum session_state state,
    enum session_event event)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].verb == verb && rules[i].state == state &&
		    rules[i].event == event)
			return &rules[i];
	return NULL;
}

enum session_event
session_classify(enum session_state state, size_t len)
{
	if ((size_t)state >= COUNT(reads) || reads[state] == NOTHING)
		return EVENT_NONE;
	if (reads[state] == TEXT)
		return len == 0 ? EVENT_EMPTY : EVENT_TEXT;
	for (size_t i = 0; i < COUNT(lengths); i++)
		if (lengths[i].len == len)
			return lengths[i].event;
	return EVENT_OTHER;
}

enum method
session_method(enum session_event ev)
{
	for (size_t i = 0; i < COUNT(lengths); i++)
		if (lengths[i].event == ev)
			return lengths[i].method;
	return METHOD_UNKNOWN;
}

void
session_correlation(const struct session *s,
    char buf[static IPC_CORRELATION_MAX + 1])
{
	for (size_t i = 0; i < sizeof(s->id); i++)
		snprintf(buf + 2 * i, 3, "%02x", s->id[i]);
}
