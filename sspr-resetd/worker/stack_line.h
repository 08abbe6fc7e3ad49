/* SPDX-License-Identifier: MIT */
/*
 * stack_line.h - the lines of a PAM service, as libpam reads them: pam.d(5),
 * and what the versions of Linux-PAM agree on.  Pure.
 */
#ifndef WORKER_STACK_LINE_H
#define WORKER_STACK_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	/* Bytes of a line with all that continue it: Linux-PAM before 1.7
	 * takes 1023, and what is behind them for a line of its own. */
	STACK_LINE_MAX = 1000,
	STACK_LINE_JUMP_MAX = 9999, /* stands for more */
};

enum stack_line_kind {
	STACK_LINE_OTHER,  /* it is for another type */
	STACK_LINE_MODULE, /* name: of a module */
	STACK_LINE_INCLUDE,
	STACK_LINE_SUBSTACK,
	STACK_LINE_AT_INCLUDE, /* Debian's @include, of all types */
};

struct stack_line {
	const char *fault; /* a phrase that ends a sentence, or NULL */
	unsigned int number;
	enum stack_line_kind kind;
	bool quiet;        /* it begins with `-' */
	bool needed;       /* the stack fails if the module is not there */
	unsigned int jump; /* lines that its control may skip, at most */
	char name[STACK_LINE_MAX + 1]; /* of a module, or of a file */
};

/* A text on its way through. */
struct stack_text {
	const char *at;
	size_t left;
	unsigned int number; /* of the line before, from 0 */
};

/*
 * Take the next line that is not empty.
 *
 * type   the type whose lines matter
 * *line  out, if there is one: with a fault, or complete
 *
 * Returns whether there is one.
 */
bool stack_line_next(struct stack_text *text, const char *type,
    struct stack_line *line);

#endif /* WORKER_STACK_LINE_H */
