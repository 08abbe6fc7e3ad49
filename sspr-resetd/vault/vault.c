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
#include "reference.h"
#include "vault/notice.h"
#include "vault/outbox.h"
#include "vault/quiz.h"
#include "vault/round.h"
#include "vault/stamp.h"
#include "vault/vault.h"

#define STALL_MAX_MS  5000u  /* that a front may hold everybody up */
#define STALL_SPAN_MS 60000u /* in so long */

enum {
	FD_PARENT = ROLE_FD,
	FD_FRONT,
	FD_NAMES,
	FD_DESK,
	FD_COURIER,
	FDS = 5, /* of our own */
	POLLS
};

#define NEAR_S (12u * 3600) /* a time of day alone is clear */

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
vault_wall(void)
{
	return clock_ms(CLOCK_REALTIME) / 1000;
}

uint64_t
vault_now(const struct vault *v)
{
	return clock_at(&v->clock, vault_ms());
}

/* What people call that by which their tries are counted. */
static const char *
place_of(const struct source *source)
{
	if (source->kind == SOURCE_UID)
		return "user";
	if (source->kind == SOURCE_CONSOLE || source->kind == SOURCE_PTS)
		return "terminal";
	return "address";
}

/* When its source may try again: the day too, if that is not near. */
static void
put_next_try(const struct vault *v, const struct session *s,
    char next[static 32])
{
	const uint64_t now = vault_now(v), at = s->next_try;

	if (at <= now)
		return;
	if (at - now < NEAR_S)
		words_clock(at - now + vault_wall(), next);
	else
		words_date(at - now + vault_wall(), next);
}

struct words_site
vault_site(const struct vault *v, const struct session *s)
{
	struct words_site site = { .host = v->host,
		.contact = v->conf.contact,
		.place = place_of(&s->source) };
	char correlation[IPC_CORRELATION_MAX + 1];

	session_correlation(s, correlation);
	reference_of(correlation, site.reference);
	put_next_try(v, s, site.next);
	return site;
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
vault_tell_front(struct vault *v, int link, const struct ipc_msg *m)
{
	const uint64_t began = vault_ms();

	if (began - v->stall_ms >= STALL_SPAN_MS) {
		v->stall_ms = began;
		v->stalled_ms = 0;
	}
	if (ipc_send(link, m, -1) != SSPR_OK)
		log_fatal("front is gone");
	v->stalled_ms += vault_ms() - began;
	if (v->stalled_ms > STALL_MAX_MS)
		log_fatal("front reads too slowly");
}

/* One more record of this round. */
static struct ipc_audit *
new_audit(struct vault *v, const char *event, enum sspr_err result)
{
	struct ipc_audit *a;

	if (v->audits >= VAULT_AUDITS)
		log_fatal("more audit records than conversations");
	a = &v->audit[v->audits++];
	*a = (struct ipc_audit){ .actor = IPC_NOBODY,
		.subject = IPC_NOBODY,
		.result = (uint32_t)result };
	memcpy(a->event, event, strnlen(event, IPC_EVENT_MAX));
	return a;
}

void
vault_audit_of(struct vault *v, uint32_t uid, const char *event,
    enum sspr_err result)
{
	new_audit(v, event, result)->subject = uid;
}

void
vault_audit_rest(struct vault *v)
{
	char source[TALLY_KEY_MAX + 1];
	struct ipc_audit *a;
	uint32_t missed;

	while (refusals_take(&v->refusals, vault_ms(), source, &missed)) {
		a = new_audit(v, "refused.more", SSPR_DENIED);
		memcpy(a->source, source,
		    strnlen(source, sizeof(a->source) - 1));
		a->count = missed;
	}
}

/* Whether anybody can cause it as often as they like. */
static bool
is_cheap(const char *event, enum sspr_err result)
{
	return result != SSPR_OK || strcmp(event, "code.asked") == 0;
}

void
vault_audit(struct vault *v, struct session *s, const char *event,
    enum sspr_err result)
{
	struct ipc_audit *a;

	if (is_cheap(event, result) &&
	    !refusals_add(&v->refusals, s->source.key, vault_ms()))
		return;
	a = new_audit(v, event, result);
	/* Whoever resets at a login is not known to be anybody yet. */
	if (s->peer != 0 || s->front == v->desk)
		a->actor = s->peer;
	if (!s->decoy)
		a->subject = s->uid;
	session_correlation(s, a->correlation);
	memcpy(a->service, s->hello.service, sizeof(a->service));
	memcpy(a->source, s->source.key,
	    strnlen(s->source.key, sizeof(a->source) - 1));
	if (s->front == v->desk)
		memcpy(a->reason, s->hello.reason, sizeof(a->reason));
	s->batch = v->batch + 1;
}

void
vault_alarm(struct vault *v, const struct session *s)
{
	struct record r;
	bool sound = account_verify(v->seal, &s->account) == SSPR_OK &&
	    account_open_owner(v->seal, &s->account, &r) == SSPR_OK;
	bool other = sound && strcmp(r.as.owner.name, s->name) != 0;

	if (sound)
		record_wipe(&r);
	if (other)
		alarm_raise(v, ALARM_OWNER, s->uid, s->name,
		    "what is stored of uid %u was enrolled by another name; "
		    "it is suspended until root runs sspr-admin user forget",
		    s->uid);
	else
		alarm_account(v, s->uid, s->name);
}

enum sspr_err
vault_read(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = vault_write(v, s)) != SSPR_OK ||
	    (e = store_get(v->store, s->key, &s->account)) != SSPR_OK ||
	    (e = account_verify(v->seal, &s->account)) != SSPR_OK)
		return e;
	if (s->account.missing_at != 0)
		e = s->verb == VERB_RESET ? SSPR_DENIED : SSPR_MISSING;
	return e;
}

