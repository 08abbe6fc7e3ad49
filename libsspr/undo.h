/* SPDX-License-Identifier: MIT */
/*
 * undo.h - what has to be undone when a signal ends us or stops us: echo is
 * switched on again, an unfinished file goes.
 */
#ifndef SSPR_UNDO_H
#define SSPR_UNDO_H

#include <termios.h>

/* A terminal while it does not echo. */
struct undo_quiet {
	int in, out;        /* descriptors of the terminal */
	const char *prompt; /* to be written again after a stop */
	struct termios loud, quiet;
};

/*
 * From now on the signals that end a program undo first; those that are
 * ignored stay so.  Call once.
 */
void undo_install(void);

/*
 * Switch the echo of q->in off; loud and quiet are set here.  Typed-ahead
 * input is thrown away.  *q must last until undo_echo().
 */
void undo_quiet(struct undo_quiet *q);

/* Switch it on again. */
void undo_echo(const struct undo_quiet *q);

/* Remove the file at path if a signal ends us; NULL: no file any more. */
void undo_file(const char *path);

#endif /* SSPR_UNDO_H */
