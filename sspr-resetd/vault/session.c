/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "vault/session.h"

/* clang-format off */
static const struct session_rule rules[] = {
#define RULE(VERB, STATE, EVENT, NEXT, action) \
	{ VERB_##VERB, STATE_##STATE, EVENT_##EVENT, STATE_##NEXT, \
	    ACTION_##action },
#include "vault/session.def"
};
/* clang-format on */

const struct session_rule *
session_rule(enum proto_verb verb, enum session_state state,
    enum session_event event)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].verb == verb && rules[i].state == state &&
		    rules[i].event == event)
			return &rules[i];
	return NULL;
}

enum session_event
session_classify(size_t len)
{
	switch (len) {
	case 0:
		return EVENT_EMPTY;
	case 6:
	case 8:
		return EVENT_DIGITS;
	default:
		return EVENT_OTHER;
	}
}

void
session_correlation(const struct session *s,
    char buf[static IPC_CORRELATION_MAX + 1])
{
	for (size_t i = 0; i < sizeof(s->id); i++)
		snprintf(buf + 2 * i, 3, "%02x", s->id[i]);
}

static bool
is_address(const char *text)
{
	uint8_t a[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, a) == 1 ||
	    inet_pton(AF_INET6, text, a) == 1;
}

void
session_source(const struct session *s, char buf[static PROTO_HINT_MAX + 1])
{
	if (s->peer != 0)
		snprintf(buf, PROTO_HINT_MAX + 1, "uid:%u", s->peer);
	else if (is_address(s->hello.rhost))
		memcpy(buf, s->hello.rhost, sizeof(s->hello.rhost));
	else if (s->hello.rhost[0] == '\0' && s->hello.tty[0] != '\0')
		memcpy(buf, s->hello.tty, sizeof(s->hello.tty));
	else
		memcpy(buf, "unknown", sizeof("unknown"));
}
