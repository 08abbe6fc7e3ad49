/* SPDX-License-Identifier: MIT */
/*
 * ini.h - one line of an INI file, taken apart strictly.
 *
 * A line is blank, a comment (# or ; first), `[section]' or `key = value'.
 * Names are of a-z, 0-9 and _.  A value stands bare, or in double quotes if
 * it holds ; or # or has blanks at its ends; nothing may follow it.  All is
 * printable UTF-8 and tabs, comments too.
 */
#ifndef SSPR_INI_H
#define SSPR_INI_H

#include <stddef.h>

#include "err.h"

#define INI_LINE_MAX 1000 /* bytes, without the newline */
#define INI_NAME_MAX 40   /* bytes */

enum ini_kind { INI_BLANK, INI_SECTION, INI_PAIR };

struct ini_line {
	enum ini_kind kind;
	char name[INI_NAME_MAX + 1];  /* of the section or key */
	char value[INI_LINE_MAX + 1]; /* of a pair, without its quotes */
};

/*
 * Take one line of len bytes, without its newline, apart.
 *
 * *reason  out, on SSPR_CONFIG: a lower-case phrase
 */
enum sspr_err ini_parse(const char *s, size_t len, struct ini_line *line,
    const char **reason);

#endif /* SSPR_INI_H */
