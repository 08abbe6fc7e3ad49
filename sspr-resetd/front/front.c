/* SPDX-License-Identifier: MIT */
/*
 * front.c - the role that meets the clients; and the desk, which is the same
 * on the admin socket, with verbs of its own.
 *
 * It MUST NOT wait for anyone: not for a client, not for the vault, not for
 * what a client's descriptor does.  It decides who may talk at all (quota.c)
 * and who gets an offer (offer.c); everything else is the vault's, which also
 * reads SO_PEERCRED again from the descriptor it gets (R-IPC-1).
 *
 * Number of a conversation: a counter, so that what the vault still says to
 * one that is closed reaches no other.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "front/conn.h"
#include "front/guard.h"
#include "front/hello.h"
#include "front/offer.h"
#include "front/quota.h"
#include "ipc.h"
#include "log.h"
#include "proto.h"
#include "role.h"
#include "source.h"
#include "tally.h"

#define LINK         ROLE_FD       /* to the vault */
#define LISTENER     (ROLE_FD + 1) /* the socket of the clients */
#define ACCEPT_BATCH 64            /* connections, then others get a turn */
#define REST_MS      1000u         /* when accept(2) lacks something */
#define RETRY_S      5u            /* after too many conversations */
#define NOBODY       65534u        /* an unmapped uid */

static struct {
	struct conf conf; /* in use */
	struct conf next; /* until APPLY */
	bool at_desk;     /* the clients are those of the admin socket */
	bool is_ready;    /* options came: clients may */
	bool is_full;     /* the link: news waits for it */
	uint32_t numbers; /* of conversations, so far */
	uint64_t now_ms;  /* monotonic, of this turn */
	uint64_t rest_ms; /* no accept(2) until then, 0 none */
	struct quota quota;
	struct offer offer;
	struct tally tally;
	struct conn conns[QUOTA_SEATS]; /* by seat */
} front;

