/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gate.h"
#include "worker/directory.h"
#include "worker/elsewhere.h"
#include "worker/member.h"
#include "worker/rules.h"
#include "worker/subject.h"

#define ENTRY_LEN 16384 /* bytes of one entry of passwd */
#define DAY_S     86400

/* What can speak against an account. */
enum flaw {
	FLAW_SYSTEM = 0x01,
	FLAW_AMBIGUOUS = 0x02,
	FLAW_ELSEWHERE = 0x04,
	FLAW_ADMIN = 0x08,
	FLAW_SHELL = 0x10,
	FLAW_HASH = 0x20,
	FLAW_EXPIRED = 0x40,
	FLAW_DORMANT = 0x80,
	FLAW_NEVER = 0x100,
	FLAW_ADMIN_NEVER = 0x200,
	FLAW_GUESSED = 0x400,
};

/* How a job takes a flaw; SSPR_OK: it does not mind. */
static const struct judgement {
	enum flaw flaw;
	enum sspr_err change, check;
	const char *why;
} judgements[] = {
	{ FLAW_SYSTEM, SSPR_EXCLUDED, SSPR_INELIGIBLE,
	    "its uid is 0 or below uid_min" },
	{ FLAW_AMBIGUOUS, SSPR_EXCLUDED, SSPR_INELIGIBLE,
	    "its name and its uid do not belong together alone, in all "
	    "sources of accounts" },
	{ FLAW_ELSEWHERE, SSPR_EXCLUDED, SSPR_INELIGIBLE,
	    "its password is neither in the local shadow file nor in a "
	    "directory that is served" },
	{ FLAW_NEVER, SSPR_EXCLUDED, SSPR_OK,
	    "it is in one of the groups of [policy] never" },
	{ FLAW_ADMIN_NEVER, SSPR_EXCLUDED, SSPR_OK,
	    "it is an administrator's, and [admin] reset is never" },
	{ FLAW_SHELL, SSPR_ACCOUNT, SSPR_OK, "its shell is no login shell" },
	{ FLAW_HASH, SSPR_ACCOUNT, SSPR_ACCOUNT,
	    "it is locked or has no password" },
	{ FLAW_GUESSED, SSPR_ACCOUNT, SSPR_OK,
	    "the directory locked it after wrong passwords, and [unlock] "
	    "after_reset is no" },
	{ FLAW_EXPIRED, SSPR_ACCOUNT, SSPR_ACCOUNT, "it has expired" },
	{ FLAW_DORMANT, SSPR_ACCOUNT, SSPR_ACCOUNT,
	    "its password expired too long ago" },
	{ FLAW_ADMIN, SSPR_ADMIN, SSPR_OK,
	    "it is an administrator's, by [admin] groups or a rule of sudo or "
	    "doas, and was not proved by two strong methods" },
};

/* shadow(5): days after the password ran out until the account is off. */
static bool
is_dormant(const struct subject *s, long today)
{
	return s->changed > 0 && s->lasts >= 0 && s->idle >= 0 &&
	    today - s->changed >= s->lasts &&
	    today - s->changed - s->lasts >= s->idle;
}

/* R-POL-1: whether what was proved is enough for an administrator. */
static bool
is_proved(const struct subject_policy *policy)
{
	const struct gate_need need = { .count = 2,
		.network = true,
		.admin = true,
		.enabled = ~0u };
	struct gate_set set;

	gate_of_mask(policy->methods, &set);
	return gate_is_open(&need, &set);
}

bool
subject_is_directory(const struct subject *s)
{
	return s->place == SUBJECT_ABSENT && s->state != VERDICT_ABSENT;
}

/* What the directory says. */
static unsigned int
flaws_of(enum verdict state, const struct subject_policy *policy)
{
	switch (state) {
	case VERDICT_FINE:
		return 0;
	case VERDICT_LOCKED:
	case VERDICT_BARE:
		return FLAW_HASH;
	case VERDICT_GUESSED:
		return policy->guessed ? 0 : FLAW_GUESSED;
	case VERDICT_EXPIRED:
		return FLAW_EXPIRED;
	case VERDICT_ABSENT:
		return FLAW_ELSEWHERE;
	case VERDICT_AMBIGUOUS:
	case VERDICT_REFUSED:
	case VERDICT_SILENT:
	case VERDICT_SETTINGS:
	case VERDICT_COUNT:
		break;
	}
	return FLAW_AMBIGUOUS;
}

/* What the shadow file says. */
static unsigned int
flaws_here(const struct subject *s, long today)
{
	const bool expired = s->expires >= 0 && today >= s->expires;
	unsigned int f = 0;

	f |= s->hash_real ? 0 : FLAW_HASH;
	f |= expired ? FLAW_EXPIRED : 0;
	f |= is_dormant(s, today) ? FLAW_DORMANT : 0;
	return f;
}

