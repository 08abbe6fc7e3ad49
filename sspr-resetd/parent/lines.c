/* SPDX-License-Identifier: MIT */
/*
 * What looks like `"key":"value"' in a line of the log is a field of it:
 * inside a value the log has no bare quote and no backslash but of \u00NN.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parent/lines.h"

#define KEY_LEN  24u /* bytes of a key with its quotes and colon, and NUL */
#define TIME_LEN 20u /* bytes of 2026-01-01T00:00:00Z */

struct span {
	const char *at;
	size_t len;
};

static const char *
find(const struct span *l, const char *key)
{
	const size_t len = strlen(key);
	const char *at = memmem(l->at, l->len, key, len);

	return at == NULL ? NULL : at + len;
}

/* The text of a field if it is there, plain, and fits into size bytes. */
static void
get_text(const struct span *l, const char *key, char *value, size_t size)
{
	const char *from, *to, *end = l->at + l->len;
	char start[KEY_LEN];

	value[0] = '\0';
	snprintf(start, sizeof(start), "\"%s\":\"", key);
	if ((from = find(l, start)) == NULL ||
	    (to = memchr(from, '"', (size_t)(end - from))) == NULL ||
	    (size_t)(to - from) >= size ||
	    memchr(from, '\\', (size_t)(to - from)) != NULL)
		return;
	memcpy(value, from, (size_t)(to - from));
	value[to - from] = '\0';
}

/* A number is followed by a comma in its line, so strtoull stops inside. */
static uint64_t
get_number(const struct span *l, const char *key, uint64_t unknown)
{
	char start[KEY_LEN], *to;
	const char *from;
	uint64_t v;

	snprintf(start, sizeof(start), "\"%s\":", key);
	if ((from = find(l, start)) == NULL || *from < '0' || *from > '9' ||
	    memchr(from, ',', (size_t)(l->at + l->len - from)) == NULL)
		return unknown;
	v = strtoull(from, &to, 10);
	return *to == ',' ? v : unknown;
}

static int64_t
get_wall(const struct span *l)
{
	char text[TIME_LEN + 1];
	struct tm tm = { 0 };
	const char *end;

	get_text(l, "time", text, sizeof(text));
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return end == NULL || *end != '\0' ? -1 : (int64_t)timegm(&tm);
}

static void
read_line(const struct span *s, struct lines_line *l)
{
	const uint64_t uid = get_number(s, "subject", IPC_NOBODY);

	l->seq = get_number(s, "seq", 0);
	get_text(s, "event", l->event, sizeof(l->event));
	get_text(s, "correlation", l->correlation, sizeof(l->correlation));
	get_text(s, "digest", l->digest, sizeof(l->digest));
	get_text(s, "source", l->source, sizeof(l->source));
	get_text(s, "boot", l->boot, sizeof(l->boot));
	l->subject = uid < IPC_NOBODY ? (uint32_t)uid : IPC_NOBODY;
	l->wall_s = get_wall(s);
	l->boot_ms = get_number(s, "boot_ms", UINT64_MAX);
}

bool
lines_next(const char **text, size_t *len, struct lines_line *l)
{
	const char *nl = memchr(*text, '\n', *len);
	struct span s = { .at = *text };

	if (nl == NULL)
		return false;
	s.len = (size_t)(nl - *text);
	read_line(&s, l);
	*text += s.len + 1;
	*len -= s.len + 1;
	return true;
}

bool
lines_find(const char **text, size_t *len, const char *what,
    struct lines_line *l)
{
	const char *hit = memmem(*text, *len, what, strlen(what)), *nl;

	if (hit == NULL)
		return false;
	nl = memrchr(*text, '\n', (size_t)(hit - *text));
	if (nl != NULL) {
		*len -= (size_t)(nl + 1 - *text);
		*text = nl + 1;
	}
	return lines_next(text, len, l);
}

uint64_t
lines_age(const struct lines_line *l, const struct lines_now *now)
{
	if (now->boot[0] != '\0' && strcmp(l->boot, now->boot) == 0)
		return l->boot_ms < now->boot_ms ? now->boot_ms - l->boot_ms
						 : 0;
	if (l->wall_s < 0 || l->wall_s >= now->wall_s)
		return 0;
	return (uint64_t)(now->wall_s - l->wall_s) * 1000;
}

/* Where the first whole line of n bytes begins; n if there is none. */
static size_t
first_line(const char *text, size_t n)
{
	const char *nl = memchr(text, '\n', n);

	return nl == NULL ? n : (size_t)(nl + 1 - text);
}

enum sspr_err
lines_back(int fd, lines_taker *take, void *arg, bool *more)
{
	enum sspr_err e = SSPR_OK;
	off_t from, to;
	struct stat st;
	size_t skip;
	ssize_t n;
	char *text;

	if (fstat(fd, &st) == -1)
		return SSPR_AUDIT;
	if ((text = malloc(LINES_CHUNK)) == NULL)
		return SSPR_NO_MEMORY;
	*more = true;
	for (to = st.st_size; to > 0 && *more && e == SSPR_OK;) {
		from = to > LINES_CHUNK ? to - (off_t)LINES_CHUNK : 0;
		n = pread(fd, text, (size_t)(to - from), from);
		if (n != (ssize_t)(to - from)) {
			e = SSPR_AUDIT;
			continue;
		}
		skip = from == 0 ? 0 : first_line(text, (size_t)n);
		if (skip < (size_t)n)
			*more = take(arg, text + skip, (size_t)n - skip);
		to = skip < (size_t)n ? from + (off_t)skip : from;
	}
	free(text);
	return e;
}
