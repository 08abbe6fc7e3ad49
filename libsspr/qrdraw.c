/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "qrdraw.h"

/* By light halves: 1 the upper, 2 the lower, 3 both. */
static const struct {
	const char *background; /* that of a full cell closes the font's gaps */
	const char *glyph;
} cells[] = {
	{ "\x1b[40m", " " },
	{ "\x1b[40m", "\xe2\x96\x80" },
	{ "\x1b[40m", "\xe2\x96\x84" },
	{ "\x1b[47m", "\xe2\x96\x88" },
};

#define FOREGROUND "\x1b[0;37m"
#define RESET      "\x1b[0m"

static_assert(sizeof(FOREGROUND) - 1 +
	    (QRDRAW_SIZE_MAX + 2 * QRDRAW_QUIET) * (5 + 3) + sizeof(RESET) <=
	QRDRAW_LINE_MAX,
    "a line is too long");

bool
qrdraw_is_symbol(unsigned int size, size_t len)
{
	return size >= QRDRAW_SIZE_MIN && size <= QRDRAW_SIZE_MAX &&
	    size % 4 == QRDRAW_SIZE_MIN % 4 &&
	    len == ((size_t)size * size + 7) / 8;
}

bool
qrdraw_is_dark(unsigned int size, const uint8_t *modules, unsigned int x,
    unsigned int y)
{
	unsigned int bit = y * size + x;

	return (modules[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

unsigned int
qrdraw_columns(unsigned int size)
{
	return size + 2 * QRDRAW_QUIET;
}

unsigned int
qrdraw_lines(unsigned int size)
{
	return (qrdraw_columns(size) + 1) / 2;
}

static char *
append(char *p, const char *s)
{
	size_t len = strlen(s);

	memcpy(p, s, len + 1);
	return p + len;
}

/* x and y are counted from the corner of the quiet zone. */
static bool
is_light(unsigned int size, const uint8_t *modules, unsigned int x,
    unsigned int y)
{
	if (x < QRDRAW_QUIET || x >= QRDRAW_QUIET + size || y < QRDRAW_QUIET ||
	    y >= QRDRAW_QUIET + size)
		return true;
	return !qrdraw_is_dark(size, modules, x - QRDRAW_QUIET,
	    y - QRDRAW_QUIET);
}

size_t
qrdraw_line(unsigned int size, const uint8_t *modules, unsigned int line,
    enum qrdraw_style style, char buf[static QRDRAW_LINE_MAX])
{
	const char *background = "";
	char *p = buf;

	assert(line < qrdraw_lines(size) && size <= QRDRAW_SIZE_MAX);
	if (style == QRDRAW_COLOUR)
		p = append(p, FOREGROUND);
	for (unsigned int x = 0; x < qrdraw_columns(size); x++) {
		unsigned int cell =
		    (is_light(size, modules, x, 2 * line) ? 1u : 0u) |
		    (is_light(size, modules, x, 2 * line + 1) ? 2u : 0u);

		if (style == QRDRAW_COLOUR &&
		    strcmp(background, cells[cell].background) != 0) {
			background = cells[cell].background;
			p = append(p, background);
		}
		p = append(p, cells[cell].glyph);
	}
	if (style == QRDRAW_COLOUR)
		p = append(p, RESET);
	return (size_t)(p - buf);
}
