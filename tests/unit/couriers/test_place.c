/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "place.h"

static bool
parse(const char *s, bool *loopback)
{
	return place_parse(s, strlen(s), loopback);
}

static void
a_place_is_a_host_and_maybe_a_port(void **state)
{
	static const char *const good[] = { "a", "mail.example.org", "a:1",
		"mail.example.org:65535", "192.0.2.1", "192.0.2.1:25",
		"[2001:db8::1]", "[2001:db8::1]:587", "127.example.org",
		"localhost.example.org" };
	static const char *const bad[] = { "", ":", ":25", "a:", "a:0",
		"a:65536", "a:123456", "a:1x", "a:-1", "a:1:2", "a b", "a/b",
		"a?b", "a#b", "u@a", "u:p@a", "a@", "%61", "a%", "[", "[]",
		"[::1", "::1", "[::1]x", "[::1]25", "[a]", "[127.0.0.1]",
		"[fe80::1%lo]", "127.1", "2130706433", "0x7f.0.0.1.", "1.2.3",
		"1.2.3.4.5", "1.2.3.400", "-a", "a-", "a..b", "a.", "\xc3\xa4",
		"a\n" };
	bool loopback;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		loopback = true;
		assert_true(parse(good[i], &loopback));
		assert_false(loopback);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		loopback = true;
		assert_false(parse(bad[i], &loopback));
		assert_true(loopback);
	}
}

static void
this_host_is_known(void **state)
{
	static const char *const here[] = { "localhost", "LocalHost:25",
		"127.0.0.1", "127.0.0.1:25", "127.255.1.2", "[::1]",
		"[0:0:0:0:0:0:0:1]:25" };
	bool loopback;

	(void)state;
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		loopback = false;
		assert_true(parse(here[i], &loopback));
		assert_true(loopback);
	}
}

static void
only_the_bytes_given_count(void **state)
{
	bool loopback;
	char text[1000];

	(void)state;
	assert_true(place_parse("localhost/x", 9, &loopback));
	assert_false(place_parse("a\0b", 3, &loopback));
	memset(text, 'a', sizeof(text));
	assert_false(place_parse(text, sizeof(text), &loopback));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_a_host_and_maybe_a_port),
		cmocka_unit_test(this_host_is_known),
		cmocka_unit_test(only_the_bytes_given_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
