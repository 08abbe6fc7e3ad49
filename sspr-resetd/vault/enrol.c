/* SPDX-License-Identifier: MIT */
/*
 * enrol.c - the actions of enrolment (session.def).
 *
 * Every change needs the current password, checked by a worker, good for
 * SESSION_PROOF_S on this one connection (R-ENR-1).  Nothing is stored of a
 * new app before one of its codes was verified; that code's step is used.
 */
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "vault/qr.h"
#include "vault/totp.h"
#include "vault/vault.h"

/* REQUIREMENTS R-ENR-1: five tries of the password, then 15 minutes. */
static const struct limit_rule password_rule = { .free = 4,
	.first = 15 * 60,
	.most = 15 * 60,
	.max = UINT32_MAX };

/* The account as stored or, for was = 0, a new one. */
static enum sspr_err
get_or_make(struct vault *v, struct session *s, uint64_t *was)
{
	struct record_owner owner = { .uid = s->uid };
	enum sspr_err e = store_get(v->store, s->key, &s->account);

	if (e == SSPR_OK) {
		*was = s->account.generation;
		return account_verify(v->seal, &s->account);
	}
	if (e != SSPR_NOT_ENROLLED)
		return e;
	*was = 0;
	memcpy(owner.name, s->name, sizeof(owner.name));
	memcpy(owner.backend, s->backend, sizeof(owner.backend));
	return account_new(v->seal, &owner, &s->account);
}

/* Write s->account back in place of generation was. */
static enum sspr_err
put(struct vault *v, struct session *s, uint64_t was)
{
	enum sspr_err e;

	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	account_touch(v->seal, &s->account);
	return store_put(v->store, &s->account, was);
}

void
action_list(struct vault *v, struct session *s)
{
	const struct account *a = &s->account;
	struct proto_msg m = { .type = MSG_FACTOR };
	struct record r;

	for (size_t i = 0; i < a->nfactors; i++) {
		const struct account_factor *f = &a->factor[i];

		if (account_open_app(v->seal, a, f, &r) != SSPR_OK) {
			say_failure(v, s, SSPR_SUSPENDED, 0);
			return;
		}
		m.as.factor = (struct proto_factor){ .id = f->id,
			.method = "app",
			.created = f->created,
			.last_used = f->last_used,
			.usable_from = f->usable_from };
		memcpy(m.as.factor.label, r.as.app.label,
		    sizeof(m.as.factor.label));
		record_wipe(&r);
		say_record(s, &m);
	}
	say_end(s, SSPR_OK, 0);
}

/* What can be refused before the password is asked. */
static enum sspr_err
check_request(struct session *s)
{
	if (s->verb == VERB_REMOVE)
		return account_factor(&s->account, s->hello.factor) == NULL
		    ? SSPR_NO_FACTOR
		    : SSPR_OK;
	if (strcmp(s->hello.method, "app") != 0 ||
	    !text_is_clean(s->hello.label, strlen(s->hello.label)))
		return SSPR_USAGE;
	return account_count(&s->account, METHOD_APP) >= ACCOUNT_APPS_MAX
	    ? SSPR_FULL
	    : SSPR_OK;
}

