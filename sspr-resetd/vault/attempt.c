/* SPDX-License-Identifier: MIT */
/*
 * attempt.c - codes are compared here, and nowhere else.
 *
 * A try MUST be debited, and the debit durable, before it is compared
 * (R-THR-1).  One try of an account at a time, the others wait (R-VER-5); an
 * account whose right code waits for its worker is still at it.  A throttled
 * try is not compared.  A code whose step was accepted before gives its debit
 * back.  A decoy does the same work on a bucket and a seed nobody has.
 */
#include <string.h>

#include "vault/totp.h"
#include "vault/vault.h"

static uint32_t
bucket_of(const struct session *s)
{
	return ((uint32_t)s->key[0] << 8 | s->key[1]) % STORE_BUCKETS;
}

static struct limit_rule
rule_of(const struct conf *c)
{
	return (struct limit_rule){ .free = c->free_failures,
		.first = c->first_wait_s,
		.most = c->last_wait_s,
		.max = c->max_failures };
}

/* Whether a try of the same account is under way. */
static bool
is_busy(const struct vault *v, const struct session *s)
{
	const struct session *o;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		if ((o = v->session[i]) == NULL || o == s ||
		    o->verb != VERB_RESET)
			continue;
		if (secret_equal(o->key, s->key, sizeof(o->key)) &&
		    (o->attempt.phase == ATTEMPT_DEBITED ||
			o->state == STATE_CHECKS))
			return true;
	}
	return false;
}

/* Read the account anew and count one try. */
static enum sspr_err
debit_account(struct vault *v, struct session *s, const struct limit_rule *rule)
{
	struct account *a = &s->account;
	struct account_budget *b;
	enum sspr_err e;
	uint64_t was;

	if ((e = store_get(v->store, s->key, a)) != SSPR_OK ||
	    (e = account_verify(v->seal, a)) != SSPR_OK)
		return e;
	was = a->generation;
	if ((b = account_budget(a, METHOD_APP, CLASS_STRANGER)) == NULL)
		return SSPR_SUSPENDED;
	if (limit_wait(&b->limit, rule, vault_s()) > 0)
		return SSPR_THROTTLED;
	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	s->attempt.before = b->limit;
	limit_debit(&b->limit, vault_s());
	account_touch(v->seal, a);
	return store_put(v->store, a, was);
}

static enum sspr_err
debit_bucket(struct vault *v, struct session *s, const struct limit_rule *rule)
{
	struct limit l;
	enum sspr_err e;

	if ((e = store_get_bucket(v->store, bucket_of(s), &l)) != SSPR_OK)
		return e;
	if (limit_wait(&l, rule, vault_s()) > 0)
		return SSPR_THROTTLED;
	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	limit_debit(&l, vault_s());
	return store_put_bucket(v->store, bucket_of(s), &l);
}

static void
finish(struct vault *v, struct session *s, enum sspr_err e)
{
	s->attempt.phase = ATTEMPT_NONE;
	secret_wipe(&s->attempt.code);
	s->err = e;
	/* One that costs nothing is worth one record a conversation. */
	if (e != SSPR_OK && (e != SSPR_THROTTLED || !s->throttled))
		vault_audit(v, s, "code.refused", e);
	s->throttled = s->throttled || e == SSPR_THROTTLED;
	vault_event(v, s, e == SSPR_OK ? EVENT_MATCHED : EVENT_REFUSED);
}

static void
debit(struct vault *v, struct session *s)
{
	const struct limit_rule rule = rule_of(&v->conf);
	enum sspr_err e =
	    s->decoy ? debit_bucket(v, s, &rule) : debit_account(v, s, &rule);

	if (e == SSPR_OK)
		s->attempt.phase = ATTEMPT_DEBITED;
	else if (e == SSPR_SYSTEM || e == SSPR_BUSY)
		vault_lose(v, s, e);
	else {
		if (e == SSPR_SUSPENDED)
			vault_alarm(s);
		finish(v, s, e);
	}
}

void
attempt_debit_all(struct vault *v)
{
	struct session *s;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		s = v->session[i];
		if (s != NULL && s->attempt.phase == ATTEMPT_WAITS &&
		    !is_busy(v, s))
			debit(v, s);
	}
}

/* Compare with one app factor; keeps the best of what it finds in *best. */
static void
compare_app(struct vault *v, struct session *s, const struct account_factor *f,
    enum sspr_err *best)
{
	const struct secret *code = &s->attempt.code;
	struct record r;
	struct totp t;
	enum sspr_err e;

	if (account_open_app(v->seal, &s->account, f, &r) != SSPR_OK)
		return;
	t = (struct totp){ .seed = r.as.app.seed.at,
		.len = r.as.app.seed.len,
		.hash = r.as.app.hash,
		.digits = r.as.app.digits,
		.period = r.as.app.period };
	e = totp_check(&t, vault_s(), code->at, code->len, f->last_step,
	    &s->attempt.step);
	record_wipe(&r);
	if (e == SSPR_OK)
		s->attempt.factor = f->id;
	if (e == SSPR_OK || (e == SSPR_CODE_REPLAY && *best != SSPR_OK))
		*best = e;
}

/* The same work for a decoy, whatever it finds. */
static void
compare_nothing(const struct session *s)
{
	const uint8_t seed[TOTP_SEED] = { 0 };
	const struct totp t = { .seed = seed,
		.len = sizeof(seed),
		.hash = TOTP_SHA1,
		.digits = 6,
		.period = 30 };
	uint64_t step;

	(void)totp_check(&t, vault_s(), s->attempt.code.at, s->attempt.code.len,
	    0, &step); /* a decoy is never accepted */
}

static enum sspr_err
compare(struct vault *v, struct session *s)
{
	const struct account *a = &s->account;
	enum sspr_err best = SSPR_CODE_WRONG;

	if (s->decoy) {
		compare_nothing(s);
		return SSPR_CODE_WRONG;
	}
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].method == METHOD_APP &&
		    a->factor[i].usable_from <= vault_s())
			compare_app(v, s, &a->factor[i], &best);
	return best;
}

/* Account and count as they are now, less this try. */
static enum sspr_err
give_back(struct vault *v, struct session *s)
{
	struct account *a = &s->account;
	struct account_budget *b;
	enum sspr_err e;
	uint64_t was;

	if ((e = vault_write(v, s)) != SSPR_OK ||
	    (e = store_get(v->store, s->key, a)) != SSPR_OK ||
	    (e = account_verify(v->seal, a)) != SSPR_OK)
		return e;
	was = a->generation;
	if ((b = account_budget(a, METHOD_APP, CLASS_STRANGER)) == NULL)
		return SSPR_SUSPENDED;
	limit_refund(&b->limit, &s->attempt.before);
	account_touch(v->seal, a);
	return store_put(v->store, a, was);
}

enum sspr_err
attempt_refund(struct vault *v, struct session *s)
{
	enum sspr_err e = give_back(v, s);

	if (e != SSPR_OK)
		vault_lose(v, s, e);
	return e;
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
		e = compare(v, s);
		v->again = true; /* others of this account may wait */
		if (e != SSPR_CODE_REPLAY || attempt_refund(v, s) == SSPR_OK)
			finish(v, s, e);
	}
}
