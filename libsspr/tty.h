/* SPDX-License-Identifier: MIT */
/*
 * tty.h - asking the person at the terminal, or the script on standard input.
 */
#ifndef SSPR_TTY_H
#define SSPR_TTY_H

#include <stdbool.h>

#include "err.h"
#include "secret.h"

struct tty {
	int in;  /* descriptor to read from */
	int out; /* where prompts go, or -1: a script, it needs none */
};

/*
 * Standard input; prompts go to the terminal behind it, whatever standard
 * output is.  Where standard input is no terminal nothing ever asks on one.
 */
void tty_open(struct tty *t);
void tty_close(struct tty *t);

/* Whether a person is there. */
bool tty_is_person(const struct tty *t);

/*
 * Ask for one line.
 *
 * echo    whether what is typed may be seen
 * prompt  is made safe for the terminal and broken into its lines
 * answer  out, on SSPR_OK: the line without its newline
 *
 * Returns SSPR_OK, SSPR_CANCELLED at the end of input, or SSPR_USAGE, said
 * on standard error, for a line over SECRET_MAX bytes, which a person is
 * asked for again; SSPR_NO_MEMORY.
 */
enum sspr_err tty_ask(const struct tty *t, bool echo, const char *prompt,
    struct secret *answer);

#endif /* SSPR_TTY_H */
