/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "text.h"
#include "worker/relay.h"

#define SEND_MS 5000

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Wait for events of the client, until a time. */
static enum sspr_err
await(const struct relay *r, short events, int64_t until_ms)
{
	struct pollfd p[] = { { .fd = r->client, .events = events },
		{ .fd = r->parent, .events = POLLIN } };
	int64_t left;
	int n;

	do {
		left = until_ms - now_ms();
		if (left <= 0)
			return SSPR_TIMEOUT;
		n = poll(p, 2, (int)left);
	} while (n == 0 || (n == -1 && errno == EINTR));
	return n == -1 || p[1].revents != 0 ? SSPR_GONE : SSPR_OK;
}

static enum sspr_err
send_msg(const struct relay *r, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	enum sspr_err e;
	size_t len;

	if ((e = proto_encode(m, buf, &len)) != SSPR_OK ||
	    (e = await(r, POLLOUT, now_ms() + SEND_MS)) != SSPR_OK)
		return e;
	if (send(r->client, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		return errno == EAGAIN ? SSPR_TIMEOUT : SSPR_GONE;
	return SSPR_OK;
}

/* Nothing may be waiting when we ask: it would answer another question. */
static enum sspr_err
expect_silence(const struct relay *r)
{
	char byte;
	ssize_t n =
	    recv(r->client, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);

	if (n > 0)
		return SSPR_MALFORMED;
	return n == -1 && errno == EAGAIN ? SSPR_OK : SSPR_GONE;
}

static enum sspr_err
recv_msg(const struct relay *r, struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	enum sspr_err e = SSPR_MALFORMED;
	ssize_t n;

	n = recvmsg(r->client, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return SSPR_GONE;
	if ((h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		e = proto_decode(buf, (size_t)n, PROTO_UP, m);
	secret_zero(buf, sizeof(buf));
	return e;
}

static enum sspr_err
recv_answer(const struct relay *r, struct secret *answer)
{
	struct proto_msg m;
	enum sspr_err e;

	if ((e = await(r, POLLIN, now_ms() + r->think_ms)) != SSPR_OK ||
	    (e = recv_msg(r, &m)) != SSPR_OK)
		return e;
	if (m.type == MSG_ANSWER)
		e = secret_set(answer, m.as.answer.text.at,
		    m.as.answer.text.len);
	else
		e = m.type == MSG_CANCEL ? SSPR_CANCELLED : SSPR_MALFORMED;
	proto_wipe(&m);
	return e;
}

/*
 * Copy text, whole characters only, as far as it fits into size bytes: a tab
 * becomes a space, what is not UTF-8 or not to be shown `?'.
 */
static void
clean(const char *text, char *out, size_t size)
{
	size_t len = strlen(text), at = 0, n;
	uint32_t c;

	for (; len > 0; text += n, len -= n) {
		bool shown = (n = text_next(text, len, &c)) > 0 &&
		    (c == '\n' || text_is_printable(c));
		size_t put = shown ? n : 1;

		if (at + put >= size)
			break;
		if (shown)
			memcpy(out + at, text, n);
		else
			out[at] = *text == '\t' ? ' ' : '?';
		at += put;
		n = n > 0 ? n : 1;
	}
	out[at] = '\0';
}

enum sspr_err
relay_show(struct relay *r, enum proto_style style, const char *text)
{
	struct proto_msg m = { .type = MSG_SHOW };

	m.as.show.style = (uint8_t)style;
	clean(text, m.as.show.text, sizeof(m.as.show.text));
	return send_msg(r, &m);
}

enum sspr_err
relay_ask(struct relay *r, bool echo, const char *prompt, struct secret *answer)
{
	struct proto_msg m = { .type = MSG_ASK };
	enum sspr_err e;

	if (r->asks >= RELAY_ASKS_MAX)
		return SSPR_TIMEOUT;
	r->asks++;
	m.as.ask.echo = echo;
	clean(prompt, m.as.ask.prompt, sizeof(m.as.ask.prompt));
	/* Not off: a descriptor that comes along can block us in the kernel. */
	if (r->watch != NULL)
		watch_arm(r->watch,
		    (unsigned int)r->think_ms / 1000 + WATCH_WORK_S);
	if ((e = expect_silence(r)) == SSPR_OK &&
	    (e = send_msg(r, &m)) == SSPR_OK)
		e = recv_answer(r, answer);
	if (r->watch != NULL)
		watch_arm(r->watch, WATCH_WORK_S);
	return e;
}

enum sspr_err
relay_end(struct relay *r, enum sspr_err result)
{
	struct proto_msg m = { .type = MSG_END };

	m.as.end.result = result;
	return send_msg(r, &m);
}

bool
relay_is_granted(const struct relay *r)
{
	struct pollfd p = { .fd = r->parent, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}
