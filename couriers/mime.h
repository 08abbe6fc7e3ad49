/* SPDX-License-Identifier: MIT */
/*
 * mime.h - UTF-8 in mail that may be seven bits wide.
 */
#ifndef COURIERS_MIME_H
#define COURIERS_MIME_H

#include <stddef.h>

#include "err.h"

#define MIME_LINE_MAX 76 /* bytes of an encoded line, RFC 2045 section 6.7 */

/* A text that grows in place; at[len] is always NUL. */
struct mime_text {
	char *at;
	size_t len, max; /* bytes; at has room for max + 1 */
};

/*
 * Append n bytes.  Returns SSPR_OK, or SSPR_FULL, with *t untouched, if they
 * have no room.
 */
enum sspr_err mime_append(struct mime_text *t, const char *s, size_t n);

/*
 * Append the value of a header: as it is if it is printable ASCII, else in
 * encoded words of RFC 2047, base64, none with half a character in it, one a
 * line.  eol ends the lines between.  SSPR_FULL as above, but what did fit
 * stays.
 */
enum sspr_err
mime_header(struct mime_text *t, const char *value, const char *eol);

/*
 * Append a text, whose lines end with line feeds, quoted-printable, RFC 2045
 * section 6.7, each line ended by eol, the last one too.  No line begins with
 * a dot or `From ', which transports treat in ways of their own.  SSPR_FULL
 * likewise.
 */
enum sspr_err
mime_quoted(struct mime_text *t, const char *text, const char *eol);

#endif /* COURIERS_MIME_H */