static void
read_clock(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
		log_fatal("clock: %s", strerror(errno));
	front.now_ms =
	    (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u + 1;
}

static void
complain(uid_t uid, const char *what)
{
	char key[TALLY_KEY_MAX + 1];

	snprintf(key, sizeof(key), "%u", uid);
	if (tally_add(&front.tally, key, front.now_ms))
		log_warn("uid %u: %s, connection closed", uid, what);
}

static void
news_of(const struct conn *c, struct ipc_msg *m)
{
	memset(m, 0, sizeof(*m));
	if (c->news == CONN_CLOSED) {
		m->type = IPC_CLOSED;
		m->as.closed.conn = c->number;
		m->as.closed.err = (uint32_t)c->why;
	} else if (c->news == CONN_OPEN) {
		m->type = IPC_OPEN;
		m->as.open.conn = c->number;
		m->as.open.frame.len = c->len;
		memcpy(m->as.open.frame.at, c->frame, c->len);
	} else {
		m->type = IPC_INPUT;
		m->as.input.conn = c->number;
		m->as.input.frame.len = c->len;
		memcpy(m->as.input.frame.at, c->frame, c->len);
	}
}

/* Tell the vault the news of a seat; if the link is full, later. */
static void
deliver(size_t seat)
{
	struct conn *c = &front.conns[seat];
	struct ipc_msg m;
	enum sspr_err e;

	if (c->news == CONN_NO_NEWS || front.is_full)
		return;
	news_of(c, &m);
	e = ipc_try(LINK, &m, c->news == CONN_OPEN ? c->fd : -1);
	ipc_wipe(&m);
	if (e == SSPR_GONE)
		exit(0);
	if (e == SSPR_BUSY) {
		front.is_full = true;
		return;
	}
	if (e != SSPR_OK)
		log_fatal("vault: %s", err_text(e));
	conn_told(c);
	if (c->state == CONN_OVER) {
		conn_clear(c);
		quota_leave(&front.quota, seat);
	}
}

/* The client of a seat is done with; SSPR_OK if the vault need not know. */
static void
finish(size_t seat, enum sspr_err why)
{
	struct conn *c = &front.conns[seat];

	guard_begin();
	conn_drop(c, why);
	guard_end();
	if (c->state == CONN_FREE)
		quota_leave(&front.quota, seat);
	else
		deliver(seat);
}

static void
tell(size_t seat, const struct proto_msg *m)
{
	if (conn_tell(&front.conns[seat], m) == SSPR_MALFORMED)
		log_fatal("our own message does not encode");
}

/* The last words to a client: who does not hear them is gone anyway. */
static void
tell_end(size_t seat, enum sspr_err result, uint32_t retry_s)
{
	struct proto_msg m = { .type = MSG_END };

	m.as.end.result = (uint32_t)result;
	m.as.end.retry_after = retry_s;
	tell(seat, &m);
}

/* There will be no conversation. */
static void
refuse(size_t seat, enum proto_verb verb, enum sspr_err why)
{
	struct proto_msg m = { .type = MSG_SHOW };

	if (hello_refusal(&front.conf, why, verb, &m.as.show))
		tell(seat, &m);
	tell_end(seat, why, why == SSPR_SOURCE ? RETRY_S : 0);
	finish(seat, SSPR_OK);
}

static void
make_offer(size_t seat, const char *service)
{
	const bool is_here = front.conf.offer_mode == CONF_MODE_RESET;
	struct proto_msg m = { .type = MSG_OFFER };
	uint32_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		log_fatal("getrandom: %s", strerror(errno));
	offer_make(service, is_here ? NULL : front.conf.offer_refer,
	    front.conf.offer_delay_ms, random, &m.as.offer);
	tell(seat, &m);
}

/* A password was refused, `count' times by now. */
static void
on_refusal(size_t seat, const struct proto_hello *h, uint32_t count)
{
	const bool is_due =
	    count >= front.conf.offer_after || (h->flags & PROTO_FORGOT) != 0;

	if (is_due)
		make_offer(seat, h->service);
	tell_end(seat, is_due ? SSPR_OK : SSPR_NO_OFFER, 0);
	finish(seat, SSPR_OK);
}

/* Tell the vault of *m now or later. */
static void
keep(size_t seat, enum conn_news news, const struct proto_msg *m)
{
	if (conn_keep(&front.conns[seat], news, m) != SSPR_OK)
		log_fatal("what was decoded does not encode");
	deliver(seat);
}

static void
open_conversation(size_t seat, const struct proto_msg *m)
{
	struct conn *c = &front.conns[seat];

	if (++front.numbers == 0)
		front.numbers = 1;
	c->number = front.numbers;
	log_debug("conversation %u: %s by uid %u", c->number,
	    proto_verb_row(m->as.hello.verb)->name, c->uid);
	keep(seat, CONN_OPEN, m);
}

static void
on_hello(size_t seat, struct proto_msg *m)
{
	const struct hello_peer peer = { .uid = front.conns[seat].uid,
		.at_desk = front.at_desk };
	struct proto_hello *h = &m->as.hello;
	const enum proto_verb verb = (enum proto_verb)h->verb;
	struct source source;
	enum sspr_err e;
	uint32_t count = 0;

	e = hello_judge(&front.conf, &peer, h, &source);
	if (e == SSPR_OK && verb == VERB_OFFER)
		count = offer_count(&front.offer, source.key, h->user,
		    front.now_ms, front.conf.offer_window_min * 60000ull);
	if (e == SSPR_OK)
		e = quota_talk(&front.quota, seat, &source,
		    hello_seats(&front.conf, &source));
	if (e != SSPR_OK)
		refuse(seat, verb, e);
	else if (verb == VERB_OFFER)
		on_refusal(seat, h, count);
	else
		open_conversation(seat, m);
}

static void
on_message(size_t seat, struct proto_msg *m)
{
	if (m->type == MSG_HELLO)
		on_hello(seat, m);
	else if (m->type == MSG_CANCEL)
		finish(seat, SSPR_CANCELLED);
	else
		keep(seat, CONN_INPUT, m);
}

static void
on_client(size_t seat)
{
	struct conn *c = &front.conns[seat];
	struct proto_msg m;
	enum sspr_err e;

	guard_begin();
	e = conn_read(c, &m);
	guard_end();
	if (e == SSPR_OK) {
		on_message(seat, &m);
		proto_wipe(&m);
	} else if (e == SSPR_VERSION) {
		tell_end(seat, SSPR_VERSION, 0);
		finish(seat, SSPR_OK);
	} else if (e == SSPR_MALFORMED) {
		complain(c->uid, "malformed message");
		finish(seat, e);
	} else if (e != SSPR_BUSY)
		finish(seat, e);
}

static void
turn_away(int fd)
{
	guard_begin();
	close(fd);
	guard_end();
}

static void
on_connection(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	size_t seat;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer) || peer.uid == (uid_t)-1 ||
	    peer.uid == NOBODY) {
		complain(NOBODY, "not a user of this system");
		turn_away(fd);
	} else if (quota_connect(&front.quota, peer.uid,
		       front.conf.conversations_per_source, &seat) != SSPR_OK) {
		complain(peer.uid, "too many connections");
		turn_away(fd);
	} else
		conn_start(&front.conns[seat], fd, peer.uid,
		    peer.uid == 0 && !front.at_desk ? CONN_PAM_MS : CONN_CLI_MS,
		    front.now_ms);
}

static void
accept_some(void)
{
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		const int fd =
		    accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd != -1)
			on_connection(fd);
		else if (errno == EMFILE || errno == ENFILE ||
		    errno == ENOMEM || errno == ENOBUFS) {
			log_err("accept: %s", strerror(errno));
			front.rest_ms = front.now_ms + REST_MS;
			return;
		} else if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

