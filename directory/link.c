/* SPDX-License-Identifier: MIT */
/*
 * libldap takes settings from files of the system and of the user, and from
 * the environment; a new handle starts with them.  So everything that bears
 * on security is set here on the handle itself, and the context of TLS, which
 * is made of it, last.  Nothing is set globally: other code in this process
 * may use libldap too.
 *
 * - No bind, and so no password, MUST go over a connection that has neither
 *   TLS nor is local: see is_safe().
 * - A broken connection MUST NOT be replaced behind our back: socket_seal().
 * - An empty password MUST NOT be sent: servers take such a bind for an
 *   anonymous one, and say success (RFC 4513 section 5.1.2).
 */
#include <ldap.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "link.h"
#include "socket.h"
#include "text.h"

static const char scheme_plain[] = "ldap://";
static const char scheme_local[] = "ldapi://";

/* As whom to bind. */
struct who {
	enum settings_auth auth;
	const char *dn;
	const struct secret *password;
};

static bool
is_local(const char *uri)
{
	return strncmp(uri, scheme_local, strlen(scheme_local)) == 0;
}

static bool
is_safe(LDAP *ld, const char *uri)
{
	return is_local(uri) || ldap_tls_inplace(ld) != 0;
}

void
link_print(const char *text, char *to, size_t size)
{
	const char *at = text != NULL ? text : "";
	size_t left = strlen(at), used = 0, n;
	uint32_t c;

	for (; left > 0 && used + 1 < size; at += n, left -= n) {
		bool clean;

		n = text_next(at, left, &c);
		clean = n > 0 && text_is_printable(c);
		n = n > 0 ? n : 1;
		if (clean && used + n >= size)
			break;
		memcpy(to + used, clean ? at : "?", clean ? n : 1);
		used += clean ? n : 1;
	}
	to[used] = '\0';
}

enum sspr_err
link_error(int rc)
{
	static const int silent[] = { LDAP_SERVER_DOWN, LDAP_TIMEOUT,
		LDAP_CONNECT_ERROR, LDAP_BUSY, LDAP_UNAVAILABLE,
		LDAP_TIMELIMIT_EXCEEDED, LDAP_ADMINLIMIT_EXCEEDED };

	if (rc == LDAP_SUCCESS)
		return SSPR_OK;
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		if (rc == silent[i])
			return SSPR_DIRECTORY;
	return SSPR_SETUP;
}

/* Note that a step failed, with what the server or libldap says of it. */
static enum sspr_err
explain(LDAP *ld, int rc, const char *uri, const char *step, enum sspr_err e,
    char why[static LINK_WHY_MAX + 1])
{
	char text[LINK_WHY_MAX + 1] = "";
	char *diagnostic = NULL;

	if (ld != NULL &&
	    ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic) ==
		LDAP_OPT_SUCCESS)
		link_print(diagnostic, text, sizeof(text));
	ldap_memfree(diagnostic);
	(void)snprintf(why, LINK_WHY_MAX + 1, "%s: %s: %s%s%s", uri, step,
	    ldap_err2string(rc), text[0] != '\0' ? ": " : "", text);
	return e;
}

int
link_wait(LDAP *ld, int id, unsigned int seconds, LDAPMessage **answer)
{
	struct timeval limit = { .tv_sec = (time_t)seconds };
	LDAPMessage *got = NULL;
	int rc = LDAP_SUCCESS;
	int type = ldap_result(ld, id, LDAP_MSG_ALL, &limit, &got);

	if (type > 0 && got != NULL) {
		*answer = got;
		return LDAP_SUCCESS;
	}
	if (type == 0 || ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &rc) != 0)
		rc = LDAP_TIMEOUT;
	(void)ldap_abandon_ext(ld, id, NULL, NULL); /* it may be gone */
	return rc != LDAP_SUCCESS ? rc : LDAP_SERVER_DOWN;
}

/* Wait for an answer that is a result code. */
static int
finish(LDAP *ld, int id, unsigned int seconds)
{
	LDAPMessage *answer;
	char *text = NULL;
	int rc, result = LDAP_OTHER;

	if ((rc = link_wait(ld, id, seconds, &answer)) != LDAP_SUCCESS)
		return rc;
	rc = ldap_parse_result(ld, answer, &result, NULL, &text, NULL, NULL, 1);
	(void)ldap_set_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, text);
	ldap_memfree(text);
	return rc != LDAP_SUCCESS ? rc : result;
}

/*
 * Overrule what ldap.conf(5) and what stands for it in home directories and
 * the environment can say.  A pin of a key (PEERKEY_HASH) could only refuse
 * more, but is of another server.
 */
