/* SPDX-License-Identifier: MIT */
/*
 * desk.c - what an operator does for others (R-ADM-1, R-ADM-2).
 *
 * An action MUST be one that operator_may_act, its audit record and the notice
 * to its user MUST be in the round that does it, and without them nothing is
 * done.  What an operator sees of an account is what is not secret in it.
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "vault/enrol.h"
#include "vault/list.h"
#include "vault/notice.h"
#include "vault/operator.h"
#include "vault/policy.h"
#include "vault/reach.h"
#include "vault/vault.h"

#define DAY_S       86400u
#define UNLOCKS_MAX 2u /* of one account in a day, by the helpdesk */
#define MINUTES_MAX 1440u

/* The account as it is now, to be changed. */
static enum sspr_err
read_account(struct vault *v, struct session *s)
{
	enum sspr_err e = vault_read(v, s);

	return e == SSPR_OK ? vault_check_owner(v, s) : e;
}

/* The same of an account that need not be there yet. */
static enum sspr_err
read_or_make(struct vault *v, struct session *s)
{
	enum sspr_err e = enrol_read(v, s);

	return e == SSPR_OK ? vault_check_owner(v, s) : e;
}

/* An account could not be read: say so, or lose the round. */
static void
fail_read(struct vault *v, struct session *s, enum sspr_err e)
{
	if (e == SSPR_NOT_ENROLLED)
		operator_refuse(v, s, OPERATOR_EMPTY);
	else if (e == SSPR_MISSING)
		operator_refuse(v, s, OPERATOR_MISSING);
	else if (e == SSPR_SUSPENDED) {
		vault_alarm(v, s);
		operator_refuse(v, s, OPERATOR_DAMAGED);
	} else
		vault_lose(v, s, e);
}

static enum operator_no
may_issue(const struct vault *v, const struct session *s)
{
	const enum operator_no why = operator_may_act(v, s);

	if (why != OPERATOR_MAY)
		return why;
	if ((policy_enabled(&v->conf) & METHOD_BIT(METHOD_PASS)) == 0)
		return OPERATOR_OFF;
	return s->hello.minutes > MINUTES_MAX ? OPERATOR_MINUTES : OPERATOR_MAY;
}

/* Whether the operator has a pass left today. */
static enum sspr_err
has_pass(struct vault *v, const struct session *s, enum operator_no *why)
{
	const uint64_t now = vault_now(v);
	const uint64_t since = now > DAY_S ? now - DAY_S : 0;
	enum sspr_err e;
	uint32_t n;

	e = store_count_passes(v->store, (uint32_t)s->peer, since, &n);
	if (e != SSPR_OK || n < v->conf.passes_per_day)
		return e;
	alarm_raise(v, ALARM_PASSES, (uint32_t)s->peer, "",
	    "operator uid %u wants more than %u passes in a day", s->peer,
	    v->conf.passes_per_day);
	*why = OPERATOR_PASSES;
	return SSPR_OK;
}

/* Whether the owner is told at the address of a factor. */
static bool
is_told_by(struct vault *v, const struct session *s,
    const struct account_factor *f)
{
	struct record r;
	bool is;

	if (!account_is_enrolled(f, vault_now(v)) ||
	    account_open(v->seal, &s->account, f, &r) != SSPR_OK)
		return false;
	is = r.type == RECORD_ADDRESS &&
	    reach_is_open(&v->conf, f->method, r.as.address.address);
	record_wipe(&r);
	return is;
}

/* Whether anybody hears of what is done to the account, in time to object. */
static bool
is_told(struct vault *v, const struct session *s)
{
	const struct account *a = &s->account;

	if (reach_is_open(&v->conf, METHOD_NOTICE, v->conf.notify_fallback))
		return true;
	for (size_t i = 0; i < a->nfactors; i++)
		if (is_told_by(v, s, &a->factor[i]))
			return true;
	return false;
}

/* One live pass an account: the one before ends. */
static void
end_passes(struct account *a, uint64_t now)
{
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].method == METHOD_PASS &&
		    account_is_enrolled(&a->factor[i], now))
			(void)account_end(a, a->factor[i].id, now, now);
}

/* Make a pass for s->account, and what its operator is shown. */
static enum sspr_err
make_pass(struct vault *v, struct session *s, bool alone,
    struct proto_pass *shown)
{
	const uint64_t now = vault_now(v);
	const uint64_t from = now + (alone ? POLICY_ALONE_S : 0);
	struct record r = { .type = RECORD_PASS,
		.as.pass = { .alone = alone, .issuer = (uint32_t)s->peer } };
	struct account_factor *f;
	uint32_t minutes = s->hello.minutes;
	enum sspr_err e;

