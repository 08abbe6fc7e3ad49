/* SPDX-License-Identifier: MIT */
/*
 * inbox.c - what the other roles tell the vault.
 *
 * A sibling's bad bytes MUST stop the daemon (R-IPC-6).
 */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "vault/notice.h"
#include "vault/outbox.h"
#include "vault/quiz.h"
#include "vault/vault.h"

#define AT_ONCE 256 /* messages of a link in one round */

typedef void handler(struct vault *v, struct ipc_msg *m, int fd);

static struct session *
by_conn(struct vault *v, uint32_t conn)
{
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (v->session[i] != NULL && v->session[i]->conn == conn &&
		    v->session[i]->front == v->heard)
			return v->session[i];
	return NULL;
}

static struct session *
by_grant(struct vault *v, uint64_t grant)
{
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (v->session[i] != NULL && v->session[i]->grant == grant)
			return v->session[i];
	return NULL;
}

static struct session *
by_lookup(struct vault *v, uint32_t lookup)
{
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (v->session[i] != NULL && v->session[i]->lookup == lookup)
			return v->session[i];
	return NULL;
}

static void
tell_fronts(struct vault *v, const struct ipc_msg *m)
{
	if (ipc_send(v->front, m, -1) != SSPR_OK ||
	    ipc_send(v->desk, m, -1) != SSPR_OK)
		log_fatal("front is gone");
}

static void
on_set(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	const enum conf_option option = m->as.set.option;
	struct conf_fault fault;

	if (option >= CONF_COUNT ||
	    conf_set(&v->coming, option, m->as.set.value, &fault) != SSPR_OK)
		log_fatal("parent sent a bad option");
	if (conf_is_for(option, 'F'))
		tell_fronts(v, m);
}

/*
 * Tell a role that may restart at any time all options with its letter.  One
 * that does not read them holds nobody up: its link ends, and so does it.
 */
static void
tell_options(struct vault *v, int fd, char role)
{
	enum sspr_err e = SSPR_OK;

	struct ipc_msg set = { .type = IPC_SET };
	struct ipc_msg apply = { .type = IPC_APPLY, .as.apply.last = 1 };
	char value[CONF_LINE_MAX + 1];

	for (enum conf_option o = 0; o < CONF_COUNT && e == SSPR_OK; o++) {
		if (!conf_is_for(o, role))
			continue;
		conf_get(&v->conf, o, value);
		set.as.set.option = (uint16_t)o;
		memcpy(set.as.set.value, value, sizeof(set.as.set.value));
		e = ipc_try(fd, &set, -1);
	}
	if (e == SSPR_OK)
		e = ipc_try(fd, &apply, -1);
	if (e != SSPR_OK)
		(void)shutdown(fd, SHUT_RDWR); /* it is told when it is back */
}

static void
on_apply(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	v->conf = v->coming;
	log_debug_on(v->conf.debug);
	tell_fronts(v, m);
	if (v->names != -1)
		tell_options(v, v->names, 'N');
	if (v->courier != -1)
		tell_options(v, v->courier, 'C');
	notice_load(v);
	quiz_load(v);
}

static void
on_key(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	if (v->seal != NULL || m->as.key.key.len != SEAL_KEY ||
	    seal_new(m->as.key.key.at, &v->seal) != SSPR_OK)
		log_fatal("the master key cannot be used");
}

static void
on_names(struct vault *v, [[maybe_unused]] struct ipc_msg *m, int fd)
{
	if (v->names != -1)
		close(v->names);
	v->names = fd;
	tell_options(v, fd, 'N');
	census_lost(v);
	census_start(v);
}

static void
drop_courier(struct vault *v)
{
	close(v->courier);
	v->courier = -1; /* parent sends a new link */
	outbox_lost(v);
}

static void
on_courier(struct vault *v, [[maybe_unused]] struct ipc_msg *m, int fd)
{
	if (v->courier != -1)
		drop_courier(v);
	v->courier = fd;
	tell_options(v, fd, 'C');
}

