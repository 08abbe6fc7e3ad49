/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <locale.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "../../capture.h"
#include "screen.h"

static const struct screen good = {
	.tty = true,
	.utf8 = true,
	.blocks = true,
	.columns = 80,
	.lines = 24,
};

static struct capture c;

static const char *
put(const char *locale, const char *text)
{
	assert_non_null(setlocale(LC_CTYPE, locale));
	capture_begin(&c);
	screen_put(stdout, text);
	capture_end(&c);
	return c.out;
}

/* R-LOG-2 */
static void
what_a_terminal_would_obey_is_not_sent(void **state)
{
	(void)state;
	assert_string_equal(put("C.UTF-8", "a\x1b[2J\r\x7f\nb"), "a?[2J??\nb");
	assert_string_equal(put("C.UTF-8",
				"\xc2\x9b"
				"31m"),
	    "?31m");
	assert_string_equal(put("C.UTF-8",
				"\xe2\x80\xae"
				"abc"),
	    "?abc");
	assert_string_equal(put("C.UTF-8",
				"\xff\xc3"
				"a\xc3"),
	    "??a?");
	assert_string_equal(put("C.UTF-8", "gr\xc3\xbcn"), "gr\xc3\xbcn");
}

static void
another_locale_gets_ascii(void **state)
{
	(void)state;
	assert_string_equal(put("C", "gr\xc3\xbcn"), "gr?n");
}

static void
columns_are_those_that_are_printed(void **state)
{
	static const char text[] = "gr\xc3\xbcn \xe6\xbc\xa2 \x1b\xff";

	(void)state;
	assert_string_equal(put("C.UTF-8", text),
	    "gr\xc3\xbcn \xe6\xbc\xa2 ??");
	assert_int_equal(screen_columns(text), 10);
	assert_string_equal(put("C", text), "gr?n ? ??");
	assert_int_equal(screen_columns(text), 9);
	assert_int_equal(screen_columns(""), 0);
}

static const char *
wrapped(const char *text, unsigned int columns)
{
	capture_begin(&c);
	screen_put_wrapped(stdout, text, columns);
	capture_end(&c);
	return c.out;
}

static void
long_lines_are_broken_between_words(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_string_equal(wrapped("one two three", 7), "one two\nthree");
	assert_string_equal(wrapped("one two three", 8), "one two\nthree");
	assert_string_equal(wrapped("one two three", 6), "one\ntwo\nthree");
	assert_string_equal(wrapped("one two three", 0), "one two three");
	assert_string_equal(wrapped("one\ntwo three\n", 9), "one\ntwo three\n");
	assert_string_equal(wrapped("abcdefgh ij", 4), "abcdefgh\nij");
	assert_string_equal(wrapped("gr\xc3\xbcn gr\xc3\xbcn", 9),
	    "gr\xc3\xbcn gr\xc3\xbcn");
	assert_string_equal(wrapped("a\x1b a\x1b", 3), "a?\na?");
	assert_string_equal(wrapped("", 5), "");
	assert_string_equal(wrapped("   ", 1), "   ");
}

static void
what_enter_does_stays_together(void **state)
{
	(void)state;
	assert_string_equal(wrapped("Code (Enter = stop): ", 13),
	    "Code\n(Enter = stop): ");
	assert_string_equal(wrapped("Code (Enter = stop): ", 20),
	    "Code (Enter = stop): ");
}

static void
the_width_is_that_of_the_terminal(void **state)
{
	struct winsize size = { .ws_col = 132, .ws_row = 43 };
	int master, slave, fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	assert_int_equal(screen_width(slave), 132);
	size.ws_col = 0;
	assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
	assert_int_equal(screen_width(slave), 80);
	assert_int_equal(screen_width(fd), 0);
	close(master);
	close(slave);
	close(fd);
}

static void
a_picture_needs_all_that_shows_it(void **state)
{
	struct screen s = good;

	(void)state;
	assert_null(screen_refusal(&s, 80, 23));
	assert_non_null(screen_refusal(&s, 81, 23));
	assert_non_null(screen_refusal(&s, 80, 24));
	s.columns = s.lines = 0;
	assert_null(screen_refusal(&s, 80, 23));
	assert_non_null(screen_refusal(&s, 81, 23));
	assert_non_null(screen_refusal(&s, 80, 24));
	s = good;
	s.tty = false;
	assert_non_null(screen_refusal(&s, 1, 1));
	s = good;
	s.utf8 = false;
	assert_non_null(screen_refusal(&s, 1, 1));
	s = good;
	s.blocks = false;
	assert_non_null(screen_refusal(&s, 1, 1));
}

static void
a_font_needs_all_three_blocks(void **state)
{
	static const uint16_t font[] = { 0x41, 0x2588, 0x2584, 0x42, 0x2580 };

	(void)state;
	assert_true(screen_has_blocks(font, 5));
	assert_false(screen_has_blocks(font, 4));
	assert_false(screen_has_blocks(font + 2, 3));
	assert_false(screen_has_blocks(NULL, 0));
}

static void
a_terminal_is_looked_at(void **state)
{
	struct winsize size = { .ws_col = 132, .ws_row = 43 };
	struct screen s;
	int master, slave;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	screen_look(slave, &s);
	assert_true(s.tty && s.utf8 && s.blocks && s.colour);
	assert_int_equal(s.columns, 132);
	assert_int_equal(s.lines, 43);
	setenv("NO_COLOR", "1", 1);
	screen_look(slave, &s);
	assert_false(s.colour);
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_non_null(setlocale(LC_CTYPE, "C"));
	screen_look(slave, &s);
	assert_false(s.colour || s.utf8);
	close(master);
	close(slave);
}

static void
a_file_is_no_terminal(void **state)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct screen s = good;

	(void)state;
	screen_look(fd, &s);
	assert_false(s.tty || s.blocks || s.colour);
	assert_int_equal(s.columns, 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_terminal_would_obey_is_not_sent),
		cmocka_unit_test(another_locale_gets_ascii),
		cmocka_unit_test(columns_are_those_that_are_printed),
		cmocka_unit_test(long_lines_are_broken_between_words),
		cmocka_unit_test(what_enter_does_stays_together),
		cmocka_unit_test(the_width_is_that_of_the_terminal),
		cmocka_unit_test(a_picture_needs_all_that_shows_it),
		cmocka_unit_test(a_font_needs_all_three_blocks),
		cmocka_unit_test(a_terminal_is_looked_at),
		cmocka_unit_test(a_file_is_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