	if (minutes == 0)
		minutes = v->conf.pass_min;
	end_passes(&s->account, now);
	code_new_pass(v->seal, &r.as.pass, shown->code);
	e = account_add(v->seal, &s->account, METHOD_PASS, &r, now, from, &f);
	if (e != SSPR_OK) {
		secret_zero(shown->code, sizeof(shown->code));
		return e;
	}
	f->ends = from + (uint64_t)minutes * 60;
	shown->usable_from = from;
	shown->until = f->ends;
	return SSPR_OK;
}

/* Whether a pass is all there is to prove, wanted so or not. */
static bool
stands_alone(struct vault *v, const struct session *s)
{
	if ((s->hello.flags & PROTO_ALONE) != 0)
		return true;
	for (unsigned int m = 1; m < METHOD_COUNT; m++)
		if (m != METHOD_PASS &&
		    (policy_enabled(&v->conf) & METHOD_BIT(m)) != 0 &&
		    account_usable(&s->account, (uint8_t)m, vault_now(v)) > 0)
			return false;
	return s->peer != 0; /* root answers for it */
}

static void
issue(struct vault *v, struct session *s, bool alone)
{
	struct proto_msg m = { .type = MSG_PASS };
	enum sspr_err e;

	if ((e = make_pass(v, s, alone, &m.as.pass)) != SSPR_OK)
		vault_lose(v, s, e);
	else if (vault_put(v, s) != SSPR_OK ||
	    store_add_pass(v->store, (uint32_t)s->peer, vault_now(v)) !=
		SSPR_OK ||
	    notice_tell(v, s, &s->account, NOTICE_PASS, METHOD_PASS, 0) !=
		SSPR_OK)
		vault_lose(v, s, SSPR_SYSTEM); /* all of it or nothing */
	else {
		vault_audit(v, s, "helpdesk.pass", SSPR_OK);
		say_record(s, &m);
		say_end(s, SSPR_OK, 0);
	}
	proto_wipe(&m);
}

