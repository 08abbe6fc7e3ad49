/* SPDX-License-Identifier: MIT */
/*
 * forget.c - everything stored of an account is deleted, so that its owner can
 * enrol anew: the way back for one whose record does not verify.
 *
 * It MUST be root, as with confirm.c, and the owner is told.  What does not
 * verify says nothing of its owner that could be believed: then the operators
 * are told.
 */
#include "vault/notice.h"
#include "vault/operator.h"
#include "vault/vault.h"

static enum sspr_err
tell(struct vault *v, const struct session *s, enum sspr_err e)
{
	if (e != SSPR_SUSPENDED)
		return notice_tell(v, s, &s->account, NOTICE_FORGOTTEN,
		    METHOD_UNKNOWN, 0);
	return notice_alarm(v, NOTICE_FORGOTTEN, s->name);
}

static void
say(struct vault *v, struct session *s, const char *text)
{
	vault_audit(v, s, "helpdesk.forget", SSPR_OK);
	say_show(s, PROTO_INFO, text);
	say_end(s, SSPR_OK, 0);
}

void
action_forget_account(struct vault *v, struct session *s)
{
	enum operator_no why = operator_may_act(v, s);
	enum sspr_err e;

	if (why == OPERATOR_MAY && s->peer != 0)
		why = OPERATOR_ROOT;
	if (why != OPERATOR_MAY) {
		operator_refuse(v, s, why);
		return;
	}
	e = vault_read(v, s);
	if (e == SSPR_OK || e == SSPR_MISSING)
		e = vault_check_owner(v, s);
	if (e == SSPR_NOT_ENROLLED)
		say(v, s, "There was nothing stored of it.");
	else if (e != SSPR_OK && e != SSPR_SUSPENDED)
		vault_lose(v, s, e);
	else if (tell(v, s, e) != SSPR_OK ||
	    store_forget(v->store, s->key) != SSPR_OK)
		vault_lose(v, s, SSPR_SYSTEM); /* both or nothing */
	else
		say(v, s, "Forgotten: its owner can enrol anew.");
}
