/* SPDX-License-Identifier: MIT */
/*
 * screen.h - what standard output can show, and text that is safe on it.
 */
#ifndef SSPR_ENROLL_SCREEN_H
#define SSPR_ENROLL_SCREEN_H

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

#endif /* SSPR_ENROLL_SCREEN_H */