void
action_issue(struct vault *v, struct session *s)
{
	enum operator_no why = may_issue(v, s);
	bool alone = false;
	enum sspr_err e;

	if (why == OPERATOR_MAY && (e = has_pass(v, s, &why)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	if (why == OPERATOR_MAY && (e = read_or_make(v, s)) != SSPR_OK) {
		fail_read(v, s, e);
		return;
	}
	if (why == OPERATOR_MAY && (alone = stands_alone(v, s)) &&
	    !is_told(v, s))
		why = OPERATOR_UNTOLD;
	if (why == OPERATOR_MAY)
		issue(v, s, alone);
	else
		operator_refuse(v, s, why);
}

static const char *
name_of(uint8_t method)
{
	return method == METHOD_PASSWORD ? "password"
					 : method_row(method)->name;
}

/* What is to be unlocked; METHOD_UNKNOWN: everything.  False: no method. */
static bool
read_method(const char *name, uint8_t *method)
{
	*method = strcmp(name, "password") == 0 ? METHOD_PASSWORD
						: (uint8_t)method_named(name);
	return name[0] == '\0' || *method != METHOD_UNKNOWN;
}

/* Forget the wrong tries of a method or of all; whether there were any. */
static bool
forget_tries(struct account *a, uint8_t method)
{
	bool any = false;

	for (size_t i = 0; i < a->nbudgets; i++) {
		struct account_budget *b = &a->budget[i];

		if (method != METHOD_UNKNOWN && b->method != method)
			continue;
		any = any || b->limit.failures > 0;
		b->limit = (struct limit){ 0 };
	}
	if (method != METHOD_PASSWORD)
		memset(a->recent, 0, sizeof(a->recent));
	return any;
}

/* Unlocks are in the ledger: else five guesses and one more, without end. */
static enum sspr_err
count_unlock(struct vault *v, struct session *s, enum operator_no *why)
{
	const uint64_t now = vault_now(v);
	struct store_send row = { .at = now, .method = METHOD_PASS };
	enum sspr_err e;
	uint64_t last;
	uint32_t n;

	if (s->peer == 0)
		return SSPR_OK; /* root answers for it */
	memcpy(row.account, s->key, sizeof(row.account));
	memcpy(row.source, s->source_hash, sizeof(row.source));
	e = store_count_sends(v->store, METHOD_PASS, STORE_BY_ACCOUNT, s->key,
	    true, now > DAY_S ? now - DAY_S : 0, &n, &last);
	if (e != SSPR_OK)
		return e;
	if (n < UNLOCKS_MAX)
		return store_add_send(v->store, &row);
	*why = OPERATOR_UNLOCKS;
	return SSPR_OK;
}

static void
unlock(struct vault *v, struct session *s, uint8_t method)
{
	const enum method about =
	    method == METHOD_PASSWORD ? METHOD_UNKNOWN : (enum method)method;
	const char *text = "There were no wrong tries.";
	enum operator_no why = OPERATOR_MAY;
	enum sspr_err e;

	if (forget_tries(&s->account, method)) {
		text = "Wrong tries are forgotten.";
		if ((e = count_unlock(v, s, &why)) != SSPR_OK) {
			vault_lose(v, s, e);
			return;
		}
		if (why != OPERATOR_MAY) {
			operator_refuse(v, s, why);
			return;
		}
		if (vault_put(v, s) != SSPR_OK ||
		    notice_tell(v, s, &s->account, NOTICE_UNLOCKED, about, 0) !=
			SSPR_OK) {
			vault_lose(v, s, SSPR_SYSTEM); /* both or nothing */
			return;
		}
	}
	vault_audit(v, s, "helpdesk.unlock", SSPR_OK);
	say_show(s, PROTO_INFO, text);
	say_end(s, SSPR_OK, 0);
}

void
action_unlock(struct vault *v, struct session *s)
{
	enum operator_no why = operator_may_act(v, s);
	enum sspr_err e;
	uint8_t method;

	if (why == OPERATOR_MAY && !read_method(s->hello.method, &method))
		why = OPERATOR_METHOD;
	if (why != OPERATOR_MAY)
		operator_refuse(v, s, why);
	else if ((e = read_account(v, s)) != SSPR_OK)
		fail_read(v, s, e);
	else
		unlock(v, s, method);
}

/* The tries of the other class of sources. */
static struct limit
other_of(const struct account *a, const struct account_budget *b)
{
	for (size_t i = 0; i < a->nbudgets; i++)
		if (a->budget[i].method == b->method &&
		    a->budget[i].class != b->class)
			return a->budget[i].limit;
	return (struct limit){ 0 };
}

static void
say_count(const struct vault *v, struct session *s,
    const struct account_budget *b)
{
	const struct limit_rule rule = policy_limit(&v->conf, b->method);
	const struct limit other = other_of(&s->account, b);
	const bool known = b->class == CLASS_KNOWN;
	struct proto_msg m = { .type = MSG_COUNT };
	struct proto_count *c = &m.as.count;

	snprintf(c->method, sizeof(c->method), "%s", name_of(b->method));
	snprintf(c->source, sizeof(c->source), "%s",
	    known ? "known" : "stranger");
	c->failures = b->limit.failures;
	c->wait =
	    limit_wait_shared(&b->limit, &other, known, &rule, vault_now(v));
	say_record(s, &m);
}

static void
say_user(struct session *s, const char *state)
{
	struct proto_msg m = { .type = MSG_USER };
	struct proto_user *u = &m.as.user;

	memcpy(u->name, s->name, sizeof(u->name));
	u->uid = s->uid;
	snprintf(u->state, sizeof(u->state), "%s", state);
	u->admin = (s->flags & ACCOUNT_ADMIN) != 0;
	u->reset_at = s->account.reset_at;
	say_record(s, &m);
}

static bool
has_any(const struct account *a, uint64_t now)
{
	for (size_t i = 0; i < a->nfactors; i++)
		if (account_is_enrolled(&a->factor[i], now))
			return true;
	return false;
}

/* Everything of an account that verifies; false: the failure was said. */
static bool
say_account(struct vault *v, struct session *s)
{
	const struct account *a = &s->account;

	if (operator_is_excluded(v, s))
		say_user(s, "excluded");
	else if (a->missing_at != 0)
		say_user(s, "missing");
	else
		say_user(s, has_any(a, vault_now(v)) ? "enrolled" : "none");
	if (!list_factors(v, s))
		return false;
	for (size_t i = 0; i < a->nbudgets; i++)
		if (a->budget[i].limit.failures > 0)
			say_count(v, s, &a->budget[i]);
	return true;
}

/* Nothing of what does not verify is shown. */
static void
say_suspended(struct vault *v, struct session *s)
{
	vault_alarm(v, s);
	memset(&s->account, 0, sizeof(s->account));
	say_user(s, "suspended");
}

/* The account as it is, to be shown: SSPR_OK also if there is none. */
static enum sspr_err
look(struct vault *v, struct session *s)
{
	enum sspr_err e = store_get(v->store, s->key, &s->account);

	if (e == SSPR_NOT_ENROLLED) {
		memset(&s->account, 0, sizeof(s->account));
		return SSPR_OK;
	}
	if (e != SSPR_OK ||
	    (e = account_verify(v->seal, &s->account)) != SSPR_OK)
		return e;
	return vault_check_owner(v, s);
}

void
action_user(struct vault *v, struct session *s)
{
	const enum operator_no why = operator_may_see(s);
	enum sspr_err e;

	if (why != OPERATOR_MAY) {
		operator_refuse(v, s, why);
		return;
	}
	e = look(v, s);
	if (e != SSPR_OK && e != SSPR_SUSPENDED) {
		vault_lose(v, s, e);
		return;
	}
	if (e == SSPR_SUSPENDED)
		say_suspended(v, s);
	else if (!say_account(v, s))
		return;
	vault_audit(v, s, "helpdesk.show", SSPR_OK);
	say_end(s, SSPR_OK, 0);
}
