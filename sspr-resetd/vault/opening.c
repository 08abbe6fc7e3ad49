/* SPDX-License-Identifier: MIT */
/*
 * opening.c - how a conversation begins.
 *
 * Whoever is at the other end of a client's descriptor is what SO_PEERCRED,
 * read here, says (R-IPC-1); nothing front says of it counts.  A descriptor
 * that front cannot have come by honestly MUST stop the daemon (R-IPC-6).
 */
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "vault/peer.h"
#include "vault/vault.h"

#define QUIET_MS 60000u /* between lines of the log */

static struct session *
new_session(struct vault *v)
{
	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		if (v->session[i] != NULL)
			continue;
		return v->session[i] = seal_alloc(sizeof(struct session));
	}
	return NULL;
}

/* Start the conversation of *s as its HELLO says. */
static void
start(struct vault *v, struct session *s)
{
	const struct proto_verb_row *row = proto_verb_row(s->hello.verb);

	if (row == NULL || row->verb == VERB_OFFER)
		log_fatal("front passed verb %u on", s->hello.verb);
	s->verb = row->verb;
	if (s->peer != 0 || row->who == PROTO_DESK) {
		memset(s->hello.service, 0, sizeof(s->hello.service));
		memset(s->hello.rhost, 0, sizeof(s->hello.rhost));
		memset(s->hello.tty, 0, sizeof(s->hello.tty));
	}
	seal_random(s->id, sizeof(s->id));
	if ((row->who == PROTO_DESK) != (s->front == v->desk))
		log_fatal("front passed verb %u of the other socket on",
		    s->hello.verb);
	if (row->who == PROTO_OWNER && s->peer == 0)
		say_failure(v, s, SSPR_INELIGIBLE, 0);
	else
		resolve_start(v, s);
}

/*
 * What front cannot have accepted, has passed on already, or has no seat for
 * (front/quota.h).
 */
static bool
is_made_up(const struct vault *v, int fd)
{
	const struct session *s;
	size_t n = 0;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		s = v->session[i];
		if (s == NULL || s->front != v->heard)
			continue;
		if (++n == VAULT_OF_FRONT || peer_is_same(fd, s->fd))
			return true;
	}
	return !peer_is_accepted(fd,
	    v->heard == v->desk ? PATH_DESK : PATH_SOCKET);
}

/* Tell front that there will be no conversation (R-LOG-4: and rarely us). */
static void
turn_away(struct vault *v, uint32_t conn, enum sspr_err why)
{
	const struct proto_msg end = { .type = MSG_END,
		.as.end.result = (uint32_t)why };
	struct ipc_msg m = { .type = IPC_OUTPUT, .as.output.conn = conn };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	if (v->unopened++ == 0 || vault_ms() - v->unopened_ms >= QUIET_MS) {
		log_warn("%u conversations not opened so far", v->unopened);
		v->unopened_ms = vault_ms();
	}
	if (proto_encode(&end, buf, &len) != SSPR_OK)
		log_fatal("our own message does not encode");
	m.as.output.frame.len = (uint16_t)len;
	memcpy(m.as.output.frame.at, buf, len);
	vault_tell_front(v, v->heard, &m);
}

void
opening_take(struct vault *v, const struct ipc_open *open, int fd)
{
	struct session *s = NULL;
	struct proto_msg hello;
	uid_t peer;
	bool is_peer;

	if (proto_decode(open->frame.at, open->frame.len, PROTO_UP, &hello) !=
		SSPR_OK ||
	    hello.type != MSG_HELLO)
		log_fatal("front sent a bad OPEN");
	if (is_made_up(v, fd))
		log_fatal("front made a conversation up");
	is_peer = peer_read(fd, &peer);
	if (!is_peer || (s = new_session(v)) == NULL) {
		turn_away(v, open->conn, is_peer ? SSPR_BUSY : SSPR_NOT_YOURS);
		proto_wipe(&hello);
		close(fd);
		return;
	}
	s->conn = open->conn;
	s->front = v->heard;
	s->fd = fd;
	s->peer = peer;
	s->hand = -1;
	s->state = STATE_LOOKUP;
	s->hello = hello.as.hello;
	s->opened_ms = s->asked_ms = vault_ms();
	proto_wipe(&hello);
	start(v, s);
}