static bool
set_options(LDAP *ld, const struct settings *s)
{
	static const struct {
		int option, value;
	} numbers[] = {
		{ LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3 },
		{ LDAP_OPT_DEREF, LDAP_DEREF_NEVER },
		{ LDAP_OPT_SIZELIMIT, LDAP_NO_LIMIT },
		{ LDAP_OPT_X_TLS, LDAP_OPT_X_TLS_NEVER }, /* by ourselves */
	};
	const struct timeval limit = { .tv_sec = (time_t)s->seconds };
	const int seconds = (int)s->seconds;
	bool good = true;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		good &= ldap_set_option(ld, numbers[i].option,
			    &numbers[i].value) == LDAP_OPT_SUCCESS;
	good &= ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) ==
	    LDAP_OPT_SUCCESS;
	good &= ldap_set_option(ld, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_OFF) ==
	    LDAP_OPT_SUCCESS;
	good &= ldap_set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_ON) ==
	    LDAP_OPT_SUCCESS;
	good &= ldap_set_option(ld, LDAP_OPT_TIMELIMIT, &seconds) ==
	    LDAP_OPT_SUCCESS;
	good &=
	    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &limit) == LDAP_OPT_SUCCESS;
	good &= ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &limit) ==
	    LDAP_OPT_SUCCESS;
	(void)ldap_set_option(ld, LDAP_OPT_X_TLS_PEERKEY_HASH, "");
	return good && socket_attach(ld);
}

/*
 * RFC 9325 section 3.1.1.  A certificate with names of its subject is judged
 * by these, one without by its common name.
 */
static bool
set_tls(LDAP *ld, const struct settings *s)
{
	static const struct {
		int option, value;
	} numbers[] = {
		{ LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND },
		{ LDAP_OPT_X_TLS_REQUIRE_SAN, LDAP_OPT_X_TLS_TRY },
		{ LDAP_OPT_X_TLS_PROTOCOL_MIN, LDAP_OPT_X_TLS_PROTOCOL_TLS1_2 },
	};
	const int client = 0;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (ldap_set_option(ld, numbers[i].option, &numbers[i].value) !=
		    LDAP_OPT_SUCCESS)
			return false;
	return ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, s->ca_file) ==
	    LDAP_OPT_SUCCESS &&
	    ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client) ==
	    LDAP_OPT_SUCCESS;
}

/*
 * Connect, without TLS as yet: of ldaps:// as well, so that TLS is a step of
 * its own, with its own time and its own error.
 */
static int
start(const struct settings *s, const char *uri, LDAP **ld)
{
	char plain[SETTINGS_TEXT_MAX + 1];
	LDAPURLDesc *desc;
	bool v6;
	int rc;

	if (is_local(uri))
		return ldap_initialize(ld, uri);
	if (ldap_url_parse(uri, &desc) != LDAP_URL_SUCCESS)
		return LDAP_PARAM_ERROR;
	v6 = strchr(desc->lud_host, ':') != NULL;
	(void)snprintf(plain, sizeof(plain), "%s%s%s%s:%d", scheme_plain,
	    v6 ? "[" : "", desc->lud_host, v6 ? "]" : "", desc->lud_port);
	ldap_free_urldesc(desc);
	if ((rc = ldap_initialize(ld, plain)) != LDAP_SUCCESS)
		return rc;
	return set_tls(*ld, s) ? LDAP_SUCCESS : LDAP_LOCAL_ERROR;
}

static enum sspr_err
secure(LDAP *ld, const struct settings *s, const char *uri,
    char why[static LINK_WHY_MAX + 1])
{
	const bool ask = strncmp(uri, scheme_plain, strlen(scheme_plain)) == 0;
	int id, rc;

	if (is_local(uri))
		return SSPR_OK;
	if (ask) {
		rc = ldap_start_tls(ld, NULL, NULL, &id);
		if (rc == LDAP_SUCCESS)
			rc = finish(ld, id, s->seconds);
		if (rc != LDAP_SUCCESS)
			return explain(ld, rc, uri, "StartTLS", link_error(rc),
			    why);
	}
	if ((rc = ldap_install_tls(ld)) == LDAP_SUCCESS)
		return SSPR_OK;
	return explain(ld, rc, uri, "TLS",
	    socket_ended(ld) ? SSPR_DIRECTORY : SSPR_SETUP, why);
}

/* SSPR_DENIED: it is the server's answer to who we are. */
static enum sspr_err
bind_error(int rc)
{
	static const int refused[] = { LDAP_INVALID_CREDENTIALS,
		LDAP_INAPPROPRIATE_AUTH, LDAP_INSUFFICIENT_ACCESS,
		LDAP_UNWILLING_TO_PERFORM, LDAP_CONSTRAINT_VIOLATION,
		LDAP_NO_SUCH_OBJECT };

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (rc == refused[i])
			return SSPR_DENIED;
	return link_error(rc);
}