void
action_start_check(struct vault *v, struct session *s)
{
	struct account_budget *b;
	enum sspr_err e;
	uint32_t wait;
	uint64_t was;

	if ((e = get_or_make(v, s, &was)) != SSPR_OK ||
	    (e = check_request(s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	b = account_budget(&s->account, METHOD_PASSWORD, CLASS_STRANGER);
	if (b == NULL) {
		say_failure(v, s, SSPR_SUSPENDED, 0);
		return;
	}
	wait = limit_wait(&b->limit, &password_rule, vault_s());
	if (wait > 0) {
		say_failure(v, s, SSPR_PASSWORD, wait);
		return;
	}
	s->attempt.before = b->limit;
	limit_debit(&b->limit, vault_s());
	if ((e = put(v, s, was)) != SSPR_OK)
		vault_lose(v, s, e);
	else
		permit_request(v, s, PROTO_CHECK);
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
	uint64_t was;

	if ((e = get_or_make(v, s, &was)) != SSPR_OK)
		return e;
	b = account_budget(&s->account, METHOD_PASSWORD, CLASS_STRANGER);
	if (b == NULL)
		return SSPR_SUSPENDED;
	if (all)
		b->limit = (struct limit){ 0 };
	else
		limit_refund(&b->limit, &s->attempt.before);
	return put(v, s, was);
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

/* A secret of our making, for this session only until it is confirmed. */
static enum sspr_err
make_app(struct vault *v, struct session *s)
{
	const char *issuer =
	    v->conf.issuer[0] != '\0' ? v->conf.issuer : v->host;
	struct proto_msg m = { .type = MSG_QR };
	enum sspr_err e;

	s->app =
	    (struct record_app){ .hash = TOTP_SHA1, .digits = 6, .period = 30 };
	s->app.seed.len = TOTP_SEED;
	seal_random(s->app.seed.at, TOTP_SEED);
	memcpy(s->app.label, s->hello.label, sizeof(s->app.label));
	if ((e = qr_make(&s->app, issuer, s->name, &m.as.qr)) == SSPR_OK)
		say_record(s, &m);
	proto_wipe(&m);
	return e;
}

void
action_show_secret(struct vault *v, struct session *s)
{
	enum sspr_err e;

	s->checked_ms = vault_ms();
	if ((e = credit(v, s, true)) != SSPR_OK ||
	    (e = make_app(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	say_ask(s, true, "Code the app shows now (Enter = stop): ");
}

void
action_confirm([[maybe_unused]] struct vault *v, struct session *s)
{
	const struct totp t = { .seed = s->app.seed.at,
		.len = s->app.seed.len,
		.hash = s->app.hash,
		.digits = s->app.digits,
		.period = s->app.period };
	enum sspr_err e;

	e = totp_check(&t, vault_s(), s->attempt.code.at, s->attempt.code.len,
	    0, &s->app_step);
	secret_wipe(&s->attempt.code);
	s->next = e == SSPR_OK ? EVENT_MATCHED : EVENT_REFUSED;
}

void
action_not_a_code(struct vault *v, struct session *s)
{
	if (++s->repeats >= SESSION_CONFIRMS) {
		say_failure(v, s, SSPR_UNCONFIRMED, 0);
		return;
	}
	say_show(s, PROTO_ERROR,
	    "That is not the code the app shows now. If it stays so, the "
	    "clock of the phone or of this machine is wrong.");
	say_ask(s, true, "Code the app shows now (Enter = stop): ");
}

/* Password and a right code were given: the count begins anew (R-THR-2). */
static void
clear_codes(struct account *a)
{
	struct account_budget *b =
	    account_budget(a, METHOD_APP, CLASS_STRANGER);

	if (b != NULL)
		b->limit = (struct limit){ 0 };
}

void
action_add(struct vault *v, struct session *s)
{
	struct account_factor *f;
	enum sspr_err e;
	uint64_t was;

	if (vault_ms() - s->checked_ms > SESSION_PROOF_S * 1000u) {
		say_failure(v, s, SSPR_TIMEOUT, 0);
		return;
	}
	if ((e = get_or_make(v, s, &was)) != SSPR_OK ||
	    (e = account_add_app(v->seal, &s->account, &s->app, vault_s(),
		 &f)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	f->last_step = s->app_step;
	clear_codes(&s->account);
	if ((e = put(v, s, was)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	vault_audit(v, s, "enrol.added", SSPR_OK);
	say_show(s, PROTO_INFO,
	    "The app is enrolled. If you forget your password, type forgot "
	    "where it is refused.");
	say_end(s, SSPR_OK, 0);
}

void
action_remove(struct vault *v, struct session *s)
{
	struct account_budget *b;
	enum sspr_err e;
	uint64_t was;

	if ((e = get_or_make(v, s, &was)) != SSPR_OK ||
	    (e = account_remove(&s->account, s->hello.factor)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	b = account_budget(&s->account, METHOD_PASSWORD, CLASS_STRANGER);
	if (b != NULL)
		b->limit = (struct limit){ 0 };
	if ((e = put(v, s, was)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	vault_audit(v, s, "enrol.removed", SSPR_OK);
	say_show(s, PROTO_INFO, "It is removed.");
	say_end(s, SSPR_OK, 0);
}
