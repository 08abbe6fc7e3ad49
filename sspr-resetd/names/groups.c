/* SPDX-License-Identifier: MIT */
/*
 * groups.c - names of groups become gids.
 *
 * A group that does not exist has no members; one that cannot be found while
 * its directory is down looks the same.  So a group that was found once MUST
 * NOT be taken for one that does not exist, for as long as this process lives.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names/entry.h"
#include "names/groups.h"

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
	if (found != NULL)
		return SSPR_OK;
	return entry_is_absent(error) ? SSPR_NO_USER : SSPR_SYSTEM;
}

static bool
was_found(const struct groups *g, const char *name)
{
	const char *list = g->found == NULL ? "" : g->found;
	char word[GROUPS_NAME_MAX + 1];

	while (entry_word(&list, word, sizeof(word)))
		if (strcmp(word, name) == 0)
			return true;
	return false;
}

static enum sspr_err
remember(struct groups *g, const char *name)
{
	const size_t len = g->found == NULL ? 0 : strlen(g->found);
	char *more;

	if (was_found(g, name))
		return SSPR_OK;
	if ((more = realloc(g->found, len + strlen(name) + 2)) == NULL)
		return SSPR_NO_MEMORY;
	(void)snprintf(more + len, strlen(name) + 2, "%s ", name);
	g->found = more;
	return SSPR_OK;
}

/* Its gid; SSPR_NO_USER if there surely is no such group. */
static enum sspr_err
find(struct groups *g, const char *name, bool strict, gid_t *gid)
{
	const enum sspr_err e = get_gid(name, gid);

	if (!strict || (e != SSPR_OK && e != SSPR_NO_USER))
		return e;
	if (e == SSPR_OK)
		return remember(g, name);
	if (!was_found(g, name))
		return e;
	(void)snprintf(g->lost, sizeof(g->lost), "%s", name);
	return SSPR_SYSTEM;
}

static bool
is_in(gid_t gid, const gid_t *gids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

enum sspr_err
groups_match(struct groups *g, const char *words, bool strict,
    const gid_t *gids, size_t n, char first[static GROUPS_NAME_MAX + 1])
{
	char word[GROUPS_NAME_MAX + 1], match[GROUPS_NAME_MAX + 1] = "";
	enum sspr_err e;
	gid_t gid;

	while (entry_word(&words, word, sizeof(word))) {
		if ((e = find(g, word, strict, &gid)) == SSPR_NO_USER)
			continue;
		if (e != SSPR_OK)
			return e;
		if (match[0] == '\0' && is_in(gid, gids, n))
			memcpy(match, word, sizeof(match));
	}
	memcpy(first, match, sizeof(match));
	return SSPR_OK;
}

void
groups_clear(struct groups *g)
{
	free(g->found);
	*g = (struct groups){ .found = NULL };
}