enum sspr_err
vault_check_owner(struct vault *v, const struct session *s)
{
	struct record r;
	enum sspr_err e;

	if ((e = account_open_owner(v->seal, &s->account, &r)) != SSPR_OK)
		return e;
	if (r.as.owner.uid != s->uid || strcmp(r.as.owner.name, s->name) != 0)
		e = SSPR_SUSPENDED;
	record_wipe(&r);
	return e;
}

enum sspr_err
vault_put(struct vault *v, struct session *s)
{
	struct account *a = &s->account;
	const uint64_t was = a->generation;

	if (s->is_admin)
		a->admin_at = vault_now(v);
	account_tidy(a, vault_now(v));
	account_touch(v->seal, a);
	return store_put(v->store, a, was);
}

void
vault_fail(struct vault *v, struct session *s, enum sspr_err e)
{
	s->attempt.phase = ATTEMPT_NONE;
	s->errand = ERRAND_NONE;
	s->next = EVENT_NONE;
	s->batch = 0;
	s->job = 0;
	permit_drop(v, s);
	say_failure(v, s, e, 0);
	v->again = true; /* another try of its account may go on */
}

void
vault_forget(struct vault *v, struct session *s)
{
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
	if (permit_is_out(s)) {
		s->gone = true;
		s->front = -1; /* nobody says anything to it any more */
		s->conn = 0;
		s->outputs = 0;
		return;
	}
	permit_drop(v, s);
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

static void
on_answers(struct vault *v)
{
	struct answer_job job;

	while (answer_take(v->answers, &job) == SSPR_OK) {
		for (size_t i = 0; i < VAULT_SESSIONS; i++) {
			struct session *s = v->session[i];

			if (s == NULL || s->job != job.id)
				continue;
			s->job = 0;
			if (s->state == STATE_HASHING)
				enrol_hashed(v, s, &job);
			else
				attempt_hashed(v, s, &job);
			break;
		}
		secret_zero(&job, sizeof(job));
	}
}

/* Wait for messages, and take them in. */
static void
listen_to_all(struct vault *v)
{
	struct pollfd p[POLLS] = { { .fd = v->parent, .events = POLLIN },
		{ .fd = v->front, .events = POLLIN },
		{ .fd = v->desk, .events = POLLIN },
		{ .fd = v->names, .events = POLLIN },
		{ .fd = v->courier, .events = POLLIN },
		{ .fd = v->answers_fd, .events = POLLIN } };

	if (poll(p, POLLS, round_wait_ms(v, vault_ms())) == -1 &&
	    errno != EINTR)
		log_fatal("poll: %s", strerror(errno));
	v->again = false;
	if (p[0].revents != 0)
		inbox_parent(v);
	if (p[3].revents != 0 && p[3].fd == v->names)
		inbox_names(v);
	if (p[4].revents != 0 && p[4].fd == v->courier)
		inbox_courier(v);
	if (p[5].revents != 0)
		on_answers(v);
	if (p[1].revents != 0)
		inbox_front(v, v->front);
	if (p[2].revents != 0)
		inbox_front(v, v->desk);
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

static void
open_clock(struct vault *v)
{
	struct store_clock mark;
	uint8_t boot[16];
	enum sspr_err e = store_get_clock(v->store, &mark);

	if (e == SSPR_OK)
		e = stamp_check_clock(v->seal, &mark);
	if (e == SSPR_SYSTEM || clock_boot(boot) != SSPR_OK)
		log_fatal("the clock's mark cannot be read");
	clock_begin(&v->clock, e == SSPR_OK ? &mark : NULL, boot, vault_ms(),
	    vault_wall());
	if (e == SSPR_SUSPENDED)
		alarm_raise(v, ALARM_ROW, 1, "",
		    "the clock's mark in the database was changed by somebody "
		    "else; time goes by this host's clock");
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
	v->desk = FD_DESK;
	v->names = FD_NAMES;
	v->courier = FD_COURIER;
	if (gethostname(v->host, VAULT_HOST_MAX) == -1)
		log_fatal("gethostname: %s", strerror(errno));
	v->host[strcspn(v->host, ".")] = '\0';
	for (char *c = v->host; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			*c = '?';
	conf_default(&v->coming);
	inbox_start(v);
	open_store(v);
	open_clock(v);
	if (answer_open(&v->answers, &v->answers_fd) != SSPR_OK)
		log_fatal("no threads for answers");
	outbox_start(v);
	census_start(v);
	round_sync(v); /* the first: parent hears that we serve */
	for (;;) {
		listen_to_all(v);
		round_run(v);
	}
}
