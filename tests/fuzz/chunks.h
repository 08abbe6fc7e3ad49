/* SPDX-License-Identifier: MIT */
/*
 * chunks.h - for fuzzers: the input as a list of u8 what | u8 length | bytes.
 */
#ifndef SSPR_TESTS_CHUNKS_H
#define SSPR_TESTS_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_TEXT 1100 /* bytes: more than any message has */

#define CHECK(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

struct chunks {
	const uint8_t *at;
	size_t left;
};

struct chunk {
	uint8_t what;
	size_t len;                /* of text, which may have a NUL inside */
	char text[CHUNK_TEXT + 1]; /* NUL-terminated */
};

/*
 * Take the next one; false: there is none.  In the upper half of what its text
 * is repeated, since no fuzzer writes a long one by itself.
 */
[[maybe_unused]] static bool
chunks_next(struct chunks *in, struct chunk *k)
{
	size_t len, n;

	if (in->left < 2)
		return false;
	k->what = in->at[0] & 0x7f;
	len = in->at[1] < in->left - 2 ? in->at[1] : in->left - 2;
	k->len = (in->at[0] & 0x80) != 0 && len > 0 ? CHUNK_TEXT : len;
	for (n = 0; n < k->len; n++)
		k->text[n] = (char)in->at[2 + n % len];
	k->text[n] = '\0';
	in->at += 2 + len;
	in->left -= 2 + len;
	return true;
}

/* The same; an empty one of what 0 if there is none. */
[[maybe_unused]] static void
chunks_take(struct chunks *in, struct chunk *k)
{
	if (!chunks_next(in, k))
		memset(k, 0, sizeof(*k));
}

#endif /* SSPR_TESTS_CHUNKS_H */
