/* SPDX-License-Identifier: MIT */
/*
 * attempt.c - proofs are compared here, and nowhere else.
 *
 * A try MUST be debited, and the debit durable, before it is compared
 * (R-THR-1).  One try of an account at a time, the others wait (R-VER-5); an
 * account whose right code waits for its worker is still at it.  A throttled
 * try is not compared.  A code whose step was accepted before gives its debit
 * back.  A decoy does the same work on a bucket and a seed nobody has.
 *
 * A right proof counts only once attempt_consume has used it up and written
 * its row, in one transaction (R-VER-1).
 */
#include <assert.h>
#include <string.h>

#include "log.h"
#include "vault/compare.h"
#include "vault/notice.h"
#include "vault/origin.h"
#include "vault/policy.h"
#include "vault/quiz.h"
#include "vault/send.h"
#include "vault/vault.h"

static_assert(2 * (METHOD_COUNT - 1) <= ACCOUNT_KEY, "a bucket a method");

/* One for each method, as accounts have budgets: both must wait alike. */
static uint32_t
bucket_of(const struct session *s)
{
	const uint8_t *at = s->key + 2 * ((size_t)s->attempt.method - 1);

	return ((uint32_t)at[0] << 8 | at[1]) % STORE_BUCKETS;
}

static uint8_t
class_of(const struct session *s)
{
	return (uint8_t)account_class(&s->account, s->source_hash);
}

static bool
is_sent(const struct session *s)
{
	return method_row(s->attempt.method)->kind == METHOD_BORNE;
}

enum turn {
	TURN_NOW,
	TURN_LATER, /* another is being compared, in this round */
	TURN_NEVER, /* another was right, or takes its time */
};

/*
 * Whose turn it is among the tries of an account.  To wait for a worker would
 * show, a beat later, that there is one: nobody else has that.
 */
static enum turn
turn_of(const struct vault *v, const struct session *s)
{
	const struct session *o;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		if ((o = v->session[i]) == NULL || o == s ||
		    !secret_equal(o->key, s->key, sizeof(o->key)))
			continue;
		if (o->attempt.phase == ATTEMPT_DEBITED)
			return TURN_LATER;
		if (o->attempt.phase == ATTEMPT_HASHES ||
		    (o->verb == VERB_RESET && o->state == STATE_CHECKS))
			return TURN_NEVER;
	}
	return TURN_NOW;
}

/* Seconds this try must wait: both classes together have one maximum. */
static uint32_t
wait_of(struct vault *v, struct session *s, const struct limit *own,
    const struct limit_rule *rule)
{
	const uint32_t sum =
	    account_failures(&s->account, (uint8_t)s->attempt.method);
	const struct limit other = { .failures = sum - own->failures };

	return limit_wait_shared(own, &other, class_of(s) == CLASS_KNOWN, rule,
	    vault_now(v));
}

/* Codes that are long enough have no part in the account's day. */
static bool
has_day(const struct session *s)
{
	return s->attempt.method != METHOD_BACKUP &&
	    s->attempt.method != METHOD_PASS;
}

/* Whether the account has had its wrong tries of a day. */
static bool
is_full(struct vault *v, struct session *s)
{
	const uint8_t class = class_of(s);

	return has_day(s) &&
	    limit_is_full(&s->account.recent[class],
		&s->account.recent[class == CLASS_KNOWN ? CLASS_STRANGER
							: CLASS_KNOWN],
		class == CLASS_KNOWN, v->conf.failures_per_day, vault_now(v));
}

/*
 * Who has given the password may switch a method on again that wrong tries
 * have switched off (REQUIREMENTS 8.4): one try after each longest wait.
 */
static bool
may_rehearse(const struct vault *v, const struct session *s,
    const struct limit *l, const struct limit_rule *rule)
{
	return s->verb == VERB_TEST && vault_now(v) >= l->last + rule->most;
}

/* Read the account anew and count one try; the last one is told of. */
static enum sspr_err
debit_account(struct vault *v, struct session *s, const struct limit_rule *rule)
{
	const enum method m = s->attempt.method;
	struct account_budget *b;
	uint32_t wait;
	bool was_off;
	enum sspr_err e;

	if ((e = store_get(v->store, s->key, &s->account)) != SSPR_OK ||
	    (e = account_verify(v->seal, &s->account)) != SSPR_OK)
		return e;
	if (s->account.missing_at != 0)
		return SSPR_MISSING;
	if ((b = account_budget(&s->account, (uint8_t)m, class_of(s))) == NULL)
		return SSPR_SUSPENDED;
	account_forget(&s->account, vault_now(v));
	wait = wait_of(v, s, &b->limit, rule);
	was_off = wait == LIMIT_OFF;
	if ((wait > 0 || is_full(v, s)) &&
	    !((was_off || wait == 0) && may_rehearse(v, s, &b->limit, rule)))
		return SSPR_THROTTLED;
	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	s->attempt.before = b->limit;
	limit_debit(&b->limit, vault_now(v));
	if (has_day(s))
		window_add(&s->account.recent[class_of(s)], LIMIT_DAY_S,
		    vault_now(v));
	if (!was_off && wait_of(v, s, &b->limit, rule) == LIMIT_OFF &&
	    account_count(&s->account, (uint8_t)m, vault_now(v)) > 0 &&
	    notice_tell(v, s, &s->account, NOTICE_LOCKED, m, 0) != SSPR_OK)
		return SSPR_SYSTEM; /* what was written must not stay */
	return vault_put(v, s);
}

