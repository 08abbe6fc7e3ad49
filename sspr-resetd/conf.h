/* SPDX-License-Identifier: MIT */
/*
 * conf.h - sspr.conf: every option of conf.def as a typed value.
 *
 * The file is scanned here for what iniparser hides (section, key, line
 * number, duplicates, NUL, lines over 1000 bytes, bytes after a value; ini.h
 * has the form of a line), iniparser gives the values, and a disagreement
 * refuses (R-CFG-1).  What only several options together can get wrong is
 * refused by conf_check.h.
 */
#ifndef SSPR_CONF_H
#define SSPR_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CONF_LINE_MAX 1000  /* bytes */
#define CONF_FILE_MAX 65536 /* bytes */

/* clang-format off */

/* CONF_OFFER_AFTER = 0, ... */
enum conf_option {
#define NUMBER(NAME, field, section, key, roles, min, max, default, help) \
	CONF_##NAME,
#define YESNO(NAME, field, section, key, roles, default, help) \
	CONF_##NAME,
#define CHOICE(NAME, field, section, key, roles, words, default, help) \
	CONF_##NAME,
#define TEXT(NAME, field, section, key, roles, max, default, help) \
	CONF_##NAME,
#define WORDS(NAME, field, section, key, roles, max, default, help) \
	CONF_##NAME,
#include "conf.def"
	CONF_COUNT,
};

struct conf {
#define NUMBER(NAME, field, section, key, roles, min, max, default, help) \
	uint32_t field;
#define YESNO(NAME, field, section, key, roles, default, help)	bool field;
#define CHOICE(NAME, field, section, key, roles, words, default, help) \
	uint32_t field;
#define TEXT(NAME, field, section, key, roles, max, default, help) \
	char field[(max) + 1];
#define WORDS(NAME, field, section, key, roles, max, default, help) \
	char field[(max) + 1];
#include "conf.def"
};

/* clang-format on */

/* The words of each CHOICE, in the order of conf.def. */
enum conf_mode { CONF_MODE_RESET, CONF_MODE_REFER };
enum conf_enable { CONF_ENABLE_NONE, CONF_ENABLE_SELECTED, CONF_ENABLE_ALL };
enum conf_admin { CONF_ADMIN_TWO, CONF_ADMIN_NEVER };
enum conf_end_sessions { CONF_END_NO, CONF_END_ASK, CONF_END_YES };
enum conf_first { CONF_FIRST_IMMEDIATE, CONF_FIRST_COOLING, CONF_FIRST_PASS };

/* Where and why a file was refused. */
struct conf_fault {
	unsigned int line; /* 0 if the file as a whole */
	char key[64];      /* escaped, or empty */
	char reason[160];  /* a lower-case phrase */
};

#define CONF_EXPLAIN_MAX 640 /* bytes, with NUL */

/* The built-in values. */
void conf_default(struct conf *c);

/*
 * Set one option from its text, with the type and range of its row.
 * Returns SSPR_OK, or SSPR_CONFIG with *c untouched and fault->reason set.
 */
enum sspr_err conf_set(struct conf *c, enum conf_option option,
    const char *value, struct conf_fault *fault);

/*
 * One option of *c in the words of the file, as conf_set takes it.
 *
 * buf   at least CONF_LINE_MAX + 1 bytes
 */
void conf_get(const struct conf *c, enum conf_option option,
    char buf[static CONF_LINE_MAX + 1]);

/* Whether the role with this letter (P, F, V, N, C, W) is told the option. */
bool conf_is_for(enum conf_option option, char role);

/* Where it stands in the file. */
const char *conf_section(enum conf_option option);
const char *conf_name(enum conf_option option);

/* Set fault->reason; always SSPR_CONFIG. */
__attribute__((format(printf, 2, 3))) enum sspr_err
conf_refuse(struct conf_fault *fault, const char *fmt, ...);

/*
 * Parse the len bytes at text as a whole sspr.conf; in conf_file.c.
 *
 * *c     out, on SSPR_OK: the defaults, overlaid by the text
 * *fault out, on failure: what to tell the operator
 *
 * Returns SSPR_OK, SSPR_CONFIG, or SSPR_SYSTEM if iniparser cannot be given
 * the text (memfd_create, /proc).
 */
enum sspr_err conf_parse(const char *text, size_t len, struct conf *c,
    struct conf_fault *fault);

/*
 * Read the file at path, which must be regular, of root, and not writable by
 * others (opened O_NOFOLLOW, checked on the descriptor), and parse it as
 * conf_parse does, in a process of its own; in conf_load.c.
 *
 * Returns as conf_parse does, and SSPR_SYSTEM if that process could not be
 * had or died, as iniparser does for want of memory.
 */
enum sspr_err
conf_load(const char *path, struct conf *c, struct conf_fault *fault);

/* One line without its newline: `FILE:LINE: KEY: REASON (SSPR-33)'. */
void conf_explain(const char *path, const struct conf_fault *fault,
    char buf[static CONF_EXPLAIN_MAX]);

#endif /* SSPR_CONF_H */
