/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"

static void
each_length_is_decoded(void **state)
{
	static const struct {
		const char *s;
		uint32_t c;
	} good[] = {
		{ "A", 'A' },
		{ "\x7f", 0x7f },
		{ "\xc2\x80", 0x80 },
		{ "\xdf\xbf", 0x7ff },
		{ "\xe0\xa0\x80", 0x800 },
		{ "\xef\xbf\xbf", 0xffff },
		{ "\xf0\x90\x80\x80", 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 0x10ffff },
	};
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t len = strlen(good[i].s);

		assert_int_equal(text_next(good[i].s, len, &c), len);
		assert_int_equal(c, good[i].c);
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(text_next(good[i].s, cut, &c), 0);
	}
}

static void
what_is_not_text_is_refused(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xfe",
		"\xff",
		"\xc3(",
		"\xe2\x28\xa1",
		"\xe2\x82(",
	};
	uint32_t c = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(text_next(bad[i], strlen(bad[i]), &c), 0);
		assert_int_equal(c, 42);
	}
}

/* R-LOG-2 */
static void
controls_and_what_hides_is_not_printable(void **state)
{
	static const uint32_t no[] = {
		0,
		7,
		'\t',
		'\n',
		0x1b,
		0x7f,
		0x85,
		0x9b,
		0xad,
		0x61c,
		0x115f,
		0x200b,
		0x200f,
		0x2028,
		0x202a,
		0x202e,
		0x2066,
		0x2069,
		0x3164,
		0xe000,
		0xfe0f,
		0xfeff,
		0xfff9,
		0xfffe,
		0xffff,
		0x1fffe,
		0xe0001,
		0xe0041,
		0x10ffff,
		0x110000,
		UINT32_MAX,
	};
	static const uint32_t yes[] = {
		' ',
		'~',
		0xa0,
		0xe4,
		0x5d0,
		0x2019,
		0x20ac,
		0x2580,
		0x2588,
		0x4e2d,
		0xfffd,
		0x1f600,
		0x1d11e,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(text_is_printable(no[i]));
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(text_is_printable(yes[i]));
}

static void
text_is_printable_to_its_last_byte(void **state)
{
	static const char good[] = "Grüße, 你好";

	(void)state;
	assert_true(text_is_clean("", 0));
	assert_true(text_is_clean(good, sizeof(good) - 1));
	assert_false(text_is_clean(good, sizeof(good) - 2));
	assert_false(text_is_clean(good, sizeof(good)));
	assert_false(text_is_clean("a\x1b[2J", 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_length_is_decoded),
		cmocka_unit_test(what_is_not_text_is_refused),
		cmocka_unit_test(controls_and_what_hides_is_not_printable),
		cmocka_unit_test(text_is_printable_to_its_last_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
