/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/stack_line.h"

/* What comes of each was tried with libpam 1.5.2 itself. */

/* The first line of a text of that many bytes. */
static struct stack_line
first_of(const char *s, size_t len)
{
	struct stack_text t = { .at = s, .left = len };
	struct stack_line line;

	assert_true(stack_line_next(&t, "password", &line));
	return line;
}

static struct stack_line
first(const char *s)
{
	return first_of(s, strlen(s));
}

static void
expect_module(const char *s, const char *name)
{
	const struct stack_line line = first(s);

	if (line.fault != NULL)
		fail_msg("%s %s", s, line.fault);
	assert_int_equal(line.kind, STACK_LINE_MODULE);
	assert_string_equal(line.name, name);
}

static void
expect_fault(const char *s, const char *fault)
{
	const struct stack_line line = first(s);

	if (line.fault == NULL)
		fail_msg("%s is taken", s);
	assert_string_equal(line.fault, fault);
}

static void
a_line_is_type_control_module([[maybe_unused]] void **state)
{
	expect_module("password required pam_a.so", "pam_a.so");
	expect_module("\t password\t required  pam_a.so x [y z] # c\n",
	    "pam_a.so");
	expect_module("PassWord REQUIRED pam_a.so\n", "pam_a.so");
	expect_module("password requisite /a/pam_a.so\n", "/a/pam_a.so");
	expect_module("[password] required [pam a.so]\n", "pam a.so");
	expect_module("password required [a\\]b]\n", "a]b");
	expect_module("password [success=ok]pam_a.so\n", "pam_a.so");
	expect_module("-password optional pam_a.so\n", "pam_a.so");
}

static void
lines_are_numbered_and_empty_ones_passed_over([[maybe_unused]] void **state)
{
	const char *s = "\n# x\n \t\nauth required a\n#\\\npassword \\\n"
			" required \\ \nb\npassword required c";
	struct stack_text t = { .at = s, .left = strlen(s) };
	struct stack_line line;

	assert_true(stack_line_next(&t, "password", &line));
	assert_int_equal(line.kind, STACK_LINE_OTHER);
	assert_int_equal(line.number, 4);
	assert_true(stack_line_next(&t, "password", &line));
	assert_null(line.fault);
	assert_string_equal(line.name, "b");
	assert_int_equal(line.number, 6);
	assert_true(stack_line_next(&t, "password", &line));
	assert_string_equal(line.name, "c");
	assert_int_equal(line.number, 9);
	assert_false(stack_line_next(&t, "password", &line));
	assert_false(stack_line_next(&t, "password", &line));
}

static void
a_comment_ends_a_line_even_if_it_ends_in_a_backslash(
    [[maybe_unused]] void **state)
{
	const char *s = "password required a # x \\\npassword required b\n";
	struct stack_text t = { .at = s, .left = strlen(s) };
	struct stack_line line;

	assert_true(stack_line_next(&t, "password", &line));
	assert_string_equal(line.name, "a");
	assert_true(stack_line_next(&t, "password", &line));
	assert_string_equal(line.name, "b");
	expect_fault("password required # \\\npam_a.so\n", "names no module");
}

/* Linux-PAM 1.5 passes over the empty line, 1.7 ends with it. */
static void
what_versions_of_libpam_read_differently_is_a_fault(
    [[maybe_unused]] void **state)
{
	expect_fault("password required \\\n\npam_a.so\n",
	    "goes on with an empty line");
	expect_fault("password required \\\n # c\npam_a.so\n",
	    "goes on with an empty line");
}

static void
a_backslash_at_the_end_is_a_fault([[maybe_unused]] void **state)
{
	const char *fault = "is the last one and ends in a backslash";

	expect_fault("password required pam_a.so \\\n", fault);
	expect_fault("password required pam_a.so \\", fault);
	expect_fault("auth required pam_a.so \\ \n", fault);
	expect_fault("\\\n", fault);
}

static void
a_line_may_not_be_too_long([[maybe_unused]] void **state)
{
	char s[2 * STACK_LINE_MAX];

	memset(s, 'a', sizeof(s));
	memcpy(s, "password required ", 18);
	s[STACK_LINE_MAX - 1] = '\n';
	assert_null(first_of(s, STACK_LINE_MAX).fault);
	s[STACK_LINE_MAX - 1] = 'a';
	s[STACK_LINE_MAX] = '\n';
	assert_string_equal(first_of(s, STACK_LINE_MAX + 1).fault,
	    "is too long");
	s[300] = '\\';
	s[301] = '\n';
	assert_string_equal(first_of(s, STACK_LINE_MAX + 1).fault,
	    "is too long");
	s[0] = '#'; /* what is behind would be a line to libpam 1.5 */
	s[300] = s[301] = 'a';
	assert_string_equal(first_of(s, STACK_LINE_MAX + 1).fault,
	    "is too long");
}

