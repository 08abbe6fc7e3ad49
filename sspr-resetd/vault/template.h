/* SPDX-License-Identifier: MIT */
/*
 * template.h - the wording of a message, with places that values are put
 * into: %u, %h, ...; %% is a percent sign.  Pure, but for reading the file.
 *
 * The first line of a file is the subject, the rest the text.  Neither a
 * template nor what is made of one has a link in it (R-DEL-5), or a character
 * that is not shown; but the text may have several lines.
 */
#ifndef SSPR_TEMPLATE_H
#define SSPR_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

#define TEMPLATE_SUBJECT_MAX 120u  /* bytes, as written */
#define TEMPLATE_TEXT_MAX    900u  /* likewise */
#define TEMPLATE_WHOLE_MAX   1000u /* bytes of the text with all values in */
#define TEMPLATE_VALUES      26u   /* %a to %z */

struct template
{
	char subject[TEMPLATE_SUBJECT_MAX + 1];
	char text[TEMPLATE_TEXT_MAX + 1];
};

/* What a template may and must use; an array ends with sign 0. */
struct template_sign {
	char sign;         /* 'u' of %u */
	unsigned char max; /* bytes of its longest value */
	bool needed;       /* the text must have it */
	bool subject;      /* the subject may have it */
};

/* What is put in for each sign, by letter; NULL: nothing. */
struct template_values {
	const char *of[TEMPLATE_VALUES]; /* 0 for %a */
};

/*
 * Make a template of the len bytes of a file.
 *
 * *why   out, on failure: a lower-case phrase, static
 *
 * Returns SSPR_OK or SSPR_CONFIG.
 */
enum sspr_err template_parse(const char *file, size_t len,
    const struct template_sign *signs, struct template *t, const char **why);

/*
 * The same of the file at path, which must be regular, of root and not
 * writable by others (opened O_NOFOLLOW, checked on the descriptor).
 * Returns SSPR_OK, SSPR_CONFIG, or SSPR_GONE: there is none.
 */
enum sspr_err template_load(const char *path, const struct template_sign *signs,
    struct template *t, const char **why);

/*
 * Put values in.  Whatever a value has in it, it stays one line that can be
 * shown, and makes no link.  What does not fit is cut off.
 *
 * buf   size bytes, at least 1; NUL-terminated UTF-8 then
 */
void template_expand(const char *format, const struct template_values *v,
    char *buf, size_t size);

#endif /* SSPR_TEMPLATE_H */
