/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "text.h"
#include "vault/template.h"

static const struct template_sign signs[] = {
	{ 'c', 8, true, false },
	{ 'h', 64, true, true },
	{ 'u', 64, false, true },
	{ 0 },
};

static struct template t;
static const char *why;

static enum sspr_err
parse(const char *file)
{
	memset(&t, 0, sizeof(t));
	why = "";
	return template_parse(file, strlen(file), signs, &t, &why);
}

static void
refused(const char *file, const char *reason)
{
	assert_int_equal(parse(file), SSPR_CONFIG);
	assert_string_equal(why, reason);
	assert_string_equal(t.subject, "");
	assert_string_equal(t.text, "");
}

static void
the_first_line_is_the_subject_the_rest_the_text(void **state)
{
	(void)state;
	assert_int_equal(parse("Code for %h\n\nDear %u,\n%c on %h.\n\n"),
	    SSPR_OK);
	assert_string_equal(t.subject, "Code for %h");
	assert_string_equal(t.text, "Dear %u,\n%c on %h.");
	assert_int_equal(parse("100 %%\n%c%%%h"), SSPR_OK);
}

static void
what_cannot_be_sent_is_refused_and_says_why(void **state)
{
	(void)state;
	refused("", "no subject in the first line");
	refused("\n%c %h\n", "no subject in the first line");
	refused("Code", "no text after the first line");
	refused("Code\n\n\n", "no text after the first line");
	refused("Code\n%c %h %x", "unknown placeholder");
	refused("Code\n%c %h %", "unknown placeholder");
	refused("Code\n%c %h %C", "unknown placeholder");
	refused("Code %z\n%c %h", "unknown placeholder");
	refused("Code %c\n%c %h", "placeholder not for the subject");
	refused("Code\n%h",
	    "text without one of %c, %h, %s or %t that it needs");
	refused("Code\n%%c %h",
	    "text without one of %c, %h, %s or %t that it needs");
	refused("Code\r\n%c %h", "not UTF-8 that can be shown");
	refused("Code\n%c\t%h", "not UTF-8 that can be shown");
	refused("Code\n%c \xff %h", "not UTF-8 that can be shown");
	refused("Code\n%c \xe2\x80\xae %h", "not UTF-8 that can be shown");
	assert_int_equal(template_parse("a\n%c %h\0", 8, signs, &t, &why),
	    SSPR_CONFIG);
}

/* R-DEL-5, R-DEL-6: no link. */
static void
a_link_is_refused(void **state)
{
	(void)state;
	refused("Code\n%c %h https://x.example", "a link");
	refused("Code\n%c %h WwW.x.example", "a link");
	refused("ftp://x\n%c %h", "a link");
}

static void
what_is_too_long_is_refused(void **state)
{
	char file[4096];

	(void)state;
	snprintf(file, sizeof(file), "%0120d\n%%c %%h", 1);
	assert_int_equal(parse(file), SSPR_OK);
	snprintf(file, sizeof(file), "%0121d\n%%c %%h", 1);
	refused(file, "subject over 120 bytes");
	snprintf(file, sizeof(file), "s\n%%c%%h%0896d", 1);
	assert_int_equal(parse(file), SSPR_OK);
	snprintf(file, sizeof(file), "s\n%%c%%h%0897d", 1);
	refused(file, "text over 900 bytes");
	snprintf(file, sizeof(file), "s\n%%c%%h%%u%%u%0892d", 1);
	refused(file, "text too long with all values put in");
}

static struct template_values
values(const char *user)
{
	return (struct template_values){ .of = { ['c' - 'a'] = "12345678",
					     ['h' - 'a'] = "web1",
					     ['u' - 'a'] = user } };
}

static const char *
expand(const char *format, const char *user, size_t size)
{
	static char buf[2048];
	const struct template_values v = values(user);

	memset(buf, 'x', sizeof(buf));
	template_expand(format, &v, buf, size);
	assert_true(strlen(buf) < size);
	return buf;
}

static void
values_take_the_places_of_their_signs(void **state)
{
	(void)state;
	assert_string_equal(expand("%c for %u@%h, 100%%.\n%c", "alice", 99),
	    "12345678 for alice@web1, 100%.\n12345678");
	assert_string_equal(expand("a%zb%", "alice", 99), "ab");
	assert_string_equal(expand("", "alice", 99), "");
	assert_string_equal(expand("%u", "%c%h", 99), "%c%h"); /* once */
}

/* R-LOG-2, R-DEL-5: a value stays one line that can be shown, and no link. */
static void
values_of_others_are_tamed(void **state)
{
	(void)state;
	assert_string_equal(expand("<%u>", "a\r\nSubject: b\x1b[2J", 99),
	    "<a??Subject: b?[2J>");
	assert_string_equal(expand("<%u>",
				"a\xe2\x80\xae"
				"b\xffz",
				99),
	    "<a?b?z>");
	assert_string_equal(expand("<%u>", "J\xc3\xbcrgen", 99),
	    "<J\xc3\xbcrgen>");
	assert_string_equal(expand("<%u>", "https://x.example", 99),
	    "<https???x.example>");
	assert_string_equal(expand("<%u>", "WWW.x.example", 99),
	    "<????x.example>");
	assert_string_equal(expand("a:%u", "//x.example", 99), "a???x.example");
	assert_string_equal(expand("ww%u", "w.x.example", 99), "????x.example");
}

