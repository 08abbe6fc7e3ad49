/* SPDX-License-Identifier: MIT */
/*
 * fold.h - passwords, names and banned words in the form in which they are
 * compared: lower case, and 0 as o, 1 as l, $ as s, @ as a.
 */
#ifndef WORKER_FOLD_H
#define WORKER_FOLD_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define FOLD_MAX 256u /* characters, as many as a password has bytes */

/* A folded text; a password's is a secret, fold_wipe() it. */
struct fold {
	size_t len;            /* characters used of at */
	uint32_t at[FOLD_MAX]; /* code points */
};

/*
 * Open the rules of lower case, those of the locale C.UTF-8, whatever the
 * process has set.  freelocale() it.
 *
 * Returns SSPR_OK, or SSPR_SETUP if the host has no such locale.
 */
enum sspr_err fold_open(locale_t *rules);

/*
 * Fold the len bytes at text, character for character.
 *
 * Returns SSPR_OK, or SSPR_MALFORMED, with *out untouched, if they are not
 * UTF-8 or more than FOLD_MAX bytes.
 */
enum sspr_err
fold_text(locale_t rules, const char *text, size_t len, struct fold *out);

/* Whether b is somewhere in a.  An empty b is in none. */
bool fold_has(const struct fold *a, const struct fold *b);

void fold_wipe(struct fold *f);

#endif /* WORKER_FOLD_H */
