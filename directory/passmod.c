/* SPDX-License-Identifier: MIT */
/*
 * The request is sent once, and MUST NOT be repeated: what was sent and not
 * answered may have been done.
 *
 *  - An empty password MUST NOT be sent: by RFC 3062 section 2 the server
 *    would choose one of its own.
 *  - What the server says is for people, and goes through link_print().
 *
 * libldap keeps and frees copies of the request that we cannot wipe.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "passmod.h"

#define SAID_MAX 240 /* bytes of a diagnostic message that are shown */

#define SHADOW "shadowLastChange"

static const char silence[] = "the directory does not answer";

/* What the answer says. */
struct answer {
	int code;                       /* RFC 4511 section 4.1.9 */
	LDAPPasswordPolicyError policy; /* PP_noError if there is none */
	char said[SAID_MAX + 1];        /* printable; may be empty */
};

/* draft-behera-ldap-password-policy-10 section 6.2 */
static const struct rule {
	LDAPPasswordPolicyError policy;
	enum sspr_err e;
	const char *text;
} rules[] = {
	{ PP_passwordExpired, SSPR_DENIED, "the password has expired" },
	{ PP_accountLocked, SSPR_DENIED, "the account is locked" },
	{ PP_changeAfterReset, SSPR_DENIED,
	    "the password must be changed by its owner first" },
	{ PP_passwordModNotAllowed, SSPR_DENIED,
	    "this password may not be changed" },
	{ PP_mustSupplyOldPassword, SSPR_DENIED,
	    "it can be changed only with the current password" },
	{ PP_insufficientPasswordQuality, SSPR_WEAK,
	    "the new password is too easy to guess" },
	{ PP_passwordTooShort, SSPR_WEAK, "the new password is too short" },
	{ PP_passwordTooYoung, SSPR_DENIED,
	    "the password was changed too short a time ago" },
	{ PP_passwordInHistory, SSPR_WEAK, "the new password was used before" },
	{ PP_passwordTooLong, SSPR_WEAK, "the new password is too long" },
};

static const struct rule *
rule_of(LDAPPasswordPolicyError policy)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].policy == policy)
			return &rules[i];
	return NULL;
}

/* Proxies say the last three also of a server that did not answer them. */
static enum sspr_err
judge(const struct answer *a)
{
	const struct rule *r = rule_of(a->policy);

	if (a->code == LDAP_SUCCESS)
		return SSPR_OK;
	if (r != NULL)
		return r->e;
	switch (a->code) {
	case LDAP_CONSTRAINT_VIOLATION:
		return SSPR_WEAK;
	case LDAP_BUSY:
		return SSPR_DIRECTORY;
	case LDAP_TIMELIMIT_EXCEEDED:
	case LDAP_UNAVAILABLE:
	case LDAP_OTHER:
		return SSPR_UNCERTAIN;
	default:
		return SSPR_DENIED;
	}
}

static void
explain(const struct answer *a, char text[static PASSMOD_TEXT_MAX + 1])
{
	const struct rule *r = rule_of(a->policy);

	if (r != NULL && a->said[0] != '\0')
		snprintf(text, PASSMOD_TEXT_MAX + 1, "%s (%s)", r->text,
		    a->said);
	else
		snprintf(text, PASSMOD_TEXT_MAX + 1, "%s",
		    r != NULL                ? r->text
			: a->said[0] != '\0' ? a->said
					     : ldap_err2string(a->code));
}

/* An answer whose control does not parse is judged without it. */
static LDAPPasswordPolicyError
policy_of(LDAP *ld, LDAPControl **controls)
{
	LDAPControl *c = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE,
	    controls, NULL);
	LDAPPasswordPolicyError policy = PP_noError;
	ber_int_t expires, grace;

	if (c == NULL ||
	    ldap_parse_passwordpolicy_control(ld, c, &expires, &grace,
		&policy) != LDAP_SUCCESS)
		return PP_noError;
	return policy;
}

static enum sspr_err
parse(LDAP *ld, LDAPMessage *message, int type, struct answer *a)
{
	LDAPControl **controls = NULL;
	char *said = NULL;
	enum sspr_err e = SSPR_UNCERTAIN;

	if (ldap_msgtype(message) != type ||
	    ldap_parse_result(ld, message, &a->code, NULL, &said, NULL,
		&controls, 0) != LDAP_SUCCESS)
		goto out;
	a->policy = policy_of(ld, controls);
	link_print(said, a->said, sizeof(a->said));
	e = SSPR_OK;
out:
	ldap_memfree(said);
	ldap_controls_free(controls);
	return e;
}

