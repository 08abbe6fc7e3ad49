/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "text.h"
#include "vault/catalog.h"

static struct catalog q;
static const char *why;

static enum sspr_err
read_text(const char *text)
{
	memset(&q, 0xff, sizeof(q));
	why = NULL;
	return catalog_read(text, strlen(text), &q, &why);
}

static void
assert_bad(const char *text, const char *reason)
{
	struct catalog was;

	memset(&was, 0xff, sizeof(was));
	assert_int_equal(read_text(text), SSPR_CONFIG);
	assert_string_equal(why, reason);
	assert_memory_equal(&q, &was, sizeof(q));
}

static void
one_question_a_line(void **state)
{
	(void)state;
	assert_int_equal(read_text("a?\nb?\nc?\nd?\nWo? \xc3\xbc\n"), SSPR_OK);
	assert_int_equal(q.n, 5);
	assert_string_equal(q.text[0], "a?");
	assert_string_equal(q.text[4], "Wo? \xc3\xbc");
	assert_int_equal(read_text("a\nb\nc\nd\ne"), SSPR_OK);
	assert_string_equal(q.text[4], "e");
}

static void
blanks_comments_and_line_ends_do_not_count(void **state)
{
	(void)state;
	assert_int_equal(read_text(
			     "# ours\r\n\r\n  a b \r\n\tc\t\n\nd\n#x\ne\n  "
			     "#y\nf\n   \n"),
	    SSPR_OK);
	assert_int_equal(q.n, 5);
	assert_string_equal(q.text[0], "a b");
	assert_string_equal(q.text[1], "c");
	assert_string_equal(q.text[4], "f");
}

/* FEATURES.md section 1: up to 20 */
static void
five_to_twenty_different_ones(void **state)
{
	char text[512] = "";

	(void)state;
	assert_bad("", "has fewer than 5 questions");
	assert_bad("a\nb\nc\nd\n", "has fewer than 5 questions");
	assert_bad("a\nb\nc\nd\n a\n", "has a question twice");
	for (int i = 0; i < 21; i++) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "question %d\n", i);
		if (i == 19) {
			assert_int_equal(read_text(text), SSPR_OK);
			assert_int_equal(q.n, 20);
		}
	}
	assert_bad(text, "has more than 20 questions");
}

static void
long_or_unshowable_ones_are_refused(void **state)
{
	static const char *const bad[] = { "\x1b[2J", "\xff", "\xe2\x80\xae",
		"a\tb" };
	char line[RECORD_QUESTION_MAX + 2] = "", text[256];

	(void)state;
	memset(line, 'x', RECORD_QUESTION_MAX);
	snprintf(text, sizeof(text), "a\nb\nc\nd\n%s\n", line);
	assert_int_equal(read_text(text), SSPR_OK);
	assert_int_equal(strlen(q.text[4]), RECORD_QUESTION_MAX);
	line[RECORD_QUESTION_MAX] = 'x';
	snprintf(text, sizeof(text), "a\nb\nc\nd\n%s\n", line);
	assert_bad(text, "has a question of more than 120 bytes");
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "a\nb\nc\nd\n%s\n", bad[i]);
		assert_bad(text, "is not UTF-8 that can be shown");
	}
	assert_int_equal(catalog_read("a\nb\nc\nd\ne\0f\n", 12, &q, &why),
	    SSPR_CONFIG);
	assert_int_equal(catalog_read("a\nb\nc\nd\ne\0\n", 11, &q, &why),
	    SSPR_CONFIG);
}

static void
no_bytes_are_too_odd(void **state)
{
	char text[64];
	uint32_t x = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = 0;

		for (; n < sizeof(text); n++) {
			x = x * 1664525u + 1013904223u;
			text[n] = x >> 30 == 0 ? '\n' : (char)(x >> 22);
		}
		if (catalog_read(text, n, &q, &why) == SSPR_OK)
			assert_in_range(q.n, CATALOG_MIN, CATALOG_MAX);
	}
}

static void
only_a_file_of_root_is_read(void **state)
{
	char path[] = "/tmp/sspr-quiz-XXXXXX", other[64];
	const char text[] = "a\nb\nc\nd\ne\n";
	const int fd = mkstemp(path);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, 0644), 0);
	if (geteuid() == 0) {
		assert_int_equal(catalog_open(path, &q, &why), SSPR_OK);
		assert_int_equal(q.n, 5);
		assert_int_equal(fchmod(fd, 0664), 0);
		assert_int_equal(catalog_open(path, &q, &why), SSPR_CONFIG);
		assert_int_equal(fchmod(fd, 0646), 0);
		assert_int_equal(catalog_open(path, &q, &why), SSPR_CONFIG);
		assert_int_equal(fchmod(fd, 0644), 0);
		assert_int_equal(fchown(fd, 1, 0), 0);
	}
	assert_int_equal(catalog_open(path, &q, &why), SSPR_CONFIG);
	if (geteuid() == 0)
		assert_int_equal(fchown(fd, 0, 0), 0);
	snprintf(other, sizeof(other), "%s.l", path);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(catalog_open(other, &q, &why), SSPR_CONFIG);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(catalog_open(other, &q, &why), SSPR_NO_FACTOR);
	assert_int_equal(catalog_open("/dev/null", &q, &why), SSPR_CONFIG);
	assert_int_equal(catalog_open("/", &q, &why), SSPR_CONFIG);
	assert_int_equal(ftruncate(fd, CATALOG_FILE_MAX + 1), 0);
	assert_int_equal(catalog_open(path, &q, &why), SSPR_CONFIG);
	close(fd);
	assert_int_equal(unlink(path), 0);
}

static void
our_own_are_twelve_that_can_be_shown(void **state)
{
	(void)state;
	catalog_ours(&q);
	assert_int_equal(q.n, 12);
	for (size_t i = 0; i < q.n; i++) {
		assert_in_range(strlen(q.text[i]), 20, RECORD_QUESTION_MAX);
		assert_true(text_is_clean(q.text[i], strlen(q.text[i])));
	}
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_question_a_line),
		TEST(blanks_comments_and_line_ends_do_not_count),
		TEST(five_to_twenty_different_ones),
		TEST(long_or_unshowable_ones_are_refused),
		TEST(no_bytes_are_too_odd),
		TEST(only_a_file_of_root_is_read),
		TEST(our_own_are_twelve_that_can_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
