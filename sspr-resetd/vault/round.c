/* SPDX-License-Identifier: MIT */
/*
 * round.c - group commit: what all conversations of a round wrote is durable
 * before any of them hears of it, and a debit before its code is compared
 * (R-THR-1, R-DUR-2).
 */
#include "vault/round.h"
#include "log.h"
#include "vault/outbox.h"
#include "vault/stamp.h"
#include "vault/vault.h"

#define RETRY_MS 1000u /* until outcomes are written again */

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

void
round_sync(struct vault *v)
{
	struct ipc_msg m = { .type = IPC_SYNC };

	m.as.sync.batch = ++v->batch;
	vault_tell_parent(v, &m);
}

/* The clock's mark goes with whatever is written. */
static enum sspr_err
commit(struct vault *v)
{
	struct store_clock mark;
	enum sspr_err e;

	clock_mark(&v->clock, vault_ms(), &mark);
	stamp_clock(v->seal, &mark);
	if ((e = store_put_clock(v->store, &mark)) != SSPR_OK)
		return e;
	return store_commit(v->store);
}

/* Make what was written durable, then tell parent; whether it is. */
static bool
settle(struct vault *v)
{
	bool durable;

	if (v->writing && !v->failed && commit(v) != SSPR_OK)
		v->failed = true;
	durable = !v->failed;
	if (!durable)
		fail_round(v);
	v->writing = v->failed = false;
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (v->session[i] != NULL)
			v->session[i]->touched = false;
	/* A reset's intent is synced with the records before it. */
	send_audits(v);
	permit_errands(v);
	if (v->audits > 0)
		round_sync(v);
	v->audits = 0;
	return durable;
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

static bool
may_leave(const struct vault *v, const struct session *s)
{
	return v->synced >= s->batch && (s->outputs > 0 || s->hand != -1);
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
		if (s->gone && !permit_is_out(s)) {
			vault_forget(v, s);
			continue;
		}
		if (s->due_ms == 0 && may_leave(v, s))
			s->due_ms = due(v, s, now);
		if (say_flush(v, s, now))
			vault_forget(v, s);
	}
}

int
round_wait_ms(struct vault *v, uint64_t now)
{
	uint64_t at, next = UINT64_MAX, wait;
	const struct session *s;

	if (v->again)
		return 0;
	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		if ((s = v->session[i]) == NULL)
			continue;
		if (s->lookup != 0)
			at = s->asked_ms + SESSION_LOOKUP_MS;
		else if (s->due_ms != 0 && may_leave(v, s))
			at = s->due_ms;
		else
			continue;
		if (at < next)
			next = at;
	}
	wait = next == UINT64_MAX ? next : next <= now ? 0 : next - now;
	if ((at = outbox_wait_ms(v)) < wait)
		wait = at;
	if (v->nended > 0 && RETRY_MS < wait)
		wait = RETRY_MS;
	if ((at = census_wait_ms(v)) < wait)
		wait = at;
	if ((at = alarm_wait_ms(v)) < wait)
		wait = at;
	if ((at = refusals_deadline(&v->refusals)) != 0) {
		at = at > now ? at - now : 0;
		if (at < wait)
			wait = at;
	}
	if (wait == UINT64_MAX)
		return -1;
	return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

void
round_run(struct vault *v)
{
	bool durable;

	expire_lookups(v, vault_ms());
	census_mark(v);
	alarm_write(v);
	vault_audit_rest(v);
	permit_close_all(v);
	attempt_debit_all(v);
	durable = settle(v);
	alarm_settle(v, durable);
	if (durable)
		v->nended = 0;
	attempt_compare_all(v);
	outbox_take(v);
	(void)settle(v); /* fail_round has told who waits */
	outbox_send(v);
	census_ask(v);
	flush(v, vault_ms());
	store_tidy(v->store, vault_now(v));
}
