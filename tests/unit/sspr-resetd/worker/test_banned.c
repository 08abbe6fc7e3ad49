/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/banned.h"

#define WORST_MS 2000 /* of one password; sanitizers and a busy machine */

/* A file of words in a directory of its own. */
struct place {
	char dir[64], path[80];
	char why[BANNED_WHY_MAX + 1];
	struct banned *words;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	snprintf(p->dir, sizeof(p->dir), "/tmp/banned.XXXXXX");
	if (mkdtemp(p->dir) == NULL)
		return -1;
	snprintf(p->path, sizeof(p->path), "%s/words", p->dir);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;

	banned_free(p->words);
	if (remove(p->path) == -1)
		(void)rmdir(p->path); /* a test may have made one */
	rmdir(p->dir);
	free(p);
	return 0;
}

static void
put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static struct banned *
words(const char *text)
{
	char why[BANNED_WHY_MAX + 1] = "";
	struct banned *b = NULL;

	assert_int_equal(banned_parse(text, strlen(text), &b, why), SSPR_OK);
	assert_string_equal(why, "");
	return b;
}

static struct fold
folded(const char *text)
{
	struct fold f;
	locale_t rules;

	assert_int_equal(fold_open(&rules), SSPR_OK);
	assert_int_equal(fold_text(rules, text, strlen(text), &f), SSPR_OK);
	freelocale(rules);
	return f;
}

static size_t
points(const char *list, const char *password)
{
	struct banned *b = words(list);
	const struct fold f = folded(password);
	const size_t n = banned_points(b, &f);

	banned_free(b);
	return n;
}

static bool
near(const char *list, const char *password)
{
	struct banned *b = words(list);
	const struct fold f = folded(password);
	const bool yes = banned_is_near(b, &f);

	banned_free(b);
	return yes;
}

/* Why these bytes are no list. */
static void
assert_refused(const char *text, size_t len, const char *why)
{
	struct banned *b = NULL;
	char said[BANNED_WHY_MAX + 1] = "";

	assert_int_equal(banned_parse(text, len, &b, said), SSPR_SETUP);
	assert_null(b);
	assert_string_equal(said, why);
}

/* FEATURES section 2 */
static void
C0ntos0Blank12_has_4_points(void **state)
{
	(void)state;
	assert_int_equal(points("contoso\nblank\n", "C0ntos0Blank12"), 4);
}

/* FEATURES section 2 */
static void
ContoS0Bl_nkf9_has_5_points(void **state)
{
	(void)state;
	assert_int_equal(points("contoso\nblank\n", "ContoS0Bl@nkf9!"), 5);
}

/* FEATURES section 2 */
static void
abcdeg_abcdefg_and_abcde_are_near_abcdef(void **state)
{
	(void)state;
	assert_true(near("abcdef\n", "abcdef"));
	assert_true(near("abcdef\n", "abcdeg"));
	assert_true(near("abcdef\n", "abcdefg"));
	assert_true(near("abcdef\n", "abcde"));
	assert_true(near("ABCDEF\n", "@bcdef"));
}

static void
one_change_anywhere_is_near_and_two_are_not(void **state)
{
	static const char word[] = "abcdef";
	char text[10];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		memcpy(text, word, sizeof(word));
		text[i] = 'z';
		assert_true(near(word, text));
		memmove(text + i, text + i + 1, 6 - i);
		assert_true(near(word, text));
	}
	for (size_t i = 0; i <= 6; i++) {
		memcpy(text, word, i);
		text[i] = 'z';
		memcpy(text + i + 1, word + i, 7 - i);
		assert_true(near(word, text));
	}
	assert_false(near(word, "abcdgg"));
	assert_false(near(word, "abcd"));
	assert_false(near(word, "abcdefgh"));
	assert_false(near(word, "zabcdez"));
	assert_false(near(word, "bacdef"));
	assert_false(near(word, ""));
	assert_false(near("", "abcdef"));
}

