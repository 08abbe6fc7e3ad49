/* SPDX-License-Identifier: MIT */
/*
 * text.h - what others wrote and people read: UTF-8, one character at a time,
 * and whether to show it.
 * Options, labels, messages and log lines go through here (R-LOG-2).
 */
#ifndef LIBSSPR_TEXT_H
#define LIBSSPR_TEXT_H

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
size_t text_next(const char *s, size_t len, uint32_t *c);

/*
 * Whether a terminal may be sent the code point c: not a control character,
 * nothing that changes the direction of writing, nothing invisible, no
 * private or impossible character.
 */
bool text_is_printable(uint32_t c);

/* Whether all of the len bytes at s are UTF-8 that may be shown. */
bool text_is_clean(const char *s, size_t len);

#endif /* LIBSSPR_TEXT_H */
