/* SPDX-License-Identifier: MIT */
/*
 * groups.c - names of groups become gids.
 *
 * A group that does not exist has no members; one that cannot be found while
 * its directory is down looks the same.  So a group that was found once MUST
 * NOT be taken for one that does not exist, for as long as this process lives.
 *
 * A directory that is far away takes long to say of each that it has no such
 * group, and look-ups have no time.  So a clear no is remembered for a minute.
 * A yes is not: that the group can be found now is the only sign that
 * getgrouplist(3), which is silent about errors, could tell its members.
 */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "names/entry.h"
#include "names/groups.h"

static uint64_t
now_ms(void)
{
	struct timespec t = { .tv_sec = 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail */
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* is_clear: out, whether NSS itself says that there is none. */
static enum sspr_err
get_gid(const char *name, gid_t *gid, bool *is_clear)
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
	*is_clear = found == NULL && error == 0;
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

static struct groups_listed *
find_listed(const struct groups *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (strcmp(g->listed[i].name, name) == 0)
			return &g->listed[i];
	return NULL;
}

/* Ask NSS, and remember a clear no that came from far away. */
static enum sspr_err
ask(struct groups *g, struct groups_listed *l, const char *name, gid_t *gid)
{
	const uint64_t start = now_ms();
	bool is_clear = false;
	const enum sspr_err e = get_gid(name, gid, &is_clear);
	const uint64_t end = now_ms(), took = end - start;

	if (l == NULL)
		return e;
	l->until_ms = 0;
	l->due_ms = GROUPS_NEVER;
	if (is_clear && !was_found(g, name) && took >= GROUPS_NEAR_MS &&
	    took < GROUPS_FAR_MS) {
		l->until_ms = start + GROUPS_KEEP_MS;
		l->due_ms = start + GROUPS_RENEW_MS;
	} else if (e != SSPR_OK && (!is_clear || took >= GROUPS_NEAR_MS))
		l->due_ms = end + GROUPS_RENEW_MS;
	return e;
}

/* Its gid; SSPR_NO_USER if there surely is no such group. */
static enum sspr_err
find(struct groups *g, const char *name, bool strict, gid_t *gid)
{
	struct groups_listed *l = find_listed(g, name);
	enum sspr_err e = SSPR_NO_USER;

	if (l == NULL || now_ms() >= l->until_ms)
		e = ask(g, l, name, gid);
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

static enum sspr_err
list_one(struct groups *g, const char *name, bool strict, uint64_t due_ms)
{
	struct groups_listed *l = find_listed(g, name);
	char *copy;

	if (l != NULL) {
		l->strict |= strict;
		return SSPR_OK;
	}
	if ((l = reallocarray(g->listed, g->n + 1, sizeof(*l))) == NULL)
		return SSPR_NO_MEMORY;
	g->listed = l;
	if ((copy = strdup(name)) == NULL)
		return SSPR_NO_MEMORY;
	l[g->n++] = (struct groups_listed){ .name = copy,
		.strict = strict,
		.due_ms = due_ms };
	return SSPR_OK;
}

enum sspr_err
groups_list(struct groups *g, const char *words, bool strict, uint64_t wait_ms)
{
	const uint64_t due_ms = now_ms() + wait_ms;
	char word[GROUPS_NAME_MAX + 1];
	enum sspr_err e = SSPR_OK;

	while (e == SSPR_OK && entry_word(&words, word, sizeof(word)))
		e = list_one(g, word, strict, due_ms);
	return e;
}

void
groups_unlist(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->listed[i].name);
	free(g->listed);
	g->listed = NULL;
	g->n = 0;
}

static struct groups_listed *
first_due(const struct groups *g)
{
	struct groups_listed *first = NULL;

	for (size_t i = 0; i < g->n; i++)
		if (first == NULL || g->listed[i].due_ms < first->due_ms)
			first = &g->listed[i];
	return first == NULL || first->due_ms == GROUPS_NEVER ? NULL : first;
}

int
groups_wait(const struct groups *g)
{
	const struct groups_listed *first = first_due(g);
	const uint64_t now = now_ms();

	if (first == NULL)
		return -1;
	if (first->due_ms <= now)
		return 0;
	return first->due_ms - now < INT_MAX ? (int)(first->due_ms - now)
					     : INT_MAX;
}

void
groups_renew(struct groups *g)
{
	struct groups_listed *first = first_due(g);
	gid_t gid;

	if (first != NULL && first->due_ms <= now_ms() &&
	    ask(g, first, first->name, &gid) == SSPR_OK && first->strict)
		(void)remember(g, first->name); /* a look-up does it again */
}

void
groups_clear(struct groups *g)
{
	groups_unlist(g);
	free(g->found);
	*g = (struct groups){ .found = NULL };
}
