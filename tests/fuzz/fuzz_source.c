/* SPDX-License-Identifier: MIT */
/* links: sspr-resetd/source.c */
/*
 * A login service hints at anything: three strings.  The key has its form and
 * its length, an address reads as itself again, and a list of networks that is
 * taken holds the address of each of its words.
 */
#include <stdlib.h>
#include <string.h>

#include "source.h"

#define WORDS 3u
#define CHECK(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

/* Cut the input at its newlines; the last piece has what is left. */
static void
cut(char *text, const char *words[static WORDS])
{
	for (size_t i = 0; i < WORDS; i++) {
		words[i] = text;
		if (i + 1 < WORDS)
			text += strcspn(text, "\n");
		if (*text == '\n')
			*text++ = '\0';
	}
}

static void
check_source(const struct source *s, bool own)
{
	struct source again;

	CHECK(s->key[0] != '\0' && strlen(s->key) <= SOURCE_MAX);
	CHECK((s->kind == SOURCE_NET || s->kind == SOURCE_SELF) ==
	    (s->address[0] != '\0'));
	CHECK(s->address[0] != '\0' || !s->shared);
	CHECK(s->kind == SOURCE_NET || strcmp(s->wide, s->key) == 0);
	CHECK((s->kind == SOURCE_CONSOLE) == (strncmp(s->key, "tty:", 4) == 0));
	CHECK((s->kind == SOURCE_PTS) == (strcmp(s->key, "pts") == 0));
	if (s->address[0] == '\0')
		return;
	source_read(0, s->address, "tty1", own, "tty1", "", &again);
	CHECK(again.kind == s->kind && strcmp(again.key, s->key) == 0 &&
	    strcmp(again.wide, s->wide) == 0 &&
	    strcmp(again.address, s->address) == 0);
	CHECK(source_are_networks(s->address));
	CHECK(source_is_in(s->address, s->address));
}

/* The address before the slash of a network is in it. */
static void
check_networks(const char *list)
{
	char word[128] = "";

	for (size_t n; *(list += strspn(list, " ")) != '\0'; list += n) {
		n = strcspn(list, " ");
		CHECK(n < sizeof(word));
		memcpy(word, list, n);
		word[n] = '\0';
		word[strcspn(word, "/")] = '\0';
		CHECK(source_is_in(word, list));
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const bool own = size > 0 && data[0] % 2 == 1;
	const char *words[WORDS];
	struct source s;
	char *text;

	if ((text = malloc(size + 1)) == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	cut(text, words);
	source_read(0, words[0], words[1], own, words[1], words[2], &s);
	check_source(&s, own);
	if (source_are_networks(words[2]))
		check_networks(words[2]);
	free(text);
	return 0;
}
