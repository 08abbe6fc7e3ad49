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
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names/entry.h"
#include "names/lookup.h"

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define SHELL_MAX 256u /* bytes */
#define NOBODY    65534u

/*
 * Lists of groups, and what members are.  Of those that take something away a
 * group must not get lost.
 */
static const struct list {
	size_t offset; /* of the field in struct conf */
	uint16_t flag;
	bool strict;
} lists[] = {
	{ offsetof(struct conf, admin_groups), ACCOUNT_ADMIN, true },
	{ offsetof(struct conf, never_groups), ACCOUNT_NEVER, true },
	{ offsetof(struct conf, two_groups), ACCOUNT_TWO, true },
	{ offsetof(struct conf, enable_groups), ACCOUNT_ENABLED, false },
	{ offsetof(struct conf, desk_groups), ACCOUNT_DESK, true },
};

struct person {
	uid_t uid;
	gid_t gid;
	char name[PROTO_USER_MAX + 1];
	char shell[SHELL_MAX + 1];
};

struct membership {
	uint16_t flags;
	char admin[PROTO_HINT_MAX + 1];
};

static enum sspr_err
copy_person(const struct passwd *pw, struct person *p)
{
	if (!entry_is_name(pw->pw_name) || strlen(pw->pw_shell) > SHELL_MAX ||
	    pw->pw_uid == (uid_t)-1 || pw->pw_uid == NOBODY)
		return SSPR_MALFORMED;
	p->uid = pw->pw_uid;
	p->gid = pw->pw_gid;
	snprintf(p->name, sizeof(p->name), "%s", pw->pw_name);
	snprintf(p->shell, sizeof(p->shell), "%s", pw->pw_shell);
	return SSPR_OK;
}

/*
 * The entry of name or, if that is empty, of uid.  Only no error at all means
 * for sure that there is none: ENOENT is a directory's lost socket as well.
 */
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
		if (found != NULL)
			e = copy_person(found, p);
		else
			e = error == 0 ? SSPR_NO_USER : SSPR_SYSTEM;
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
	*backend = place == ENTRY_SAME ? IPC_FILES : IPC_NSS;
	return SSPR_OK;
}

/* What the lists say of who has these gids. */
static enum sspr_err
match_lists(const struct conf *c, struct groups *g, const gid_t *gids, size_t n,
    struct membership *m)
{
	struct membership found = { .flags = 0 };
	char first[GROUPS_NAME_MAX + 1];
	enum sspr_err e;

	for (size_t i = 0; i < COUNT(lists); i++) {
		const struct list *l = &lists[i];

		e = groups_match(g, (const char *)c + l->offset, l->strict,
		    gids, n, first);
		if (e != SSPR_OK)
			return e;
		if (first[0] != '\0')
			found.flags |= l->flag;
		if (l->flag == ACCOUNT_ADMIN)
			(void)snprintf(found.admin, sizeof(found.admin), "%.*s",
			    (int)sizeof(found.admin) - 1, first);
	}
	*m = found;
	return SSPR_OK;
}

static enum sspr_err
get_membership(const struct person *p, const struct conf *c, struct groups *g,
    struct membership *m)
{
	gid_t *gids = calloc(NGROUPS_MAX, sizeof(*gids));
	enum sspr_err e = SSPR_SYSTEM;
	int n = NGROUPS_MAX;

	if (gids == NULL)
		return SSPR_NO_MEMORY;
	if (getgrouplist(p->name, p->gid, gids, &n) != -1)
		e = match_lists(c, g, gids, (size_t)n, m);
	free(gids);
	return e;
}

enum sspr_err
lookup_list(const struct conf *c, struct groups *g, uint64_t wait_ms)
{
	enum sspr_err e = SSPR_OK;

	groups_unlist(g);
	for (size_t i = 0; i < COUNT(lists) && e == SSPR_OK; i++)
		e = groups_list(g, (const char *)c + lists[i].offset,
		    lists[i].strict, wait_ms);
	return e;
}

void
lookup_account(const struct ipc_lookup *q, const struct conf *c,
    struct groups *g, struct ipc_account *a)
{
	const char *backend;
	struct membership m;
	struct person p;

	memset(a, 0, sizeof(*a));
	a->id = q->id;
	a->uid = IPC_NOBODY;
	if (get_unique(q, &p) != SSPR_OK ||
	    get_backend(&p, &backend) != SSPR_OK ||
	    get_membership(&p, c, g, &m) != SSPR_OK)
		return;
	a->flags = ACCOUNT_FOUND | m.flags;
	if (entry_has_login(p.shell))
		a->flags |= ACCOUNT_SHELL;
	a->uid = p.uid;
	snprintf(a->name, sizeof(a->name), "%s", p.name);
	snprintf(a->backend, sizeof(a->backend), "%s", backend);
	snprintf(a->admin, sizeof(a->admin), "%s", m.admin);
}

enum sspr_err
lookup_uid(const char *name, uid_t *uid)
{
	struct person p;
	enum sspr_err e;

	if (!entry_is_name(name))
		return SSPR_MALFORMED;
	if ((e = get_person(name, 0, &p)) == SSPR_OK)
		*uid = p.uid;
	return e;
}