static void
of_all_cuts_the_one_with_the_fewest_points_counts(void **state)
{
	(void)state;
	assert_int_equal(points("", "abcdefgh"), 8);
	assert_int_equal(points("abc\n", ""), 0);
	assert_int_equal(points("abc\nbcdefg\n", "abcdefg"), 2);
	assert_int_equal(points("abcd\nabc\ndef\n", "abcdef"), 2);
	assert_int_equal(points("aaa\n", "aaaaaaaa"), 4);
	assert_int_equal(points("contoso\n", "ContosoContosoContoso"), 3);
	assert_int_equal(points("contoso\n", "c-o-n-t-o-s-o"), 13);
}

static void
characters_are_counted_and_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(points("m\xc3\xbcnchen\n",
			     "M\xc3\x9cNCHEN\xc3\xa4"
			     "7"),
	    3);
	assert_true(near("m\xc3\xbcnchen\n", "m\xc3\xb6nchen"));
	assert_int_equal(points("", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80"), 2);
}

static void
blanks_comments_and_empty_lines_are_no_words(void **state)
{
	struct banned *b = words("# contoso\n\n  \t\n\tblank \r\n"
				 "   # x y\nc#sharp\nlast");
	const struct fold contoso = folded("contoso"), blank = folded("blank"),
			  sharp = folded("c#sharp"), last = folded("last"),
			  empty = folded("");

	(void)state;
	assert_false(banned_is_near(b, &contoso));
	assert_true(banned_is_near(b, &blank));
	assert_true(banned_is_near(b, &sharp));
	assert_true(banned_is_near(b, &last));
	assert_false(banned_is_near(b, &empty));
	banned_free(b);
	banned_free(NULL);
}

static void
a_bad_line_is_named(void **state)
{
	char text[300] = "one\ntwo\n";

	(void)state;
	assert_refused("one\ntwo\nab\n", 11,
	    "line 3: a word of less than 3 characters");
	assert_refused("one\n\n# x\ntwo words\n", 19,
	    "line 4: more than one word");
	assert_refused("\xff\xfe\n", 3, "line 1: not plain UTF-8 text");
	assert_refused("one\0two", 7, "line 1: not plain UTF-8 text");
	assert_refused("one\x1b[2Jtwo", 10, "line 1: not plain UTF-8 text");
	assert_refused("\xef\xbb\xbfone", 6, "line 1: not plain UTF-8 text");
	memset(text + 8, 'x', 64);
	banned_free(words(text));
	text[72] = 'x';
	assert_refused(text, 73, "line 3: a word of more than 64 characters");
	memset(text + 8, 'x', 291);
	assert_refused(text, 299, "line 3: a word of more than 64 characters");
}

static void
a_thousand_words_are_taken_and_no_more(void **state)
{
	char text[8 * (BANNED_MAX + 1) + 1];
	struct fold last;
	struct banned *b;

	(void)state;
	for (size_t i = 0; i <= BANNED_MAX; i++)
		snprintf(text + 8 * i, 9, "wor%04zu\n", i);
	assert_refused(text, sizeof(text) - 1,
	    "line 1001: more than 1000 words");
	text[8 * BANNED_MAX] = '\0';
	b = words(text);
	last = folded("wor0999");
	assert_int_equal(banned_points(b, &last), 1);
	banned_free(b);
}

static void
a_list_that_nobody_else_can_write_is_read(void **state)
{
	struct place *p = *state;
	struct fold f = folded("contoso");

	put(p->path, "contoso\n", 0644);
	assert_int_equal(banned_read(p->path, getuid(), &p->words, p->why),
	    SSPR_OK);
	assert_true(banned_is_near(p->words, &f));
}

static void
no_file_is_no_words(void **state)
{
	struct place *p = *state;
	struct fold f = folded("contoso");

	assert_int_equal(banned_read(p->path, getuid(), &p->words, p->why),
	    SSPR_OK);
	assert_false(banned_is_near(p->words, &f));
	assert_int_equal(banned_points(p->words, &f), 7);
}

static void
refuses(struct place *p, uid_t owner, const char *why)
{
	assert_int_equal(banned_read(p->path, owner, &p->words, p->why),
	    SSPR_SETUP);
	assert_null(p->words);
	assert_string_equal(p->why, why);
}

/* A list that others can write would forbid what they like. */
static void
a_file_that_is_not_roots_alone_is_refused(void **state)
{
	struct place *p = *state;
	char other[96];

	put(p->path, "contoso\n", 0664);
	refuses(p, getuid(), "writable by others");
	put(p->path, "contoso\n", 0646);
	refuses(p, getuid(), "writable by others");
	put(p->path, "contoso\n", 0644);
	refuses(p, getuid() + 1, "not of root");
	snprintf(other, sizeof(other), "%s/other", p->dir);
	assert_int_equal(rename(p->path, other), 0);
	assert_int_equal(symlink(other, p->path), 0);
	refuses(p, getuid(), "a symbolic link");
	assert_int_equal(unlink(other), 0);
	refuses(p, getuid(), "a symbolic link");
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	refuses(p, getuid(), "not a regular file");
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkdir(p->path, 0700), 0);
	refuses(p, getuid(), "not a regular file");
}

