/* SPDX-License-Identifier: MIT */
/*
 * enrol.c - who may enrol: the current password, and what it is worth.
 *
 * Every change needs the current password, checked by a worker, good for
 * SESSION_PROOF_S on this one connection; a password that we set within
 * SESSION_FRESH_S is no proof, two enrolled methods are (R-ENR-1).  A new
 * method beside others, or after them, cools off unless an older one was
 * proved (R-ENR-2).
 */
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "vault/change.h"
#include "vault/enrol.h"
#include "vault/operator.h"
#include "vault/policy.h"
#include "vault/prove.h"
#include "vault/vault.h"

#define DAY_S 86400u

enum sspr_err
enrol_read(struct vault *v, struct session *s)
{
	struct record_owner owner = { .uid = s->uid };
	enum sspr_err e = vault_read(v, s);

	if (e != SSPR_NOT_ENROLLED)
		return e;
	memcpy(owner.name, s->name, sizeof(owner.name));
	memcpy(owner.backend, s->backend, sizeof(owner.backend));
	e = account_new(v->seal, &owner, &s->account);
	s->account.generation = 0; /* vault_put: it is not there yet */
	return e;
}

/* Whether there is an app or a sheet that was not switched off. */
static bool
has_strong(struct vault *v, const struct session *s)
{
	const struct account_factor *f = s->account.factor;

	for (size_t i = 0; i < s->account.nfactors; i++)
		if ((f[i].method == METHOD_APP ||
			f[i].method == METHOD_BACKUP) &&
		    f[i].off == 0 && account_is_enrolled(&f[i], vault_now(v)))
			return true;
	return false;
}

/* A method that depends on the phone alone is not the first (R-ENR-3). */
static bool
is_alone(struct vault *v, const struct session *s, enum method m)
{
	return (m == METHOD_SMS || m == METHOD_LANDLINE) &&
	    !v->conf.sms_alone && !has_strong(v, s);
}

/* Whether the site has the method, for this account (R-VER-7). */
static bool
is_offered(const struct vault *v, const struct session *s, enum method m)
{
	if (m == METHOD_NOTICE)
		return true;
	if (m == METHOD_UNKNOWN || m == METHOD_PASS ||
	    (m == METHOD_QUESTIONS && (s->flags & ACCOUNT_ADMIN) != 0))
		return false;
	return (policy_enabled(&v->conf) & METHOD_BIT(m)) != 0;
}

static enum sspr_err
check_new(struct vault *v, struct session *s)
{
	const enum method m = method_named(s->hello.method);

	s->new.method = m;
	if (m != METHOD_NOTICE && operator_is_excluded(v, s))
		return SSPR_INELIGIBLE; /* it would be in vain */
	if (!text_is_clean(s->hello.label, strlen(s->hello.label)))
		return SSPR_USAGE;
	if (!is_offered(v, s, m))
		return SSPR_NO_METHOD;
	if (is_alone(v, s, m))
		return SSPR_ALONE;
	if (m == METHOD_APP &&
	    account_count(&s->account, METHOD_APP, vault_now(v)) >=
		ACCOUNT_APPS_MAX)
		return SSPR_FULL;
	return SSPR_OK;
}

enum sspr_err
enrol_note(struct vault *v, struct session *s)
{
	struct store_send row = { .at = vault_now(v), .method = METHOD_NOTICE };
	enum sspr_err e = enrol_may_change(v, s);

	memcpy(row.account, s->key, sizeof(row.account));
	return e == SSPR_OK ? store_add_send(v->store, &row) : e;
}

enum sspr_err
enrol_may_change(struct vault *v, struct session *s)
{
	const uint64_t now = vault_now(v);
	enum sspr_err e;
	uint64_t last;
	uint32_t n;

	if (s->verb == VERB_RESET ||
	    (s->verb != VERB_ADD && change_defends(v, s)))
		return SSPR_OK;
	e = store_count_sends(v->store, METHOD_NOTICE, STORE_BY_ACCOUNT, s->key,
	    true, now > DAY_S ? now - DAY_S : 0, &n, &last);
	if (e != SSPR_OK)
		return e;
	return n < v->conf.enrol_per_day ? SSPR_OK : SSPR_CHANGES;
}

