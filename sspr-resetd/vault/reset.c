/* SPDX-License-Identifier: MIT */
/*
 * reset.c - from the last proof to the new password (session.def).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "vault/change.h"
#include "vault/notice.h"
#include "vault/prove.h"
#include "vault/vault.h"

void
action_start_change(struct vault *v, struct session *s)
{
	permit_request(v, s, PROTO_CHANGE);
}

/* What the conversation knows is what the database knows (R-VER-1). */
static enum sspr_err
check_proofs(struct vault *v, const struct session *s)
{
	struct store_proof p = { 0 };
	enum sspr_err e = SSPR_OK;

	memcpy(p.conversation, s->id, sizeof(p.conversation));
	memcpy(p.account, s->key, sizeof(p.account));
	for (size_t i = 0; i < s->set.n && e == SSPR_OK; i++) {
		p.method = s->set.at[i].method;
		e = store_has_proof(v->store, &p);
	}
	if (e == SSPR_OK && !gate_is_open(&s->need, &s->set))
		e = SSPR_DENIED;
	return e;
}

/* Everybody who must hear of it will, however it ends (R-DEL-6). */
static enum sspr_err
tell(struct vault *v, const struct session *s)
{
	enum sspr_err e = notice_tell(v, s, &s->account, NOTICE_RESET,
	    METHOD_UNKNOWN, s->grant);

	if (e == SSPR_OK && s->need.admin)
		e = notice_admins(v, s, &s->account, NOTICE_ADMIN_RESET,
		    s->grant);
	return e;
}

/* In one transaction: the code used up, proof, permit, notices (R-DUR-2 S2). */
static enum sspr_err
consume(struct vault *v, struct session *s)
{
	struct store_proof p = { .challenge = s->challenge,
		.factor = s->attempt.factor,
		.method = (uint8_t)s->attempt.method,
		.at = vault_now(v) };
	enum sspr_err e;

	memcpy(p.conversation, s->id, sizeof(p.conversation));
	memcpy(p.account, s->key, sizeof(p.account));
	if ((e = attempt_consume(v, s)) != SSPR_OK)
		return e;
	prove_succeed(v, s);
	s->reset_was = s->account.reset_at;
	s->account.reset_at = vault_now(v);
	if (check_proofs(v, s) != SSPR_OK || vault_put(v, s) != SSPR_OK ||
	    tell(v, s) != SSPR_OK ||
	    store_grant(v->store, s->grant, &p) != SSPR_OK)
		return SSPR_SYSTEM; /* what was written must not stay */
	return SSPR_OK;
}

void
action_accept(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = consume(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
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
	if (s->err == SSPR_ADMIN)
		s->is_admin = true; /* vault_put keeps it */
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
action_changed(struct vault *v, struct session *s)
{
	char buf[PROTO_TEXT_MAX + 1];

	(void)v;
	if (s->sheet_number == 0) {
		s->next = EVENT_ENOUGH;
		return;
	}
	snprintf(buf, sizeof(buf),
	    "Code %u used, %u left. Phone lost? Type lost to switch off app "
	    "and sms now, or Enter: ",
	    s->sheet_number, s->sheet_left);
	say_ask(s, true, buf);
}

void
action_lost_or_not(struct vault *v, struct session *s)
{
	const bool lost = s->text.len == 4 &&
	    strncasecmp((const char *)s->text.at, "lost", 4) == 0;
	enum sspr_err e;

	if (lost && (e = change_lost(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	if (lost)
		say_show(s, PROTO_INFO,
		    "App, sms and phone calls are switched off.");
	action_last_words(v, s);
}

bool
reset_may_have_changed(enum sspr_err outcome)
{
	return outcome == SSPR_OK || outcome == SSPR_UNCERTAIN ||
	    outcome == SSPR_PARTLY;
}

void
reset_restore(struct vault *v, struct session *s, enum sspr_err outcome)
{
	enum sspr_err e;

	if (s->verb != VERB_RESET || !s->went ||
	    reset_may_have_changed(outcome))
		return;
	if (outcome == SSPR_ADMIN)
		s->is_admin = true; /* vault_put keeps it */
	if ((e = vault_read(v, s)) == SSPR_OK) {
		s->account.reset_at = s->reset_was;
		e = vault_put(v, s);
	}
	if (e == SSPR_SYSTEM)
		vault_spoil(v);
}

void
action_last_words(struct vault *v, struct session *s)
{
	const struct words_site site = vault_site(v, s);
	char buf[PROTO_TEXT_MAX + 1];

	words_last(&site, s->went ? WORDS_WORKED : WORDS_CHECKED, s->outcome,
	    buf);
	say_ask(s, true, buf);
}

void
action_finish([[maybe_unused]] struct vault *v, struct session *s)
{
	say_end(s, s->outcome, 0);
}