static void
what_does_not_fit_is_cut_between_characters(void **state)
{
	(void)state;
	assert_string_equal(expand("ab%u", "\xc3\xbc\xc3\xbc", 6),
	    "ab\xc3\xbc");
	assert_string_equal(expand("ab%ucd", "\xc3\xbc\xc3\xbc", 6),
	    "ab\xc3\xbc");
	assert_string_equal(expand("abcdefg", "", 4), "abc");
	assert_string_equal(expand("abc", "", 1), "");
}

/* Numbers that are the same each time. */
static uint32_t seed;

static size_t
next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* Whatever a value is: no line, no link, valid text, and within its room. */
static void
no_value_does_harm(void **state)
{
	char user[64];

	(void)state;
	seed = 7;
	for (int i = 0; i < 20000; i++) {
		const size_t len = next_random() % sizeof(user);
		const char *out;

		for (size_t j = 0; j < len; j++)
			user[j] = "w.:/W\n\xe2\x80\xae\xf0%a\xff\x1b\xc3\xbc"
			    [next_random() % 17];
		user[len] = '\0';
		out = expand("://www.%u", user, 1 + next_random() % 80);
		assert_true(text_is_clean(out, strlen(out)));
		assert_null(strstr(out, "://"));
		assert_null(strcasestr(out, "www."));
	}
}

static char path[64];

static void
write_file(const char *text, mode_t mode)
{
	FILE *f;

	(void)unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static enum sspr_err
load(void)
{
	memset(&t, 0, sizeof(t));
	why = "";
	return template_load(path, signs, &t, &why);
}

static int
make_directory(void **state)
{
	static char dir[32];

	snprintf(dir, sizeof(dir), "/tmp/sspr-test-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/code.txt", dir);
	*state = dir;
	return 0;
}

static int
remove_directory(void **state)
{
	(void)unlink(path);
	return rmdir(*state);
}

static void
a_file_that_is_not_there_is_no_mistake(void **state)
{
	(void)state;
	assert_int_equal(load(), SSPR_GONE);
	assert_string_equal(why, "");
}

static void
only_a_file_of_root_s_alone_is_read(void **state)
{
	(void)state;
	write_file("Code\n%c %h", 0644);
	if (geteuid() != 0) {
		assert_int_equal(load(), SSPR_CONFIG);
		assert_string_equal(why, "not root's");
		return;
	}
	assert_int_equal(load(), SSPR_OK);
	assert_string_equal(t.text, "%c %h");
	write_file("Code\n%c %h", 0664);
	assert_int_equal(load(), SSPR_CONFIG);
	assert_string_equal(why, "writable by others than root");
	write_file("Code\n%c %h", 0646);
	assert_int_equal(load(), SSPR_CONFIG);
	write_file("Code\n%c %h", 0644);
	assert_int_equal(chown(path, 1, 1), 0);
	assert_int_equal(load(), SSPR_CONFIG);
	assert_string_equal(why, "not root's");
}

static void
neither_a_link_nor_a_pipe_is_followed(void **state)
{
	(void)state;
	(void)unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(load(), SSPR_CONFIG);
	assert_string_equal(why, "a symbolic link");
	(void)unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(), SSPR_CONFIG);
	assert_string_equal(why, "not a regular file");
}

static void
a_file_too_long_is_refused(void **state)
{
	char text[4096];

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(text, sizeof(text), "s\n%%c%%h%03000d", 1);
	write_file(text, 0644);
	assert_int_equal(load(), SSPR_CONFIG);
	assert_string_equal(why, "too long");
}

#define IN_DIRECTORY(f) \
	cmocka_unit_test_setup_teardown(f, make_directory, remove_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_first_line_is_the_subject_the_rest_the_text),
		cmocka_unit_test(what_cannot_be_sent_is_refused_and_says_why),
		cmocka_unit_test(a_link_is_refused),
		cmocka_unit_test(what_is_too_long_is_refused),
		cmocka_unit_test(values_take_the_places_of_their_signs),
		cmocka_unit_test(values_of_others_are_tamed),
		cmocka_unit_test(what_does_not_fit_is_cut_between_characters),
		cmocka_unit_test(no_value_does_harm),
		IN_DIRECTORY(a_file_that_is_not_there_is_no_mistake),
		IN_DIRECTORY(only_a_file_of_root_s_alone_is_read),
		IN_DIRECTORY(neither_a_link_nor_a_pipe_is_followed),
		IN_DIRECTORY(a_file_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
