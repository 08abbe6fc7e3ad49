/* SPDX-License-Identifier: MIT */
/*
 * catalog.h - the security questions of a site, to choose from.
 */
#ifndef SSPR_CATALOG_H
#define SSPR_CATALOG_H

#include <stddef.h>

#include "err.h"
#include "vault/record.h"

#define CATALOG_MIN      5u     /* questions at least */
#define CATALOG_MAX      20u    /* ... and at most */
#define CATALOG_FILE_MAX 16384u /* bytes */

struct catalog {
	size_t n; /* 0: not loaded yet */
	char text[CATALOG_MAX][RECORD_QUESTION_MAX + 1];
};

/*
 * Read the len bytes at text: one question a line, CATALOG_MIN to CATALOG_MAX
 * different ones of at most RECORD_QUESTION_MAX bytes of UTF-8 that can be
 * shown.  Blanks at both ends, empty lines, and lines that begin with # do not
 * count.
 *
 * *why   out, on failure: static text
 *
 * Returns SSPR_OK or SSPR_CONFIG.
 */
enum sspr_err
catalog_read(const char *text, size_t len, struct catalog *c, const char **why);

/*
 * The same of the file at path, which must be regular, of root, and not
 * writable by others (opened O_NOFOLLOW, checked on the descriptor).
 * Also returns SSPR_NO_FACTOR: there is no such file.
 */
enum sspr_err
catalog_open(const char *path, struct catalog *c, const char **why);

/* Our own, in English. */
void catalog_ours(struct catalog *c);

#endif /* SSPR_CATALOG_H */
