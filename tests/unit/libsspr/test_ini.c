/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ini.h"

static enum sspr_err
parse(const char *s, struct ini_line *l, const char **reason)
{
	return ini_parse(s, strlen(s), l, reason);
}

static void
blank_lines_and_comments_are_nothing(void **state)
{
	static const char *const lines[] = { "", " \t ", "# x", ";x", "  # é",
		"#a = \"b", "; [" };
	const char *reason;
	struct ini_line l;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(lines[i], &l, &reason), SSPR_OK);
		assert_int_equal(l.kind, INI_BLANK);
	}
}

static void
sections_are_named(void **state)
{
	const char *reason;
	struct ini_line l;

	(void)state;
	assert_int_equal(parse(" [offer_2]\t", &l, &reason), SSPR_OK);
	assert_int_equal(l.kind, INI_SECTION);
	assert_string_equal(l.name, "offer_2");
}

static void
values_are_bare_or_in_quotes(void **state)
{
	static const struct {
		const char *line, *value;
	} pairs[] = {
		{ "key=2", "2" },
		{ "  key  =  a b = c\t", "a b = c" },
		{ "key =", "" },
		{ "key = \"\"", "" },
		{ "key = \" a; b # c \"", " a; b # c " },
		{ "key = \"it's\"", "it's" },
		{ "key = it's", "it's" },
		{ "key = Grüße", "Grüße" },
		{ "key = \"\\\"", "\\" },
		{ "key = a[1]", "a[1]" },
	};
	const char *reason;
	struct ini_line l;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_int_equal(parse(pairs[i].line, &l, &reason), SSPR_OK);
		assert_int_equal(l.kind, INI_PAIR);
		assert_string_equal(l.name, "key");
		assert_string_equal(l.value, pairs[i].value);
	}
}

/* R-CFG-1 */
static void
what_could_be_read_in_two_ways_is_refused(void **state)
{
	static const struct {
		const char *line, *reason;
	} bad[] = {
		{ "key", "neither [section] nor key = value" },
		{ "=", "name is empty or too long" },
		{ "= 2", "name is empty or too long" },
		{ "Key = 2", "names are of a-z, 0-9 and _" },
		{ "a key = 2", "names are of a-z, 0-9 and _" },
		{ "key:a = 2", "names are of a-z, 0-9 and _" },
		{ "kéy = 2", "names are of a-z, 0-9 and _" },
		{ "key = 2 ; x",
		    "a comment needs a line of its own, a value with # or ; "
		    "double quotes" },
		{ "key = 2#",
		    "a comment needs a line of its own, a value with # or ; "
		    "double quotes" },
		{ "key = \"a\" ; x", "value does not end in a quote" },
		{ "key = \"a", "value does not end in a quote" },
		{ "key = \"", "value does not end in a quote" },
		{ "key = \"a\"b\"", "double quote inside a value" },
		{ "key = a\"b\"", "double quote inside a value" },
		{ "key = 'a'", "quotes are double quotes" },
		{ "key = a \\", "line ends in a backslash" },
		{ "# comment \\ ", "line ends in a backslash" },
		{ "[offer", "section does not end in ]" },
		{ "[", "section does not end in ]" },
		{ "[]", "name is empty or too long" },
		{ "[ offer ]", "names are of a-z, 0-9 and _" },
		{ "[offer] x = 1", "section does not end in ]" },
		{ "[a]b]", "names are of a-z, 0-9 and _" },
		{ "key = 2\r", "carriage return" },
		{ "key = \x1b[2J", "control or invisible character" },
		{ "key = \v", "control or invisible character" },
		{ "# \xe2\x80\xae", "control or invisible character" },
		{ "\xef\xbb\xbf[offer]", "control or invisible character" },
		{ "key = \xe4", "not UTF-8" },
		{ "# \xc0\xaf", "not UTF-8" },
	};
	struct ini_line l, before;
	const char *reason;

	(void)state;
	memset(&before, 'x', sizeof(before));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		l = before;
		reason = "";
		assert_int_equal(parse(bad[i].line, &l, &reason), SSPR_CONFIG);
		assert_string_equal(reason, bad[i].reason);
		assert_memory_equal(&l, &before, sizeof(l));
	}
}

static void
nul_bytes_are_refused_wherever_they_are(void **state)
{
	static const char line[] = "key = a";
	const char *reason;
	struct ini_line l;

	(void)state;
	for (size_t i = 0; i <= sizeof(line) - 1; i++) {
		char s[sizeof(line)];

		memcpy(s, line, sizeof(line));
		s[i] = '\0';
		assert_int_equal(ini_parse(s, sizeof(s), &l, &reason),
		    SSPR_CONFIG);
		assert_string_equal(reason, "NUL byte");
	}
}

static void
a_line_of_1000_bytes_is_read_and_one_more_is_not(void **state)
{
	char s[INI_LINE_MAX + 1];
	const char *reason;
	struct ini_line l;

	(void)state;
	memset(s, 'v', sizeof(s));
	memcpy(s, "k=", 2);
	assert_int_equal(ini_parse(s, sizeof(s) - 1, &l, &reason), SSPR_OK);
	assert_int_equal(strlen(l.value), INI_LINE_MAX - 2);
	assert_int_equal(ini_parse(s, sizeof(s), &l, &reason), SSPR_CONFIG);
	assert_string_equal(reason, "line of more than 1000 bytes");
}

static void
a_name_of_40_bytes_is_read_and_one_more_is_not(void **state)
{
	char s[] = "[aaaaaaaaaabbbbbbbbbbccccccccccddddddddddd]";
	const char *reason;
	struct ini_line l;

	(void)state;
	assert_int_equal(parse(s, &l, &reason), SSPR_CONFIG);
	s[INI_NAME_MAX + 1] = ']';
	assert_int_equal(ini_parse(s, INI_NAME_MAX + 2, &l, &reason), SSPR_OK);
	assert_int_equal(strlen(l.name), INI_NAME_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blank_lines_and_comments_are_nothing),
		cmocka_unit_test(sections_are_named),
		cmocka_unit_test(values_are_bare_or_in_quotes),
		cmocka_unit_test(what_could_be_read_in_two_ways_is_refused),
		cmocka_unit_test(nul_bytes_are_refused_wherever_they_are),
		cmocka_unit_test(
		    a_line_of_1000_bytes_is_read_and_one_more_is_not),
		cmocka_unit_test(
		    a_name_of_40_bytes_is_read_and_one_more_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
