/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "verdict.h"

/* clang-format off */
static const char *const words[VERDICT_COUNT] = {
#define VERDICT(NAME, word) [VERDICT_##NAME] = word,
#include "verdict.def"
};
/* clang-format on */

static bool
is_mark(const char *s, size_t len)
{
	if (len == 0 || len > VERDICT_MARK_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] >= '\x7f' || s[i] == '"' ||
		    s[i] == '\\')
			return false;
	return true;
}

const char *
verdict_word(enum verdict v)
{
	return words[v];
}

void
verdict_print(enum verdict v, const char *mark,
    char line[static VERDICT_LINE_MAX + 1])
{
	if (!is_mark(mark, strlen(mark)))
		mark = VERDICT_NO_MARK;
	snprintf(line, VERDICT_LINE_MAX + 1, "%s %s\n", words[v], mark);
}

enum sspr_err
verdict_parse(const char *line, size_t len, enum verdict *v,
    char mark[static VERDICT_MARK_MAX + 1])
{
	const char *blank = memchr(line, ' ', len);
	size_t word;

	if (blank == NULL || line[len - 1] != '\n')
		return SSPR_MALFORMED;
	word = (size_t)(blank - line);
	if (!is_mark(blank + 1, len - word - 2))
		return SSPR_MALFORMED;
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (strlen(words[i]) == word &&
		    memcmp(words[i], line, word) == 0) {
			*v = (enum verdict)i;
			snprintf(mark, VERDICT_MARK_MAX + 1, "%.*s",
			    (int)(len - word - 2), blank + 1);
			return SSPR_OK;
		}
	return SSPR_MALFORMED;
}
