/* SPDX-License-Identifier: MIT */
/*
 * Nothing here takes long, however the list and the password are chosen: the
 * worst are 1000 words of 64 characters that differ in their last one, at each
 * of 256 places, 16 million comparisons of two numbers, which a machine of
 * today does in some 10 ms.  A usual list and password take a thousandth of it.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "whole.h"
#include "worker/banned.h"

#define FILE_BYTES_MAX (1 << 20) /* comments and all */

static_assert(BANNED_WORD_MAX <= FOLD_MAX, "a word must fit where it is made");

struct word {
	size_t len;                   /* characters */
	uint32_t at[BANNED_WORD_MAX]; /* folded */
};

struct banned {
	size_t count;
	struct word words[BANNED_MAX];
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Why a line is none that we take, or NULL; the word, if there is one. */
static const char *
read_word(locale_t rules, const char *line, size_t len, struct word *w)
{
	struct fold f;

	while (len > 0 && is_blank(line[len - 1]))
		len--;
	while (len > 0 && is_blank(line[0]))
		line++, len--;
	w->len = 0;
	if (len == 0 || line[0] == '#')
		return NULL;
	if (!text_is_clean(line, len))
		return "not plain UTF-8 text";
	if (memchr(line, ' ', len) != NULL)
		return "more than one word";
	if (fold_text(rules, line, len, &f) != SSPR_OK ||
	    f.len > BANNED_WORD_MAX)
		return "a word of more than 64 characters";
	if (f.len < BANNED_WORD_MIN)
		return "a word of less than 3 characters";
	w->len = f.len;
	memcpy(w->at, f.at, f.len * sizeof(f.at[0]));
	return NULL;
}

/* All lines; the number of the first bad one, or 0. */
static size_t
read_lines(struct banned *b, locale_t rules, const char *text, size_t len,
    const char **fault)
{
	const char *const stop = text + len;
	const char *end;
	struct word w;

	for (size_t line = 1; text < stop; text = end + 1, line++) {
		end = memchr(text, '\n', (size_t)(stop - text));
		if (end == NULL)
			end = stop;
		*fault = read_word(rules, text, (size_t)(end - text), &w);
		if (*fault == NULL && w.len > 0 && b->count == BANNED_MAX)
			*fault = "more than 1000 words";
		if (*fault != NULL)
			return line;
		if (w.len > 0)
			b->words[b->count++] = w;
		if (end == stop)
			break;
	}
	return 0;
}

enum sspr_err
banned_parse(const char *text, size_t len, struct banned **out,
    char why[static BANNED_WHY_MAX + 1])
{
	struct banned *b = NULL;
	const char *fault;
	enum sspr_err e;
	locale_t rules;
	size_t line;

	if ((e = fold_open(&rules)) != SSPR_OK) {
		snprintf(why, BANNED_WHY_MAX + 1, "no locale C.UTF-8");
		return e;
	}
	if ((b = calloc(1, sizeof(*b))) == NULL) {
		snprintf(why, BANNED_WHY_MAX + 1, "out of memory");
		e = SSPR_NO_MEMORY;
		goto out;
	}
	if ((line = read_lines(b, rules, text, len, &fault)) != 0) {
		snprintf(why, BANNED_WHY_MAX + 1, "line %zu: %s", line, fault);
		e = SSPR_SETUP;
		goto out;
	}
	*out = b;
	b = NULL;
out:
	banned_free(b);
	freelocale(rules);
	return e;
}

/* Why the open file is none that we trust, or NULL. */
static const char *
judge_file(int fd, uid_t owner, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_uid != owner)
		return "not of root";
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "writable by others";
	if (st.st_size > FILE_BYTES_MAX)
		return "larger than 1 MiB";
	*size = (size_t)st.st_size;
	return NULL;
}

enum sspr_err
banned_read(const char *path, uid_t owner, struct banned **out,
    char why[static BANNED_WHY_MAX + 1])
{
	const char *fault = NULL;
	enum sspr_err e = SSPR_SETUP;
	char *text = NULL;
	size_t len = 0;
	int fd;

	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return banned_parse("", 0, out, why);
	if (fd == -1)
		fault = errno == ELOOP ? "a symbolic link" : "cannot be opened";
	else
		fault = judge_file(fd, owner, &len);
	if (fault != NULL)
		goto out;
	if ((text = malloc(len + 1)) == NULL) {
		fault = "out of memory";
		e = SSPR_NO_MEMORY;
	} else if (whole_read(fd, text, len, &len) != SSPR_OK)
		fault = "cannot be read";
	else
		e = banned_parse(text, len, out, why);
out:
	if (fault != NULL)
		snprintf(why, BANNED_WHY_MAX + 1, "%s", fault);
	free(text);
	if (fd != -1)
		close(fd);
	return e;
}

void
banned_free(struct banned *b)
{
	free(b);
}

static bool
is_same(const uint32_t *a, const uint32_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Whether the edit distance of two texts is 0 or 1. */
static bool
is_near(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
	size_t i = 0;

	while (i < n && i < m && a[i] == b[i])
		i++;
	if (n == m)
		return i == n || is_same(a + i + 1, b + i + 1, n - i - 1);
	if (n == m + 1)
		return is_same(a + i + 1, b + i, m - i);
	return m == n + 1 && is_same(a + i, b + i + 1, n - i);
}

bool
banned_is_near(const struct banned *b, const struct fold *password)
{
	for (size_t i = 0; i < b->count; i++)
		if (is_near(password->at, password->len, b->words[i].at,
			b->words[i].len))
			return true;
	return false;
}

static void
lower(size_t *least, size_t value)
{
	if (value < *least)
		*least = value;
}

size_t
banned_points(const struct banned *b, const struct fold *password)
{
	const size_t len = password->len;
	size_t least[FOLD_MAX + 1]; /* points of the first i characters */

	for (size_t i = 0; i <= len; i++)
		least[i] = i;
	for (size_t i = 0; i < len; i++) {
		lower(&least[i + 1], least[i] + 1);
		for (const struct word *w = b->words; w < b->words + b->count;
		     w++)
			if (w->len <= len - i &&
			    is_same(password->at + i, w->at, w->len))
				lower(&least[i + w->len], least[i] + 1);
	}
	return least[len];
}
