/* SPDX-License-Identifier: MIT */
/*
 * command.h - the program that sends for a method, as sspr.conf has it.
 */
#ifndef SSPR_COMMAND_H
#define SSPR_COMMAND_H

#include "err.h"

#define COMMAND_MAX       300u /* bytes, as long as the option */
#define COMMAND_WORDS_MAX 32u

struct command {
	char text[COMMAND_MAX + 1];        /* the words, each with its NUL */
	char *argv[COMMAND_WORDS_MAX + 1]; /* into text; NULL ends it */
};

/*
 * Split a command into its words, which blanks separate; there is no quoting.
 * The first is the absolute path of the program.  Pure.
 *
 * *c   out: must not be moved or copied; argv[0] is NULL if there are no words
 *
 * Returns SSPR_OK, or SSPR_CONFIG, *c without words, if the first is not
 * absolute or there are too many.
 */
enum sspr_err command_split(const char *text, struct command *c);

/*
 * Whether the program at path may be run (R-DEL-1): a regular file that can
 * be executed, of root, and not writable by group or others; so must be each
 * directory and symbolic link on the way from the root to it.
 *
 * *why   out, on failure: static text, or strerror's
 *
 * Returns SSPR_OK or SSPR_CONFIG.
 */
enum sspr_err command_check(const char *path, const char **why);

#endif /* SSPR_COMMAND_H */
