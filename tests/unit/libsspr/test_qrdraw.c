/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto.h"
#include "qrdraw.h"

#define SIDE (QRDRAW_SIZE_MAX + 2 * QRDRAW_QUIET + 1)

/* What a camera would see: 1 dark, by row and column, quiet zone included. */
struct seen {
	unsigned int columns, rows;
	uint8_t dark[SIDE][SIDE];
};

/* The colours a terminal is set to; 0 black, 7 white. */
struct pen {
	int fore, back;
};

/* Obey one SGR sequence at s; returns its length. */
static size_t
obey(const char *s, struct pen *pen, const struct pen *natural)
{
	if (strncmp(s, "\x1b[0;37m", 7) == 0) {
		*pen = *natural;
		pen->fore = 7;
		return 7;
	}
	if (strncmp(s, "\x1b[40m", 5) == 0 || strncmp(s, "\x1b[47m", 5) == 0) {
		pen->back = s[3] - '0';
		return 5;
	}
	assert_memory_equal(s, "\x1b[0m", 4);
	*pen = *natural;
	return 4;
}

/* One character of a drawing; returns which halves are filled, 1, 2 or 3. */
static int
glyph(const char *s, size_t *len)
{
	static const struct {
		const char *s;
		int halves;
	} glyphs[] = { { " ", 0 }, { "▀", 1 }, { "▄", 2 }, { "█", 3 } };

	for (size_t i = 0; i < 4; i++) {
		*len = strlen(glyphs[i].s);
		if (strncmp(s, glyphs[i].s, *len) == 0)
			return glyphs[i].halves;
	}
	fail_msg("a character that is no block: %02x", (unsigned char)*s);
	return 0;
}

/* Show the drawing on a terminal of these colours and look at it. */
static void
look(unsigned int size, const uint8_t *modules, enum qrdraw_style style,
    struct pen natural, struct seen *seen)
{
	char buf[QRDRAW_LINE_MAX];
	size_t len;

	memset(seen, 0, sizeof(*seen));
	for (unsigned int i = 0; i < qrdraw_lines(size); i++) {
		struct pen pen = natural;
		unsigned int x = 0;

		len = qrdraw_line(size, modules, i, style, buf);
		assert_int_equal(len, strlen(buf));
		for (size_t at = 0; at < len;) {
			int halves;
			size_t n;

			if (buf[at] == '\x1b') {
				at += obey(buf + at, &pen, &natural);
				continue;
			}
			halves = glyph(buf + at, &n);
			at += n;
			seen->dark[2 * i][x] =
			    ((halves & 1) != 0 ? pen.fore : pen.back) == 0;
			seen->dark[2 * i + 1][x] =
			    ((halves & 2) != 0 ? pen.fore : pen.back) == 0;
			x++;
		}
		assert_int_equal(pen.fore, natural.fore);
		assert_int_equal(pen.back, natural.back);
		assert_true(i == 0 || seen->columns == x);
		seen->columns = x;
		seen->rows += 2;
	}
}

/* Bits that look like noise and are the same every time. */
static void
noise(uint32_t seed, uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = (uint8_t)(seed >> 24);
	}
}

/* The symbol is what was seen, its quiet zone is light. */
static void
is_the_symbol(unsigned int size, const uint8_t *modules,
    const struct seen *seen)
{
	assert_int_equal(seen->columns, size + 2 * QRDRAW_QUIET);
	for (unsigned int y = 0; y < seen->rows; y++)
		for (unsigned int x = 0; x < seen->columns; x++) {
			unsigned int mx = x - QRDRAW_QUIET;
			unsigned int my = y - QRDRAW_QUIET;
			bool want = mx < size && my < size &&
			    qrdraw_is_dark(size, modules, mx, my);

			assert_int_equal(seen->dark[y][x], want);
		}
}

static void
every_size_is_read_back_from_a_dark_terminal(void **state)
{
	uint8_t modules[PROTO_QR_MAX];
	struct seen seen;

	(void)state;
	for (unsigned int size = QRDRAW_SIZE_MIN; size <= QRDRAW_SIZE_MAX;
	     size += 4) {
		noise(size, modules, sizeof(modules));
		look(size, modules, QRDRAW_PLAIN, (struct pen){ 7, 0 }, &seen);
		is_the_symbol(size, modules, &seen);
	}
}