static enum sspr_err
introduce(LDAP *ld, const struct settings *s, const struct who *who,
    const char *uri, char why[static LINK_WHY_MAX + 1])
{
	char none[] = "", bytes[SECRET_MAX + 1];
	struct berval credential = { 0, none };
	const char *dn = "", *mechanism = LDAP_SASL_SIMPLE;
	int id, rc;

	if (!is_safe(ld, uri))
		return explain(NULL, LDAP_CONFIDENTIALITY_REQUIRED, uri, "bind",
		    SSPR_SETUP, why);
	if (who->auth == SETTINGS_EXTERNAL) {
		mechanism = "EXTERNAL";
	} else if (who->auth == SETTINGS_SIMPLE) {
		dn = who->dn;
		memcpy(bytes, who->password->at, who->password->len);
		credential.bv_val = bytes;
		credential.bv_len = who->password->len;
	}
	rc = ldap_sasl_bind(ld, dn, mechanism, &credential, NULL, NULL, &id);
	secret_zero(bytes, sizeof(bytes));
	if (rc == LDAP_SUCCESS)
		rc = finish(ld, id, s->seconds);
	if (rc == LDAP_SUCCESS)
		return SSPR_OK;
	return explain(ld, rc, uri, "bind", bind_error(rc), why);
}

static enum sspr_err
open_one(const struct settings *s, const char *uri, const struct who *who,
    LDAP **ld, char why[static LINK_WHY_MAX + 1])
{
	LDAP *now = NULL;
	enum sspr_err e;
	int rc;

	if ((rc = start(s, uri, &now)) != LDAP_SUCCESS) {
		e = explain(now, rc, uri, "its URI or ca_file cannot be used",
		    SSPR_SETUP, why);
		goto out;
	}
	if (!set_options(now, s)) {
		e = explain(NULL, LDAP_NO_MEMORY, uri, "start", SSPR_SETUP,
		    why);
		goto out;
	}
	if ((rc = ldap_connect(now)) != LDAP_SUCCESS) {
		e = explain(now, rc, uri, "connect", SSPR_DIRECTORY, why);
		goto out;
	}
	if (!socket_seal(now)) {
		e = explain(NULL, LDAP_NO_MEMORY, uri, "start", SSPR_SETUP,
		    why);
		goto out;
	}
	if ((e = secure(now, s, uri, why)) != SSPR_OK ||
	    (e = introduce(now, s, who, uri, why)) != SSPR_OK)
		goto out;
	*ld = now;
	now = NULL;
out:
	link_close(now);
	return e;
}

/*
 * The servers in turn, until one answers.  A refused bind is not tried
 * elsewhere, it would count twice.
 */
static enum sspr_err
open_any(const struct settings *s, const struct who *who, LDAP **ld,
    char why[static LINK_WHY_MAX + 1])
{
	char uri[SETTINGS_TEXT_MAX + 1];
	char now[LINK_WHY_MAX + 1], then[LINK_WHY_MAX + 1] = "no server";
	enum sspr_err e, worst = SSPR_OK;
	const char *rest = s->uri;

	while (worst != SSPR_DENIED && settings_next_uri(&rest, uri)) {
		if ((e = open_one(s, uri, who, ld, now)) == SSPR_OK)
			return SSPR_OK;
		if (worst == SSPR_SETUP && e == SSPR_DIRECTORY)
			continue;
		memcpy(then, now, sizeof(then));
		worst = e;
	}
	memcpy(why, then, sizeof(then));
	return worst != SSPR_OK ? worst : SSPR_SETUP;
}

enum sspr_err
link_open(const struct settings *s, LDAP **ld,
    char why[static LINK_WHY_MAX + 1])
{
	const struct who who = { s->auth, s->bind_dn, &s->password };
	enum sspr_err e = open_any(s, &who, ld, why);

	return e == SSPR_DENIED ? SSPR_SETUP : e;
}

enum sspr_err
link_open_as(const struct settings *s, const char *dn,
    const struct secret *password, LDAP **ld, char why[static LINK_WHY_MAX + 1])
{
	const struct who who = { SETTINGS_SIMPLE, dn, password };
	enum sspr_err e = SSPR_DENIED;

	if (dn[0] != '\0' && password->len > 0)
		e = open_any(s, &who, ld, why);
	else
		(void)snprintf(why, LINK_WHY_MAX + 1, "no password");
	return e == SSPR_DENIED ? SSPR_PASSWORD : e;
}

void
link_close(LDAP *ld)
{
	if (ld != NULL)
		(void)ldap_unbind_ext(ld, NULL, NULL); /* it is over anyway */
}