static void
on_set(const struct ipc_set *s)
{
	struct conf_fault fault;
	const enum conf_option option = (enum conf_option)s->option;

	if (s->option >= CONF_COUNT || !conf_is_for(option, 'F') ||
	    conf_set(&front.next, option, s->value, &fault) != SSPR_OK)
		log_fatal("vault: bad option %u", s->option);
}

static void
on_apply(void)
{
	front.conf = front.next;
	front.is_ready = true;
	log_debug_on(front.conf.debug);
}

/* What the vault says to a client that is gone already is dropped. */
static void
on_output(const struct ipc_output *o)
{
	enum proto_type type;
	enum sspr_err e;
	size_t seat = 0;

	while (seat < QUOTA_SEATS &&
	    (front.conns[seat].number != o->conn || front.conns[seat].fd == -1))
		seat++;
	if (o->conn == 0 || seat == QUOTA_SEATS)
		return;
	e = conn_relay(&front.conns[seat], o->frame.at, o->frame.len,
	    front.now_ms, &type);
	if (e == SSPR_MALFORMED)
		log_fatal("vault: malformed output");
	if (type == MSG_END)
		finish(seat, SSPR_OK);
	else if (e != SSPR_OK)
		finish(seat, e);
}

static void
on_link(void)
{
	struct ipc_msg m;
	enum sspr_err e;
	int fd;

	while (
	    (e = ipc_recv(LINK, ROLE_VAULT, ROLE_FRONT, &m, &fd)) == SSPR_OK) {
		if (m.type == IPC_SET)
			on_set(&m.as.set);
		else if (m.type == IPC_APPLY)
			on_apply();
		else if (m.type == IPC_OUTPUT)
			on_output(&m.as.output);
		else
			log_fatal("vault: unexpected message");
		ipc_wipe(&m);
	}
	if (e == SSPR_GONE)
		exit(0);
	if (e != SSPR_BUSY)
		log_fatal("vault: %s", err_text(e));
}

static void
on_time(void)
{
	char uid[TALLY_KEY_MAX + 1];
	uint32_t missed;

	while (tally_take(&front.tally, front.now_ms, uid, &missed))
		log_warn("uid %s: %u more connections closed", uid, missed);
	for (size_t i = 0; i < QUOTA_SEATS; i++)
		if (front.conns[i].deadline_ms != 0 &&
		    front.conns[i].deadline_ms <= front.now_ms) {
			tell_end(i, SSPR_TIMEOUT, 0);
			finish(i, SSPR_TIMEOUT);
		}
	if (front.rest_ms <= front.now_ms)
		front.rest_ms = 0;
}

/* Milliseconds until something is due, -1 for nothing. */
static int
wait_ms(void)
{
	uint64_t first = tally_deadline(&front.tally);

	if (front.rest_ms != 0 && (first == 0 || front.rest_ms < first))
		first = front.rest_ms;
	for (size_t i = 0; i < QUOTA_SEATS; i++)
		if (front.conns[i].deadline_ms != 0 &&
		    (first == 0 || front.conns[i].deadline_ms < first))
			first = front.conns[i].deadline_ms;
	if (first == 0)
		return -1;
	read_clock();
	return first <= front.now_ms ? 0 : (int)(first - front.now_ms);
}

/* Wait for something to do, and do all of it once. */
static void
turn(void)
{
	struct pollfd at[2 + QUOTA_SEATS];
	const bool is_open = front.is_ready && front.rest_ms == 0;

	at[0] = (struct pollfd){ .fd = LINK,
		.events = front.is_full ? POLLIN | POLLOUT : POLLIN };
	at[1] =
	    (struct pollfd){ .fd = is_open ? LISTENER : -1, .events = POLLIN };
	for (size_t i = 0; i < QUOTA_SEATS; i++)
		at[2 + i] = (struct pollfd){ .fd = front.conns[i].fd,
			.events = POLLIN };
	if (poll(at, 2 + QUOTA_SEATS, wait_ms()) == -1) {
		if (errno != EINTR)
			log_fatal("poll: %s", strerror(errno));
		return;
	}
	read_clock();
	if ((at[0].revents & POLLOUT) != 0)
		front.is_full = false;
	for (size_t i = 0; i < QUOTA_SEATS; i++)
		deliver(i);
	on_time();
	if ((at[0].revents & ~POLLOUT) != 0)
		on_link();
	for (size_t i = 0; i < QUOTA_SEATS; i++)
		if (at[2 + i].revents != 0 && front.conns[i].fd == at[2 + i].fd)
			on_client(i);
	if (at[1].revents != 0)
		accept_some();
}

static _Noreturn void
serve(enum role me)
{
	log_open(role_name(me));
	role_confine(me, 2);
	front.at_desk = me == ROLE_DESK;
	guard_init(LISTENER);
	conf_default(&front.next);
	for (size_t i = 0; i < QUOTA_SEATS; i++)
		conn_clear(&front.conns[i]);
	for (;;)
		turn();
}

void
front_main(void)
{
	serve(ROLE_FRONT);
}

void
desk_main(void)
{
	serve(ROLE_DESK);
}
