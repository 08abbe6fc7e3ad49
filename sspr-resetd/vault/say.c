/* SPDX-License-Identifier: MIT */
/*
 * say.c - what a client is told, and when it leaves.
 *
 * Output MUST NOT leave before the round that caused it is committed, its
 * audit batch is durable and, until a correct code was given, the beat of
 * answer_floor_ms (R-ENUM-2, R-DUR-2).
 */
#include <string.h>
#include <sys/socket.h>
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

void
say_failure(struct vault *v, struct session *s, enum sspr_err e,
    uint32_t retry_after)
{
	const struct words_site site = vault_site(v);
	char buf[PROTO_TEXT_MAX + 1];

	s->outputs = 0;
	s->state = STATE_OVER;
	words_error(&site, err_told(e), buf);
	say_show(s, PROTO_ERROR, buf);
	say_end(s, e, retry_after);
}

/* Hand the worker's descriptor to the client, past front (R-IPC-5). */
static void
give_hand(struct session *s)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} c = { .at = { 0 } };
	struct proto_msg m = { .type = MSG_HAND };
	uint8_t buf[WIRE_FRAME_MAX];
	struct iovec iov = { .iov_base = buf };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&h);

	m.as.hand.job = s->verb == VERB_RESET ? PROTO_CHANGE : PROTO_CHECK;
	if (proto_encode(&m, buf, &iov.iov_len) != SSPR_OK)
		log_fatal("a message does not fit");
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &s->hand, sizeof(int));
	/* A client that is gone: the worker sees its end close. */
	(void)sendmsg(s->fd, &h, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(s->hand);
	s->hand = -1;
}

bool
say_flush(struct vault *v, struct session *s, uint64_t now_ms)
{
	struct ipc_msg m = { .type = IPC_OUTPUT };

	if ((s->outputs == 0 && s->hand == -1) || v->synced < s->batch ||
	    now_ms < s->due_ms)
		return false;
	for (size_t i = 0; i < s->outputs; i++) {
		m.as.output.conn = s->conn;
		m.as.output.frame.len = s->output[i].len;
		memcpy(m.as.output.frame.at, s->output[i].frame,
		    s->output[i].len);
		if (ipc_send(v->front, &m, -1) != SSPR_OK)
			log_fatal("front is gone");
	}
	ipc_wipe(&m);
	secret_zero(s->output, sizeof(s->output));
	s->outputs = 0;
	if (s->hand != -1)
		give_hand(s);
	return s->closing;
}
