/* SPDX-License-Identifier: MIT */
/*
 * operator.c - the rules of the helpdesk.
 *
 * Who acts MUST be an operator and say why, and MUST NOT act on the own
 * account.  Nobody acts on accounts that are excluded; members of the
 * helpdesk, who are not root, neither on administrators nor on each other, or
 * one of them could become what they are not.
 *
 * Operators are no strangers: they are told why not.
 */
#include <string.h>

#include "text.h"
#include "vault/operator.h"
#include "vault/vault.h"

/* What the audit log says of it, what END, and what people read. */
static const struct {
	enum sspr_err audit, told;
	const char *text;
} refusals[] = {
	[OPERATOR_NONE] = { SSPR_NOT_OPERATOR, SSPR_NOT_OPERATOR,
	    "You are not an operator here." },
	[OPERATOR_NOBODY] = { SSPR_INELIGIBLE, SSPR_INELIGIBLE,
	    "This account cannot use this service: it is a system account, has "
	    "no "
	    "login shell, or is not enabled in sspr.conf." },
	[OPERATOR_REASON] = { SSPR_USAGE, SSPR_USAGE,
	    "Say why: a reason of 1 to 200 bytes that can be shown." },
	[OPERATOR_EXCLUDED] = { SSPR_EXCLUDED, SSPR_ACCOUNT,
	    "sspr.conf excludes this account from resets; nobody can do this "
	    "for it." },
	[OPERATOR_SELF] = { SSPR_NOT_OPERATOR, SSPR_NOT_OPERATOR,
	    "Not for your own account: ask another operator." },
	[OPERATOR_ABOVE] = { SSPR_NOT_OPERATOR, SSPR_NOT_OPERATOR,
	    "For administrators and members of the helpdesk only root can do "
	    "this. Two operators together cannot yet." },
	[OPERATOR_DAMAGED] = { SSPR_DAMAGED, SSPR_DAMAGED,
	    "The stored record of this account does not verify: it was changed "
	    "by somebody else, or is of an account that had this uid before. "
	    "It is suspended. Root can delete it: sspr-admin user forget." },
	[OPERATOR_MISSING] = { SSPR_MISSING, SSPR_MISSING,
	    "This account was missing for a while and is suspended. If it is "
	    "of the same person, root can confirm that: sspr-admin user "
	    "confirm." },
	[OPERATOR_ROOT] = { SSPR_NOT_OPERATOR, SSPR_NOT_OPERATOR,
	    "Only root can do this." },
	[OPERATOR_EMPTY] = { SSPR_NOT_ENROLLED, SSPR_NO_FACTOR,
	    "Nothing is enrolled, so nothing was counted." },
	[OPERATOR_OFF] = { SSPR_NO_METHOD, SSPR_NO_METHOD,
	    "This site issues no passes: helpdesk-pass is not in methods of "
	    "sspr.conf." },
	[OPERATOR_MINUTES] = { SSPR_USAGE, SSPR_USAGE,
	    "A pass is good for 1 to 1440 minutes." },
	[OPERATOR_METHOD] = { SSPR_USAGE, SSPR_USAGE,
	    "There is no such method." },
	[OPERATOR_PASSES] = { SSPR_PASSES, SSPR_PASSES,
	    "You have issued as many passes as one operator may in a day." },
	[OPERATOR_UNLOCKS] = { SSPR_PASSES, SSPR_PASSES,
	    "This account was unlocked as often as it may be in a day; root "
	    "can do it again." },
	[OPERATOR_UNTOLD] = { SSPR_UNTOLD, SSPR_UNTOLD,
	    "This account has no address to tell, and sspr.conf no fallback, "
	    "so a pass may not be all it takes; root can issue one." },
};

void
operator_refuse(struct vault *v, struct session *s, enum operator_no why)
{
	vault_audit(v, s, "helpdesk.refused", refusals[why].audit);
	say_show(s, PROTO_ERROR, refusals[why].text);
	say_end(s, refusals[why].told, 0);
}

static bool
is_reason(const char *text)
{
	return text[strspn(text, " ")] != '\0' &&
	    text_is_clean(text, strlen(text));
}

bool
operator_is_excluded(const struct vault *v, const struct session *s)
{
	return (s->flags & ACCOUNT_NEVER) != 0 ||
	    ((s->flags & ACCOUNT_ADMIN) != 0 &&
		v->conf.admin_reset == CONF_ADMIN_NEVER);
}

enum operator_no
operator_may_see(const struct session *s)
{
	if (!s->may_act)
		return OPERATOR_NONE;
	return s->decoy ? OPERATOR_NOBODY : OPERATOR_MAY;
}

enum operator_no
operator_may_act(const struct vault *v, const struct session *s)
{
	const unsigned int above = ACCOUNT_ADMIN | ACCOUNT_DESK;
	const enum operator_no why = operator_may_see(s);

	if (why != OPERATOR_MAY)
		return why;
	if (!is_reason(s->hello.reason))
		return OPERATOR_REASON;
	if (operator_is_excluded(v, s))
		return OPERATOR_EXCLUDED;
	if (s->peer == s->uid)
		return OPERATOR_SELF;
	if (s->peer != 0 && (s->flags & above) != 0)
		return OPERATOR_ABOVE;
	return OPERATOR_MAY;
}
