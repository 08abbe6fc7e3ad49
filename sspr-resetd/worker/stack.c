/* SPDX-License-Identifier: MIT */
/*
 * stack.c - walk a service as libpam will, and stop at what would stop it.
 *
 * Files that are included are read where they are included, up to STACK_DEPTH
 * deep; a line of another type is passed over with all that it includes.  Jumps
 * are counted as libpam does: an included file is a part of the one that
 * includes it, a substack is one line of it, and no jump leaves a substack.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "whole.h"
#include "worker/stack.h"
#include "worker/stack_line.h"

#define STACK_DEPTH 8
#define FILES_MAX   64           /* that a service may include in all */
#define TEXT_MAX    (64u * 1024) /* bytes of a file */
#define OURS        "pam_sspr.so"

/* A file being read. */
struct layer {
	char *name, *text;
	struct stack_text at;
	bool sub; /* it is a substack */
};

/* A jump that has not found all of its lines yet. */
struct jump {
	unsigned int left, line;
	char name[64]; /* of its file */
};

struct walk {
	const struct stack_place *place;
	const char *type;
	struct layer layers[STACK_DEPTH];
	size_t depth; /* of layers */
	struct jump jumps[STACK_DEPTH];
	size_t level; /* of substacks */
	unsigned int files, modules;
	char why[STACK_WHY_MAX + 1];
};

