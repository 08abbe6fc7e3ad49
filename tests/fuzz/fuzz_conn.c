/* SPDX-License-Identifier: MIT */
/*
 * fuzz_conn.c - a client and a vault say anything, in any order.
 *
 * The input is a list of steps: u8 who | u8 length | that many bytes.  Each
 * step is held against what conn.h promises of the turns.
 */
/* links: sspr-resetd/front/conn.c sspr-resetd/front/packet.c libsspr/err.c */
/* links: libsspr/secret.c libsspr/wire.c libsspr/proto.c */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/conn.h"

#define NOW   1000000u /* milliseconds */
#define STEPS 64u
#define CHECK(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* What the model expects: may this message be accepted in that state? */
static bool
may_say(enum conn_state before, enum proto_type type)
{
	return type == MSG_CANCEL ||
	    (type == MSG_HELLO && before == CONN_FRESH) ||
	    (type == MSG_ANSWER && before == CONN_THEIRS);
}

/* Returns false once the client is done with. */
static bool
client_says(struct conn *c, int client, const uint8_t *data, size_t len)
{
	const enum conn_state before = c->state;
	uint8_t again[WIRE_FRAME_MAX];
	struct proto_msg m;
	enum sspr_err e;

	if (len > 0)
		CHECK(send(client, data, len, MSG_DONTWAIT) == (ssize_t)len);
	if ((e = conn_read(c, &m)) != SSPR_OK) {
		CHECK(c->state == before);
		CHECK(len != 0 || e == SSPR_BUSY);
		return e == SSPR_BUSY;
	}
	CHECK(may_say(before, m.type) && c->state == CONN_OURS);
	CHECK(c->deadline_ms == 0);
	if (m.type == MSG_CANCEL)
		return false;
	CHECK(conn_keep(c, m.type == MSG_HELLO ? CONN_OPEN : CONN_INPUT, &m) ==
	    SSPR_OK);
	CHECK(c->len == len && memcmp(c->frame, data, len) == 0);
	CHECK(proto_decode(c->frame, c->len, PROTO_UP, &m) == SSPR_OK);
	memset(again, 0, sizeof(again));
	conn_told(c);
	CHECK(memcmp(c->frame, again, sizeof(c->frame)) == 0);
	c->number = 7;
	return true;
}

static bool
vault_says(struct conn *c, int client, const uint8_t *data, size_t len)
{
	const enum conn_state before = c->state;
	uint8_t heard[WIRE_FRAME_MAX];
	enum proto_type type = MSG_HELLO;

	if (conn_relay(c, data, len, NOW, &type) != SSPR_OK) {
		CHECK(c->state == before && type == MSG_HELLO);
		return true;
	}
	CHECK(before == CONN_OURS || before == CONN_THEIRS);
	CHECK(type != MSG_HAND && type != MSG_OFFER);
	CHECK(recv(client, heard, sizeof(heard), MSG_DONTWAIT) == (ssize_t)len);
	CHECK(memcmp(heard, data, len) == 0);
	if (type != MSG_ASK) {
		CHECK(c->state == before);
		return type != MSG_END;
	}
	CHECK(before == CONN_OURS && c->state == CONN_THEIRS);
	CHECK(c->deadline_ms == NOW + CONN_PAM_MS);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conn c = { .state = CONN_FREE };
	bool is_on = true;
	int fd[2];
	size_t len;

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) == 0);
	conn_start(&c, fd[0], size > 0 && data[0] % 2 == 0 ? 0 : 1000,
	    CONN_PAM_MS, NOW);
	for (size_t i = 0; is_on && i < STEPS && size >= 2; i++) {
		len = data[1] < size - 2 ? data[1] : size - 2;
		is_on = data[0] < 128 ? client_says(&c, fd[1], data + 2, len)
				      : vault_says(&c, fd[1], data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	conn_drop(&c, SSPR_GONE);
	CHECK(c.fd == -1 && (c.state == CONN_FREE || c.state == CONN_OVER));
	close(fd[1]);
	return 0;
}
