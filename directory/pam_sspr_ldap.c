/* SPDX-License-Identifier: MIT */
/*
 * pam_sspr_ldap.c - sets a password in the directory.  It MUST
 *
 *  - do in the second pass what it decided in the first: libpam follows the
 *    control of its line by what the first one returned, so whoever was no
 *    part of it then must not act now, and whoever was must not step aside;
 *  - leave an account that is locked, expired, without a password or not the
 *    only one of its name as it is, whoever asks;
 *  - change for its owner only over a connection that the current password
 *    opened, and for root only over one that has an identity.
 */
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "entry.h"
#include "link.h"
#include "passmod.h"
#include "paths.h"
#include "settings.h"

#define CONFIG     "config="
#define CONFIG_MAX 200 /* bytes of a path */
#define MINIMUM    "minimum_uid="
#define DIGITS_MAX 9

#define DATA     "sspr_ldap:" /* pam_get_data(3): what the first pass said */
#define DATA_LEN (sizeof(DATA) + CONFIG_MAX)

#define DAY 86400 /* seconds */

#define SILENT "the directory does not answer. Nothing was changed"
#define BROKEN "the service is not set up right. Tell an administrator"

struct args {
	const char *config;
	uid_t minimum;
};

struct change {
	pam_handle_t *pamh;
	struct args args;
	bool owner; /* it is asked for by its owner, not by root */
	bool quiet;
	const char *name;
	uid_t uid;
	struct settings settings;
	LDAP *ld;
	struct entry entry;
};

/* Why the password of an entry is not changed.  NULL: it is, or is none. */
static const char *const objections[VERDICT_COUNT] = {
	[VERDICT_AMBIGUOUS] = "the directory has more than one such account",
	[VERDICT_LOCKED] = "the account is locked",
	[VERDICT_EXPIRED] = "the account has expired",
	[VERDICT_BARE] = "the account has no password that could be changed",
};

static bool
take_minimum(struct args *a, const char *value)
{
	const size_t len = strlen(value);

	if (len == 0 || len > DIGITS_MAX || strspn(value, "0123456789") != len)
		return false;
	a->minimum = (uid_t)strtoul(value, NULL, 10);
	return true;
}

/* pam_get_authtok(3) itself looks for the first two. */
static bool
take(struct args *a, const char *word)
{
	if (strcmp(word, "use_authtok") == 0 ||
	    strcmp(word, "try_first_pass") == 0)
		return true;
	if (strncmp(word, MINIMUM, strlen(MINIMUM)) == 0)
		return take_minimum(a, word + strlen(MINIMUM));
	if (strncmp(word, CONFIG, strlen(CONFIG)) != 0)
		return false;
	a->config = word + strlen(CONFIG);
	return a->config[0] == '/' && strlen(a->config) <= CONFIG_MAX;
}

static int
complain(const struct change *c, const char *text, int code)
{
	if (!c->quiet)
		(void)pam_error(c->pamh, "Password change failed: %s.", text);
	return code;
}

/* Our own fault: people are told so, the log why. */
static int
confess(const struct change *c, const char *why)
{
	pam_syslog(c->pamh, LOG_ERR, "%s: %s", c->args.config, why);
	return complain(c, BROKEN, PAM_SERVICE_ERR);
}

static int
disconnected(const struct change *c, enum sspr_err e, const char *why)
{
	if (e != SSPR_DIRECTORY)
		return confess(c, why);
	pam_syslog(c->pamh, LOG_WARNING, "%s", why);
	return complain(c, SILENT, PAM_TRY_AGAIN);
}

static int
identify(struct change *c)
{
	const struct passwd *pw;

	if (pam_get_user(c->pamh, &c->name, NULL) != PAM_SUCCESS ||
	    (pw = pam_modutil_getpwnam(c->pamh, c->name)) == NULL ||
	    strcmp(pw->pw_name, c->name) != 0)
		return PAM_USER_UNKNOWN;
	c->uid = pw->pw_uid;
	return c->uid < c->args.minimum ? PAM_IGNORE : PAM_SUCCESS;
}

static int
configure(struct change *c)
{
	char why[SETTINGS_WHY_MAX + 1] = "";
	enum sspr_err e;

	e = settings_read(c->args.config, 0, &c->settings, why);
	if (e == SSPR_GONE)
		return PAM_IGNORE;
	if (e != SSPR_OK)
		return confess(c, why);
	if (!c->owner && c->settings.auth == SETTINGS_ANONYMOUS)
		return confess(c,
		    "neither bind_dn nor sasl is set, and "
		    "nobody's password is set anonymously");
	return PAM_SUCCESS;
}

/* A password that we may not see is seen when its owner is let in by it. */
static int
judge(const struct change *c, const char *why)
{
	const bool trusted = c->owner && c->entry.state == VERDICT_BARE;
	const char *objection = trusted ? NULL : objections[c->entry.state];

	if (objection != NULL) {
		pam_syslog(c->pamh, LOG_NOTICE, "not changed for %s: %s%s%s",
		    c->name, objection, why[0] != '\0' ? ": " : "", why);
		return complain(c, objection, PAM_PERM_DENIED);
	}
	if (c->entry.dn == NULL || c->entry.state == VERDICT_ABSENT)
		return PAM_USER_UNKNOWN;
	return PAM_SUCCESS;
}

static int
find(struct change *c)
{
	char why[LINK_WHY_MAX + SETTINGS_WHY_MAX + 1] = "";
	enum sspr_err e;
	int code;

	if ((code = configure(c)) != PAM_SUCCESS)
		return code;
	if ((e = link_open(&c->settings, &c->ld, why)) != SSPR_OK ||
	    (e = entry_find(c->ld, &c->settings, c->name, c->uid, &c->entry,
		 why)) != SSPR_OK)
		return disconnected(c, e, why);
	return judge(c, why);
}

