/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/run.h"

#define SOON_MS 150
#define LATE_MS 20000 /* nothing here takes so long */
#define MAX     1000
#define LEAK_FD 50

static char dir[] = "/tmp/sspr-run-XXXXXX";
static char program[PATH_MAX];

static int
setup([[maybe_unused]] void **state)
{
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(program, sizeof(program), "%s/program", dir);
	return 0;
}

static int
teardown([[maybe_unused]] void **state)
{
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

/* What a script of our own prints, told that; to be freed. */
static enum sspr_err
print_told(const char *script, const void *in, size_t in_len, unsigned int ms,
    char **text, size_t *len)
{
	char name[] = "script", one[] = "one", two[] = "two words";
	char *const argv[] = { name, one, two, NULL };
	const struct run run = { .program = program,
		.argv = argv,
		.in = in,
		.in_len = in_len,
		.ms = ms,
		.max = MAX,
		.said = -1 };
	char all[1024];

	snprintf(all, sizeof(all), "#!/bin/sh\n%s\n", script);
	put(program, all, 0700);
	return run_print(&run, text, len);
}

static enum sspr_err
print_by(const char *script, unsigned int ms, char **text, size_t *len)
{
	return print_told(script, NULL, 0, ms, text, len);
}

static void
expect_failure(const char *script, unsigned int ms, enum sspr_err want)
{
	char *text = dir;
	size_t len = 4711;

	assert_int_equal(print_by(script, ms, &text, &len), want);
	assert_ptr_equal(text, dir);
	assert_int_equal(len, 4711);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
expect_reply(const char *script, const char *in, const char *want)
{
	char *text;
	size_t len;

	assert_int_equal(print_told(script, in, strlen(in), LATE_MS, &text,
			     &len),
	    SSPR_OK);
	assert_string_equal(text, want);
	assert_int_equal(len, strlen(want));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	free(text);
}

static void
expect_text(const char *script, const char *want)
{
	expect_reply(script, "", want);
}

static void
what_it_prints_is_told([[maybe_unused]] void **state)
{
	expect_text("echo a; echo b", "a\nb\n");
	expect_text("echo $#:$1:$2", "2:one:two words\n");
	expect_text(":", "");
}

static void
it_is_told_its_input_and_then_the_end([[maybe_unused]] void **state)
{
	expect_reply("cat; echo end", "a secret\n", "a secret\nend\n");
	expect_reply("cat; echo end", "", "end\n");
	expect_reply("tr '\\000' 0 | wc -c", "1234567", "7\n");
}

static void
its_input_may_be_as_long_as_a_pipe_takes([[maybe_unused]] void **state)
{
	char in[RUN_IN_MAX + 1], *text = dir;
	size_t len = 0;

	memset(in, 'x', sizeof(in));
	assert_int_equal(print_told("wc -c", in, RUN_IN_MAX, LATE_MS, &text,
			     &len),
	    SSPR_OK);
	assert_string_equal(text, "4096\n");
	free(text);
	text = dir;
	assert_int_equal(print_told("wc -c", in, RUN_IN_MAX + 1, LATE_MS, &text,
			     &len),
	    SSPR_SYSTEM);
	assert_ptr_equal(text, dir);
}

static void
it_need_not_read_its_input([[maybe_unused]] void **state)
{
	expect_reply("echo done", "a secret\n", "done\n");
	expect_reply("exec <&-; sleep 0.05; echo done", "a secret\n", "done\n");
}

static void
it_finds_neither_environment_nor_descriptors([[maybe_unused]] void **state)
{
	setenv("SSPR_TEST", "secret", 1);
	assert_int_equal(dup2(STDERR_FILENO, LEAK_FD), LEAK_FD);
	expect_text("cat /proc/$$/environ", "");
	expect_text("test -e /proc/$$/fd/50 || echo none", "none\n");
	expect_text("echo complaint >&2; pwd", "/\n");
	expect_text("ulimit -c; ulimit -f", "0\n0\n");
	close(LEAK_FD);
	unsetenv("SSPR_TEST");
}

static void
its_complaints_go_where_they_are_wanted([[maybe_unused]] void **state)
{
	char name[] = "script", heard[32] = "", *text;
	char *const argv[] = { name, NULL };
	size_t len;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	put(program, "#!/bin/sh\necho complaint >&2\n", 0700);
	assert_int_equal(run_print(&(struct run){ .program = program,
				       .argv = argv,
				       .ms = LATE_MS,
				       .max = MAX,
				       .said = p[1] },
			     &text, &len),
	    SSPR_OK);
	assert_string_equal(text, "");
	assert_int_equal(read(p[0], heard, sizeof(heard) - 1), 10);
	assert_string_equal(heard, "complaint\n");
	free(text);
	close(p[0]);
	close(p[1]);
}

static void
what_fails_says_nothing([[maybe_unused]] void **state)
{
	expect_failure("echo x; exit 1", LATE_MS, SSPR_SYSTEM);
	expect_failure("echo x; exit 255", LATE_MS, SSPR_SYSTEM);
	expect_failure("echo x; kill -9 $$", LATE_MS, SSPR_SYSTEM);
	expect_failure("printf 'a\\0b'", LATE_MS, SSPR_SYSTEM);
}

static void
what_cannot_be_started_says_nothing([[maybe_unused]] void **state)
{
	char name[] = "script", *text = dir;
	char *const argv[] = { name, NULL };
	const struct run run = { .program = program,
		.argv = argv,
		.ms = LATE_MS,
		.max = MAX,
		.said = -1 };
	size_t len = 4711;

	unlink(program);
	assert_int_equal(run_print(&run, &text, &len), SSPR_SYSTEM);
	put(program, "neither a script nor a program", 0700);
	assert_int_equal(run_print(&run, &text, &len), SSPR_SYSTEM);
	put(program, "#!/bin/sh\n", 0600);
	assert_int_equal(run_print(&run, &text, &len), SSPR_SYSTEM);
	assert_ptr_equal(text, dir);
	assert_int_equal(len, 4711);
}

static void
it_may_print_so_much_and_no_more([[maybe_unused]] void **state)
{
	char *text;
	size_t len;

	assert_int_equal(print_by("printf %01000d 7", LATE_MS, &text, &len),
	    SSPR_OK);
	assert_int_equal(len, MAX);
	assert_int_equal(strlen(text), MAX);
	free(text);
	expect_failure("printf %01001d 7", LATE_MS, SSPR_SYSTEM);
	expect_failure("while :; do echo 0123456789012345678901234567890; done",
	    LATE_MS, SSPR_SYSTEM);
}

static void
what_does_not_end_is_ended([[maybe_unused]] void **state)
{
	expect_failure("sleep 60", SOON_MS, SSPR_TIMEOUT);
	expect_failure("echo x; exec >&-; sleep 60", SOON_MS, SSPR_TIMEOUT);
	expect_failure("trap '' TERM HUP; while :; do sleep 1; done", SOON_MS,
	    SSPR_TIMEOUT);
}

/* Its output has no end yet, so what it printed may be half of it. */
static void
a_child_that_keeps_its_output_is_waited_for([[maybe_unused]] void **state)
{
	expect_failure("sleep 60 & echo x", SOON_MS, SSPR_TIMEOUT);
	expect_text("(sleep 0.05; echo late) & echo x", "x\nlate\n");
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

	expect_reply("echo x", "in", "x\n");
	expect_failure("exit 1", LATE_MS, SSPR_SYSTEM);
	expect_failure("sleep 60", SOON_MS, SSPR_TIMEOUT);
	expect_failure("printf %01001d 7", LATE_MS, SSPR_SYSTEM);
	assert_int_equal(descriptors(), before);
}

static void
only_a_program_of_root_alone_is_run([[maybe_unused]] void **state)
{
	char found[PATH_MAX] = "untouched", link[PATH_MAX];

	assert_int_equal(run_find("/usr/bin/env", found), SSPR_OK);
	assert_string_equal(found, "/usr/bin/env");
	snprintf(found, sizeof(found), "untouched");
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink(program, link), 0);
	put(program, "#!/bin/sh\n", 0755);
	assert_int_equal(run_find(program, found), SSPR_SYSTEM);
	assert_int_equal(run_find(link, found), SSPR_SYSTEM);
	assert_int_equal(run_find("/nonexistent", found), SSPR_SYSTEM);
	assert_int_equal(run_find("/usr/bin", found), SSPR_SYSTEM);
	assert_int_equal(run_find("/etc/passwd", found), SSPR_SYSTEM);
	assert_int_equal(run_find("usr/bin/env", found), SSPR_SYSTEM);
	assert_int_equal(run_find("", found), SSPR_SYSTEM);
	assert_string_equal(found, "untouched");
	unlink(link);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_prints_is_told),
		cmocka_unit_test(it_is_told_its_input_and_then_the_end),
		cmocka_unit_test(its_input_may_be_as_long_as_a_pipe_takes),
		cmocka_unit_test(it_need_not_read_its_input),
		cmocka_unit_test(it_finds_neither_environment_nor_descriptors),
		cmocka_unit_test(its_complaints_go_where_they_are_wanted),
		cmocka_unit_test(what_fails_says_nothing),
		cmocka_unit_test(what_cannot_be_started_says_nothing),
		cmocka_unit_test(it_may_print_so_much_and_no_more),
		cmocka_unit_test(what_does_not_end_is_ended),
		cmocka_unit_test(a_child_that_keeps_its_output_is_waited_for),
		cmocka_unit_test(what_it_leaves_behind_ends_with_it),
		cmocka_unit_test(no_descriptor_is_left_open),
		cmocka_unit_test(only_a_program_of_root_alone_is_run),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
