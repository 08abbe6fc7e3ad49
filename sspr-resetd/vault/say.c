/* SPDX-License-Identifier: MIT */
/*
 * say.c - what a client is told, and when it leaves.
 *
 * Output MUST NOT leave before the round that caused it is committed, its
 * audit batch is durable and, until a correct code was given, the beat of
 * answer_floor_ms (R-ENUM-2, R-DUR-2).
 */
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "vault/vault.h"

static void
queue(struct session *s, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	if (s->outputs >= SESSION_OUTPUTS ||
	    proto_encode(m, buf, &len) != SSPR_OK || len > PROTO_FRAME_MAX)
		log_fatal("a message does not fit");
	memcpy(s->output[s->outputs].frame, buf, len);
	s->output[s->outputs++].len = (uint16_t)len;
	secret_zero(buf, sizeof(buf));
}

void
say_show(struct session *s, enum proto_style style, const char *text)
{
	struct proto_msg m = { .type = MSG_SHOW };

	m.as.show.style = (uint8_t)style;
	memcpy(m.as.show.text, text, strnlen(text, PROTO_TEXT_MAX));
	queue(s, &m);
}

void
say_ask(struct session *s, bool echo, const char *prompt)
{
	struct proto_msg m = { .type = MSG_ASK };

	m.as.ask.echo = echo;
	memcpy(m.as.ask.prompt, prompt, strnlen(prompt, PROTO_TEXT_MAX));
	queue(s, &m);
}

void
say_record(struct session *s, const struct proto_msg *m)
{
	queue(s, m);
}

void
say_end(struct session *s, enum sspr_err e, uint32_t retry_after)
{
	struct proto_msg m = { .type = MSG_END };

	m.as.end.result = (uint32_t)err_told(e);
	m.as.end.retry_after = retry_after;
	queue(s, &m);
	s->closing = true;
}

/*
 * sshd keeps the last message of a refused login to itself, so once a code was
 * asked the end of a reset is a prompt (session.def: LAST).  Before, END alone
 * makes the client say it.  What the worker did stays true, whatever fails
 * afterwards.
 */
static void
fail_reset(struct vault *v, struct session *s, enum sspr_err e)
{
	const struct words_site site = vault_site(v, s);
	enum words_stage stage = WORDS_ASKED;
	char buf[PROTO_TEXT_MAX + 1];

	if (s->went && s->grant == 0) {
		words_error(&site, err_told(e), buf);
		say_show(s, PROTO_ERROR, buf);
		e = s->outcome;
		stage = WORDS_WORKED;
	}
	words_last(&site, stage, e, buf);
	s->state = STATE_LAST;
	s->closing = false;
	s->outcome = e;
	say_ask(s, true, buf);
}

void
say_failure(struct vault *v, struct session *s, enum sspr_err e,
    uint32_t retry_after)
{
	const struct words_site site = vault_site(v, s);
	char buf[PROTO_TEXT_MAX + 1];

	s->outputs = 0;
	if (s->verb == VERB_RESET && s->challenge > 0) {
		fail_reset(v, s, e);
		return;
	}
	s->state = STATE_OVER;
	words_error(&site, err_told(e), buf);
	say_show(s, PROTO_ERROR, buf);
	say_end(s, e, retry_after);
}

/* Hand the worker's descriptor to the client, if it is there (R-IPC-5). */
static void
give_hand(struct session *s)
{
	struct proto_msg m = { .type = MSG_HAND };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	m.as.hand.job = (uint8_t)s->work;
	if (proto_encode(&m, buf, &len) != SSPR_OK)
		log_fatal("a message does not fit");
	/* A client that is gone: the worker sees its end close. */
	if (!s->gone)
		(void)ipc_give(s->fd, buf, len, s->hand);
	close(s->hand);
	s->hand = -1;
}

/* A seed goes to the client alone; front, first in line, would keep it. */
static bool
is_secret(const uint8_t *frame)
{
	const int type = frame[0] << 8 | frame[1];

	return type == MSG_QR || type == MSG_CODE || type == MSG_PASS;
}

static void
send_output(struct vault *v, struct session *s, size_t i)
{
	struct ipc_msg m = { .type = IPC_OUTPUT };
	const size_t len = s->output[i].len;

	if (is_secret(s->output[i].frame)) {
		(void)ipc_give(s->fd, s->output[i].frame, len, -1); /* gone */
		return;
	}
	m.as.output.conn = s->conn;
	m.as.output.frame.len = (uint16_t)len;
	memcpy(m.as.output.frame.at, s->output[i].frame, len);
	vault_tell_front(v, s->front, &m);
}

bool
say_flush(struct vault *v, struct session *s, uint64_t now_ms)
{
	if ((s->outputs == 0 && s->hand == -1) || v->synced < s->batch ||
	    now_ms < s->due_ms)
		return false;
	for (size_t i = 0; i < s->outputs && !s->gone; i++)
		send_output(v, s, i);
	secret_zero(s->output, sizeof(s->output));
	s->outputs = 0;
	if (s->hand != -1)
		give_hand(s);
	return s->closing;
}
