/* SPDX-License-Identifier: MIT */
/*
 * banned.h - words that everybody tries first, and how much a password is
 * worth without them (FEATURES: the algorithm of Microsoft Entra).
 */
#ifndef WORKER_BANNED_H
#define WORKER_BANNED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"
#include "worker/fold.h"

#define BANNED_MAX      1000u /* words */
#define BANNED_WORD_MIN 3u    /* characters */
#define BANNED_WORD_MAX 64u   /* characters */
#define BANNED_POINTS   5u    /* that a password needs */
#define BANNED_WHY_MAX  120   /* bytes */

struct banned;

/*
 * Read the list at path: one word a line, UTF-8; blanks around a word, empty
 * lines, and lines that begin with # do not count.  The file is regular, no
 * symbolic link, of the user owner, and nobody else may write to it.
 *
 * *out   out, on SSPR_OK: the list, empty if there is no file; banned_free()
 * why    out, unless SSPR_OK: what is wrong, for the log, with the number of
 *	  the line
 *
 * Returns SSPR_OK; SSPR_SETUP if something is wrong with the file or the
 * host's locale; or SSPR_NO_MEMORY.
 */
enum sspr_err banned_read(const char *path, uid_t owner, struct banned **out,
    char why[static BANNED_WHY_MAX + 1]);

/* The same from the len bytes of such a file at text. */
enum sspr_err banned_parse(const char *text, size_t len, struct banned **out,
    char why[static BANNED_WHY_MAX + 1]);

/* NULL is legal. */
void banned_free(struct banned *b);

/* Whether one character added, left out or changed makes it a banned word. */
bool banned_is_near(const struct banned *b, const struct fold *password);

/*
 * What the password is worth: a point for each banned word and a point for
 * each other character, in the cut that gives the fewest.
 */
size_t banned_points(const struct banned *b, const struct fold *password);

#endif /* WORKER_BANNED_H */
