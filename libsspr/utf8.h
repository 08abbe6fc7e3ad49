/* SPDX-License-Identifier: MIT */
/*
 * utf8.h - one character of UTF-8 at a time, and whether people may see it.
 *
 * Whatever others wrote and people read (options, labels, messages, log
 * lines) goes through here (R-LOG-2).
 */
#ifndef SSPR_UTF8_H
#define SSPR_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the first character of the len bytes at s.
 *
 * *c     out: its code point
 *
 * Returns its length, 1 to 4 bytes, or 0, with *c untouched, if len is 0 or
 * the bytes are not UTF-8: cut off, overlong, a surrogate, over U+10FFFF.
 */
size_t utf8_next(const char *s, size_t len, uint32_t *c);

/*
 * Whether a terminal may be sent the code point c: not a control character,
 * nothing that changes the direction of writing, nothing invisible, no
 * private or impossible character.
 */
bool utf8_is_printable(uint32_t c);

/* Whether all of the len bytes at s are printable UTF-8. */
bool utf8_is_text(const char *s, size_t len);

#endif /* SSPR_UTF8_H */
