/* SPDX-License-Identifier: MIT */
/*
 * fake_talk.h - a daemon in one function: this talk_run() takes the place of
 * libsspr's in a test that includes it.
 */
#ifndef FAKE_TALK_H
#define FAKE_TALK_H

#include <stdbool.h>

#include "paths.h"
#include "talk.h"

/* What the daemon does; empty fields mean it does not. */
static struct {
	struct proto_factor factors[3]; /* sent if their id is not 0 */
	const char *info, *error;       /* texts to show */
	const char *prompt;             /* to ask, and the answer it takes */
	const char *right;
	struct proto_qr qr; /* sent if its size is not 0 */
	struct proto_end end;
	enum sspr_err fails; /* there is no conversation at all */

	unsigned int calls;       /* out */
	struct proto_hello hello; /* out: the last one */
} daemon_is;

static enum sspr_err
fake_records(const struct talk_host *host)
{
	const struct proto_row *row = proto_row(MSG_FACTOR);
	enum sspr_err e;

	for (size_t i = 0; i < 3; i++) {
		struct proto_msg m = { .type = MSG_FACTOR };

		m.as.factor = daemon_is.factors[i];
		if (m.as.factor.id == 0)
			continue;
		if (host->record == NULL)
			return SSPR_MALFORMED;
		if ((e = host->record(host->arg, row, &m)) != SSPR_OK)
			return e;
	}
	return SSPR_OK;
}

static enum sspr_err
fake_question(const struct talk_host *host, struct proto_end *end)
{
	struct secret answer = { 0 };
	enum sspr_err e;

	e = host->ask(host->arg, true, daemon_is.prompt, &answer);
	if (e == SSPR_OK &&
	    strcmp((const char *)answer.at, daemon_is.right) != 0)
		end->result = SSPR_UNCONFIRMED;
	return e;
}

enum sspr_err
talk_run(const char *path, const struct proto_hello *hello,
    const struct talk_host *host, const struct talk_limits *limits,
    struct proto_end *end)
{
	struct proto_end result = daemon_is.end;
	enum sspr_err e = daemon_is.fails;

	daemon_is.calls++;
	daemon_is.hello = *hello;
	assert_string_equal(path, PATH_SOCKET);
	assert_in_range(limits->first_ms, 1, 60000);
	if (e == SSPR_OK)
		e = fake_records(host);
	if (e == SSPR_OK && daemon_is.info != NULL)
		e = host->show(host->arg, PROTO_INFO, daemon_is.info);
	if (e == SSPR_OK && daemon_is.error != NULL)
		e = host->show(host->arg, PROTO_ERROR, daemon_is.error);
	if (e == SSPR_OK && daemon_is.qr.size != 0)
		e = host->qr == NULL ? SSPR_MALFORMED
				     : host->qr(host->arg, &daemon_is.qr);
	if (e == SSPR_OK && daemon_is.prompt != NULL)
		e = fake_question(host, &result);
	if (e == SSPR_OK)
		*end = result;
	return e;
}

#endif /* FAKE_TALK_H */
