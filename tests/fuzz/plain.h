/* SPDX-License-Identifier: MIT */
/*
 * plain.h - for fuzzers: what may reach a terminal (R-LOG-2), said a second
 * time and by other means than libsspr/text.c says it.
 */
#ifndef SSPR_TESTS_PLAIN_H
#define SSPR_TESTS_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The code point of the n bytes at s and its length; 0 if they do not begin
 * with a well-formed sequence of table 3-7 of the Unicode Standard.
 */
[[maybe_unused]] static size_t
plain_point(const uint8_t *s, size_t n, uint32_t *c)
{
	static const struct {
		uint8_t first, last, low, high, len;
	} rows[] = { { 0x00, 0x7f, 0, 0, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 } };

	for (size_t i = 0; n > 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (s[0] < rows[i].first || s[0] > rows[i].last)
			continue;
		if (n < rows[i].len ||
		    (rows[i].len > 1 &&
			(s[1] < rows[i].low || s[1] > rows[i].high)))
			return 0;
		*c = rows[i].len == 1 ? s[0] : s[0] & (0x7fu >> rows[i].len);
		for (size_t j = 1; j < rows[i].len; j++) {
			if (j > 1 && (s[j] & 0xc0) != 0x80)
				return 0;
			*c = *c << 6 | (s[j] & 0x3f);
		}
		return rows[i].len;
	}
	return 0;
}

/* Controls, and what turns the direction of writing or is not seen. */
[[maybe_unused]] static bool
plain_is_bad(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xe0000 && c <= 0xe007f);
}

/* Whether the n bytes at s are fit to be seen; lines: newlines are. */
[[maybe_unused]] static bool
plain_is(const void *text, size_t n, bool lines)
{
	const uint8_t *s = text;
	uint32_t c = 0;
	size_t len;

	for (; n > 0; s += len, n -= len)
		if ((len = plain_point(s, n, &c)) == 0 ||
		    (plain_is_bad(c) && !(lines && c == '\n')))
			return false;
	return true;
}

#endif /* SSPR_TESTS_PLAIN_H */
