/* SPDX-License-Identifier: MIT */
/* links: sspr-resetd/worker/stack_line.c */
/*
 * A service is read to its end or to its first fault.  Behind one without a
 * fault a line of another type, one of this type and one with a fault are
 * found for what they are; behind one with a fault it is still that fault.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/stack_line.h"

#define MORE                                             \
	"\nauth include x\npassword [success=7 default=" \
	"ignore] y\npassword\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

/* Up to the end, or to a fault, which *last then has. */
static bool
is_fine(struct stack_text *t, struct stack_line *last)
{
	struct stack_line line;
	unsigned int before = 0;

	while (stack_line_next(t, "password", &line)) {
		require(line.number > before && line.number <= t->number);
		before = line.number;
		*last = line;
		if (line.fault != NULL)
			return false;
		require(
		    (line.kind == STACK_LINE_OTHER) == (line.name[0] == '\0'));
		require(strlen(line.name) <= STACK_LINE_MAX);
		require(line.jump <= STACK_LINE_JUMP_MAX);
	}
	require(t->left == 0);
	return true;
}

static void
check_more(struct stack_text *t)
{
	struct stack_line line;

	require(stack_line_next(t, "password", &line));
	require(line.fault == NULL && line.kind == STACK_LINE_OTHER);
	require(stack_line_next(t, "password", &line));
	require(line.fault == NULL && line.kind == STACK_LINE_MODULE);
	require(strcmp(line.name, "y") == 0 && line.jump == 7);
	require(!line.needed && !line.quiet);
	require(stack_line_next(t, "password", &line));
	require(strcmp(line.fault, "has no control") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stack_line last = { 0 }, again = { 0 };
	char *text = malloc(size + strlen(MORE));
	struct stack_text t = { .at = text, .left = size };

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	memcpy(text + size, MORE, strlen(MORE));
	if (is_fine(&t, &last)) {
		t.left = strlen(MORE);
		check_more(&t);
	} else if (t.left > 0) {
		t = (struct stack_text){ .at = text, .left = size + 5 };
		require(!is_fine(&t, &again));
		require(again.number == last.number);
		require(strcmp(again.fault, last.fault) == 0);
	}
	free(text);
	return 0;
}
