/* SPDX-License-Identifier: MIT */
/*
 * roll.c - who is there.
 *
 * An account of the passwd file is there if the file says so, whatever NSS can
 * tell at the moment.  Who is deleted and made again at once is still seen to
 * leave, because the file is read at each change; so a file that is half
 * written MUST NOT be believed.  It is read when it was closed or renamed,
 * counts only if it has a line of uid 0, and if it did not change meanwhile.
 *
 * A directory that is down can look like an empty one.  So an account of one
 * is missed only while another one of a directory, the witness, is found.
 */
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "names/entry.h"
#include "names/lookup.h"
#include "names/roll.h"

#define GROW 64u /* entries */

int
roll_watch(const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
	if ((fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) == -1)
		return -1;
	if (inotify_add_watch(fd, dir,
		IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

void
roll_drain(int fd)
{
	char buf[4096];
	ssize_t n;

	do
		n = read(fd, buf, sizeof(buf));
	while (n > 0);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct roll_entry *)a)->name,
	    ((const struct roll_entry *)b)->name);
}

static int
by_entry(const void *a, const void *b)
{
	const uid_t x = ((const struct roll_entry *)a)->uid;
	const uid_t y = ((const struct roll_entry *)b)->uid;
	const int order = by_name(a, b);

	return order != 0 ? order : (x > y) - (x < y);
}

static bool
has(const struct roll *r, const struct roll_entry *e,
    int (*by)(const void *a, const void *b))
{
	return r->n > 0 && bsearch(e, r->at, r->n, sizeof(*e), by) != NULL;
}

static void
fill(struct roll_entry *e, const char *name, uid_t uid)
{
	(void)snprintf(e->name, sizeof(e->name), "%s", name);
	e->uid = uid;
}

static enum sspr_err
add(struct roll *r, const struct passwd *pw)
{
	struct roll_entry *more = r->at;

	if (r->n % GROW == 0)
		more = reallocarray(r->at, r->n + GROW, sizeof(*more));
	if (more == NULL)
		return SSPR_NO_MEMORY;
	r->at = more;
	fill(&r->at[r->n++], pw->pw_name, pw->pw_uid);
	return SSPR_OK;
}

/* All lines, in their order; `+' begins those of compat mode. */
static enum sspr_err
read_lines(FILE *f, struct roll *r)
{
	const struct passwd *pw;
	bool root = false;
	enum sspr_err e;

	while ((pw = fgetpwent(f)) != NULL) {
		if (!entry_is_name(pw->pw_name) || pw->pw_name[0] == '+')
			continue;
		if ((e = add(r, pw)) != SSPR_OK)
			return e;
		root = root || pw->pw_uid == 0;
	}
	return root && feof(f) != 0 ? SSPR_OK : SSPR_SYSTEM;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Read it into *now, all of it. */
static enum sspr_err
read_file(FILE *f, struct roll *now)
{
	struct stat after;
	enum sspr_err e = read_lines(f, now);

	if (e == SSPR_OK &&
	    (fstat(fileno(f), &after) == -1 || !is_same(&after, &now->file)))
		e = SSPR_SYSTEM;
	if (e == SSPR_OK)
		qsort(now->at, now->n, sizeof(*now->at), by_entry);
	return e;
}

/* *now takes the place of *r. */
static void
replace(struct roll *r, struct roll *now, roll_left *left, void *arg)
{
	struct roll old = *r;

	memcpy(now->witness, r->witness, sizeof(now->witness));
	*r = *now;
	*now = (struct roll){ .n = 0 };
	for (size_t i = 0; i < old.n; i++)
		if (!has(r, &old.at[i], by_entry))
			left(arg, old.at[i].name, old.at[i].uid);
	roll_clear(&old);
}

enum sspr_err
roll_read(struct roll *r, const char *path, roll_left *left, void *arg)
{
	struct roll now = { .n = 0 };
	enum sspr_err e = SSPR_OK;
	FILE *f;

	if ((f = fopen(path, "re")) == NULL)
		return SSPR_SYSTEM;
	if (fstat(fileno(f), &now.file) == -1)
		e = SSPR_SYSTEM;
	else if (r->n == 0 || !is_same(&r->file, &now.file))
		if ((e = read_file(f, &now)) == SSPR_OK)
			replace(r, &now, left, arg);
	roll_clear(&now);
	fclose(f);
	return e;
}

/* Whether a directory answers: the one that was in it last still is. */
static bool
is_up(const struct roll *r)
{
	struct roll_entry e;
	uid_t uid;

	fill(&e, r->witness, 0);
	return e.name[0] != '\0' && !has(r, &e, by_name) &&
	    lookup_uid(e.name, &uid) == SSPR_OK;
}

/* The same of an account that is not in the file. */
static enum ipc_counted_state
count_nss(struct roll *r, const struct ipc_census *q)
{
	enum sspr_err e;
	uid_t uid;

	if ((e = lookup_uid(q->name, &uid)) == SSPR_NO_USER)
		return is_up(r) ? COUNTED_MISSING : COUNTED_DOUBT;
	if (e != SSPR_OK)
		return COUNTED_THERE;
	if (uid != q->uid)
		return COUNTED_MISSING;
	memcpy(r->witness, q->name, sizeof(r->witness));
	return COUNTED_THERE;
}

enum ipc_counted_state
roll_count(struct roll *r, const struct ipc_census *q)
{
	struct roll_entry e;

	fill(&e, q->name, q->uid);
	if (strcmp(q->backend, IPC_FILES) == 0)
		return has(r, &e, by_entry) ? COUNTED_THERE : COUNTED_MISSING;
	return has(r, &e, by_name) ? COUNTED_MISSING : count_nss(r, q);
}

void
roll_clear(struct roll *r)
{
	free(r->at);
	*r = (struct roll){ .n = 0 };
}
