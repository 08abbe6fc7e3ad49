/* SPDX-License-Identifier: MIT */
/*
 * vault.c - the role that decides: database, keys, every yes and no.
 *
 * No network, no exec, no foreign code.  One round after the other (vault.h).
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "vault/vault.h"

enum { FD_PARENT = ROLE_FD, FD_FRONT, FD_NAMES, FDS = 3 };

static uint64_t
clock_ms(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) == -1)
		log_fatal("clock: %s", strerror(errno));
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t
vault_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

uint64_t
vault_s(void)
{
	return clock_ms(CLOCK_REALTIME) / 1000;
}

struct words_site
vault_site(const struct vault *v)
{
	return (
	    struct words_site){ .host = v->host, .contact = v->conf.contact };
}

enum sspr_err
vault_write(struct vault *v, struct session *s)
{
	if (s != NULL)
		s->touched = true;
	if (v->failed)
		return SSPR_BUSY;
	if (!v->writing && store_begin(v->store) != SSPR_OK) {
		v->failed = true;
		return SSPR_BUSY;
	}
	v->writing = true;
	return SSPR_OK;
}

void
vault_spoil(struct vault *v)
{
	v->failed = true;
}

void
vault_lose(struct vault *v, struct session *s, enum sspr_err e)
{
	if (e == SSPR_SYSTEM || e == SSPR_BUSY) {
		s->touched = true;
		vault_spoil(v);
	} else
		vault_fail(v, s, e);
}

void
vault_tell_parent(struct vault *v, const struct ipc_msg *m)
{
	if (ipc_send(v->parent, m, -1) != SSPR_OK)
		log_fatal("parent is gone");
}

void
vault_audit(struct vault *v, struct session *s, const char *event,
    enum sspr_err result)
{
	struct ipc_audit *a;

	if (v->audits >= VAULT_AUDITS)
		log_fatal("more audit records than conversations");
	a = &v->audit[v->audits++];
	/* Whoever resets at a login is not known to be anybody yet. */
	*a = (struct ipc_audit){ .actor = s->peer == 0 ? IPC_NOBODY : s->peer,
		.subject = s->decoy ? IPC_NOBODY : s->uid,
		.result = (uint32_t)result };
	memcpy(a->event, event, strnlen(event, IPC_EVENT_MAX));
	session_correlation(s, a->correlation);
	memcpy(a->service, s->hello.service, sizeof(a->service));
	session_source(s, a->source);
	s->batch = v->batch + 1;
}

void
vault_alarm(const struct session *s)
{
	log_warn("ALARM: the stored record of uid %u does not verify; the "
		 "account is suspended",
	    s->uid);
}

void
vault_fail(struct vault *v, struct session *s, enum sspr_err e)
{
	s->attempt.phase = ATTEMPT_NONE;
	s->errand = ERRAND_NONE;
	s->next = EVENT_NONE;
	s->batch = 0;
	permit_drop(v, s);
	say_failure(v, s, e, 0);
	v->again = true; /* another try of its account may go on */
}

void
vault_forget(struct vault *v, struct session *s)
{
	permit_drop(v, s);
	close(s->fd);
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (v->session[i] == s)
			v->session[i] = NULL;
	seal_free_memory(s);
	v->again = true; /* another try of its account may go on */
}

/* clang-format off */
static void (*const actions[])(struct vault *v, struct session *s) = {
#define ACTION(name) [ACTION_##name] = action_##name,
#include "vault/session.def"
};
/* clang-format on */

void
vault_event(struct vault *v, struct session *s, enum session_event ev)
{
	const struct session_rule *rule;

	for (; ev != EVENT_NONE; ev = s->next) {
		rule = session_rule(s->verb, s->state, ev);
		if (rule == NULL)
			log_fatal("event %d in state %d of verb %d", ev,
			    s->state, s->verb);
		log_debug("conversation %u: state %d, event %d, state %d",
		    s->conn, s->state, ev, rule->next);
		s->state = rule->next;
		s->next = EVENT_NONE;
		actions[rule->action](v, s);
	}
}

/* Everybody who waits for what was lost is told so. */
static void
fail_round(struct vault *v)
{
	struct session *s;

	log_err("the database cannot be written; nothing was compared, sent "
		"or set");
	store_rollback(v->store);
	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		s = v->session[i];
		if (s != NULL && (s->touched || s->batch > v->batch))
			vault_fail(v, s, SSPR_BUSY);
	}
	v->audits = 0;
}

static void
send_audits(struct vault *v)
{
	struct ipc_msg m = { .type = IPC_AUDIT };

	for (size_t i = 0; i < v->audits; i++) {
		m.as.audit = v->audit[i];
		vault_tell_parent(v, &m);
	}
}