/* Take a password from PAM, which asks for it if no module before did. */
static int
ask(const struct change *c, int item, struct secret *s)
{
	const char *answer = NULL;
	int code = pam_get_authtok(c->pamh, item, &answer, NULL);

	if (code != PAM_SUCCESS)
		return code;
	if (answer == NULL || answer[0] == '\0')
		return complain(c, "no password was given", PAM_AUTHTOK_ERR);
	if (secret_set(s, answer, strlen(answer)) != SSPR_OK)
		return complain(c, "the password is too long", PAM_AUTHTOK_ERR);
	return PAM_SUCCESS;
}

/* Be the owner from here on. */
static int
become_owner(struct change *c, struct secret *password)
{
	char why[LINK_WHY_MAX + 1] = "";
	enum sspr_err e;
	int code;

	if ((code = ask(c, PAM_OLDAUTHTOK, password)) != PAM_SUCCESS)
		return code;
	link_close(c->ld);
	c->ld = NULL;
	e = link_open_as(&c->settings, c->entry.dn, password, &c->ld, why);
	if (e == SSPR_PASSWORD)
		return complain(c,
		    "the directory does not accept the current password",
		    PAM_AUTH_ERR);
	return e == SSPR_OK ? PAM_SUCCESS : disconnected(c, e, why);
}

static int
set(struct change *c, const struct secret *old, const struct secret *new)
{
	char text[PASSMOD_TEXT_MAX + 1] = "";
	enum sspr_err e = passmod_set(c->ld, c->entry.dn, old, new,
	    c->settings.seconds, text);

	if (e == SSPR_OK) {
		pam_syslog(c->pamh, LOG_NOTICE, "password changed for %s",
		    c->name);
		if (passmod_note(c->ld, c->entry.dn, (int64_t)time(NULL) / DAY,
			c->settings.seconds, text) != SSPR_OK)
			pam_syslog(c->pamh, LOG_WARNING,
			    "shadowLastChange not set for %s: %s", c->name,
			    text);
		return PAM_SUCCESS;
	}
	pam_syslog(c->pamh, LOG_NOTICE, "not changed for %s: %s: %s", c->name,
	    err_text(e), text);
	if (e != SSPR_UNCERTAIN)
		return complain(c, text, PAM_AUTHTOK_ERR);
	if (!c->quiet)
		(void)pam_error(c->pamh,
		    "It is not known whether the password was changed: %s. "
		    "Try the new one, then the old one.",
		    text);
	return PAM_AUTHTOK_ERR;
}

/* The first pass: may it be changed, and by who asks? */
static int
prepare(struct change *c)
{
	struct secret old = { 0 };
	int code;

	if ((code = identify(c)) == PAM_SUCCESS &&
	    (code = find(c)) == PAM_SUCCESS && c->owner)
		code = become_owner(c, &old);
	secret_wipe(&old);
	return code;
}

/* The second.  Nobody else asks for the new password while we are connected. */
static int
update(struct change *c)
{
	struct secret old = { 0 }, new = { 0 };
	int code;

	if ((code = identify(c)) != PAM_SUCCESS ||
	    (code = ask(c, PAM_AUTHTOK, &new)) != PAM_SUCCESS ||
	    (code = find(c)) != PAM_SUCCESS ||
	    (c->owner && (code = become_owner(c, &old)) != PAM_SUCCESS))
		goto out;
	code = set(c, c->owner ? &old : NULL, &new);
out:
	secret_wipe(&old);
	secret_wipe(&new);
	if (code == PAM_IGNORE || code == PAM_USER_UNKNOWN)
		(void)complain(c,
		    "the account was there a moment ago, and is "
		    "not now",
		    code);
	return code == PAM_SUCCESS ? PAM_SUCCESS : PAM_AUTHTOK_ERR;
}

static void
name_data(const struct args *a, char name[static DATA_LEN])
{
	(void)snprintf(name, DATA_LEN, DATA "%s", a->config);
}

/* One for each PAM code: pam_set_data(3) keeps a pointer. */
static const char codes[_PAM_RETURN_VALUES];

static int
remember(struct change *c, int code)
{
	char name[DATA_LEN];
	void *data = (void *)(uintptr_t)&codes[code];

	name_data(&c->args, name);
	return pam_set_data(c->pamh, name, data, NULL) == PAM_SUCCESS
	    ? code
	    : PAM_BUF_ERR;
}

static int
recall(const struct change *c)
{
	char name[DATA_LEN];
	const void *data = NULL;

	name_data(&c->args, name);
	if (pam_get_data(c->pamh, name, &data) != PAM_SUCCESS || data == NULL)
		return PAM_SYSTEM_ERR;
	return (int)((const char *)data - codes);
}

static void
clear(struct change *c)
{
	link_close(c->ld);
	entry_free(&c->entry);
	settings_wipe(&c->settings);
}

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct change c = { .pamh = pamh,
		.args = { .config = PATH_DIRECTORY_CONF, .minimum = 1000 } };
	const unsigned int f = (unsigned int)flags;
	int code;

	for (int i = 0; i < argc; i++)
		if (!take(&c.args, argv[i])) {
			pam_syslog(pamh, LOG_ERR, "bad argument: %.64s",
			    argv[i]);
			return PAM_SERVICE_ERR;
		}
	c.owner = getuid() != 0 || (f & PAM_CHANGE_EXPIRED_AUTHTOK) != 0;
	c.quiet = (f & PAM_SILENT) != 0;
	if ((f & PAM_PRELIM_CHECK) != 0)
		code = remember(&c, prepare(&c));
	else if ((code = recall(&c)) == PAM_SUCCESS)
		code = update(&c);
	clear(&c);
	return code;
}
