/* SPDX-License-Identifier: MIT */
/*
 * fence.c - the rows of fence.def as a set of rules of the kernel's, Landlock.
 *
 * A fence names what may be reached, and anything else may not.  So "all but
 * /home" is each other directory of / by its name, as they are at the start.
 *
 * Best effort: modes and owners alone must do, and do where the kernel is
 * older than Landlock.  Its first version (Linux 5.13 to 5.18) lets nobody
 * inside a fence rename from one directory to another, as mail programs do:
 * there, who may write as a command has none.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fence.h"
#include "paths.h"

#define COUNT(a)      (sizeof(a) / sizeof((a)[0]))
#define RIGHT(name)   ((uint64_t)LANDLOCK_ACCESS_FS_##name)
#define RENAMES_SINCE 2 /* version of Landlock */
#define CUTS_SINCE    3

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ull << 14)
#endif

#define LOOK (RIGHT(READ_FILE) | RIGHT(READ_DIR))
#define EDIT                                                            \
	(LOOK | RIGHT(WRITE_FILE) | RIGHT(TRUNCATE) | RIGHT(MAKE_REG) | \
	    RIGHT(REMOVE_FILE))
#define USE                                                          \
	(EDIT | RIGHT(EXECUTE) | RIGHT(REFER) | RIGHT(MAKE_DIR) |    \
	    RIGHT(REMOVE_DIR) | RIGHT(MAKE_SYM) | RIGHT(MAKE_SOCK) | \
	    RIGHT(MAKE_FIFO) | RIGHT(MAKE_CHAR) | RIGHT(MAKE_BLOCK))
#define OF_FILES                                                 \
	(RIGHT(EXECUTE) | RIGHT(READ_FILE) | RIGHT(WRITE_FILE) | \
	    RIGHT(TRUNCATE))

struct rule {
	enum role role;
	const char *path;
	uint64_t rights;
};

/* clang-format off */
static const struct rule ways[] = {
#define FENCE(NAME, path, rights) { ROLE_##NAME, path, rights },
#include "fence.def"
};

static const struct rule holes[] = {
#define BUT(NAME, path, rights) { ROLE_##NAME, path, rights },
#include "fence.def"
};
/* clang-format on */

static int
version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
}

bool
fence_is_known(void)
{
	return version() > 0;
}

/* What a kernel of this version can forbid. */
static uint64_t
all_of(int known)
{
	uint64_t all = USE;

	if (known < CUTS_SINCE)
		all &= ~RIGHT(TRUNCATE);
	if (known < RENAMES_SINCE)
		all &= ~RIGHT(REFER);
	return all;
}

/* Let it reach what is at path, and below it; what is not there is no more. */
static enum sspr_err
allow(int rules, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr way = { .allowed_access = rights };
	enum sspr_err e = SSPR_SYSTEM;
	struct stat st;

	if ((way.parent_fd = open(path, O_PATH | O_CLOEXEC)) == -1)
		return SSPR_OK;
	if (fstat(way.parent_fd, &st) == -1)
		goto out;
	if (!S_ISDIR(st.st_mode))
		way.allowed_access &= OF_FILES;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		&way, 0) == 0)
		e = SSPR_OK;
out:
	close(way.parent_fd);
	return e;
}

/* The rights to all but the holes, or 0. */
static uint64_t
rights_around(enum role r)
{
	for (size_t i = 0; i < COUNT(holes); i++)
		if (holes[i].role == r)
			return holes[i].rights;
	return 0;
}

static bool
is_hole(enum role r, const char *name)
{
	for (size_t i = 0; i < COUNT(holes); i++)
		if (holes[i].role == r && strcmp(holes[i].path, name) == 0)
			return true;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Only directories: a link leads to one, or into one, that has its own. */
static enum sspr_err
allow_others(int rules, enum role r, uint64_t rights)
{
	char path[sizeof(((struct dirent *)0)->d_name) + 1];
	enum sspr_err e = SSPR_OK;
	const struct dirent *d;
	struct stat st;
	DIR *root;

	if ((root = opendir("/")) == NULL)
		return SSPR_SYSTEM;
	while (e == SSPR_OK && (d = readdir(root)) != NULL) {
		if (is_hole(r, d->d_name))
			continue;
		(void)snprintf(path, sizeof(path), "/%s", d->d_name);
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			e = allow(rules, path, rights);
	}
	closedir(root);
	return e;
}

/* All rules of a role. */
static enum sspr_err
allow_all(int rules, enum role r, uint64_t all)
{
	enum sspr_err e = SSPR_OK;

	for (size_t i = 0; e == SSPR_OK && i < COUNT(ways); i++)
		if (ways[i].role == r)
			e = allow(rules, ways[i].path, ways[i].rights & all);
	if (e == SSPR_OK && rights_around(r) != 0)
		e = allow_others(rules, r, rights_around(r) & all);
	return e;
}

static bool
has_fence(enum role r, int known)
{
	const uint64_t around = rights_around(r);

	for (size_t i = 0; i < COUNT(ways); i++)
		if (ways[i].role == r)
			return true;
	return around != 0 &&
	    (known >= RENAMES_SINCE || (around & RIGHT(REFER)) == 0);
}

enum sspr_err
fence_enter(enum role r)
{
	const int known = version();
	const struct landlock_ruleset_attr attr = { .handled_access_fs =
							all_of(known) };
	enum sspr_err e;
	int rules;

	if (known <= 0 || !has_fence(r, known))
		return SSPR_OK;
	rules =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules == -1)
		return SSPR_SYSTEM;
	e = allow_all(rules, r, attr.handled_access_fs);
	if (e == SSPR_OK && syscall(SYS_landlock_restrict_self, rules, 0) == -1)
		e = SSPR_SYSTEM;
	close(rules);
	return e;
}