static enum sspr_err
receive(LDAP *ld, int id, int type, unsigned int seconds, struct answer *a)
{
	LDAPMessage *message = NULL;
	enum sspr_err e = SSPR_UNCERTAIN;

	if (link_wait(ld, id, seconds, &message) == LDAP_SUCCESS)
		e = parse(ld, message, type, a);
	ldap_msgfree(message);
	return e;
}

static enum sspr_err
submit(LDAP *ld, const char *dn, const struct secret *old,
    const struct secret *new, int *id)
{
	struct berval user, from, to;
	LDAPControl *policy = NULL, *controls[2] = { NULL, NULL };
	enum sspr_err e = SSPR_DIRECTORY;

	ber_str2bv(dn, 0, 0, &user);
	to = (struct berval){ new->len, (char *)(uintptr_t) new->at };
	if (old != NULL)
		from = (struct berval){ old->len, (char *)(uintptr_t)old->at };
	if (ldap_create_passwordpolicy_control(ld, &policy) != LDAP_SUCCESS)
		goto out;
	controls[0] = policy;
	if (ldap_passwd(ld, &user, old == NULL ? NULL : &from, &to, controls,
		NULL, id) == LDAP_SUCCESS)
		e = SSPR_OK;
out:
	ldap_control_free(policy);
	return e;
}

enum sspr_err
passmod_set(LDAP *ld, const char *dn, const struct secret *old,
    const struct secret *new, unsigned int seconds,
    char text[static PASSMOD_TEXT_MAX + 1])
{
	struct answer a = { .policy = PP_noError };
	enum sspr_err e;
	int id = 0;

	if (new->len == 0) {
		snprintf(text, PASSMOD_TEXT_MAX + 1, "no password was given");
		return SSPR_WEAK;
	}
	if ((e = submit(ld, dn, old, new, &id)) == SSPR_OK)
		e = receive(ld, id, LDAP_RES_EXTENDED, seconds, &a);
	if (e != SSPR_OK) {
		snprintf(text, PASSMOD_TEXT_MAX + 1, "%s", silence);
		return e;
	}
	if ((e = judge(&a)) != SSPR_OK)
		explain(&a, text);
	return e;
}

/* "The entry has the attribute", which the server judges with the change. */
static enum sspr_err
submit_note(LDAP *ld, const char *dn, char *day, int *id)
{
	char attribute[] = SHADOW, filter[] = "(" SHADOW "=*)";
	char *values[] = { day, NULL };
	LDAPMod mod = { .mod_op = LDAP_MOD_REPLACE, .mod_type = attribute };
	LDAPMod *mods[] = { &mod, NULL };
	LDAPControl *has = NULL, *controls[2] = { NULL, NULL };
	struct berval value = { 0, NULL };
	enum sspr_err e = SSPR_DENIED;

	mod.mod_values = values;
	if (ldap_create_assertion_control_value(ld, filter, &value) !=
		LDAP_SUCCESS ||
	    ldap_control_create(LDAP_CONTROL_ASSERT, 1, &value, 1, &has) !=
		LDAP_SUCCESS)
		goto out;
	controls[0] = has;
	if (ldap_modify_ext(ld, dn, mods, controls, NULL, id) == LDAP_SUCCESS)
		e = SSPR_OK;
out:
	ldap_memfree(value.bv_val);
	ldap_control_free(has);
	return e;
}

enum sspr_err
passmod_note(LDAP *ld, const char *dn, int64_t day, unsigned int seconds,
    char text[static PASSMOD_TEXT_MAX + 1])
{
	struct answer a = { .code = LDAP_TIMEOUT, .policy = PP_noError };
	char number[24];
	int id = 0;

	(void)snprintf(number, sizeof(number), "%" PRId64, day);
	if (submit_note(ld, dn, number, &id) != SSPR_OK ||
	    receive(ld, id, LDAP_RES_MODIFY, seconds, &a) != SSPR_OK) {
		snprintf(text, PASSMOD_TEXT_MAX + 1, "%s", silence);
		return SSPR_DENIED;
	}
	if (a.code == LDAP_SUCCESS || a.code == LDAP_ASSERTION_FAILED)
		return SSPR_OK;
	explain(&a, text);
	return SSPR_DENIED;
}
