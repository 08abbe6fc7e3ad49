/* SPDX-License-Identifier: MIT */
/*
 * conn.c - one client.
 *
 * One request MUST be in flight at most (R-IPC-3): after HELLO and ANSWER
 * nothing but CANCEL is accepted until the next ASK.
 */
#include <assert.h>
#include <string.h>

#include "front/conn.h"
#include "front/packet.h"
#include "secret.h"

#define VERSION_AT WIRE_HEADER /* in every version's HELLO, u16 */

void
conn_start(struct conn *c, int fd, uid_t uid, uint32_t answer_ms,
    uint64_t now_ms)
{
	assert(c->state == CONN_FREE);
	conn_clear(c);
	c->state = CONN_FRESH;
	c->fd = fd;
	c->uid = uid;
	c->answer_ms = answer_ms;
	c->deadline_ms = now_ms + CONN_HELLO_MS;
}

/* Only the version stands where it stands in every version. */
static bool
is_other_version(const uint8_t *frame, size_t len)
{
	uint16_t type;

	if (wire_frame(frame, len, &type) != SSPR_OK || type != MSG_HELLO ||
	    len < VERSION_AT + 2)
		return false;
	return (frame[VERSION_AT] << 8 | frame[VERSION_AT + 1]) !=
	    PROTO_VERSION;
}

/* Of a known verb, with no flag that means nothing there. */
static bool
is_hello(const struct proto_hello *h)
{
	const uint8_t known =
	    h->verb == VERB_ISSUE ? PROTO_ALONE : PROTO_FORGOT;

	return proto_verb_row(h->verb) != NULL && (h->flags & ~known) == 0;
}

static bool
is_welcome(const struct conn *c, const struct proto_msg *m)
{
	enum sspr_err reason;

	if (m->type == MSG_HELLO)
		return c->state == CONN_FRESH && is_hello(&m->as.hello);
	if (m->type == MSG_ANSWER)
		return c->state == CONN_THEIRS;
	return m->type == MSG_CANCEL &&
	    err_number(m->as.cancel.reason, &reason) == SSPR_OK;
}

static enum sspr_err
parse(struct conn *c, const uint8_t *frame, size_t len, struct proto_msg *m)
{
	enum sspr_err e;

	if (c->state == CONN_FRESH && is_other_version(frame, len))
		return SSPR_VERSION;
	if ((e = proto_decode(frame, len, PROTO_UP, m)) != SSPR_OK)
		return e;
	if (!is_welcome(c, m)) {
		proto_wipe(m);
		return SSPR_MALFORMED;
	}
	c->state = CONN_OURS;
	c->deadline_ms = 0;
	return SSPR_OK;
}

enum sspr_err
conn_read(struct conn *c, struct proto_msg *m)
{
	uint8_t buf[PROTO_FRAME_MAX];
	enum sspr_err e;
	size_t len;

	if ((e = packet_recv(c->fd, buf, sizeof(buf), &len)) == SSPR_OK)
		e = parse(c, buf, len, m);
	secret_zero(buf, sizeof(buf));
	return e;
}

enum sspr_err
conn_keep(struct conn *c, enum conn_news news, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	enum sspr_err e;
	size_t len;

	if ((e = proto_encode(m, buf, &len)) != SSPR_OK)
		return e;
	assert(len <= sizeof(c->frame));
	memcpy(c->frame, buf, len);
	c->len = (uint16_t)len;
	c->news = news;
	secret_zero(buf, sizeof(buf));
	return SSPR_OK;
}

void
conn_told(struct conn *c)
{
	secret_zero(c->frame, sizeof(c->frame));
	c->len = 0;
	c->news = CONN_NO_NEWS;
}

enum sspr_err
conn_tell(struct conn *c, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	enum sspr_err e;
	size_t len;

	if ((e = proto_encode(m, buf, &len)) != SSPR_OK)
		return e;
	return packet_send(c->fd, buf, len);
}

/* HAND needs a descriptor, which the vault sends itself; OFFER is front's. */
static bool
is_vaults(const struct conn *c, const struct proto_msg *m)
{
	enum sspr_err result;

	if (c->state != CONN_OURS && c->state != CONN_THEIRS)
		return false;
	if (m->type == MSG_ASK)
		return c->state == CONN_OURS;
	if (m->type == MSG_END)
		return err_number(m->as.end.result, &result) == SSPR_OK;
	return m->type != MSG_HAND && m->type != MSG_OFFER;
}

enum sspr_err
conn_relay(struct conn *c, const uint8_t *frame, size_t len, uint64_t now_ms,
    enum proto_type *type)
{
	struct proto_msg m;
	enum sspr_err e;

	if ((e = proto_decode(frame, len, PROTO_DOWN, &m)) != SSPR_OK)
		return e;
	if (is_vaults(c, &m)) {
		*type = m.type;
		e = packet_send(c->fd, frame, len);
		if (m.type == MSG_ASK) {
			c->state = CONN_THEIRS;
			c->deadline_ms = now_ms + c->answer_ms;
		}
	} else
		e = SSPR_MALFORMED;
	proto_wipe(&m);
	return e;
}

void
conn_drop(struct conn *c, enum sspr_err why)
{
	const bool is_known = c->number != 0 && c->news != CONN_OPEN;
	const uint32_t number = c->number;

	packet_close(c->fd, is_known);
	conn_clear(c);
	if (!is_known || why == SSPR_OK)
		return;
	c->state = CONN_OVER;
	c->number = number;
	c->news = CONN_CLOSED;
	c->why = why;
}

void
conn_clear(struct conn *c)
{
	secret_zero(c, sizeof(*c));
	c->fd = -1;
}
