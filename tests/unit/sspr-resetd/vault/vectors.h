/* SPDX-License-Identifier: MIT */
/*
 * vectors.h - read a file of tests/vectors: lines of words, # comments.
 */
#ifndef SSPR_TESTS_VAULT_VECTORS_H
#define SSPR_TESTS_VAULT_VECTORS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTOR_WORDS 8
#define VECTOR_SIZE  512

struct vector {
	char line[VECTOR_SIZE];
	const char *word[VECTOR_WORDS]; /* NULL after the last */
};

/* The next line that is no comment; false at the end. */
static bool
vector_next(FILE *f, struct vector *v)
{
	char *at, *word;
	size_t n;

	do {
		if (fgets(v->line, sizeof(v->line), f) == NULL)
			return false;
		memset(v->word, 0, sizeof(v->word));
		at = v->line;
		n = 0;
		while ((word = strsep(&at, " \t\n")) != NULL)
			if (word[0] != '\0' && n < VECTOR_WORDS)
				v->word[n++] = word;
	} while (v->word[0] == NULL || v->word[0][0] == '#');
	return true;
}

/* Bytes from hex; returns how many. */
[[maybe_unused]] static size_t
vector_bytes(const char *hex, uint8_t *to, size_t size)
{
	size_t n = 0;

	for (; n < size && hex[2 * n] != '\0'; n++) {
		const char two[] = { hex[2 * n], hex[2 * n + 1], '\0' };

		to[n] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

#endif /* SSPR_TESTS_VAULT_VECTORS_H */
