/* SPDX-License-Identifier: MIT */
/*
 * command.c - what may be run.
 *
 * Each name on the way is opened without following links, then looked at,
 * then gone through; links are followed here, by the same rules.  So when the
 * check succeeds nobody but root can put anything else at the path, now or
 * later: that is why the path is executed afterwards, and not the descriptor
 * that was looked at, from which the kernel could not start a script without
 * leaving it open there.  A mount or an access list in between cannot loosen
 * it: the first is root's, the second shows as rights of the group.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "courier/command.h"

#define BLANKS    " \t"
#define LINKS_MAX 16 /* on one way */

enum sspr_err
command_split(const char *text, struct command *c)
{
	size_t n = 0;
	char *at = c->text;

	memset(c, 0, sizeof(*c));
	if (strlen(text) > COMMAND_MAX)
		return SSPR_CONFIG;
	memcpy(at, text, strlen(text));
	for (at += strspn(at, BLANKS); *at != '\0'; at += strspn(at, BLANKS)) {
		if (n == COMMAND_WORDS_MAX)
			break;
		c->argv[n++] = at;
		at += strcspn(at, BLANKS);
		if (*at != '\0')
			*at++ = '\0';
	}
	if (*at == '\0' && (n == 0 || c->argv[0][0] == '/'))
		return SSPR_OK;
	memset(c, 0, sizeof(*c));
	return SSPR_CONFIG;
}

/* A way through the file system. */
struct way {
	int dir;             /* where it has come to */
	char rest[PATH_MAX]; /* what is still to go: empty, or from a slash */
	int links;           /* followed so far */
};

/* Cut the first name off the rest; false: there is none. */
static bool
next_name(struct way *w, char name[static NAME_MAX + 1])
{
	size_t skip = strspn(w->rest, "/");
	size_t len = strcspn(w->rest + skip, "/");

	if (len == 0 || len > NAME_MAX)
		return false;
	memcpy(name, w->rest + skip, len);
	name[len] = '\0';
	memmove(w->rest, w->rest + skip + len,
	    strlen(w->rest + skip + len) + 1);
	return true;
}

static bool
is_roots(const struct stat *st, const char **why)
{
	*why = "is not root's, or is in a directory that is not";
	if (st->st_uid != 0)
		return false;
	*why = "can be written by others than root, or is in a directory that "
	       "can";
	return S_ISLNK(st->st_mode) || (st->st_mode & 022) == 0;
}

static enum sspr_err
go_to_root(struct way *w, const char **why)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	*why = "cannot be looked at";
	if (fd == -1 || fstat(fd, &st) == -1 || !is_roots(&st, why)) {
		if (fd != -1)
			close(fd);
		return SSPR_CONFIG;
	}
	if (w->dir != -1)
		close(w->dir);
	w->dir = fd;
	return SSPR_OK;
}

/* Put the target of the link in front of the rest. */
static enum sspr_err
follow(struct way *w, int link, const char **why)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	*why = "leads through too many or too long links";
	if (n <= 0 || ++w->links > LINKS_MAX)
		return SSPR_CONFIG;
	target[n] = '\0';
	n = snprintf(rest, sizeof(rest), "%s%s", target, w->rest);
	if (n < 0 || (size_t)n >= sizeof(rest))
		return SSPR_CONFIG;
	memcpy(w->rest, rest, (size_t)n + 1);
	return target[0] == '/' ? go_to_root(w, why) : SSPR_OK;
}

/* One step: *done if the program was reached, and it is good. */
static enum sspr_err
step(struct way *w, bool *done, const char **why)
{
	enum sspr_err e = SSPR_CONFIG;
	char name[NAME_MAX + 1];
	struct stat st;
	int fd = -1;

	*why = "is no program";
	if (!next_name(w, name))
		return SSPR_CONFIG;
	fd = openat(w->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1) {
		*why = strerror(errno);
		goto out;
	}
	if (!is_roots(&st, why))
		goto out;
	if (S_ISLNK(st.st_mode)) {
		e = follow(w, fd, why);
		goto out;
	}
	*why = "is no program";
	if (S_ISDIR(st.st_mode)) {
		close(w->dir);
		w->dir = fd;
		return SSPR_OK;
	}
	if (S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0 &&
	    w->rest[0] == '\0') {
		*done = true;
		e = SSPR_OK;
	}
out:
	if (fd != -1)
		close(fd);
	return e;
}

enum sspr_err
command_check(const char *path, const char **why)
{
	struct way w = { .dir = -1 };
	enum sspr_err e = SSPR_CONFIG;
	bool done = false;

	*why = "is no absolute path";
	if (path[0] != '/' || strlen(path) >= sizeof(w.rest))
		return SSPR_CONFIG;
	memcpy(w.rest, path, strlen(path) + 1);
	e = go_to_root(&w, why);
	while (e == SSPR_OK && !done)
		e = step(&w, &done, why);
	if (w.dir != -1)
		close(w.dir);
	return e;
}