static unsigned int
flaws(const struct subject *s, const struct subject_policy *policy, long today)
{
	unsigned int f = 0;

	f |= s->uid == 0 || s->uid < policy->uid_min ? FLAW_SYSTEM : 0;
	f |= s->one && !s->other && s->place != SUBJECT_MIXED ? 0
							      : FLAW_AMBIGUOUS;
	f |= s->never ? FLAW_NEVER : 0;
	f |= s->admin && policy->admin_never ? FLAW_ADMIN_NEVER : 0;
	f |= s->admin && !is_proved(policy) ? FLAW_ADMIN : 0;
	f |= s->shell ? 0 : FLAW_SHELL;
	f |= s->place == SUBJECT_LOCAL ? flaws_here(s, today)
				       : flaws_of(s->state, policy);
	return f;
}

enum sspr_err
subject_judge(const struct subject *s, const struct subject_policy *policy,
    enum proto_job job, long today, const char **why)
{
	const unsigned int f = flaws(s, policy, today);

	for (size_t i = 0; i < sizeof(judgements) / sizeof(judgements[0]);
	     i++) {
		const struct judgement *v = &judgements[i];
		enum sspr_err e = job == PROTO_CHECK ? v->check : v->change;

		if ((f & v->flaw) == 0 || e == SSPR_OK)
			continue;
		*why = v->why;
		return e;
	}
	return SSPR_OK;
}

bool
subject_name_is_plain(const char *name)
{
	if (*name == '\0' || *name == '-' || *name == '.')
		return false;
	for (; *name != '\0'; name++)
		if ((unsigned char)*name <= ' ' || *name == '\x7f' ||
		    *name == ':' || *name == '/')
			return false;
	return true;
}

enum subject_place
subject_find(const char *path, const char *name, uid_t uid)
{
	unsigned int names = 0, uids = 0, both = 0;
	char buf[ENTRY_LEN];
	struct passwd pw, *found;
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL)
		return SUBJECT_MIXED;
	while ((rc = fgetpwent_r(f, &pw, buf, sizeof(buf), &found)) == 0) {
		const bool named = strcmp(pw.pw_name, name) == 0;

		names += named;
		uids += pw.pw_uid == uid;
		both +=
		    named && pw.pw_uid == uid && strcmp(pw.pw_passwd, "x") == 0;
	}
	fclose(f);
	if (rc == ENOENT && names == 0 && uids == 0)
		return SUBJECT_ABSENT;
	return rc == ENOENT && names == 1 && uids == 1 && both == 1
	    ? SUBJECT_LOCAL
	    : SUBJECT_MIXED;
}

/* An empty one is /bin/sh; some hosts list those that let nobody in. */
static bool
is_login_shell(const char *shell)
{
	const char *base = strrchr(shell, '/'), *next;
	bool listed = false;

	if (*shell == '\0')
		shell = "/bin/sh";
	if (base != NULL &&
	    (strcmp(base, "/nologin") == 0 || strcmp(base, "/false") == 0 ||
		strcmp(base, "/true") == 0))
		return false;
	setusershell();
	while (!listed && (next = getusershell()) != NULL)
		listed = strcmp(next, shell) == 0;
	endusershell();
	return listed;
}

/* Who is an administrator by group needs no rule. */
static enum sspr_err
look_power(const struct passwd *pw, const struct subject_policy *policy,
    struct subject *s, const char **why)
{
	struct member m;
	enum sspr_err e;

	e = member_open(&m, pw->pw_name, pw->pw_uid, pw->pw_gid);
	if (e != SSPR_OK)
		return e;
	if ((e = member_is_in_any(&m, policy->never, &s->never)) == SSPR_OK)
		e = member_is_in_any(&m, policy->admins, &s->admin);
	if (e == SSPR_OK && !s->admin && policy->rules != NULL)
		e = rules_look(policy->rules, &m, &s->admin, why);
	member_close(&m);
	return e;
}

/* Whether the uid leads back to the name. */
static enum sspr_err
look_back(const char *name, uid_t uid, bool *is)
{
	struct passwd pw, *found;
	char buf[ENTRY_LEN];

	if (getpwuid_r(uid, &pw, buf, sizeof(buf), &found) != 0)
		return SSPR_SYSTEM;
	*is = found != NULL && strcmp(pw.pw_name, name) == 0;
	return SSPR_OK;
}