/* What can be said before the password is asked. */
static enum sspr_err
check_request(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if (s->verb == VERB_TEST)
		return operator_is_excluded(v, s) ? SSPR_ACCOUNT : SSPR_OK;
	e = s->verb == VERB_ADD ? check_new(v, s) : change_check(v, s);
	return e == SSPR_OK ? enrol_may_change(v, s) : e;
}

static bool
is_fresh(struct vault *v, const struct session *s)
{
	const uint64_t at = s->account.reset_at;

	return s->verb != VERB_TEST && at != 0 &&
	    vault_now(v) < at + SESSION_FRESH_S;
}

/* Two enrolled methods in place of the password. */
static void
ask_two(struct vault *v, struct session *s)
{
	s->fresh = true;
	s->need = (struct gate_need){ .count = 2,
		.network = true,
		.admin = (s->flags & ACCOUNT_ADMIN) != 0,
		.enabled = policy_enabled(&v->conf) };
	s->open_count = 2;
	say_show(s, PROTO_INFO,
	    "Your password was set by a reset less than a day ago, so it "
	    "proves nothing yet: two of your methods do.");
	s->next = EVENT_MORE;
}

static enum sspr_err
debit(struct vault *v, struct session *s, uint32_t *wait)
{
	const struct limit_rule rule = policy_limit(&v->conf, METHOD_PASSWORD);
	struct account_budget *b =
	    account_budget(&s->account, METHOD_PASSWORD, CLASS_STRANGER);

	if (b == NULL)
		return SSPR_SUSPENDED;
	*wait = limit_wait(&b->limit, &rule, vault_now(v));
	if (*wait > 0)
		return SSPR_PASSWORD;
	s->attempt.before = b->limit;
	limit_debit(&b->limit, vault_now(v));
	return vault_put(v, s);
}

