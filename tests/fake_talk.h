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

#define FAKE_RECORDS 12

/* What the daemon does; empty fields mean it does not. */
static struct {
	const char *path; /* where it is, NULL: public */
	struct proto_msg
	    records[FAKE_RECORDS]; /* sent if their type is not 0 */
	enum proto_verb only;      /* for this verb, 0: for all */
	const char *info, *error;  /* texts to show */
	const char *prompt;        /* to ask, and the answer */
	const char *right;         /* it takes */
	struct proto_qr qr;        /* sent if its size is not 0 */
	struct proto_end end;
	enum sspr_err fails; /* there is no conversation at all */
	void (*after)(void); /* called when one is over */

	unsigned int calls;       /* out */
	struct proto_hello hello; /* out: the last one */
} daemon_is;

[[maybe_unused]] static void
fake_policy(uint8_t needed, const char *methods)
{
	struct proto_msg *m = &daemon_is.records[0];

	m->type = MSG_POLICY;
	m->as.policy.needed = needed;
	m->as.policy.console = 1;
	memcpy(m->as.policy.methods, methods, strlen(methods) + 1);
	daemon_is.only = VERB_STATUS;
}

/* The at-th record is this method. */
[[maybe_unused]] static struct proto_factor *
fake_factor(size_t at, uint32_t id, const char *method, const char *state)
{
	struct proto_msg *m = &daemon_is.records[at];

	m->type = MSG_FACTOR;
	m->as.factor = (struct proto_factor){ .id = id, .left = 10 };
	memcpy(m->as.factor.method, method, strlen(method) + 1);
	memcpy(m->as.factor.state, state, strlen(state) + 1);
	return &m->as.factor;
}

static enum sspr_err
fake_records(const struct talk_host *host, uint8_t verb)
{
	enum sspr_err e;

	for (size_t i = 0; i < FAKE_RECORDS; i++) {
		const struct proto_msg *m = &daemon_is.records[i];

		if (m->type == 0 ||
		    (daemon_is.only != 0 && daemon_is.only != verb))
			continue;
		if (host->record == NULL)
			return SSPR_MALFORMED;
		e = host->record(host->arg, proto_row((uint16_t)m->type), m);
		if (e != SSPR_OK)
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

/* What it has to say before it asks. */
static enum sspr_err
fake_words(const struct talk_host *host, uint8_t verb)
{
	enum sspr_err e = fake_records(host, verb);

	if (e == SSPR_OK && daemon_is.info != NULL)
		e = host->show(host->arg, PROTO_INFO, daemon_is.info);
	if (e == SSPR_OK && daemon_is.error != NULL)
		e = host->show(host->arg, PROTO_ERROR, daemon_is.error);
	if (e == SSPR_OK && daemon_is.qr.size != 0)
		e = host->qr == NULL ? SSPR_MALFORMED
				     : host->qr(host->arg, &daemon_is.qr);
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
	assert_string_equal(path,
	    daemon_is.path == NULL ? PATH_SOCKET : daemon_is.path);
	assert_in_range(limits->first_ms, 1, 60000);
	if (e == SSPR_OK)
		e = fake_words(host, hello->verb);
	if (e == SSPR_OK && daemon_is.prompt != NULL)
		e = fake_question(host, &result);
	if (e == SSPR_OK)
		*end = result;
	if (daemon_is.after != NULL)
		daemon_is.after();
	return e;
}

#endif /* FAKE_TALK_H */