static enum sspr_err
debit_bucket(struct vault *v, struct session *s, const struct limit_rule *rule)
{
	const struct limit none = { 0 };
	struct limit l;
	enum sspr_err e;

	if ((e = store_get_bucket(v->store, bucket_of(s), &l)) != SSPR_OK)
		return e;
	limit_forget(&l, vault_now(v));
	if (limit_wait_shared(&l, &none, false, rule, vault_now(v)) > 0)
		return SSPR_THROTTLED;
	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	limit_debit(&l, vault_now(v));
	return store_put_bucket(v->store, bucket_of(s), &l);
}

/* Whether the proof that matched is the last that is needed. */
static enum session_event
verdict(struct vault *v, struct session *s)
{
	uint8_t destination[GATE_DESTINATION];
	struct gate_set set = s->set;

	compare_destination(v, s, destination);
	if (!gate_add(&s->need, &set, s->attempt.method, destination))
		return EVENT_REFUSED;
	return gate_is_open(&s->need, &set) ? EVENT_ENOUGH : EVENT_MATCHED;
}

static void
finish(struct vault *v, struct session *s, enum sspr_err e)
{
	enum session_event ev = e == SSPR_OK ? verdict(v, s) : EVENT_REFUSED;

	s->attempt.phase = ATTEMPT_NONE;
	secret_wipe(&s->attempt.code);
	if (e == SSPR_OK && ev == EVENT_REFUSED)
		e = SSPR_DENIED; /* right, but not one that helps */
	s->err = e;
	/* One that costs nothing is worth one record a conversation. */
	if (e != SSPR_OK && (e != SSPR_THROTTLED || !s->throttled))
		vault_audit(v, s, "code.refused", e);
	s->throttled = s->throttled || e == SSPR_THROTTLED;
	vault_event(v, s, ev);
}

/*
 * Count the try.  It counts for its source in any case, and one of a sent code
 * for its challenge: what these say must not tell whether the account was
 * throttled.
 */
static enum sspr_err
count(struct vault *v, struct session *s, enum turn turn)
{
	const struct limit_rule rule =
	    policy_limit(&v->conf, (uint8_t)s->attempt.method);
	enum sspr_err e, sent;

	if ((e = origin_debit(v, s, &s->next_try)) != SSPR_OK)
		return e;
	e = SSPR_THROTTLED;
	if (turn == TURN_NOW)
		e = s->decoy ? debit_bucket(v, s, &rule)
			     : debit_account(v, s, &rule);
	if (!is_sent(s) || e == SSPR_SYSTEM || e == SSPR_BUSY)
		return e;
	sent = send_debit(v, s, s->attempt.method);
	if (sent == SSPR_SYSTEM || sent == SSPR_BUSY || e == SSPR_OK)
		return sent;
	return e;
}

/* Nothing was counted or compared; that is said, and the end of it. */
static void
refuse_source(struct vault *v, struct session *s)
{
	secret_wipe(&s->attempt.code);
	vault_audit(v, s, "source.refused", SSPR_SOURCE);
	vault_fail(v, s, SSPR_SOURCE);
}

static void
debit(struct vault *v, struct session *s, enum turn turn)
{
	enum sspr_err e = count(v, s, turn);

	if (e == SSPR_OK)
		s->attempt.phase = ATTEMPT_DEBITED;
	else if (e == SSPR_SYSTEM || e == SSPR_BUSY)
		vault_lose(v, s, e);
	else if (e == SSPR_SOURCE)
		refuse_source(v, s);
	else {
		if (e == SSPR_SUSPENDED)
			vault_alarm(v, s);
		finish(v, s, e);
	}
}

void
attempt_debit_all(struct vault *v)
{
	struct session *s;
	enum turn turn;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		s = v->session[i];
		if (s == NULL || s->attempt.phase != ATTEMPT_WAITS)
			continue;
		if ((turn = turn_of(v, s)) != TURN_LATER)
			debit(v, s, turn);
	}
}

