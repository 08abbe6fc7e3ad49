/* SPDX-License-Identifier: MIT */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "worker/member.h"

#define GROUP_LEN  (1u << 20) /* bytes of one entry of group */
#define GROUPS_MAX 65536      /* NGROUPS_MAX of Linux */

/* The gid of a group; SSPR_NO_USER if there is no such group. */
static enum sspr_err
gid_of(const char *group, gid_t *gid)
{
	struct group gr, *found;
	enum sspr_err e = SSPR_OK;
	char *buf = malloc(GROUP_LEN);

	if (buf == NULL)
		return SSPR_NO_MEMORY;
	if (getgrnam_r(group, &gr, buf, GROUP_LEN, &found) != 0)
		e = SSPR_SYSTEM;
	else if (found == NULL)
		e = SSPR_NO_USER;
	else
		*gid = gr.gr_gid;
	free(buf);
	return e;
}

/* The name of the nth gid, if it has one. */
static enum sspr_err
find_name(struct member *m, size_t n, char *buf)
{
	struct group gr, *found;

	if (getgrgid_r(m->gids[n], &gr, buf, GROUP_LEN, &found) != 0)
		return SSPR_SYSTEM;
	if (found == NULL)
		return SSPR_OK;
	if (strlen(gr.gr_name) > MEMBER_NAME_MAX)
		return SSPR_SYSTEM;
	memcpy(m->names[n], gr.gr_name, strlen(gr.gr_name) + 1);
	return SSPR_OK;
}

static enum sspr_err
find_names(struct member *m)
{
	char *buf = malloc(GROUP_LEN);
	enum sspr_err e = SSPR_OK;

	m->names = calloc(m->n, sizeof(*m->names));
	if (buf == NULL || m->names == NULL)
		e = SSPR_NO_MEMORY;
	for (size_t i = 0; i < m->n && e == SSPR_OK; i++)
		e = find_name(m, i, buf);
	free(buf);
	return e;
}

enum sspr_err
member_open(struct member *m, const char *name, uid_t uid, gid_t primary)
{
	struct member new = { .name = name, .uid = uid };
	enum sspr_err e = SSPR_SYSTEM;
	int n = GROUPS_MAX;

	if ((new.gids = calloc(GROUPS_MAX, sizeof(*new.gids))) == NULL)
		return SSPR_NO_MEMORY;
	if (getgrouplist(name, primary, new.gids, &n) > 0) {
		new.n = (size_t)n;
		e = find_names(&new);
	}
	if (e != SSPR_OK)
		member_close(&new);
	else
		*m = new;
	return e;
}

bool
member_has_gid(const struct member *m, gid_t gid)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->gids[i] == gid)
			return true;
	return false;
}

enum sspr_err
member_is_in(const struct member *m, const char *group, bool *is)
{
	gid_t gid = (gid_t)-1;
	enum sspr_err e;

	for (size_t i = 0; i < m->n; i++)
		if (m->names[i][0] != '\0' &&
		    strcasecmp(m->names[i], group) == 0) {
			*is = true;
			return SSPR_OK;
		}
	e = gid_of(group, &gid);
	if (e != SSPR_OK && e != SSPR_NO_USER)
		return e;
	*is = e == SSPR_OK && member_has_gid(m, gid);
	return SSPR_OK;
}

enum sspr_err
member_is_in_any(const struct member *m, const char *groups, bool *is)
{
	char word[MEMBER_NAME_MAX + 1];
	bool any = false, one;
	enum sspr_err e;
	size_t len;

	for (; *groups != '\0'; groups += len) {
		groups += strspn(groups, " ");
		if ((len = strcspn(groups, " ")) >= sizeof(word))
			return SSPR_SYSTEM;
		if (len == 0)
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)len, groups);
		if ((e = member_is_in(m, word, &one)) != SSPR_OK)
			return e;
		any = any || one;
	}
	*is = any;
	return SSPR_OK;
}

void
member_close(struct member *m)
{
	free(m->names);
	free(m->gids);
	memset(m, 0, sizeof(*m));
}
