/* SPDX-License-Identifier: MIT */
#include <ldap.h>
#include <string.h>

#include "check.h"
#include "entry.h"
#include "link.h"
#include "settings.h"

#define SHOWN_MAX 1000 /* bytes of a name that a server has for something */

static const char hint_file[] = "  Write it as sspr-directory.conf(5) shows.\n";
static const char hint_silent[] =
    "  Does it run there, and do firewalls let this host through?\n";
static const char hint_setup[] =
    "  At TLS: is the authority that signed its certificate in ca_file, and "
    "is\n"
    "  the certificate for the very host of the URI?  At bind: is bind_dn "
    "right,\n"
    "  and the password in password_file its own?\n";
static const char hint_anonymous[] =
    "  To it we are nobody.  To set passwords we need bind_dn and "
    "password_file,\n  or sasl = external.\n";

/* What a verdict on the account means, and what to do. */
static const struct meaning {
	const char *text, *hint;
} meanings[VERDICT_COUNT] = {
	[VERDICT_FINE] = { "it can be reset", "" },
	[VERDICT_ABSENT] = { "not found",
	    "  Are base, filter and the two attributes right, and may we "
	    "search there?\n" },
	[VERDICT_AMBIGUOUS] = { "not clear which it is",
	    "  Name and uid of one account must be in one entry only.\n" },
	[VERDICT_LOCKED] = { "locked; it is never reset",
	    "  Unlock it in the directory first.\n" },
	[VERDICT_GUESSED] = { "locked after wrong passwords, for a while",
	    "  [unlock] of sspr.conf(5) says whether it can be reset now.\n" },
	[VERDICT_EXPIRED] = { "expired; it is never reset",
	    "  Extend it in the directory first.\n" },
	[VERDICT_BARE] = { "without a password; it is never reset",
	    "  If it has one, we need the right to search (s) for "
	    "userPassword.\n" },
};

static const char *
hint_of(enum sspr_err e)
{
	return e == SSPR_DIRECTORY ? hint_silent : hint_setup;
}

/* RFC 4532.  Whether we are somebody. */
static bool
tell_who(FILE *to, LDAP *ld, const struct settings *s)
{
	struct berval *id = NULL;
	LDAPMessage *answer = NULL;
	char text[SHOWN_MAX + 1];
	int request, rc;

	rc = ldap_whoami(ld, NULL, NULL, &request);
	if (rc == LDAP_SUCCESS)
		rc = link_wait(ld, request, s->seconds, &answer);
	if (rc == LDAP_SUCCESS)
		rc = ldap_parse_whoami(ld, answer, &id);
	if (rc == LDAP_SUCCESS)
		(void)ldap_parse_result(ld, answer, &rc, NULL, NULL, NULL, NULL,
		    0); /* rc stays if it cannot */
	ldap_msgfree(answer);
	link_print(id != NULL ? id->bv_val : NULL, text, sizeof(text));
	ber_bvfree(id);
	if (rc != LDAP_SUCCESS)
		fprintf(to, "  It does not tell who we are to it: %s\n",
		    ldap_err2string(rc));
	else if (text[0] != '\0')
		fprintf(to, "  To it we are %s\n", text);
	return rc != LDAP_SUCCESS || text[0] != '\0';
}

static enum sspr_err
check_server(FILE *to, const struct settings *s)
{
	char why[LINK_WHY_MAX + 1];
	LDAP *ld = NULL;
	enum sspr_err e = link_open(s, &ld, why);
	bool somebody;

	if (e != SSPR_OK) {
		fprintf(to, "Server %s\n%s", why, hint_of(e));
		return e;
	}
	fprintf(to, "Server %s: reached, %s\n", s->uri,
	    ldap_tls_inplace(ld) != 0 ? "its certificate is good"
				      : "on this host");
	somebody = tell_who(to, ld, s) && s->auth != SETTINGS_ANONYMOUS;
	link_close(ld);
	if (somebody)
		return SSPR_OK;
	fputs(hint_anonymous, to);
	return SSPR_SETUP;
}

/* Each of them: one that is not there is missed when another fails. */
static enum sspr_err
check_servers(FILE *to, const struct settings *s)
{
	const char *rest = s->uri;
	enum sspr_err e, first = SSPR_OK;
	struct settings one = *s;

	while (settings_next_uri(&rest, one.uri)) {
		e = check_server(to, &one);
		first = first == SSPR_OK ? e : first;
	}
	settings_wipe(&one);
	return first;
}

static enum sspr_err
tell_entry(FILE *to, const struct entry *entry, const char *why)
{
	const struct meaning *m = &meanings[entry->state];
	char dn[SHOWN_MAX + 1];

	if (entry->dn != NULL) {
		link_print(entry->dn, dn, sizeof(dn));
		fprintf(to, "  Its entry is %s\n", dn);
	}
	fprintf(to, "  State: %s%s%s\n%s", m->text, why[0] != '\0' ? ": " : "",
	    why, m->hint);
	if (entry->dn != NULL && entry->state != VERDICT_BARE)
		fputs("  Its userPassword is there and can be searched for\n",
		    to);
	if (entry->dn != NULL && strcmp(entry->mark, VERDICT_NO_MARK) == 0)
		fputs("  It has no entryCSN that we may read: after a crash "
		      "nobody can tell whether\n  its password was changed\n",
		    to);
	return entry->state == VERDICT_FINE ? SSPR_OK : SSPR_ACCOUNT;
}

static enum sspr_err
check_entry(FILE *to, const struct settings *s, const char *name, uid_t uid)
{
	char why[SETTINGS_WHY_MAX + 1] = "";
	struct entry entry = { .dn = NULL };
	LDAP *ld = NULL;
	enum sspr_err e;

	if ((e = link_open(s, &ld, why)) == SSPR_OK)
		e = entry_find(ld, s, name, uid, &entry, why);
	fprintf(to, "Account %s, uid %u\n", name, uid);
	if (e == SSPR_OK)
		e = tell_entry(to, &entry, why);
	else
		fprintf(to, "  %s\n%s", why,
		    e == SSPR_DIRECTORY ? hint_silent
					: "  Are base and filter right, and "
					  "may we search there?\n");
	entry_free(&entry);
	link_close(ld);
	return e;
}

enum sspr_err
check_run(FILE *to, const char *path, uid_t owner, const char *name, uid_t uid)
{
	char why[SETTINGS_WHY_MAX + 1];
	struct settings s = { .seconds = 0 };
	enum sspr_err e, servers;

	if (settings_read(path, owner, &s, why) != SSPR_OK) {
		fprintf(to, "Settings: %s\n%s", why, hint_file);
		return SSPR_CONFIG;
	}
	fprintf(to, "Settings: %s is good\n", path);
	servers = check_servers(to, &s);
	e = check_entry(to, &s, name, uid);
	settings_wipe(&s);
	return servers != SSPR_OK ? servers : e;
}