static void
send_sync(struct vault *v)
{
	struct ipc_msg m = { .type = IPC_SYNC };

	m.as.sync.batch = ++v->batch;
	vault_tell_parent(v, &m);
}

/* Make what this round wrote durable, then tell parent. */
static void
settle(struct vault *v)
{
	if (v->writing && !v->failed && store_commit(v->store) != SSPR_OK)
		v->failed = true;
	if (v->failed)
		fail_round(v);
	v->writing = v->failed = false;
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (v->session[i] != NULL)
			v->session[i]->touched = false;
	/* A reset's intent is synced with the records before it. */
	send_audits(v);
	permit_errands(v);
	if (v->audits > 0)
		send_sync(v);
	v->audits = 0;
}

/* A look-up that takes too long makes a decoy. */
static void
expire_lookups(struct vault *v, uint64_t now)
{
	struct session *s;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		s = v->session[i];
		if (s != NULL && s->lookup != 0 &&
		    now - s->asked_ms >= SESSION_LOOKUP_MS)
			resolve_done(v, s, NULL);
	}
}

/* The next beat after the request, for a stranger; else now. */
static uint64_t
due(const struct vault *v, const struct session *s, uint64_t now)
{
	const struct proto_verb_row *row = proto_verb_row((uint8_t)s->verb);
	const uint64_t beat = v->conf.answer_floor_ms;

	if (!row->floor || s->proved || beat == 0)
		return now;
	return s->asked_ms + ((now - s->asked_ms) / beat + 1) * beat;
}

static void
flush(struct vault *v, uint64_t now)
{
	struct session *s;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		if ((s = v->session[i]) == NULL)
			continue;
		if (s->due_ms == 0 && v->synced >= s->batch &&
		    (s->outputs > 0 || s->hand != -1))
			s->due_ms = due(v, s, now);
		if (say_flush(v, s, now))
			vault_forget(v, s);
	}
}

/* Milliseconds until something is due, -1 never. */
static int
wait_ms(const struct vault *v, uint64_t now)
{
	uint64_t at, next = UINT64_MAX;
	const struct session *s;

	if (v->again)
		return 0;
	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		if ((s = v->session[i]) == NULL)
			continue;
		if (s->lookup != 0)
			at = s->asked_ms + SESSION_LOOKUP_MS;
		else if (s->due_ms != 0 && v->synced >= s->batch &&
		    (s->outputs > 0 || s->hand != -1))
			at = s->due_ms;
		else
			continue;
		if (at < next)
			next = at;
	}
	if (next == UINT64_MAX)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

static void
round_of(struct vault *v)
{
	struct pollfd p[FDS] = { { .fd = v->parent, .events = POLLIN },
		{ .fd = v->front, .events = POLLIN },
		{ .fd = v->names, .events = POLLIN } };

	if (poll(p, FDS, wait_ms(v, vault_ms())) == -1 && errno != EINTR)
		log_fatal("poll: %s", strerror(errno));
	v->again = false;
	if (p[0].revents != 0)
		inbox_parent(v);
	if (p[2].revents != 0 && p[2].fd == v->names)
		inbox_names(v);
	if (p[1].revents != 0)
		inbox_front(v);
	expire_lookups(v, vault_ms());
	attempt_debit_all(v);
	settle(v);
	attempt_compare_all(v);
	settle(v);
	flush(v, vault_ms());
	store_tidy(v->store);
}

static void
open_store(struct vault *v)
{
	uint8_t check[SEAL_HASH];
	const char *why;

	seal_hash(v->seal, SEAL_CHECK, "sspr", 4, check);
	if (store_open(PATH_DB, check, &v->store, &why) != SSPR_OK)
		log_fatal(PATH_DB " %s", why);
	secret_zero(check, sizeof(check));
}

void
vault_main(void)
{
	struct vault *v;

	log_open("vault");
	role_confine(ROLE_VAULT, FDS);
	if ((v = calloc(1, sizeof(*v))) == NULL)
		log_fatal("no memory");
	v->parent = FD_PARENT;
	v->front = FD_FRONT;
	v->names = FD_NAMES;
	if (gethostname(v->host, VAULT_HOST_MAX) == -1)
		log_fatal("gethostname: %s", strerror(errno));
	v->host[strcspn(v->host, ".")] = '\0';
	conf_default(&v->coming);
	inbox_start(v);
	open_store(v);
	send_sync(v); /* the first: parent hears that we serve */
	for (;;)
		round_of(v);
}
