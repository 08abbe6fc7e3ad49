/* SPDX-License-Identifier: MIT */
/*
 * confirm.c - an administrator says that an account that was missing is that
 * of the same person (R-ENR-4).
 *
 * It MUST be root: whoever could delete and make an account anew, or call
 * back whoever says to be its owner, is not the helpdesk.
 */
#include "vault/notice.h"
#include "vault/operator.h"
#include "vault/vault.h"

static void
say(struct vault *v, struct session *s, const char *text)
{
	vault_audit(v, s, "helpdesk.confirm", SSPR_OK);
	say_show(s, PROTO_INFO, text);
	say_end(s, SSPR_OK, 0);
}

static void
confirm(struct vault *v, struct session *s)
{
	s->account.missing_at = 0;
	if (vault_put(v, s) == SSPR_OK &&
	    notice_tell(v, s, &s->account, NOTICE_CONFIRMED, METHOD_UNKNOWN,
		0) == SSPR_OK)
		say(v, s, "Confirmed: what is enrolled works again.");
	else
		vault_lose(v, s, SSPR_SYSTEM); /* both or nothing */
}

static void
fail(struct vault *v, struct session *s, enum sspr_err e)
{
	if (e == SSPR_SUSPENDED) {
		vault_alarm(v, s);
		operator_refuse(v, s, OPERATOR_DAMAGED);
	} else
		vault_lose(v, s, e);
}

void
action_confirm_account(struct vault *v, struct session *s)
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
	if (e == SSPR_OK || e == SSPR_NOT_ENROLLED)
		say(v, s, "It was not missing: nothing is to be confirmed.");
	else if (e != SSPR_MISSING || (e = vault_check_owner(v, s)) != SSPR_OK)
		fail(v, s, e);
	else
		confirm(v, s);
}
