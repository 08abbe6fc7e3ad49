/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "worker/member.h"
#include "worker/wrapped.h"

#define ENTRY_LEN 16384 /* bytes of one entry of passwd */

/* clang-format off */
enum {
#define WRAPPED(NAME, module, what, lost) NAME,
#include "worker/wrapped.def"
	COUNT
};

static const struct row {
	const char *module, *what;
	bool lost;
} rows[COUNT] = {
#define WRAPPED(NAME, module, what, lost) [NAME] = { module, what, lost },
#include "worker/wrapped.def"
};
/* clang-format on */

static void
on_line(void *arg, const char *module, [[maybe_unused]] const char *args)
{
	bool *found = arg;

	for (size_t i = 0; i < COUNT; i++)
		found[i] = found[i] || strcmp(rows[i].module, module) == 0;
}

/* Add a phrase, once. */
static void
add(char list[static WRAPPED_WHAT_MAX + 1], const char *what)
{
	const size_t at = strlen(list);

	if (strstr(list, what) == NULL)
		snprintf(list + at, WRAPPED_WHAT_MAX + 1 - at, "%s%s",
		    at > 0 ? ", " : "", what);
}

enum sspr_err
wrapped_find(const struct wrapped_place *p, struct wrapped *w)
{
	bool found[COUNT] = { false };
	enum sspr_err e;

	if ((e = pamd_each(p->pamd, on_line, found)) != SSPR_OK)
		return e;
	memset(w, 0, sizeof(*w));
	for (size_t i = 0; i < COUNT; i++)
		if (found[i])
			add(rows[i].lost ? w->lost : w->asked, rows[i].what);
	return SSPR_OK;
}

/* Whether there is dir/name and what ends it; SSPR_SYSTEM: it is not known. */
static enum sspr_err
look(const char *dir, const char *name, const char *end, bool *is)
{
	char path[PATH_MAX];

	if (strchr(name, '/') != NULL ||
	    snprintf(path, sizeof(path), "%s/%s%s", dir, name, end) >=
		(int)sizeof(path))
		return SSPR_SYSTEM;
	if (access(path, F_OK) == 0)
		*is = true;
	else if (errno == ENOENT || errno == ENOTDIR)
		*is = false;
	else
		return SSPR_SYSTEM;
	return SSPR_OK;
}

/*
 * A home directory of its own that ecryptfs encrypts.  Where it cannot be said
 * the account is asked, as all are where the module is.
 */
static enum sspr_err
look_ecryptfs(const struct wrapped_place *p, const char *name, bool *is)
{
	bool found[COUNT] = { false };
	enum sspr_err e;

	*is = false;
	if ((e = pamd_each(p->pamd, on_line, found)) != SSPR_OK)
		return e;
	if (found[ECRYPTFS])
		(void)look(p->ecryptfs, name, "", is); /* it is asked then */
	return SSPR_OK;
}

static enum sspr_err
open_groups(const char *name, uid_t uid, struct member *m)
{
	struct passwd pw, *found;
	char buf[ENTRY_LEN];

	if (getpwnam_r(name, &pw, buf, sizeof(buf), &found) != 0 ||
	    found == NULL)
		return SSPR_SYSTEM;
	return member_open(m, name, uid, pw.pw_gid);
}

/* A group that is not found might be a directory's, which is down. */
static enum sspr_err
is_in(const struct member *m, const char *group, bool *is)
{
	enum sspr_err e;

	if ((e = member_is_in(m, group, is)) == SSPR_OK && !*is &&
	    getgrnam(group) == NULL)
		e = SSPR_SETUP;
	return e;
}

static enum sspr_err
look_list(const char *name, const struct member *m, const char *list, bool *is)
{
	char word[MEMBER_NAME_MAX + 1];
	enum sspr_err e;
	bool one, any = false;
	size_t len;

	for (; *list != '\0'; list += len) {
		list += strspn(list, " ");
		if ((len = strcspn(list, " ")) >= sizeof(word))
			return SSPR_SYSTEM;
		snprintf(word, sizeof(word), "%.*s", (int)len, list);
		one = len > 0 && strcmp(word, name) == 0;
		if (word[0] == '@' && (e = is_in(m, word + 1, &one)) != SSPR_OK)
			return e;
		any = any || one;
	}
	*is = any;
	return SSPR_OK;
}

static enum sspr_err
is_listed(const char *name, uid_t uid, const char *list, bool *is)
{
	struct member m = { .name = name };
	enum sspr_err e;

	if (strchr(list, '@') != NULL &&
	    (e = open_groups(name, uid, &m)) != SSPR_OK)
		return e;
	e = look_list(name, &m, list, is);
	member_close(&m);
	return e;
}

enum sspr_err
wrapped_check(const struct wrapped_place *p, const char *name, uid_t uid,
    const char *list, const char **why)
{
	enum sspr_err e;
	bool is;

	*why = "it cannot be said whether systemd-homed has it";
	if ((e = look(p->homed, name, ".identity", &is)) != SSPR_OK)
		return e;
	*why = "it is of systemd-homed, and its home would not open again";
	if (is)
		return SSPR_WRAPPED;
	*why = "a group of [policy] wrapped cannot be found";
	if ((e = is_listed(name, uid, list, &is)) != SSPR_OK)
		return e;
	*why = "it is named by [policy] wrapped";
	if (is)
		return SSPR_WRAPPED;
	*why = "the services of PAM cannot be read";
	if ((e = look_ecryptfs(p, name, &is)) != SSPR_OK)
		return e;
	*why = "its home is encrypted by ecryptfs, with the old password";
	return is ? SSPR_WRAPPED : SSPR_OK;
}
