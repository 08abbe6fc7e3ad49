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

#include "capture.h"
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
		cmocka_unit_test(a_picture_needs_all_that_shows_it),
		cmocka_unit_test(a_font_needs_all_three_blocks),
		cmocka_unit_test(a_terminal_is_looked_at),
		cmocka_unit_test(a_file_is_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