static void
control_characters_are_a_fault([[maybe_unused]] void **state)
{
	const char *fault = "has a control character";

	expect_fault("password required pam_a.so\r\n", fault);
	expect_fault("password required pam_a.so \x1b[m\n", fault);
	assert_string_equal(first_of("password\0required a", 19).fault, fault);
	expect_module("password required pam_\xc3\xa4.so # \x01\n",
	    "pam_\xc3\xa4.so");
}

static void
a_line_that_libpam_makes_fail_is_a_fault([[maybe_unused]] void **state)
{
	expect_fault("passwort required a", "is of no type that PAM knows");
	expect_fault("-", "is of no type that PAM knows");
	expect_fault("@INCLUDE a", "is of no type that PAM knows");
	expect_fault("-@include a", "is of no type that PAM knows");
	expect_fault("[] required a", "is of no type that PAM knows");
	expect_fault("password", "has no control");
	expect_fault("password required", "names no module");
	expect_fault("password required []", "names no module");
	expect_fault("password include", "names no file");
	expect_fault("password substack # x", "names no file");
	expect_fault("@include", "names no file");
	expect_fault("[password required a", "has a `[' without its `]'");
	expect_fault("password [success=ok a", "has a `[' without its `]'");
	expect_fault("password required [a", "has a `[' without its `]'");
}

static void
expect_control(const char *control, bool needed, unsigned int jump)
{
	char s[256];
	struct stack_line line;

	snprintf(s, sizeof(s), "password %s a", control);
	line = first(s);
	if (line.fault != NULL)
		fail_msg("%s %s", s, line.fault);
	assert_int_equal(line.needed, needed);
	assert_int_equal(line.jump, jump);
}

static void
a_control_says_what_may_fail_and_what_may_be_skipped(
    [[maybe_unused]] void **state)
{
	expect_control("required", true, 0);
	expect_control("requisite", true, 0);
	expect_control("optional", false, 0);
	expect_control("sufficient", false, 0);
	expect_control("success=ok", true, 0);
	expect_control("[success=1 default=ignore]", false, 1);
	expect_control("[ success = 12\tdefault = die ]", true, 12);
	expect_control("[default=ignore success=2]", false, 2);
	expect_control("[success=9 success=2]", true, 2);
	expect_control("[default=3 default=bad]", false, 3);
	expect_control("[module_unknown=ignore]", false, 0);
	expect_control("[default=ignore module_unknown=bad]", true, 0);
	expect_control("[incomplete=doneconv_again=reset]", true, 0);
	expect_control("[success=99999999999999999999 default=ok]", false,
	    STACK_LINE_JUMP_MAX);
}

static void
a_control_that_cannot_be_read_is_a_fault([[maybe_unused]] void **state)
{
	static const char *const bad[] = { "[]x", "forbidden", "[succes=ok]",
		"[SUCCESS=ok]", "[success]", "[success=]", "[success=0]",
		"[success=-1]", "[success=1x]", "[success ok]", "[=ok]",
		"[success=ok,default=bad]" };
	char s[256];

	for (size_t i = 1; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(s, sizeof(s), "password %s a", bad[i]);
		expect_fault(s, "has a control that PAM cannot read");
		snprintf(s, sizeof(s), "auth %s a", bad[i]);
		assert_null(first(s).fault);
	}
}

static void
inclusions_are_told_apart([[maybe_unused]] void **state)
{
	assert_int_equal(first("password include a").kind, STACK_LINE_INCLUDE);
	assert_int_equal(first("password Substack a").kind,
	    STACK_LINE_SUBSTACK);
	assert_int_equal(first("@include a b").kind, STACK_LINE_AT_INCLUDE);
	assert_string_equal(first("@include a b").name, "a");
	assert_int_equal(first("auth include a").kind, STACK_LINE_OTHER);
	assert_true(first("-password include a").quiet);
	assert_false(first("password include a").quiet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_type_control_module),
		cmocka_unit_test(lines_are_numbered_and_empty_ones_passed_over),
		cmocka_unit_test(
		    a_comment_ends_a_line_even_if_it_ends_in_a_backslash),
		cmocka_unit_test(
		    what_versions_of_libpam_read_differently_is_a_fault),
		cmocka_unit_test(a_backslash_at_the_end_is_a_fault),
		cmocka_unit_test(a_line_may_not_be_too_long),
		cmocka_unit_test(control_characters_are_a_fault),
		cmocka_unit_test(a_line_that_libpam_makes_fail_is_a_fault),
		cmocka_unit_test(
		    a_control_says_what_may_fail_and_what_may_be_skipped),
		cmocka_unit_test(a_control_that_cannot_be_read_is_a_fault),
		cmocka_unit_test(inclusions_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