static enum sspr_err refuse(struct walk *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static enum sspr_err
refuse(struct walk *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
	return SSPR_SETUP;
}

/* That of the file that is being read. */
static enum sspr_err
refuse_line(struct walk *w, const struct stack_line *line, const char *what,
    const char *name)
{
	return refuse(w, "line %u of %.60s %s%.80s", line->number,
	    w->layers[w->depth - 1].name, what, name);
}

static bool
is_closed(const struct stat *st)
{
	return (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Nobody but uid and root can put another one in its place. */
static bool
is_safe_dir(const char *path, uid_t uid)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	    (st.st_uid == uid || st.st_uid == 0) &&
	    (is_closed(&st) || (st.st_mode & S_ISVTX) != 0);
}

/* way is without links; it is as it was afterwards. */
static bool
is_safe_way(char *way, uid_t uid)
{
	bool safe = is_safe_dir("/", uid);

	for (char *s = strchr(way + 1, '/'); safe && s != NULL;
	     s = strchr(s + 1, '/')) {
		*s = '\0';
		safe = is_safe_dir(way, uid);
		*s = '/';
	}
	return safe;
}

/* Read the file that fd is; it must be kept well. */
static enum sspr_err
read_text(struct walk *w, int fd, const char *name, struct layer *l)
{
	struct stat st;
	size_t len;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || !is_closed(&st) ||
	    st.st_uid != w->place->uid || st.st_gid != w->place->gid)
		return refuse(w,
		    "%.120s is not a regular file that root alone can write",
		    name);
	if (st.st_size > TEXT_MAX)
		return refuse(w, "%.120s is too long", name);
	if ((l->text = malloc(TEXT_MAX)) == NULL)
		return SSPR_NO_MEMORY;
	if (whole_read(fd, l->text, TEXT_MAX, &len) != SSPR_OK)
		return refuse(w, "%.120s cannot be read", name);
	if ((l->name = strdup(name)) == NULL)
		return SSPR_NO_MEMORY;
	l->at = (struct stack_text){ .at = l->text, .left = len };
	return SSPR_OK;
}

/* Read one more file; what is half done is freed by the caller. */
static enum sspr_err
push(struct walk *w, int fd, const char *name, bool sub)
{
	struct layer *l = &w->layers[w->depth];

	*l = (struct layer){ .sub = sub };
	w->depth++;
	if (sub)
		w->jumps[++w->level] = (struct jump){ 0 };
	return read_text(w, fd, name, l);
}

/* The service itself is no link (R-SET-1). */
static enum sspr_err
start(struct walk *w, const char *service)
{
	const struct stack_place *place = w->place;
	struct stat st;
	enum sspr_err e;
	int dir, fd;

	dir = open(place->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1)
		return refuse(w, "%.120s cannot be opened: %s", place->dir,
		    strerror(errno));
	if (fstat(dir, &st) == -1 || !is_closed(&st) ||
	    st.st_uid != place->uid || st.st_gid != place->gid) {
		close(dir);
		return refuse(w,
		    "%.120s is not a folder that root alone can write",
		    place->dir);
	}
	fd = openat(dir, service,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	close(dir);
	if (fd == -1)
		return refuse(w, "%.80s/%.60s cannot be opened: %s", place->dir,
		    service, strerror(errno));
	e = push(w, fd, service, false);
	close(fd);
	return e;
}

/* Where name leads to, below dir if it is relative. */
static enum sspr_err
follow(struct walk *w, const struct stack_line *line, const char *dir,
    char way[static PATH_MAX])
{
	const char *what = line->kind == STACK_LINE_MODULE ? "module" : "file";
	char path[PATH_MAX], said[64];
	int len;

	len = line->name[0] == '/'
	    ? snprintf(path, sizeof(path), "%s", line->name)
	    : snprintf(path, sizeof(path), "%s/%s", dir, line->name);
	if (len < 0 || (size_t)len >= sizeof(path) ||
	    realpath(path, way) == NULL) {
		snprintf(said, sizeof(said), "needs a missing %s: ", what);
		return refuse_line(w, line, said, line->name);
	}
	if (is_safe_way(way, w->place->uid))
		return SSPR_OK;
	snprintf(said, sizeof(said),
	    "needs a %s in a folder that others can write: ", what);
	return refuse_line(w, line, said, line->name);
}

static enum sspr_err
include(struct walk *w, const struct stack_line *line)
{
	const bool sub = line->kind == STACK_LINE_SUBSTACK;
	char way[PATH_MAX];
	enum sspr_err e;
	int fd;

	if (w->depth == STACK_DEPTH)
		return refuse_line(w, line,
		    "includes too deeply: ", line->name);
	if (w->files++ == FILES_MAX)
		return refuse_line(w, line,
		    "is one file too many: ", line->name);
	if ((e = follow(w, line, w->place->dir, way)) != SSPR_OK)
		return e;
	fd = open(way,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return refuse_line(w, line,
		    "needs a file that does not open: ", line->name);
	e = push(w, fd, line->name, sub);
	close(fd);
	return e;
}

/* One more line that a jump can skip. */
static void
count(struct walk *w, const struct stack_line *line)
{
	struct jump *j = &w->jumps[w->level];

	if (j->left > 0)
		j->left--;
	if (line->jump <= j->left)
		return;
	j->left = line->jump;
	j->line = line->number;
	snprintf(j->name, sizeof(j->name), "%s", w->layers[w->depth - 1].name);
}

static bool
is_ours(const char *path)
{
	const char *base = strrchr(path, '/');

	return strcmp(base == NULL ? path : base + 1, OURS) == 0;
}

static enum sspr_err
check_module(struct walk *w, const struct stack_line *line)
{
	char way[PATH_MAX];
	struct stat st;
	enum sspr_err e;

	if (strstr(line->name, "$ISA") != NULL)
		return refuse_line(w, line,
		    "has $ISA, which each libpam has its own way: ",
		    line->name);
	if (is_ours(line->name))
		return refuse_line(w, line, "would start a reset: ", OURS);
	if ((e = follow(w, line, w->place->modules, way)) != SSPR_OK)
		return e;
	if (lstat(way, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_uid != w->place->uid || !is_closed(&st))
		return refuse_line(w, line,
		    "needs a module that is no file that root alone can "
		    "write: ",
		    line->name);
	if (is_ours(way))
		return refuse_line(w, line, "would start a reset: ", OURS);
	return SSPR_OK;
}

/* Whether it may be missing, and is. */
static bool
is_spared(const struct walk *w, const struct stack_line *line)
{
	const bool whole = line->name[0] == '/';
	char path[PATH_MAX];
	struct stat st;
	int len;

	if (!line->quiet || line->needed)
		return false;
	len = snprintf(path, sizeof(path), "%s%s%s",
	    whole ? "" : w->place->modules, whole ? "" : "/", line->name);
	return len > 0 && (size_t)len < sizeof(path) &&
	    lstat(path, &st) == -1 && errno == ENOENT;
}

static enum sspr_err
take(struct walk *w, const struct stack_line *line)
{
	enum sspr_err e;

	switch (line->kind) {
	case STACK_LINE_OTHER:
		return SSPR_OK;
	case STACK_LINE_MODULE:
		count(w, line);
		if (is_spared(w, line))
			return SSPR_OK;
		if ((e = check_module(w, line)) == SSPR_OK)
			w->modules++;
		return e;
	case STACK_LINE_SUBSTACK:
		count(w, line);
		return include(w, line);
	case STACK_LINE_INCLUDE:
	case STACK_LINE_AT_INCLUDE:
		return include(w, line);
	}
	return SSPR_SETUP;
}

/* The end of a file; that of a substack, or of all, ends what may be jumped. */
static enum sspr_err
pop(struct walk *w)
{
	struct layer *l = &w->layers[--w->depth];
	const struct jump *j = &w->jumps[w->level];
	const bool ends = l->sub || w->depth == 0;

	if (l->sub)
		w->level--;
	free(l->name);
	free(l->text);
	if (!ends || j->left == 0)
		return SSPR_OK;
	return refuse(w, "line %u of %s jumps over more lines than there are",
	    j->line, j->name);
}

static enum sspr_err
step(struct walk *w)
{
	struct layer *l = &w->layers[w->depth - 1];
	struct stack_line line;

	if (!stack_line_next(&l->at, w->type, &line))
		return pop(w);
	if (line.fault != NULL)
		return refuse_line(w, &line, line.fault, "");
	return take(w, &line);
}

enum sspr_err
stack_check(const struct stack_place *place, const char *service,
    const char *type, char why[static STACK_WHY_MAX + 1])
{
	struct walk w = { .place = place, .type = type };
	enum sspr_err e;

	e = start(&w, service);
	while (e == SSPR_OK && w.depth > 0)
		e = step(&w);
	for (; w.depth > 0; w.depth--) {
		free(w.layers[w.depth - 1].name);
		free(w.layers[w.depth - 1].text);
	}
	if (e == SSPR_OK && w.modules == 0)
		e = refuse(&w,
		    "%.80s has no line of type %s; PAM would take those of "
		    "other",
		    service, type);
	if (e == SSPR_SETUP)
		memcpy(why, w.why, sizeof(w.why));
	return e;
}
