/* SPDX-License-Identifier: MIT */
/*
 * change.c - the action of REMOVE, KEEP and LOST (R-ENR-2).
 *
 * A removal that only a password stands for takes effect after the
 * cooling-off and can be undone until then; one proved by enrolled methods,
 * of what cannot be used anyway, or of a pass, at once.  What is on its way
 * out MUST NOT last longer for being removed once more.  Switching off is
 * immediate.
 */
#include <stdio.h>
#include <string.h>

#include "vault/change.h"
#include "vault/enrol.h"
#include "vault/notice.h"
#include "vault/prove.h"
#include "vault/vault.h"

/* Whether it is on the phone. */
static bool
is_phone(const struct account_factor *f)
{
	return f->method == METHOD_APP || f->method == METHOD_SMS ||
	    f->method == METHOD_LANDLINE;
}

bool
change_is_missed(const struct account_factor *f, uint64_t now)
{
	return account_is_usable(f, now) ||
	    (f->method == METHOD_NOTICE && account_is_enrolled(f, now));
}

/* Whether something on the phone is switched on. */
static bool
has_phone(struct vault *v, const struct session *s)
{
	const struct account_factor *f = s->account.factor;

	for (size_t i = 0; i < s->account.nfactors; i++)
		if (is_phone(&f[i]) && f[i].off == 0 &&
		    account_is_enrolled(&f[i], vault_now(v)))
			return true;
	return false;
}

enum sspr_err
change_check(struct vault *v, struct session *s)
{
	const struct account_factor *f;

	if (s->verb == VERB_LOST)
		return has_phone(v, s) ? SSPR_OK : SSPR_NO_FACTOR;
	f = account_factor(&s->account, s->hello.factor);
	return f != NULL && account_is_enrolled(f, vault_now(v)) &&
		(s->verb != VERB_KEEP || f->method != METHOD_PASS)
	    ? SSPR_OK
	    : SSPR_NO_FACTOR;
}

bool
change_defends(struct vault *v, struct session *s)
{
	const struct account_factor *f =
	    account_factor(&s->account, s->hello.factor);

	if (s->verb == VERB_LOST || s->verb == VERB_KEEP)
		return true;
	return s->verb == VERB_REMOVE && f != NULL &&
	    (f->method == METHOD_PASS || !change_is_missed(f, vault_now(v)));
}

enum sspr_err
change_lost(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = vault_read(v, s)) != SSPR_OK)
		return e;
	for (size_t i = 0; i < s->account.nfactors; i++)
		if (is_phone(&s->account.factor[i]))
			s->account.factor[i].off = 1;
	if ((e = enrol_note(v, s)) != SSPR_OK ||
	    (e = notice_tell(v, s, &s->account, NOTICE_LOST, METHOD_UNKNOWN,
		 0)) != SSPR_OK ||
	    (e = vault_put(v, s)) != SSPR_OK)
		return e;
	vault_audit(v, s, "enrol.lost", SSPR_OK);
	return SSPR_OK;
}

/* When a removal takes effect. */
static uint64_t
end_of(struct vault *v, const struct session *s, const struct account_factor *f)
{
	const uint64_t now = vault_now(v);
	const uint64_t ends = now + v->conf.cooling_off_h * 3600u;

	if (s->set.n > 0 || f->method == METHOD_PASS ||
	    !change_is_missed(f, now))
		return now;
	return f->ends != 0 && f->ends < ends ? f->ends : ends;
}

static enum sspr_err
change_factor(struct vault *v, struct session *s, char said[static 128])
{
	const bool keep = s->verb == VERB_KEEP;
	const struct account_factor *f;
	char when[32];
	uint64_t ends = 0;
	enum method m;
	enum sspr_err e;

	if ((e = vault_read(v, s)) != SSPR_OK ||
	    (e = change_check(v, s)) != SSPR_OK)
		return e;
	f = account_factor(&s->account, s->hello.factor);
	m = (enum method)f->method;
	if (!keep)
		ends = end_of(v, s, f);
	if (f->ends == ends) { /* so it is already: nobody is told again */
		snprintf(said, 128,
		    keep ? "It was not being removed."
			 : "It is being removed already.");
		return SSPR_OK;
	}
	if ((e = enrol_note(v, s)) != SSPR_OK ||
	    (e = account_end(&s->account, s->hello.factor, ends,
		 vault_now(v))) != SSPR_OK ||
	    (e = notice_tell(v, s, &s->account,
		 keep ? NOTICE_KEPT : NOTICE_REMOVED, m, 0)) != SSPR_OK ||
	    (e = vault_put(v, s)) != SSPR_OK)
		return e;
	vault_audit(v, s, keep ? "enrol.kept" : "enrol.removed", SSPR_OK);
	words_date(ends - vault_now(v) + vault_wall(), when);
	if (keep)
		snprintf(said, 128, "It is kept.");
	else if (ends <= vault_now(v))
		snprintf(said, 128, "It is removed.");
	else
		snprintf(said, 128,
		    "It is removed from %s on. Until then sspr-enroll keep "
		    "%u undoes this.",
		    when, s->hello.factor);
	return SSPR_OK;
}

void
action_change(struct vault *v, struct session *s)
{
	char said[128] = "App, sms and phone calls are switched off. Add new "
			 "ones with sspr-enroll.";
	enum sspr_err e = SSPR_OK;

	if (s->attempt.method != METHOD_UNKNOWN)
		e = prove_consume(v, s);
	else
		e = enrol_credit(v, s);
	if (e == SSPR_OK)
		e = s->verb == VERB_LOST ? change_lost(v, s)
					 : change_factor(v, s, said);
	if (e != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	say_show(s, PROTO_INFO, said);
	say_end(s, SSPR_OK, 0);
}