static void
on_delivered(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	enum sspr_err e;

	if (err_number(m->as.delivered.err, &e) != SSPR_OK)
		log_fatal("courier sent an unknown result");
	outbox_delivered(v, m->as.delivered.id, e);
}

static void
on_synced(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	struct session *s;

	if (m->as.synced.batch > v->batch)
		log_fatal("parent synced what was not sent");
	v->synced = m->as.synced.batch;
	if (m->as.synced.err == SSPR_OK)
		return;
	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		s = v->session[i];
		if (s != NULL && s->batch == v->synced &&
		    s->state != STATE_WORK) /* its intent is durable */
			vault_fail(v, s, SSPR_AUDIT);
	}
}

static void
on_ready(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	struct session *s = by_grant(v, m->as.ready.grant);

	if (s == NULL || s->state != STATE_CHECKS)
		return; /* dropped meanwhile */
	if (err_number(m->as.ready.err, &s->err) != SSPR_OK ||
	    s->err == SSPR_UNLOCKED ||
	    (s->err != SSPR_OK && reset_may_have_changed(s->err)))
		log_fatal("parent sent what no pre-check ends with");
	vault_event(v, s, s->err == SSPR_OK ? EVENT_READY : EVENT_UNREADY);
}

static void
on_granted(struct vault *v, struct ipc_msg *m, int fd)
{
	struct session *s = by_grant(v, m->as.granted.grant);

	if (s == NULL || s->state != STATE_GRANT) {
		close(fd); /* the worker sees it close */
		return;
	}
	s->hand = fd;
	vault_event(v, s, EVENT_GRANTED);
}

/* Whether the person got what a worker of this kind is for. */
static bool
is_done(const struct session *s, enum sspr_err e)
{
	return e == SSPR_OK || (e == SSPR_UNLOCKED && s->work == PROTO_CHANGE);
}

static void
on_outcome(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	struct session *s = by_grant(v, m->as.outcome.grant);
	enum sspr_err e;

	if (err_number(m->as.outcome.err, &e) != SSPR_OK)
		log_fatal("parent sent an unknown result");
	permit_ended(v, m->as.outcome.grant, e);
	if (s == NULL)
		return;
	s->grant = 0;
	s->outcome = e;
	reset_restore(v, s, e);
	if (s->state == STATE_GRANT || s->state == STATE_WORK) {
		s->due_ms = 0;
		vault_event(v, s, is_done(s, e) ? EVENT_DONE : EVENT_FAILED);
	}
	if (s->gone)
		vault_forget(v, s);
}

static void
on_place(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	struct session *s =
	    m->as.place.id == 0 ? NULL : by_lookup(v, m->as.place.id);

	if (s != NULL)
		s->is_own = m->as.place.own != 0;
}

static void
on_account(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	struct session *s =
	    m->as.account.id == 0 ? NULL : by_lookup(v, m->as.account.id);

	if (s != NULL)
		resolve_done(v, s, &m->as.account);
}

static void
on_counted(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	census_counted(v, &m->as.counted);
}

static void
on_left(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	census_left(v, &m->as.left);
}

static void
on_open(struct vault *v, struct ipc_msg *m, int fd)
{
	if (by_conn(v, m->as.open.conn) != NULL)
		log_fatal("front opened a conversation twice");
	opening_take(v, &m->as.open, fd);
}

/*
 * Whether the conversation has lasted too long; once the password is changed,
 * and at its last words, there is no further step.
 */
static bool
is_late(const struct vault *v, const struct session *s, enum session_event ev)
{
	return s->asked_ms - s->opened_ms >
	    (uint64_t)v->conf.conversation_min * 60 * 1000 &&
	    ev != EVENT_EMPTY && s->state != STATE_LAST &&
	    s->state != STATE_LOST;
}

static void
take_answer(struct vault *v, struct session *s, const struct proto_msg *m)
{
	const enum session_event ev =
	    session_classify(s->state, m->as.answer.text.len);

	if (ev == EVENT_NONE)
		log_fatal("front passed an answer on that was not due");
	s->asked_ms = vault_ms();
	s->due_ms = 0;
	s->said = ev;
	if (is_late(v, s, ev)) {
		say_failure(v, s, SSPR_TIMEOUT, 0);
		return;
	}
	if (secret_set(&s->text, m->as.answer.text.at, m->as.answer.text.len) !=
	    SSPR_OK)
		log_fatal("an answer does not fit");
	vault_event(v, s, ev);
	secret_wipe(&s->text);
}

