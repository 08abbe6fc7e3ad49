/* SPDX-License-Identifier: MIT */
/*
 * recall.c - the resets of the last day, out of parent's own audit log.
 *
 * The time of day jumps, so that one old line MUST NOT end the reading: a
 * piece of the log without any line of the last day does.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parent/recall.h"

struct recall {
	const struct lines_now *now;
	struct resets *resets;   /* or */
	struct intents *intents; /* which is wanted */
	uint64_t first; /* number of the oldest line of the last piece */
	bool young;     /* ... which had one of the last day */
};

static void
take_line(struct recall *r, const struct lines_line *l)
{
	const uint64_t age = lines_age(l, r->now);
	const int64_t now = (int64_t)r->now->boot_ms;

	if (age < RESETS_DAY_MS && l->subject != IPC_NOBODY &&
	    resets_is_one(l->event))
		resets_take(r->resets, l->subject, l->source,
		    now - (int64_t)age, now);
}

/* Whether one of its lines is of the last day: mostly the first is. */
static bool
is_young(struct recall *r, const char *text, size_t len, bool *any)
{
	struct lines_line l;

	*any = false;
	while (lines_next(&text, &len, &l)) {
		if (!*any)
			r->first = l.seq;
		*any = true;
		if (lines_age(&l, r->now) < RESETS_DAY_MS)
			return true;
	}
	return false;
}

static bool
take_piece(void *arg, const char *text, size_t len)
{
	struct recall *r = arg;
	struct lines_line l;
	bool any;

	r->young = is_young(r, text, len, &any);
	if (r->young && r->intents != NULL)
		intents_take(r->intents, text, len);
	else if (r->young)
		while (lines_find(&text, &len, LINES_RESET, &l))
			take_line(r, &l);
	return r->young || !any;
}

/* SSPR_GONE: there is none. */
static enum sspr_err
open_log(const char *path, int *fd)
{
	struct stat st;
	int new = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (new == -1)
		return errno == ENOENT ? SSPR_GONE : SSPR_AUDIT;
	if (fstat(new, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
		close(new);
		return SSPR_AUDIT;
	}
	*fd = new;
	return SSPR_OK;
}

static enum sspr_err
read_log(const char *path, struct recall *r, bool *more)
{
	enum sspr_err e;
	int fd;

	if ((e = open_log(path, &fd)) != SSPR_OK)
		return e;
	e = lines_back(fd, take_piece, r, more);
	close(fd);
	return e;
}

/* The log, and what was rotated away, newest first. */
static enum sspr_err
read_all(const char *path, struct recall *r, bool *more)
{
	enum sspr_err e = SSPR_OK;
	char name[PATH_MAX];

	*more = true;
	for (unsigned int i = 0; i < RECALL_FILES && *more && e == SSPR_OK;
	     i++) {
		if (i == 0)
			snprintf(name, sizeof(name), "%s", path);
		else
			snprintf(name, sizeof(name), "%s.%u", path, i);
		e = read_log(name, r, more);
	}
	return e == SSPR_GONE ? SSPR_OK : e;
}

enum sspr_err
recall_resets(const char *path, const struct lines_now *now, struct resets *r,
    bool *whole)
{
	struct recall recall = { .now = now, .resets = r };
	enum sspr_err e;
	bool more;

	if ((e = read_all(path, &recall, &more)) != SSPR_OK)
		return e;
	*whole = !more || !recall.young || recall.first <= 1;
	return SSPR_OK;
}

enum sspr_err
recall_intents(const char *path, const struct lines_now *now,
    struct intents *in)
{
	struct recall recall = { .now = now, .intents = in };
	bool more;

	return read_all(path, &recall, &more);
}
