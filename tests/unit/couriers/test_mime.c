/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mime.h"

#define MAX 4000

static struct mime_text
empty(char *buf, size_t max)
{
	buf[0] = '\0';
	return (struct mime_text){ buf, 0, max };
}

/* What mime_header makes of a value. */
static const char *
header(const char *value)
{
	static char buf[MAX + 1];
	struct mime_text t = empty(buf, MAX);

	assert_int_equal(mime_header(&t, value, "\r\n"), SSPR_OK);
	assert_int_equal(strlen(buf), t.len);
	return buf;
}

static const char *
quoted(const char *text)
{
	static char buf[MAX + 1];
	struct mime_text t = empty(buf, MAX);

	assert_int_equal(mime_quoted(&t, text, "\n"), SSPR_OK);
	return buf;
}

static void
ascii_stays_in_a_header_and_the_rest_is_encoded(void **state)
{
	(void)state;
	assert_string_equal(header(""), "");
	assert_string_equal(header("Your code: ~!"), "Your code: ~!");
	assert_string_equal(header("\xc3\xa4"), "=?UTF-8?B?w6Q=?=");
	assert_string_equal(header("a\xc3\xa4"), "=?UTF-8?B?YcOk?=");
	assert_string_equal(header("ab\xc3\xa4"), "=?UTF-8?B?YWLDpA==?=");
	/* What looks encoded must not be decoded. */
	assert_string_equal(header("=?x"), "=?UTF-8?B?PT94?=");
	assert_string_equal(header(" x"), "=?UTF-8?B?IHg=?=");
	assert_string_equal(header("a\nb"), "=?UTF-8?B?YQpi?=");
}

/* RFC 2047 section 2: 75 bytes a word, section 5: whole characters. */
static void
a_long_header_is_folded_between_characters(void **state)
{
	char value[201] = "";
	const char *line;

	(void)state;
	for (size_t i = 0; i < 50; i++)
		memcpy(value + 4 * i, "\xf0\x9f\x98\x80", 5);
	line = header(value);
	for (;;) {
		const size_t n = strcspn(line, "\r");

		assert_true(n <= 76);
		/* Ten of four bytes, 40 of 42: 56 digits, no half one. */
		assert_true(strncmp(line, "=?UTF-8?B?8J+YgPCfmIDw", 22) == 0);
		assert_true(strncmp(line + n - 2, "?=", 2) == 0);
		if (line[n] == '\0')
			break;
		assert_true(strncmp(line + n, "\r\n ", 3) == 0);
		line += n + 3;
	}
}

/* RFC 2045 section 6.7 */
static void
a_text_is_quoted(void **state)
{
	(void)state;
	assert_string_equal(quoted("Code 12345678"), "Code 12345678\n");
	assert_string_equal(quoted("a\nb\n"), "a\nb\n");
	assert_string_equal(quoted("a\n\nb"), "a\n\nb\n");
	assert_string_equal(quoted("1=1"), "1=3D1\n");
	assert_string_equal(quoted("\xc3\xa4"), "=C3=A4\n");
	assert_string_equal(quoted("a \nb "), "a=20\nb=20\n");
	assert_string_equal(quoted(".\n..x"), "=2E\n=2E.x\n");
	assert_string_equal(quoted("From x\nFrom"), "=46rom x\nFrom\n");
	assert_string_equal(quoted("a\tb"), "a=09b\n");
}

static void
no_line_of_a_text_is_too_long(void **state)
{
	char text[1001];
	const char *line;
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < 500; i++)
		memcpy(text + 2 * i, i % 3 == 0 ? "\xc3\xa4" : ". ", 3);
	for (line = quoted(text); *line != '\0';) {
		const size_t n = strcspn(line, "\n");

		assert_true(n <= MIME_LINE_MAX);
		assert_true(line[0] != '.' && line[0] != '\n');
		assert_true(line[n - 1] != ' ');
		for (size_t i = 0; i < n; i++)
			seen += line[i] == '.';
		for (size_t i = 0; i + 2 < n; i++)
			seen += strncmp(line + i, "=2E", 3) == 0;
		line += n + 1;
	}
	assert_int_equal(seen, 333);
}

static void
what_has_no_room_is_refused(void **state)
{
	char buf[64];
	struct mime_text t = empty(buf, 5);

	(void)state;
	buf[6] = 'x';
	assert_int_equal(mime_append(&t, "12345", 5), SSPR_OK);
	assert_int_equal(mime_append(&t, "6", 1), SSPR_FULL);
	assert_string_equal(buf, "12345");
	assert_int_equal(mime_append(&t, "", 0), SSPR_OK);
	for (size_t max = 0; max < 16; max++) {
		t = empty(buf, max);
		assert_int_equal(mime_header(&t, "\xc3\xa4", "\n"), SSPR_FULL);
		assert_true(t.len <= max);
	}
	for (size_t max = 0; max < 7; max++) {
		t = empty(buf, max);
		assert_int_equal(mime_quoted(&t, "a=bc", "\n"), SSPR_FULL);
		assert_true(t.len <= max);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    ascii_stays_in_a_header_and_the_rest_is_encoded),
		cmocka_unit_test(a_long_header_is_folded_between_characters),
		cmocka_unit_test(a_text_is_quoted),
		cmocka_unit_test(no_line_of_a_text_is_too_long),
		cmocka_unit_test(what_has_no_room_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
