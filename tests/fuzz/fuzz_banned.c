/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: sspr-resetd/worker/banned.c sspr-resetd/worker/fold.c */
/* links: libsspr/text.c libsspr/secret.c */
/*
 * The input is a list of words, a NUL, and a password.  What is taken as a
 * list is one; near is what the textbook's edit distance says of one of its
 * words; and no more words make a password worth more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/banned.h"

#define CHECK(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
distance(const struct fold *a, const struct fold *b)
{
	size_t row[FOLD_MAX + 1], left, above;

	for (size_t j = 0; j <= b->len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a->len; i++) {
		above = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b->len; j++) {
			left = above + (a->at[i - 1] != b->at[j - 1]);
			above = row[j];
			row[j] = min(left, min(row[j], row[j - 1]) + 1);
		}
	}
	return row[b->len];
}

/* The word of a line that was taken, if it has one. */
static bool
word_of(locale_t rules, const char *line, size_t len, struct fold *word)
{
	while (len > 0 && memchr(" \t\r", line[len - 1], 3) != NULL)
		len--;
	while (len > 0 && memchr(" \t\r", line[0], 3) != NULL) {
		line++;
		len--;
	}
	if (len == 0 || line[0] == '#')
		return false;
	CHECK(fold_text(rules, line, len, word) == SSPR_OK);
	CHECK(word->len >= BANNED_WORD_MIN && word->len <= BANNED_WORD_MAX);
	return true;
}

/* One line of the list, alone, against all of it. */
static void
check_line(locale_t rules, const char *line, size_t len,
    const struct fold *password, size_t points, bool *near)
{
	char why[BANNED_WHY_MAX + 1] = "";
	struct banned *b = NULL;
	struct fold word;
	size_t alone;

	CHECK(banned_parse(line, len, &b, why) == SSPR_OK);
	alone = banned_points(b, password);
	CHECK(points <= alone && alone <= password->len);
	if (word_of(rules, line, len, &word)) {
		CHECK(banned_is_near(b, password) ==
		    (distance(password, &word) <= 1));
		CHECK((alone < password->len) == fold_has(password, &word));
	} else
		CHECK(!banned_is_near(b, password));
	*near = *near || banned_is_near(b, password);
	banned_free(b);
}

static void
check(locale_t rules, const char *text, size_t len, const struct banned *b,
    const struct fold *password)
{
	const size_t points = banned_points(b, password);
	const char *line = text, *end;
	bool near = false;

	CHECK(points <= password->len);
	CHECK((points == 0) == (password->len == 0));
	while (line < text + len) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		if (end == NULL)
			end = text + len;
		check_line(rules, line, (size_t)(end - line), password, points,
		    &near);
		line = end + 1;
	}
	CHECK(near == banned_is_near(b, password));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *nul = size > 0 ? memchr(text, '\0', size) : NULL;
	const size_t len = nul != NULL ? (size_t)(nul - text) : size;
	const size_t rest = nul != NULL ? size - len - 1 : 0;
	char why[BANNED_WHY_MAX + 1] = "";
	struct banned *b = NULL;
	struct fold password = { .len = 0 };
	locale_t rules;

	CHECK(fold_open(&rules) == SSPR_OK);
	if (banned_parse(text, len, &b, why) != SSPR_OK)
		CHECK(b == NULL && why[0] != '\0');
	else if (rest == 0 ||
	    fold_text(rules, nul + 1, rest, &password) == SSPR_OK)
		check(rules, text, len, b, &password);
	banned_free(b);
	freelocale(rules);
	return 0;
}
