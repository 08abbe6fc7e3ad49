/* SPDX-License-Identifier: MIT */
/*
 * prove.c - the actions of GATES in session.def.
 *
 * Until a correct code was given what is asked MUST depend on the
 * configuration, the source and the lengths of answers only; afterwards it is
 * what this account has (R-ENUM-1).
 */
#include <string.h>

#include "log.h"
#include "vault/compare.h"
#include "vault/prove.h"
#include "vault/send.h"
#include "vault/vault.h"

static uint32_t
bits_of(enum method_kind kind)
{
	uint32_t mask = 0;

	for (unsigned int m = 1; m < METHOD_COUNT; m++)
		if (method_row(m)->kind == kind)
			mask |= METHOD_BIT(m);
	return mask;
}

uint32_t
prove_mask(struct vault *v, struct session *s)
{
	const struct gate_need *need = &s->need;
	uint32_t mask = bits_of(METHOD_STRONG);

	if (s->set.n == 0) {
		if (s->open_count == 1)
			mask |= bits_of(METHOD_BORNE);
		return mask & need->enabled;
	}
	mask = 0;
	for (unsigned int m = 1; m < METHOD_COUNT; m++)
		if (compare_factor(v, s, (enum method)m) != NULL &&
		    gate_takes(need, &s->set, (enum method)m, NULL))
			mask |= METHOD_BIT(m);
	return mask;
}

static bool
may(struct vault *v, struct session *s, enum method m)
{
	return m != METHOD_UNKNOWN && (prove_mask(v, s) & METHOD_BIT(m)) != 0;
}

/* What Enter does at the prompt for a proof. */
static const char *
on_empty(const struct session *s)
{
	return s->verb == VERB_ADD && !s->fresh ? "later" : "stop";
}

static void
ask(struct vault *v, struct session *s, const char *before)
{
	char buf[PROTO_TEXT_MAX + 1];
	const uint32_t mask = prove_mask(v, s);

	if (mask == 0) {
		say_failure(v, s, SSPR_TWO_NEEDED, 0);
		return;
	}
	words_ask(before, mask, on_empty(s), buf);
	say_ask(s, true, buf);
}

void
action_ask_code(struct vault *v, struct session *s)
{
	const struct words_site site = vault_site(v, s);
	char buf[PROTO_TEXT_MAX + 1] = "";

	s->challenge++;
	if (s->verb == VERB_RESET && s->set.n == 0)
		words_begin(&site, s->hello.user, s->open_count, buf);
	ask(v, s, buf);
}

void
action_ask_again(struct vault *v, struct session *s)
{
	if (++s->repeats > SESSION_REPEATS)
		say_failure(v, s, SSPR_CANCELLED, 0);
	else if (s->state == STATE_SENT)
		say_ask(s, true, "That is not a code. " WORDS_SENT);
	else
		ask(v, s, "That is not a code. ");
}

void
action_stop([[maybe_unused]] struct vault *v, struct session *s)
{
	say_end(s, SSPR_CANCELLED, 0);
}

/* A 6-digit code is an app's, also where a sent one is asked. */
void
action_attempt(struct vault *v, struct session *s)
{
	enum method m = session_method(s->said);

	if (s->state == STATE_TRIAL && s->text.len == CODE_SENT)
		m = s->sent;
	else if (!may(v, s, m)) {
		s->next = s->state == STATE_TRIAL ? EVENT_REFUSED : EVENT_OTHER;
		return;
	}
	s->attempt.method = m;
	s->attempt.factor = 0;
	s->attempt.code = s->text;
	s->attempt.phase = ATTEMPT_WAITS;
	v->again = true;
}

/* Send to what the account has, if it may go out now; nobody sees which. */
void
action_send(struct vault *v, struct session *s)
{
	const enum method m = session_method(s->said);
	const struct words_site site = vault_site(v, s);
	char buf[PROTO_TEXT_MAX + 1], until[32];
	const struct account_factor *f = NULL;
	enum sspr_err e;

	if (!may(v, s, m)) {
		s->next = EVENT_MORE;
		return;
	}
	if (gate_sends(&s->need, &s->set, m))
		f = compare_factor(v, s, m);
	if ((e = send_code(v, s, m, f, &s->until)) != SSPR_OK) {
		if (e == SSPR_BUSY && !v->failed)
			vault_fail(v, s, e); /* as many as can be */
		else
			vault_lose(v, s, e);
		return;
	}
	s->sent = m;
	s->challenge++;
	vault_audit(v, s, "code.asked", SSPR_OK); /* it has the reference */
	words_clock(s->until - vault_now(v) + vault_wall(), until);
	words_sent(&site, m, until, buf);
	say_ask(s, true, buf);
}

void
action_refuse(struct vault *v, struct session *s)
{
	const struct words_site site = vault_site(v, s);
	char buf[PROTO_TEXT_MAX + 1];

	if (++s->repeats > SESSION_REPEATS) {
		say_failure(v, s, SSPR_DENIED, 0);
		return;
	}
	words_refused(&site, buf);
	s->challenge++;
	say_show(s, PROTO_ERROR, buf);
	if (s->state == STATE_SENT)
		say_ask(s, true, WORDS_SENT);
	else
		ask(v, s, "");
}

enum sspr_err
prove_consume(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = attempt_consume(v, s)) != SSPR_OK)
		return e;
	vault_audit(v, s, "code.accepted", SSPR_OK);
	return vault_put(v, s);
}

void
prove_succeed(struct vault *v, struct session *s)
{
	account_clear(&s->account);
	if (s->meets)
		account_meet(&s->account, s->source_hash, vault_now(v));
}

/* Whether anything is left to ask for, once what matched is used up. */
static bool
leads_on(struct vault *v, struct session *s)
{
	const struct gate_set was = s->set;
	uint8_t destination[GATE_DESTINATION];
	bool is;

	compare_destination(v, s, destination);
	is = gate_add(&s->need, &s->set, s->attempt.method, destination) &&
	    prove_mask(v, s) != 0;
	s->set = was;
	return is;
}

/* A code that leads nowhere is not used up. */
void
action_next_gate(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if (!leads_on(v, s)) {
		if (attempt_refund(v, s) == SSPR_OK) {
			s->proved = true;
			say_failure(v, s, SSPR_TWO_NEEDED, 0);
		}
		return;
	}
	if ((e = prove_consume(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	s->challenge++;
	ask(v, s, "Accepted: 1 of 2. Now another method. ");
}