void
action_start_check(struct vault *v, struct session *s)
{
	uint32_t wait = 0;
	enum sspr_err e;

	if ((e = enrol_read(v, s)) != SSPR_OK ||
	    (e = check_request(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	if (is_fresh(v, s)) {
		ask_two(v, s);
		return;
	}
	if ((e = debit(v, s, &wait)) == SSPR_OK)
		permit_request(v, s, PROTO_CHECK);
	else if (wait > 0)
		say_failure(v, s, e, wait);
	else
		vault_lose(v, s, e);
}

void
action_permit([[maybe_unused]] struct vault *v, struct session *s)
{
	s->errand = ERRAND_GO;
}

/* The tries of the password: one back, or all forgotten. */
static enum sspr_err
credit(struct vault *v, struct session *s, bool all)
{
	struct account_budget *b;
	enum sspr_err e;

	if ((e = enrol_read(v, s)) != SSPR_OK)
		return e;
	b = account_budget(&s->account, METHOD_PASSWORD, CLASS_STRANGER);
	if (b == NULL)
		return SSPR_SUSPENDED;
	if (all)
		b->limit = (struct limit){ 0 };
	else
		limit_refund(&b->limit, &s->attempt.before);
	return vault_put(v, s);
}

enum sspr_err
enrol_credit(struct vault *v, struct session *s)
{
	s->checked_ms = vault_ms();
	return credit(v, s, true);
}

enum sspr_err
enrol_refund(struct vault *v, struct session *s)
{
	enum sspr_err e = credit(v, s, false);

	if (e != SSPR_OK)
		vault_lose(v, s, e);
	return e;
}

void
action_wrong_password(struct vault *v, struct session *s)
{
	if (s->outcome == SSPR_PASSWORD || enrol_refund(v, s) == SSPR_OK)
		say_failure(v, s, s->outcome, 0);
}

/* METHOD_BITs of usable methods that can stand for a new one. */
static uint32_t
older(struct vault *v, const struct session *s)
{
	uint32_t mask = 0;

	for (unsigned int m = 1; m < METHOD_COUNT; m++)
		if (m != METHOD_QUESTIONS && m != METHOD_NOTICE &&
		    account_usable(&s->account, (uint8_t)m, vault_now(v)) > 0)
			mask |= METHOD_BIT(m);
	return mask;
}

static void
ask_older(struct vault *v, struct session *s, uint32_t mask)
{
	char buf[PROTO_TEXT_MAX + 1], when[32];

	words_date(vault_wall() + v->conf.cooling_off_h * 3600u, when);
	snprintf(buf, sizeof(buf),
	    "Prove a method you have, to use the new one at once; else it "
	    "can be used from %s on.",
	    when);
	s->need = (struct gate_need){ .count = 1,
		.network = true,
		.pass_alone = true,
		.enabled = mask & policy_enabled(&v->conf) };
	s->open_count = 1;
	say_show(s, PROTO_INFO, buf);
	action_ask_code(v, s);
}

/* The first method may need a pass of the helpdesk. */
static void
ask_pass(struct vault *v, struct session *s)
{
	s->need = (struct gate_need){ .count = 1,
		.pass_alone = true,
		.enabled = METHOD_BIT(METHOD_PASS) };
	s->open_count = 1;
	s->fresh = true; /* there is no way round it */
	say_show(s, PROTO_INFO,
	    "The first method of an account needs a pass from the helpdesk.");
	action_ask_code(v, s);
}

void
action_prove(struct vault *v, struct session *s)
{
	const uint64_t now = vault_now(v);
	uint32_t mask;
	enum sspr_err e;

	if ((e = enrol_credit(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	mask = older(v, s) & policy_enabled(&v->conf);
	if (s->new.method == METHOD_NOTICE)
		s->next = EVENT_ENOUGH;
	else if (!account_had_any(&s->account, now) &&
	    v->conf.first == CONF_FIRST_PASS)
		ask_pass(v, s);
	else if (mask != 0 && enrol_usable_from(v, s) > now)
		ask_older(v, s, mask);
	else
		s->next = EVENT_ENOUGH;
}

void
action_skip_proof(struct vault *v, struct session *s)
{
	(void)v;
	s->attempt.method = METHOD_UNKNOWN;
	s->next = s->fresh ? EVENT_REFUSED : EVENT_ENOUGH;
}

/* Which way the new method is made. */
static enum session_event
way_of(enum method m)
{
	if (m == METHOD_APP)
		return EVENT_APP;
	if (m == METHOD_BACKUP)
		return EVENT_BACKUP;
	return m == METHOD_QUESTIONS ? EVENT_QUESTIONS : EVENT_MAIL;
}

void
action_begin(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if (s->attempt.method != METHOD_UNKNOWN) {
		if ((e = prove_consume(v, s)) != SSPR_OK) {
			vault_lose(v, s, e);
			return;
		}
		s->new.older = true;
		s->checked_ms = vault_ms();
	}
	s->repeats = 0;
	s->next = way_of(s->new.method);
}

uint64_t
enrol_usable_from(struct vault *v, const struct session *s)
{
	const uint64_t now = vault_now(v);

	if (s->new.older ||
	    (!account_had_any(&s->account, now) &&
		v->conf.first != CONF_FIRST_COOLING))
		return now;
	return now + v->conf.cooling_off_h * 3600u;
}

void
action_rehearse(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = enrol_credit(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	say_show(s, PROTO_INFO,
	    "This rehearses a reset from the network. Nothing changes.");
	action_ask_code(v, s);
}

/* Password and right codes: the counts begin anew (R-THR-2). */
void
action_rehearsed(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = attempt_consume(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	prove_succeed(v, s);
	if ((e = vault_put(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	vault_audit(v, s, "enrol.tested", SSPR_OK);
	say_show(s, PROTO_INFO,
	    "That is enough: in a reset you could choose a new password now. "
	    "Nothing was changed.");
	say_end(s, SSPR_OK, 0);
}