/* The budget of this try, as it is now; the account is read anew. */
static enum sspr_err
read_budget(struct vault *v, struct session *s, struct account_budget **b)
{
	enum sspr_err e;

	if ((e = vault_read(v, s)) != SSPR_OK)
		return e;
	*b = account_budget(&s->account, (uint8_t)s->attempt.method,
	    class_of(s));
	return *b == NULL ? SSPR_SUSPENDED : SSPR_OK;
}

/* The account's own counts as if the try had not been. */
static enum sspr_err
refund_account(struct vault *v, struct session *s)
{
	const enum method m = s->attempt.method;
	struct account_budget *b;
	enum sspr_err e;

	if ((e = read_budget(v, s, &b)) == SSPR_OK) {
		limit_refund(&b->limit, &s->attempt.before);
		if (has_day(s))
			window_take_back(&s->account.recent[class_of(s)]);
		e = vault_put(v, s);
	}
	if (e == SSPR_OK && m != METHOD_UNKNOWN &&
	    method_row(m)->kind == METHOD_BORNE)
		e = send_refund(v, s, m);
	if (e != SSPR_OK)
		vault_lose(v, s, e);
	return e;
}

enum sspr_err
attempt_refund(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = refund_account(v, s)) == SSPR_OK &&
	    (e = origin_refund(v, s)) != SSPR_OK)
		vault_lose(v, s, e);
	return e;
}

/* A code that was used counts for its source: not to be told from a wrong. */
static void
judge(struct vault *v, struct session *s, enum sspr_err e)
{
	v->again = true; /* others of this account may wait */
	if (e != SSPR_CODE_REPLAY || s->decoy ||
	    refund_account(v, s) == SSPR_OK)
		finish(v, s, e);
}

void
attempt_compare_all(struct vault *v)
{
	struct session *s;
	enum sspr_err e;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		s = v->session[i];
		if (s == NULL || s->attempt.phase != ATTEMPT_DEBITED)
			continue;
		if (s->attempt.method != METHOD_QUESTIONS)
			judge(v, s, compare_code(v, s));
		else if ((e = quiz_start(v, s)) == SSPR_OK)
			s->attempt.phase = ATTEMPT_HASHES;
		else if (attempt_refund(v, s) == SSPR_OK)
			vault_fail(v, s, e); /* as many as can be */
	}
}

void
attempt_hashed(struct vault *v, struct session *s, const struct answer_job *job)
{
	if (s->attempt.phase != ATTEMPT_HASHES)
		return; /* it failed meanwhile */
	judge(v, s, quiz_compare(v, s, job));
}

/* The row that says so, and the proof used up. */
static enum sspr_err
accept(struct vault *v, struct session *s, const struct store_proof *p)
{
	const enum method m = s->attempt.method;
	struct account_factor *f = account_factor(&s->account, p->factor);
	const bool burns = s->verb != VERB_TEST || m == METHOD_APP;
	enum sspr_err e;

	if (f == NULL || !account_is_usable(f, vault_now(v)))
		return SSPR_NO_FACTOR;
	f->last_used = p->at;
	if (method_row(m)->kind == METHOD_BORNE) {
		e = store_accept_sent(v->store, p, &s->attempt.challenge);
		return e == SSPR_OK ? send_redeemed(v, s, m) : e;
	}
	if (m == METHOD_QUESTIONS || !burns)
		return store_accept_plain(v->store, p);
	if ((e = store_accept(v->store, p, s->attempt.used)) == SSPR_OK)
		f->used = s->attempt.used;
	return e;
}

enum sspr_err
attempt_consume(struct vault *v, struct session *s)
{
	struct store_proof p = { .challenge = s->challenge,
		.factor = s->attempt.factor,
		.method = (uint8_t)s->attempt.method,
		.at = vault_now(v) };
	uint8_t destination[GATE_DESTINATION];
	struct account_budget *b;
	enum sspr_err e;

	memcpy(p.conversation, s->id, sizeof(p.conversation));
	memcpy(p.account, s->key, sizeof(p.account));
	if ((e = read_budget(v, s, &b)) != SSPR_OK ||
	    (e = accept(v, s, &p)) != SSPR_OK ||
	    (e = origin_refund(v, s)) != SSPR_OK)
		return e;
	b->limit = (struct limit){ 0 };
	if (has_day(s))
		window_take_back(&s->account.recent[class_of(s)]);
	compare_destination(v, s, destination);
	if (!gate_add(&s->need, &s->set, s->attempt.method, destination))
		return SSPR_SYSTEM; /* what was written must not stay */
	if (s->attempt.method == METHOD_BACKUP && s->verb != VERB_TEST) {
		s->sheet_number = s->attempt.number;
		s->sheet_left = compare_left(s->attempt.used);
	}
	s->proved = true;
	return SSPR_OK;
}