static void
on_input(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	struct session *s = by_conn(v, m->as.input.conn);
	struct proto_msg in;

	if (proto_decode(m->as.input.frame.at, m->as.input.frame.len, PROTO_UP,
		&in) != SSPR_OK ||
	    in.type == MSG_HELLO)
		log_fatal("front sent a bad INPUT");
	if (s != NULL && in.type == MSG_ANSWER)
		take_answer(v, s, &in);
	else if (s != NULL)
		vault_forget(v, s);
	proto_wipe(&in);
}

static void
on_closed(struct vault *v, struct ipc_msg *m, [[maybe_unused]] int fd)
{
	struct session *s = by_conn(v, m->as.closed.conn);

	if (s != NULL)
		vault_forget(v, s);
}

/* clang-format off */

/* Every message to the vault has a handler here, or this does not compile. */
static handler *const handlers[] = {
#define HANDLE_VAULT(NAME, name)	[IPC_##NAME] = on_##name,
#define HANDLE_ANY(NAME, name)		[IPC_##NAME] = on_##name,
#define HANDLE_PARENT(NAME, name)
#define HANDLE_FRONT(NAME, name)
#define HANDLE_NAMES(NAME, name)
#define HANDLE_WORKER(NAME, name)
#define HANDLE_COURIER(NAME, name)
#define MSG(NAME, name, number, from, to, fd) HANDLE_##to(NAME, name)
#include "ipc.def"
};

/* clang-format on */

/* Take in what waits; what the link ended with. */
static enum sspr_err
drain(struct vault *v, int link, enum role from)
{
	struct ipc_msg m;
	enum sspr_err e = SSPR_OK;
	int fd;

	for (int n = 0; n < AT_ONCE && e == SSPR_OK; n++) {
		e = ipc_recv(link, from, ROLE_VAULT, &m, &fd);
		if (e == SSPR_MALFORMED)
			log_fatal("%s sent garbage", role_name(from));
		if (e == SSPR_OK)
			handlers[m.type](v, &m, fd);
		ipc_wipe(&m);
	}
	if (e == SSPR_OK)
		v->again = true;
	return e;
}

void
inbox_parent(struct vault *v)
{
	if (drain(v, v->parent, ROLE_PARENT) == SSPR_GONE)
		_exit(0); /* parent is gone; it has said why */
}

void
inbox_front(struct vault *v, int link)
{
	v->heard = link;
	if (drain(v, link, ROLE_FRONT) == SSPR_GONE)
		log_fatal("front is gone");
}

void
inbox_names(struct vault *v)
{
	if (drain(v, v->names, ROLE_NAMES) != SSPR_GONE)
		return;
	close(v->names);
	v->names = -1; /* parent sends a new link */
	census_lost(v);
}

void
inbox_courier(struct vault *v)
{
	if (drain(v, v->courier, ROLE_COURIER) == SSPR_GONE)
		drop_courier(v);
}

void
inbox_start(struct vault *v)
{
	struct pollfd p = { .fd = v->parent, .events = POLLIN };
	struct ipc_msg m;
	enum sspr_err e;
	int fd;

	do {
		(void)poll(&p, 1, -1); /* ipc_recv tells */
		e = ipc_recv(v->parent, ROLE_PARENT, ROLE_VAULT, &m, &fd);
		if (e == SSPR_GONE)
			_exit(0);
		if (e == SSPR_MALFORMED)
			log_fatal("parent sent garbage");
		if (e == SSPR_OK)
			handlers[m.type](v, &m, fd);
		fd = e == SSPR_OK ? (int)m.type : 0;
		ipc_wipe(&m);
	} while (fd != IPC_APPLY);
	if (v->seal == NULL)
		log_fatal("parent sent no key");
}
