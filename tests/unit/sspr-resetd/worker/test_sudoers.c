/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/sudoers.h"

#define CONVERTER "/usr/bin/cvtsudoers" /* package sudo: tests/deps check */
#define SOON_MS   150
#define LATE_MS   20000 /* nothing here takes so long */

static char dir[] = "/tmp/sspr-sudoers-XXXXXX";
static char file[PATH_MAX], program[PATH_MAX];

static int
setup([[maybe_unused]] void **state)
{
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/sudoers", dir);
	snprintf(program, sizeof(program), "%s/program", dir);
	return 0;
}

static int
teardown([[maybe_unused]] void **state)
{
	unlink(file);
	unlink(program);
	return rmdir(dir);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
the_converter_prints_rules_as_ldif([[maybe_unused]] void **state)
{
	char *text;
	size_t len;

	put(file,
	    "Defaults env_reset\nUser_Alias A = alice, %staff\n"
	    "A ALL = (ALL) ALL\n",
	    0600);
	assert_int_equal(sudoers_print(CONVERTER, file, LATE_MS, &text, &len),
	    SSPR_OK);
	assert_int_equal(len, strlen(text));
	assert_non_null(strstr(text, "\nsudoUser: alice\nsudoUser: %staff\n"));
	assert_null(strstr(text, "env_reset"));
	free(text);
}

static void
rules_that_do_not_parse_are_no_rules([[maybe_unused]] void **state)
{
	char *text;
	size_t len;

	put(file, "alice ALL=ALL\nbob ALL(\n", 0600);
	assert_int_equal(sudoers_print(CONVERTER, file, LATE_MS, &text, &len),
	    SSPR_SYSTEM);
	assert_int_equal(sudoers_print(CONVERTER, "/nonexistent", LATE_MS,
			     &text, &len),
	    SSPR_SYSTEM);
	put(file, "@include /nonexistent\n", 0600);
	assert_int_equal(sudoers_print(CONVERTER, file, LATE_MS, &text, &len),
	    SSPR_SYSTEM);
}

static void
it_is_told_the_form_and_the_file([[maybe_unused]] void **state)
{
	char *text;
	size_t len;

	put(program, "#!/bin/sh\necho \"$*\"\n", 0700);
	assert_int_equal(sudoers_print(program, "/some/file", LATE_MS, &text,
			     &len),
	    SSPR_OK);
	assert_string_equal(text,
	    "-c /dev/null -f ldif -b ou=rules -s defaults /some/file\n");
	assert_int_equal(len, strlen(text));
	free(text);
}

static void
expect_failure(const char *path, enum sspr_err want)
{
	char *text = dir;
	size_t len = 4711;

	assert_int_equal(sudoers_print(program, path, SOON_MS, &text, &len),
	    want);
	assert_ptr_equal(text, dir);
	assert_int_equal(len, 4711);
}

static void
what_does_not_come_to_its_end_says_nothing([[maybe_unused]] void **state)
{
	char path[PATH_MAX + 1];

	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	put(program, "#!/bin/sh\necho sudoUser: x; exit 1\n", 0700);
	expect_failure("/some/file", SSPR_SYSTEM);
	expect_failure(path, SSPR_SYSTEM);
	put(program, "#!/bin/sh\necho sudoUser: x; sleep 60\n", 0700);
	expect_failure("/some/file", SSPR_TIMEOUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_converter_prints_rules_as_ldif),
		cmocka_unit_test(rules_that_do_not_parse_are_no_rules),
		cmocka_unit_test(it_is_told_the_form_and_the_file),
		cmocka_unit_test(what_does_not_come_to_its_end_says_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
