/* SPDX-License-Identifier: MIT */
/*
 * words.h - a subcommand called with words, what it prints captured.
 */
#ifndef WORDS_H
#define WORDS_H

#include <getopt.h>
#include <stdlib.h>

#include "../../capture.h"
#include "err.h"

static struct capture c;

static enum sspr_err
words_run(enum sspr_err (*of)(int, char **), const char *const *words)
{
	char *argv[12] = { NULL };
	enum sspr_err e;
	int argc = 0;

	for (; words[argc] != NULL; argc++)
		argv[argc] = strdup(words[argc]);
	optind = 0;
	capture_begin(&c);
	e = of(argc, argv);
	capture_end(&c);
	while (argc > 0)
		free(argv[--argc]);
	return e;
}

#endif /* WORDS_H */
