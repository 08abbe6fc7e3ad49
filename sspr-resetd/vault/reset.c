/* SPDX-License-Identifier: MIT */
/*
 * reset.c - the actions of a reset (session.def).
 */
#include <string.h>

#include "vault/vault.h"

void
action_ask_code(struct vault *v, struct session *s)
{
	const struct words_site site = vault_site(v);
	char buf[PROTO_TEXT_MAX + 1];

	words_code(&site, s->hello.user, buf);
	s->challenge++;
	say_ask(s, true, buf);
}

void
action_ask_again(struct vault *v, struct session *s)
{
	if (++s->repeats > SESSION_REPEATS) {
		say_failure(v, s, SSPR_CANCELLED, 0);
		return;
	}
	say_ask(s, true, "That is not a code. " WORDS_CODE);
}

void
action_stop([[maybe_unused]] struct vault *v, struct session *s)
{
	say_end(s, SSPR_CANCELLED, 0);
}

void
action_attempt(struct vault *v, struct session *s)
{
	s->attempt.phase = ATTEMPT_WAITS;
	v->again = true;
}

void
action_refuse(struct vault *v, struct session *s)
{
	const struct words_site site = vault_site(v);
	char buf[PROTO_TEXT_MAX + 1];

	if (++s->repeats > SESSION_REPEATS) {
		say_failure(v, s, SSPR_DENIED, 0);
		return;
	}
	words_refused(&site, buf);
	s->challenge++;
	say_show(s, PROTO_ERROR, buf);
	say_ask(s, true, WORDS_CODE);
}

void
action_start_change(struct vault *v, struct session *s)
{
	permit_request(v, s, PROTO_CHANGE);
}

/* In one transaction: the code used up, the proof, the permit (R-DUR-2 S2). */
static enum sspr_err
consume(struct vault *v, struct session *s)
{
	struct account *a = &s->account;
	struct account_factor *f = NULL;
	struct account_budget *b;
	struct store_proof p = { .challenge = s->challenge,
		.factor = s->attempt.factor,
		.method = METHOD_APP,
		.at = vault_s() };
	enum sspr_err e;
	uint64_t was;

	memcpy(p.conversation, s->id, sizeof(p.conversation));
	memcpy(p.account, s->key, sizeof(p.account));
	if ((e = vault_write(v, s)) != SSPR_OK ||
	    (e = store_get(v->store, s->key, a)) != SSPR_OK ||
	    (e = account_verify(v->seal, a)) != SSPR_OK)
		return e;
	was = a->generation;
	f = account_factor(a, s->attempt.factor);
	b = account_budget(a, METHOD_APP, CLASS_STRANGER);
	if (f == NULL || b == NULL)
		return SSPR_NO_FACTOR;
	if ((e = store_accept(v->store, &p, s->attempt.step)) != SSPR_OK)
		return e;
	f->last_step = s->attempt.step;
	f->last_used = p.at;
	b->limit = (struct limit){ 0 };
	account_touch(v->seal, a);
	if ((e = store_put(v->store, a, was)) != SSPR_OK)
		return e;
	return store_grant(v->store, s->grant, &p);
}

void
action_accept(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = consume(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	s->proved = true;
	s->errand = ERRAND_GO;
	vault_audit(v, s, "code.accepted", SSPR_OK);
}

/* The worker will not do it: the code stays good, its debit goes back. */
void
action_unable(struct vault *v, struct session *s)
{
	s->grant = 0;
	if (s->verb != VERB_RESET) {
		if (enrol_refund(v, s) == SSPR_OK)
			say_failure(v, s, s->err, 0);
		return;
	}
	if (attempt_refund(v, s) != SSPR_OK)
		return;
	s->proved = true;
	s->outcome = s->err;
	action_last_words(v, s);
}

void
action_hand(struct vault *v, struct session *s)
{
	(void)v, (void)s; /* say_flush hands s->hand over */
}

void
action_last_words(struct vault *v, struct session *s)
{
	const struct words_site site = vault_site(v);
	char buf[PROTO_TEXT_MAX + 1];

	words_last(&site, err_told(s->outcome), buf);
	say_ask(s, true, buf);
}

void
action_finish([[maybe_unused]] struct vault *v, struct session *s)
{
	say_end(s, s->outcome, 0);
}