static void
a_file_without_end_is_refused(void **state)
{
	struct place *p = *state;

	put(p->path, "contoso\n", 0644);
	assert_int_equal(truncate(p->path, (1 << 20) + 1), 0);
	refuses(p, getuid(), "larger than 1 MiB");
}

static void
a_fault_in_the_file_names_its_line(void **state)
{
	struct place *p = *state;

	put(p->path, "contoso\nx\n", 0644);
	refuses(p, getuid(), "line 2: a word of less than 3 characters");
}

/* What the head of banned.c says it costs, with room for slow machines. */
static void
the_worst_list_and_password_take_no_time_to_speak_of(void **state)
{
	const size_t line = BANNED_WORD_MAX + 1;
	char *text = malloc(BANNED_MAX * line + 1);
	char password[FOLD_MAX + 1] = "";
	struct timespec from, to;
	struct banned *b;
	struct fold f;
	int64_t ms;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', BANNED_MAX * line);
	for (size_t i = 1; i <= BANNED_MAX; i++)
		memcpy(text + i * line - 2, "b\n", 2);
	text[BANNED_MAX * line] = '\0';
	b = words(text);
	free(text);
	memset(password, 'a', FOLD_MAX);
	f = folded(password);
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(banned_points(b, &f), FOLD_MAX);
	assert_false(banned_is_near(b, &f));
	clock_gettime(CLOCK_MONOTONIC, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000 +
	    (to.tv_nsec - from.tv_nsec) / 1000000;
	assert_true(ms < WORST_MS);
	banned_free(b);
}

int
main(void)
{
#define AT_PLACE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(C0ntos0Blank12_has_4_points),
		cmocka_unit_test(ContoS0Bl_nkf9_has_5_points),
		cmocka_unit_test(abcdeg_abcdefg_and_abcde_are_near_abcdef),
		cmocka_unit_test(one_change_anywhere_is_near_and_two_are_not),
		cmocka_unit_test(
		    of_all_cuts_the_one_with_the_fewest_points_counts),
		cmocka_unit_test(characters_are_counted_and_not_bytes),
		cmocka_unit_test(blanks_comments_and_empty_lines_are_no_words),
		cmocka_unit_test(a_bad_line_is_named),
		cmocka_unit_test(a_thousand_words_are_taken_and_no_more),
		AT_PLACE(a_list_that_nobody_else_can_write_is_read),
		AT_PLACE(no_file_is_no_words),
		AT_PLACE(a_file_that_is_not_roots_alone_is_refused),
		AT_PLACE(a_file_without_end_is_refused),
		AT_PLACE(a_fault_in_the_file_names_its_line),
		cmocka_unit_test(
		    the_worst_list_and_password_take_no_time_to_speak_of),
	};
#undef AT_PLACE

	return cmocka_run_group_tests(tests, NULL, NULL);
}
