/* SPDX-License-Identifier: MIT */
/*
 * qrdraw.h - a QR symbol as lines of half blocks.
 *
 * A character cell holds two modules, one above the other; the filled halves
 * are the light modules, so that on the usual dark terminal dark is dark, and
 * the gaps that fonts leave between lines do no harm.  Nothing here allocates
 * or prints.
 */
#ifndef SSPR_QRDRAW_H
#define SSPR_QRDRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QRDRAW_SIZE_MIN 21  /* modules a side: version 1 */
#define QRDRAW_SIZE_MAX 45  /* modules a side: version 7 */
#define QRDRAW_QUIET    2   /* light modules around the symbol */
#define QRDRAW_LINE_MAX 416 /* bytes of a line in either style, with NUL */

enum qrdraw_style {
	QRDRAW_PLAIN,  /* blocks only: right on a dark background */
	QRDRAW_COLOUR, /* black and white by ECMA-48 SGR, reset at the end */
};

/*
 * Whether len bytes of modules make a symbol of size modules a side: a size
 * there is, and just as many bytes as it needs.
 */
bool qrdraw_is_symbol(unsigned int size, size_t len);

/*
 * Whether the module in column x and row y is dark.
 *
 * modules  rows one after the other, most significant bit first, 1 is dark
 */
bool qrdraw_is_dark(unsigned int size, const uint8_t *modules, unsigned int x,
    unsigned int y);

/* The character cells a symbol of this size takes, quiet zone included. */
unsigned int qrdraw_columns(unsigned int size);
unsigned int qrdraw_lines(unsigned int size);

/*
 * Draw one line of a symbol that qrdraw_is_symbol().
 *
 * line   0 to qrdraw_lines(size) - 1
 * buf    out: UTF-8, NUL-terminated, without a newline
 *
 * Without its escape sequences a QRDRAW_COLOUR line is the QRDRAW_PLAIN one.
 * Returns the bytes before the NUL.
 */
size_t qrdraw_line(unsigned int size, const uint8_t *modules, unsigned int line,
    enum qrdraw_style style, char buf[static QRDRAW_LINE_MAX]);

#endif /* SSPR_QRDRAW_H */
