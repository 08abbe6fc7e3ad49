/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/secret.c libsspr/wire.c libsspr/proto.c */
/* links: libsspr/text.c libsspr/talk.c */
/*
 * A daemon says the input, as frames on its own descriptor and on a worker's.
 * Whatever it says: the talk ends, no descriptor is left or lost, no text
 * that reaches the host has a control character in it, an error leaves *end
 * alone, and a result is one of err.def.
 *
 * Input: frames of
 *	u8 where to, which descriptors come with it | u8 length | bytes
 * of which the first byte of bytes is a type, the rest a body.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "talk.h"

#define CHECK(c)                 \
	do {                     \
		if (!(c))        \
			abort(); \
	} while (0)

/* What the first byte of a frame says. */
#define TO_WORKER   0x01
#define PLAIN       0x02 /* the bytes as they are, no header made for them */
#define WITH_WORKER 0x04
#define WITH_STREAM 0x08
#define WITH_FILE   0x10

struct stage {
	int daemon[2], worker[2], stream[2], file;
	unsigned int calls;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *s)
{
	for (; *s != '\0'; s++)
		CHECK(*s == '\n' || ((uint8_t)*s >= 0x20 && *s != 0x7f));
}

static enum sspr_err
next(struct stage *s)
{
	return ++s->calls % 11 == 0 ? SSPR_CANCELLED : SSPR_OK;
}

static enum sspr_err
show(void *arg, enum proto_style style, const char *text)
{
	CHECK(style == PROTO_INFO || style == PROTO_ERROR);
	check_text(text);
	return next(arg);
}

static enum sspr_err
ask(void *arg, [[maybe_unused]] bool echo, const char *prompt,
    struct secret *answer)
{
	struct stage *s = arg;

	check_text(prompt);
	CHECK(secret_set(answer, prompt, strlen(prompt)) == SSPR_OK);
	return next(s);
}

static enum sspr_err
qr(void *arg, const struct proto_qr *q)
{
	CHECK(q->modules.len <= PROTO_QR_MAX);
	CHECK(q->modules.len * 8 >= q->size * q->size);
	check_text(q->secret);
	check_text(q->uri);
	return next(arg);
}

static enum sspr_err
record(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	CHECK(row->type == m->type);
	check_text(m->as.factor.label);
	return next(arg);
}

static enum sspr_err
offer(void *arg, const struct proto_offer *o)
{
	check_text(o->prompt);
	check_text(o->again);
	return next(arg);
}

static void
stage_open(struct stage *s)
{
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s->daemon) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s->worker) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, s->stream) == 0);
	CHECK((s->file = open("/dev/null", O_RDONLY)) != -1);
}

static void
stage_close(struct stage *s)
{
	const int all[] = { s->daemon[0], s->daemon[1], s->worker[0],
		s->worker[1], s->stream[0], s->stream[1], s->file };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		CHECK(close(all[i]) == 0);
}

static void
say(const struct stage *s, uint8_t how, uint8_t *bytes, size_t len)
{
	union {
		struct cmsghdr head;
		char at[CMSG_SPACE(3 * sizeof(int))];
	} c = { 0 };
	struct iovec iov = { bytes, len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[3];
	size_t n = 0;

	if ((how & WITH_WORKER) != 0)
		fds[n++] = s->worker[1];
	if ((how & WITH_STREAM) != 0)
		fds[n++] = s->stream[0];
	if ((how & WITH_FILE) != 0)
		fds[n++] = s->file;
	if (n > 0) {
		c.head.cmsg_level = SOL_SOCKET;
		c.head.cmsg_type = SCM_RIGHTS;
		c.head.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&c.head), fds, n * sizeof(int));
		h.msg_control = &c;
		h.msg_controllen = CMSG_SPACE(n * sizeof(int));
	}
	(void)sendmsg((how & TO_WORKER) != 0 ? s->worker[0] : s->daemon[0], &h,
	    MSG_DONTWAIT | MSG_NOSIGNAL); /* a full queue is one too */
}

static void
say_all(const struct stage *s, const uint8_t *data, size_t size)
{
	uint8_t frame[WIRE_HEADER + 256];
	size_t len, head;

	for (; size >= 2; data += len, size -= len) {
		head = (data[0] & PLAIN) != 0 ? 0 : WIRE_HEADER;
		len = data[1] < size - 2 ? data[1] : size - 2;
		memcpy(frame + head, data + 2, len);
		if (head != 0) {
			frame[0] = 0;
			frame[1] = len > 0 ? frame[head] : 0;
			memmove(frame + head, frame + head + 1,
			    len > 0 ? len - 1 : 0);
			frame[2] = 0;
			frame[3] = (uint8_t)(len > 0 ? len - 1 : 0);
			say(s, data[0], frame, head + frame[3]);
		} else
			say(s, data[0], frame, len);
		data += 2;
		size -= 2;
	}
	(void)shutdown(s->daemon[0], SHUT_WR);
	(void)shutdown(s->worker[0], SHUT_WR);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct proto_hello hello = { .user = "alice" };
	static const struct talk_limits limits = { 10, 10, 10 };
	struct stage s = { 0 };
	struct talk_host host = { &s, show, ask, qr, record, offer };
	struct proto_end end = { .result = 4711 };
	enum sspr_err e, result;
	int lowest = dup(STDERR_FILENO), after;

	close(lowest);
	stage_open(&s);
	say_all(&s, data, size);
	e = talk_serve(s.daemon[1], geteuid(), &hello, &host, &limits, &end);
	if (e == SSPR_OK)
		CHECK(err_number(end.result, &result) == SSPR_OK);
	else
		CHECK(end.result == 4711);
	stage_close(&s);
	after = dup(STDERR_FILENO);
	CHECK(after == lowest);
	close(after);
	return 0;
}