/* The directory's word; that it has none counts as one. */
static enum sspr_err
ask_directory(const char *name, const struct subject_policy *policy,
    struct subject *s, const char **why)
{
	enum sspr_err e;

	s->state = VERDICT_ABSENT;
	if (policy->directory == NULL)
		return SSPR_OK;
	*why = "the directory cannot be asked";
	e = directory_look(policy->directory, name, s->uid, &s->state, s->mark);
	return e == SSPR_OK ? directory_said(s->state) : e;
}

/*
 * Whether somebody else shares the name or the uid of a local account.  NSS is
 * not enough: sssd believes for hours that a local name is not in the
 * directory.  A source that does not answer matters where a directory is
 * served; elsewhere it may be one that was never set up, as sss often is.
 */
static enum sspr_err
look_elsewhere(const char *name, const struct subject_policy *policy,
    struct subject *s, const char **why)
{
	enum sspr_err e;

	*why = "the other sources of accounts cannot be asked";
	e = elsewhere_look(policy->nsswitch, name, s->uid, &s->other);
	if (e == SSPR_DIRECTORY && policy->directory == NULL)
		e = SSPR_OK;
	if (e == SSPR_OK)
		e = ask_directory(name, policy, s, why);
	if (e == SSPR_OK && s->state != VERDICT_ABSENT)
		s->other = true;
	return e;
}

/* A local account. */
static enum sspr_err
look_here(const char *name, const struct subject_policy *policy,
    struct subject *s, const char **why)
{
	struct shadow now;
	enum sspr_err e;

	if ((e = look_elsewhere(name, policy, s, why)) != SSPR_OK)
		return e;
	*why = SHADOW_FILE " cannot be read";
	if ((e = shadow_read(policy->shadow, name, &now)) == SSPR_NO_USER) {
		s->place = SUBJECT_MIXED;
		return SSPR_OK;
	}
	if (e == SSPR_SHADOW)
		*why = SHADOW_FILE " has a line that is too long, or two of it";
	if (e != SSPR_OK)
		return e;
	s->changed = now.changed;
	s->lasts = now.lasts;
	s->idle = now.idle;
	s->expires = now.expires;
	s->hash_real = shadow_hash_is_real(now.hash);
	shadow_wipe(&now);
	return SSPR_OK;
}

/* Another one: no line of shadow, and what the directory says. */
static enum sspr_err
look_there(const char *name, const struct subject_policy *policy,
    struct subject *s, const char **why)
{
	struct shadow now;
	enum sspr_err e;

	if ((e = ask_directory(name, policy, s, why)) != SSPR_OK ||
	    s->state == VERDICT_ABSENT)
		return e;
	*why = SHADOW_FILE " cannot be read";
	e = shadow_read(policy->shadow, name, &now);
	if (e == SSPR_NO_USER)
		return SSPR_OK;
	if (e == SSPR_OK)
		shadow_wipe(&now);
	s->place = SUBJECT_MIXED;
	return e == SSPR_SHADOW ? SSPR_OK : e;
}

enum sspr_err
subject_look(const char *name, uid_t uid, const struct subject_policy *policy,
    struct subject *s, const char **why)
{
	struct subject found = { .uid = uid };
	struct passwd pw, *entry;
	char buf[ENTRY_LEN];
	enum sspr_err e;

	*why = "it cannot be looked up";
	if (!subject_name_is_plain(name))
		return SSPR_NO_USER;
	if (getpwnam_r(name, &pw, buf, sizeof(buf), &entry) != 0)
		return SSPR_SYSTEM;
	if (entry == NULL)
		return SSPR_NO_USER;
	if ((e = look_back(name, uid, &found.one)) != SSPR_OK ||
	    (e = look_power(&pw, policy, &found, why)) != SSPR_OK)
		return e;
	found.one =
	    found.one && pw.pw_uid == uid && strcmp(pw.pw_name, name) == 0;
	found.shell = is_login_shell(pw.pw_shell);
	snprintf(found.gecos, sizeof(found.gecos), "%s", pw.pw_gecos);
	found.place = subject_find(policy->passwd, name, uid);
	if (found.place == SUBJECT_LOCAL)
		e = look_here(name, policy, &found, why);
	else if (found.place == SUBJECT_ABSENT)
		e = look_there(name, policy, &found, why);
	if (e == SSPR_OK)
		*s = found;
	return e;
}

enum sspr_err
subject_check(const char *name, uid_t uid, const struct subject_policy *policy,
    enum proto_job job, struct subject *s, const char **why)
{
	enum sspr_err e;

	if ((e = subject_look(name, uid, policy, s, why)) != SSPR_OK)
		return e;
	return subject_judge(s, policy, job, (long)(time(NULL) / DAY_S), why);
}
