/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
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

#include "worker/directory.h"

static char dir[] = "/run/sspr-directory-XXXXXX";
static char program[64], asked[64], logged[64];

/* Nobody but root can make a program that is run. */
static int
setup([[maybe_unused]] void **state)
{
	if (geteuid() != 0)
		return 0;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(program, sizeof(program), "%s/program", dir);
	snprintf(asked, sizeof(asked), "%s/asked", dir);
	snprintf(logged, sizeof(logged), "%s/logged", dir);
	return 0;
}

static int
teardown([[maybe_unused]] void **state)
{
	if (geteuid() != 0)
		return 0;
	unlink(program);
	unlink(asked);
	unlink(logged);
	return rmdir(dir);
}

static void
put_program(const char *script)
{
	FILE *f;

	if (geteuid() != 0)
		skip();
	f = fopen(program, "we");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0700), 0);
}

static void
expect_look(const char *script, enum verdict want, const char *want_mark)
{
	char mark[VERDICT_MARK_MAX + 1];
	enum verdict v;

	put_program(script);
	assert_int_equal(directory_look(program, "alice", 1000, &v, mark),
	    SSPR_OK);
	assert_int_equal(v, want);
	assert_string_equal(mark, want_mark);
}

static void
expect_error(const char *script, enum sspr_err want)
{
	char mark[VERDICT_MARK_MAX + 1] = "as before";
	enum verdict v = VERDICT_COUNT;

	put_program(script);
	assert_int_equal(directory_look(program, "alice", 1000, &v, mark),
	    want);
	assert_int_equal(v, VERDICT_COUNT);
	assert_string_equal(mark, "as before");
}

static void
its_line_is_the_answer([[maybe_unused]] void **state)
{
	expect_look("echo fine 20261123#0", VERDICT_FINE, "20261123#0");
	expect_look("echo locked -", VERDICT_LOCKED, "-");
	expect_look("echo silent -; echo why >&2", VERDICT_SILENT, "-");
}

static void
anything_else_is_no_answer([[maybe_unused]] void **state)
{
	expect_error(":", SSPR_DIRECTORY);
	expect_error("echo fine", SSPR_DIRECTORY);
	expect_error("echo fine -; echo fine -", SSPR_DIRECTORY);
	expect_error("echo fine -; exit 1", SSPR_DIRECTORY);
	expect_error("echo fine -; kill -SEGV $$", SSPR_DIRECTORY);
	expect_error("echo finer -", SSPR_DIRECTORY);
	expect_error("printf 'fine -'", SSPR_DIRECTORY);
	expect_error("printf 'fine \\0\\n'", SSPR_DIRECTORY);
	expect_error("head -c 1000 /dev/zero | tr '\\0' x", SSPR_DIRECTORY);
}

static void
what_cannot_be_run_is_set_up_wrong([[maybe_unused]] void **state)
{
	char mark[VERDICT_MARK_MAX + 1];
	enum verdict v;

	assert_int_equal(directory_look("/nonexistent", "alice", 1000, &v,
			     mark),
	    SSPR_SETUP);
	put_program("echo fine -");
	assert_int_equal(chmod(program, 0722), 0);
	assert_int_equal(directory_look(program, "alice", 1000, &v, mark),
	    SSPR_SETUP);
}

static void
put_asked(const char *text)
{
	FILE *f = fopen(asked, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Whether it finds what is wanted; it may write no file to show it in. */
static void
expect_given(const char *verb, const char *name, const char *password,
    const char *want)
{
	char script[300], mark[VERDICT_MARK_MAX + 1];
	struct secret p = { .len = 0 };
	enum verdict v;

	snprintf(script, sizeof(script),
	    "{ echo \"$*\"; cat; } | cmp -s - %s && echo fine - || "
	    "echo refused -",
	    asked);
	put_program(script);
	assert_int_equal(secret_set(&p, password, strlen(password)), SSPR_OK);
	put_asked(want);
	if (strcmp(verb, VERDICT_LOOK) == 0)
		assert_int_equal(directory_look(program, name, 4294967294u, &v,
				     mark),
		    SSPR_OK);
	else
		assert_int_equal(directory_bind(program, name, 4294967294u, &p,
				     &v),
		    SSPR_OK);
	assert_int_equal(v, VERDICT_FINE);
}

/* verdict.h has the form; the password is on no command line. */
static void
it_is_given_the_question([[maybe_unused]] void **state)
{
	expect_given("look", "alice", "", "look\n4294967294\nalice\n");
	expect_given("look", "", "", "look\n4294967294\n\n");
	expect_given("bind", "alice", "a b\\n%s ",
	    "bind\n4294967294\nalice\na b\\n%s ");
}

static void
a_name_that_would_be_another_question_is_not_asked(
    [[maybe_unused]] void **state)
{
	char name[5000], mark[VERDICT_MARK_MAX + 1];
	enum verdict v;

	put_program("echo fine -");
	assert_int_equal(directory_look(program, "a\nb", 1000, &v, mark),
	    SSPR_DIRECTORY);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(directory_look(program, name, 1000, &v, mark),
	    SSPR_DIRECTORY);
}

/* Look with our standard error in a file. */
static void
look_logged(void)
{
	char mark[VERDICT_MARK_MAX + 1];
	const int err = dup(STDERR_FILENO);
	const int fd = open(logged, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	enum sspr_err e;
	enum verdict v;

	assert_true(fd != -1 && err != -1);
	dup2(fd, STDERR_FILENO);
	e = directory_look(program, "alice", 1000, &v, mark);
	dup2(err, STDERR_FILENO);
	close(err);
	close(fd);
	assert_int_equal(e, SSPR_OK);
}

/* R-LOG-2: a server's words make no lines of their own. */
static void
what_it_says_is_logged_as_ours([[maybe_unused]] void **state)
{
	char line[1024];
	int lines = 0;
	FILE *f;

	put_program("printf 'one\\033[2J\\r\\n\\nsspr-resetd parent: two\\n"
		    "3\\n4\\n5\\n6' >&2; echo fine -");
	look_logged();
	f = fopen(logged, "re");
	assert_non_null(f);
	for (; fgets(line, sizeof(line), f) != NULL; lines++) {
		assert_non_null(strstr(line, "directory: "));
		assert_null(strpbrk(line, "\033\r"));
	}
	fclose(f);
	assert_int_equal(lines, 4);
}

static void
silence_and_wrong_settings_say_nothing_of_an_account(
    [[maybe_unused]] void **state)
{
	for (int v = 0; v < VERDICT_COUNT; v++)
		assert_int_equal(directory_said((enum verdict)v),
		    v == VERDICT_SILENT         ? SSPR_DIRECTORY
			: v == VERDICT_SETTINGS ? SSPR_SETUP
						: SSPR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_line_is_the_answer),
		cmocka_unit_test(anything_else_is_no_answer),
		cmocka_unit_test(what_cannot_be_run_is_set_up_wrong),
		cmocka_unit_test(it_is_given_the_question),
		cmocka_unit_test(
		    a_name_that_would_be_another_question_is_not_asked),
		cmocka_unit_test(what_it_says_is_logged_as_ours),
		cmocka_unit_test(
		    silence_and_wrong_settings_say_nothing_of_an_account),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
