/* SPDX-License-Identifier: MIT */
/*
 * notes.h - a host of a conversation that notes what it is given.
 */
#ifndef SSPR_TESTS_NOTES_H
#define SSPR_TESTS_NOTES_H

#include <stdio.h>
#include <string.h>

#include "talk.h"

struct notes {
	char seen[4096];
	const char *answer;
	enum sspr_err refuse; /* what the next callback returns */
};

static void
note(struct notes *n, const char *what, int how, const char *text)
{
	size_t at = strlen(n->seen);

	snprintf(n->seen + at, sizeof(n->seen) - at, "%s%d %s|", what, how,
	    text);
}

static enum sspr_err
show(void *arg, enum proto_style style, const char *text)
{
	struct notes *n = arg;

	note(n, "show", (int)style, text);
	return n->refuse;
}

static enum sspr_err
ask(void *arg, bool echo, const char *prompt, struct secret *answer)
{
	struct notes *n = arg;

	note(n, "ask", echo, prompt);
	if (n->refuse != SSPR_OK)
		return n->refuse;
	return secret_set(answer, n->answer, strlen(n->answer));
}

static enum sspr_err
qr(void *arg, const struct proto_qr *q)
{
	note(arg, "qr", q->size, q->secret);
	return SSPR_OK;
}

static enum sspr_err
record(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	note(arg, row->name, (int)m->as.factor.id, m->as.factor.label);
	return SSPR_OK;
}

static enum sspr_err
offer(void *arg, const struct proto_offer *o)
{
	note(arg, "offer", (int)o->delay_ms, o->prompt);
	return SSPR_OK;
}

#endif /* SSPR_TESTS_NOTES_H */
