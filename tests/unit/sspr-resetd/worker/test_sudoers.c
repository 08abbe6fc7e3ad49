/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/sudoers.h"

#define CONVERTER "/usr/bin/cvtsudoers" /* package sudo: tests/deps check */
#define SOON_MS   150
#define LATE_MS   20000 /* nothing here takes so long */
#define LEAK_FD   50

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

/* What a script of our own prints; to be freed. */
static enum sspr_err
print_by(const char *script, unsigned int ms, char **text, size_t *len)
{
	char all[1024];

	snprintf(all, sizeof(all), "#!/bin/sh\n%s\n", script);
	put(program, all, 0700);
	return sudoers_print(program, "/some/file", ms, text, len);
}

static void
expect_failure(const char *script, unsigned int ms, enum sspr_err want)
{
	char *text = dir;
	size_t len = 4711;

	assert_int_equal(print_by(script, ms, &text, &len), want);
	assert_ptr_equal(text, dir);
	assert_int_equal(len, 4711);
}

static void
expect_text(const char *script, const char *want)
{
	char *text;
	size_t len;

	assert_int_equal(print_by(script, LATE_MS, &text, &len), SSPR_OK);
	assert_string_equal(text, want);
	assert_int_equal(len, strlen(want));
	free(text);
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
	expect_text("echo \"$*\"",
	    "-c /dev/null -f ldif -b ou=rules -s defaults /some/file\n");
	expect_text(":", "");
}

static void
it_finds_neither_environment_nor_descriptors([[maybe_unused]] void **state)
{
	setenv("SSPR_TEST", "secret", 1);
	assert_int_equal(dup2(STDERR_FILENO, LEAK_FD), LEAK_FD);
	expect_text("cat /proc/$$/environ; cat", "");
	expect_text("test -e /proc/$$/fd/50 || echo none", "none\n");
	expect_text("echo complaint >&2; pwd", "/\n");
	close(LEAK_FD);
	unsetenv("SSPR_TEST");
}

static void
what_fails_says_nothing([[maybe_unused]] void **state)
{
	expect_failure("echo sudoUser: x; exit 1", LATE_MS, SSPR_SYSTEM);
	expect_failure("echo sudoUser: x; kill -9 $$", LATE_MS, SSPR_SYSTEM);
	expect_failure("printf 'a\\0b'", LATE_MS, SSPR_SYSTEM);
	expect_failure("while :; do echo 0123456789012345678901234567890; done",
	    LATE_MS, SSPR_SYSTEM);
	unlink(program);
	assert_int_equal(sudoers_print(program, file, LATE_MS, &(char *){ dir },
			     &(size_t){ 0 }),
	    SSPR_SYSTEM);
}

static void
what_does_not_end_is_ended([[maybe_unused]] void **state)
{
	expect_failure("sleep 60", SOON_MS, SSPR_TIMEOUT);
	expect_failure("exec >&-; sleep 60", SOON_MS, SSPR_TIMEOUT);
	expect_failure("trap '' TERM HUP; while :; do sleep 1; done", SOON_MS,
	    SSPR_TIMEOUT);
}

/* Gone, or dead and not yet waited for. */
static bool
is_dead(pid_t pid)
{
	char path[64], text[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "re")) == NULL)
		return true;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return strstr(text, ") Z ") != NULL || strstr(text, ") X ") != NULL;
}

static void
what_it_leaves_behind_ends_with_it([[maybe_unused]] void **state)
{
	const struct timespec step = { .tv_nsec = 1000000 };
	char *text;
	size_t len;
	pid_t pid;

	assert_int_equal(print_by("sleep 60 >/dev/null & echo $!", LATE_MS,
			     &text, &len),
	    SSPR_OK);
	pid = (pid_t)strtol(text, NULL, 10);
	free(text);
	assert_true(pid > 1);
	for (int i = 0; i < 2000 && !is_dead(pid); i++)
		nanosleep(&step, NULL);
	assert_true(is_dead(pid));
}

static size_t
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
no_descriptor_is_left_open([[maybe_unused]] void **state)
{
	const size_t before = descriptors();

	expect_text("echo x", "x\n");
	expect_failure("exit 1", LATE_MS, SSPR_SYSTEM);
	expect_failure("sleep 60", SOON_MS, SSPR_TIMEOUT);
	assert_int_equal(descriptors(), before);
}

static void
only_a_program_of_root_alone_is_run([[maybe_unused]] void **state)
{
	char found[PATH_MAX] = "untouched", link[PATH_MAX];

	assert_int_equal(sudoers_find(CONVERTER, found), SSPR_OK);
	assert_string_equal(found, CONVERTER);
	snprintf(found, sizeof(found), "untouched");
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink(program, link), 0);
	put(program, "#!/bin/sh\n", 0755);
	assert_int_equal(sudoers_find(program, found), SSPR_SYSTEM);
	assert_int_equal(sudoers_find(link, found), SSPR_SYSTEM);
	assert_int_equal(sudoers_find("/nonexistent", found), SSPR_SYSTEM);
	assert_int_equal(sudoers_find("/usr/bin", found), SSPR_SYSTEM);
	assert_int_equal(sudoers_find("/etc/passwd", found), SSPR_SYSTEM);
	assert_int_equal(sudoers_find("usr/bin/env", found), SSPR_SYSTEM);
	assert_int_equal(sudoers_find("", found), SSPR_SYSTEM);
	assert_string_equal(found, "untouched");
	unlink(link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_converter_prints_rules_as_ldif),
		cmocka_unit_test(rules_that_do_not_parse_are_no_rules),
		cmocka_unit_test(it_is_told_the_form_and_the_file),
		cmocka_unit_test(it_finds_neither_environment_nor_descriptors),
		cmocka_unit_test(what_fails_says_nothing),
		cmocka_unit_test(what_does_not_end_is_ended),
		cmocka_unit_test(what_it_leaves_behind_ends_with_it),
		cmocka_unit_test(no_descriptor_is_left_open),
		cmocka_unit_test(only_a_program_of_root_alone_is_run),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
