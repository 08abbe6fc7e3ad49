/* SPDX-License-Identifier: MIT */
/*
 * screen.h - what standard output can show, and text that is safe on it.
 */
#ifndef SSPR_SCREEN_H
#define SSPR_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct screen {
	bool tty;
	bool utf8;                   /* by the locale */
	bool blocks;                 /* its font has half blocks */
	bool colour;                 /* it obeys ECMA-48 */
	unsigned int columns, lines; /* 0 unknown */
};

/* Look at descriptor fd.  setlocale(LC_CTYPE, "") has been called. */
void screen_look(int fd, struct screen *s);

/*
 * Why a picture of columns x lines characters, with a prompt below it, cannot
 * be drawn, as the end of a sentence; NULL if it can.  Unknown measures are
 * taken for 80 x 24.
 */
const char *screen_refusal(const struct screen *s, unsigned int columns,
    unsigned int lines);

/* Whether a font with these n glyphs has all that a picture needs. */
bool screen_has_blocks(const uint16_t *glyphs, size_t n);

/*
 * Print text without a control character but newline, or anything else that
 * text_is_printable() does not let through: `?' stands for it, and for what
 * the locale cannot show.
 */
void screen_put(FILE *to, const char *text);

/* The columns that takes, if it is one line. */
unsigned int screen_columns(const char *text);

/*
 * The same, with lines broken between words so that they have at most so many
 * columns, as far as words let them; 0: not broken.  `Enter = stop' is a word.
 */
void screen_put_wrapped(FILE *to, const char *text, unsigned int columns);

/* The columns of the terminal at fd; 80 if it does not say, 0 if it is none. */
unsigned int screen_width(int fd);

#endif /* SSPR_SCREEN_H */