static void
in_colour_it_is_the_same_on_dark_and_on_light_terminals(void **state)
{
	static const struct pen terminals[] = { { 7, 0 }, { 0, 7 }, { 2, 3 } };
	uint8_t modules[PROTO_QR_MAX];
	struct seen seen;

	(void)state;
	for (unsigned int size = QRDRAW_SIZE_MIN; size <= QRDRAW_SIZE_MAX;
	     size += 4)
		for (size_t i = 0; i < 3; i++) {
			noise(size, modules, sizeof(modules));
			look(size, modules, QRDRAW_COLOUR, terminals[i], &seen);
			is_the_symbol(size, modules, &seen);
		}
}

static void
without_escapes_a_coloured_line_is_the_plain_one(void **state)
{
	uint8_t modules[PROTO_QR_MAX];
	char plain[QRDRAW_LINE_MAX], colour[QRDRAW_LINE_MAX];
	char bare[QRDRAW_LINE_MAX];

	(void)state;
	noise(1, modules, sizeof(modules));
	for (unsigned int i = 0; i < qrdraw_lines(37); i++) {
		char *to = bare;

		(void)qrdraw_line(37, modules, i, QRDRAW_PLAIN, plain);
		(void)qrdraw_line(37, modules, i, QRDRAW_COLOUR, colour);
		for (const char *s = colour; *s != '\0'; s++)
			if (*s == '\x1b')
				s = strchr(s, 'm');
			else
				*to++ = *s;
		*to = '\0';
		assert_string_equal(bare, plain);
	}
}

/* The widest line there is stays within QRDRAW_LINE_MAX. */
static void
the_longest_line_fits_its_buffer(void **state)
{
	struct {
		char line[QRDRAW_LINE_MAX];
		char guard[16];
	} buf;
	uint8_t modules[PROTO_QR_MAX];

	(void)state;
	memset(&buf, '#', sizeof(buf));
	for (size_t i = 0; i < sizeof(modules) * 8; i++) {
		if (i % 8 == 0)
			modules[i / 8] = 0;
		if (i % 45 % 2 == 0)
			modules[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
	for (unsigned int i = 0; i < qrdraw_lines(45); i++)
		assert_in_range(qrdraw_line(45, modules, i, QRDRAW_COLOUR,
				    buf.line),
		    1, QRDRAW_LINE_MAX - 1);
	for (size_t i = 0; i < sizeof(buf.guard); i++)
		assert_int_equal(buf.guard[i], '#');
}

/* DESIGN: a symbol of version 5 leaves room for text on 80 x 24. */
static void
its_cells_are_those_that_were_measured(void **state)
{
	(void)state;
	assert_int_equal(qrdraw_columns(33), 37);
	assert_int_equal(qrdraw_lines(33), 19);
	assert_int_equal(qrdraw_columns(37), 41);
	assert_int_equal(qrdraw_lines(37), 21);
	assert_int_equal(qrdraw_columns(41), 45);
	assert_int_equal(qrdraw_lines(41), 23);
	assert_int_equal(qrdraw_lines(45), 25);
}

static void
what_is_no_symbol_is_told(void **state)
{
	static const struct {
		unsigned int size;
		size_t len;
	} bad[] = { { 0, 0 }, { 17, 37 }, { 20, 50 }, { 21, 55 }, { 21, 57 },
		{ 22, 61 }, { 45, 253 }, { 45, 255 }, { 49, 301 },
		{ 255, 8129 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(qrdraw_is_symbol(bad[i].size, bad[i].len));
	assert_true(qrdraw_is_symbol(21, 56));
	assert_true(qrdraw_is_symbol(45, PROTO_QR_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_is_read_back_from_a_dark_terminal),
		cmocka_unit_test(
		    in_colour_it_is_the_same_on_dark_and_on_light_terminals),
		cmocka_unit_test(
		    without_escapes_a_coloured_line_is_the_plain_one),
		cmocka_unit_test(the_longest_line_fits_its_buffer),
		cmocka_unit_test(its_cells_are_those_that_were_measured),
		cmocka_unit_test(what_is_no_symbol_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
