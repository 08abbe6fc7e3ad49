/* SPDX-License-Identifier: MIT */
/*
 * lookup.c - one account by NSS.
 *
 * An account MUST be one: its canonical name and its uid lead to each other,
 * and a name that stands in the passwd file stands there with the same uid.
 * What NSS cannot tell MUST NOT be taken for a no: a directory that is down
 * could hold the group that makes someone an administrator.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names/entry.h"
#include "names/lookup.h"

#define ENTRY_MIN      4096u              /* bytes of one entry, at first */
#define ENTRY_MAX      (4u * 1024 * 1024) /* large groups have large entries */
#define SHELL_MAX      256u               /* bytes */
#define ADMINS_MAX     250u /* as many words as the option holds */
#define GROUP_NAME_MAX 500u /* bytes, as long as the option */
#define NOBODY         65534u

struct person {
	uid_t uid;
	gid_t gid;
	char name[PROTO_USER_MAX + 1];
	char shell[SHELL_MAX + 1];
};

/* getpwnam(3) and getgrnam(3) list what else can mean `not found'. */
static enum sspr_err
error_of(int error)
{
	if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF ||
	    error == EPERM)
		return SSPR_NO_USER;
	return SSPR_SYSTEM;
}

static enum sspr_err
copy_person(const struct passwd *pw, struct person *p)
{
	if (!entry_is_name(pw->pw_name) || strlen(pw->pw_shell) > SHELL_MAX ||
	    pw->pw_uid == (uid_t)-1 || pw->pw_uid == NOBODY)
		return SSPR_NO_USER;
	p->uid = pw->pw_uid;
	p->gid = pw->pw_gid;
	snprintf(p->name, sizeof(p->name), "%s", pw->pw_name);
	snprintf(p->shell, sizeof(p->shell), "%s", pw->pw_shell);
	return SSPR_OK;
}

/* The entry of name or, if that is empty, of uid. */
static enum sspr_err
get_person(const char *name, uid_t uid, struct person *p)
{
	enum sspr_err e = SSPR_NO_MEMORY;
	struct passwd pw, *found = NULL;
	int error = ERANGE;
	char *buf;

	for (size_t size = ENTRY_MIN; error == ERANGE && size <= ENTRY_MAX;
	     size *= 4) {
		if ((buf = malloc(size)) == NULL)
			return SSPR_NO_MEMORY;
		error = *name != '\0' ? getpwnam_r(name, &pw, buf, size, &found)
				      : getpwuid_r(uid, &pw, buf, size, &found);
		e = found != NULL ? copy_person(found, p) : error_of(error);
		free(buf);
	}
	return e;
}

/* What is asked for, by its canonical name. */
static enum sspr_err
get_unique(const struct ipc_lookup *q, struct person *p)
{
	struct person first, again;
	enum sspr_err e;

	if (*q->name != '\0' && !entry_is_name(q->name))
		return SSPR_NO_USER;
	if ((e = get_person(q->name, q->uid, &first)) != SSPR_OK)
		return e;
	if (*q->name == '\0' && first.uid != q->uid)
		return SSPR_NO_USER;
	if (strcmp(q->name, first.name) != 0) {
		if ((e = get_person(first.name, 0, &again)) != SSPR_OK)
			return e;
		if (again.uid != first.uid ||
		    strcmp(again.name, first.name) != 0)
			return SSPR_NO_USER;
	}
	*p = first;
	return SSPR_OK;
}

static enum sspr_err
get_backend(const struct person *p, const char **backend)
{
	enum entry_place place = ENTRY_ABSENT;
	FILE *f;

	if ((f = fopen(LOOKUP_PASSWD, "re")) != NULL) {
		place = entry_find(f, p->name, p->uid);
		fclose(f);
	} else if (errno != ENOENT)
		return SSPR_SYSTEM;
	if (place == ENTRY_OTHER)
		return SSPR_NO_USER;
	*backend = place == ENTRY_SAME ? "files" : "nss";
	return SSPR_OK;
}

static enum sspr_err
get_gid(const char *name, gid_t *gid)
{
	struct group gr, *found = NULL;
	int error = ERANGE;
	char *buf;

	for (size_t size = ENTRY_MIN; error == ERANGE && size <= ENTRY_MAX;
	     size *= 4) {
		if ((buf = malloc(size)) == NULL)
			return SSPR_NO_MEMORY;
		error = getgrnam_r(name, &gr, buf, size, &found);
		if (found != NULL)
			*gid = found->gr_gid;
		free(buf);
	}
	return found != NULL ? SSPR_OK : error_of(error);
}

/* The gids of those of the groups that exist. */
static enum sspr_err
get_gids(const char *groups, gid_t gids[static ADMINS_MAX], size_t *n)
{
	char word[GROUP_NAME_MAX + 1];
	enum sspr_err e;

	*n = 0;
	while (*n < ADMINS_MAX && entry_word(&groups, word, sizeof(word))) {
		e = get_gid(word, &gids[*n]);
		if (e == SSPR_OK)
			(*n)++;
		else if (e != SSPR_NO_USER)
			return e;
	}
	return SSPR_OK;
}

static enum sspr_err
get_admin(const struct person *p, const char *groups, bool *is_admin)
{
	gid_t admins[ADMINS_MAX];
	int n = NGROUPS_MAX;
	enum sspr_err e;
	gid_t *gids;
	size_t m;

	if ((e = get_gids(groups, admins, &m)) != SSPR_OK)
		return e;
	if ((gids = calloc(NGROUPS_MAX, sizeof(*gids))) == NULL)
		return SSPR_NO_MEMORY;
	if (getgrouplist(p->name, p->gid, gids, &n) == -1)
		e = SSPR_SYSTEM;
	else
		*is_admin = entry_is_admin(gids, (size_t)n, admins, m);
	free(gids);
	return e;
}

void
lookup_account(const struct ipc_lookup *q, const char *admins,
    struct ipc_account *a)
{
	const char *backend;
	struct person p;
	bool is_admin;

	memset(a, 0, sizeof(*a));
	a->id = q->id;
	a->uid = IPC_NOBODY;
	if (get_unique(q, &p) != SSPR_OK ||
	    get_backend(&p, &backend) != SSPR_OK ||
	    get_admin(&p, admins, &is_admin) != SSPR_OK)
		return;
	a->flags = ACCOUNT_FOUND;
	if (entry_has_login(p.shell))
		a->flags |= ACCOUNT_SHELL;
	if (is_admin)
		a->flags |= ACCOUNT_ADMIN;
	a->uid = p.uid;
	snprintf(a->name, sizeof(a->name), "%s", p.name);
	snprintf(a->backend, sizeof(a->backend), "%s", backend);
}
