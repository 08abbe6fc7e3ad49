/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../capture.h"
#include "program.h"

static struct capture c;

static enum sspr_err
say(const char *who, int argc, char **argv)
{
	printf("%s:", who);
	for (int i = 0; i < argc; i++)
		printf(" %s", argv[i]);
	putchar('\n');
	return SSPR_OK;
}

static enum sspr_err
one_main(int argc, char **argv)
{
	return say("one", argc, argv);
}

static enum sspr_err
two_main(int argc, char **argv)
{
	return say("two", argc, argv);
}

static enum sspr_err
bare_main(int argc, char **argv)
{
	return say("bare", argc, argv);
}

static enum sspr_err
refuse_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return complain_err(SSPR_FULL, 0);
}

/* Not dumpable, no core, no SIGPIPE: what is printed is what is missing. */
static enum sspr_err
hard_main(int argc, char **argv)
{
	struct sigaction act;
	struct rlimit core;

	(void)argc;
	(void)argv;
	if (prctl(PR_GET_DUMPABLE) != 0)
		puts("dumpable");
	if (getrlimit(RLIMIT_CORE, &core) == -1 || core.rlim_max != 0)
		puts("core");
	if (sigaction(SIGPIPE, NULL, &act) == -1 || act.sa_handler != SIG_IGN)
		puts("pipe");
	if (fcntl(STDIN_FILENO, F_GETFD) == -1)
		puts("stdin");
	return SSPR_OK;
}

static const struct program_command commands[] = {
	{ "one", one_main },
	{ "two words", two_main },
	{ "refuse", refuse_main },
	{ "hard", hard_main },
};

static const struct complain_hint hints[] = {
	{ SSPR_FULL, false, "Take one away." },
};

static const struct program program = { .name = "sspr-x",
	.commands = commands,
	.ncommands = 4,
	.bare = bare_main,
	.hints = hints,
	.nhints = 1 };

/* In a child, since it changes the process.  Returns its exit status. */
static int
runs(const char *const *words, bool closed)
{
	char copy[4][32] = { "sspr-x" }, *argv[5] = { copy[0] };
	int argc = 1, status;
	pid_t pid;

	for (; *words != NULL; words++, argc++) {
		(void)snprintf(copy[argc], sizeof(copy[argc]), "%s", *words);
		argv[argc] = copy[argc];
	}
	capture_begin(&c);
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		if (closed)
			(void)close(STDIN_FILENO);
		_exit(program_run(&program, argc, argv));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	capture_end(&c);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define RUNS(...) runs((const char *const[]){ __VA_ARGS__, NULL }, false)

static void
a_subcommand_gets_its_arguments_from_its_last_word_on(void **state)
{
	(void)state;
	assert_int_equal(RUNS("one"), 0);
	assert_string_equal(c.out, "one: one\n");
	assert_int_equal(RUNS("one", "--x", "y"), 0);
	assert_string_equal(c.out, "one: one --x y\n");
	assert_int_equal(RUNS("two", "words", "more"), 0);
	assert_string_equal(c.out, "two: words more\n");
}

static void
without_one_it_is_the_bare_call(void **state)
{
	(void)state;
	assert_int_equal(RUNS(NULL), 0);
	assert_string_equal(c.out, "bare: sspr-x\n");
	assert_int_equal(RUNS("--json"), 0);
	assert_string_equal(c.out, "bare: sspr-x --json\n");
}

static void
what_is_no_subcommand_is_a_usage_error(void **state)
{
	static const char *const bad[][3] = { { "nonsense" }, { "" }, { "two" },
		{ "two", "word" }, { "two words" }, { "twowords" }, { "on" },
		{ "ones" } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(runs(bad[i], false), 2);
		assert_string_equal(c.out, "");
		assert_string_equal(c.err,
		    "sspr-x: unknown subcommand (SSPR-29)\n"
		    "Try `sspr-x --help'.\n");
	}
}

static void
the_version_is_told(void **state)
{
	(void)state;
	assert_int_equal(RUNS("--version"), 0);
	assert_non_null(strstr(c.out, "sspr-x "));
}

static void
an_error_is_the_exit_status_with_the_programs_hint(void **state)
{
	(void)state;
	assert_int_equal(RUNS("refuse"), 1);
	assert_non_null(strstr(c.err, "sspr-x: no room"));
	assert_non_null(strstr(c.err, "Take one away.\n"));
}

static void
the_process_is_hardened_first(void **state)
{
	(void)state;
	assert_int_equal(runs((const char *const[]){ "hard", NULL }, true), 0);
	assert_string_equal(c.out, "");
}

static void
output_that_does_not_get_through_is_an_error(void **state)
{
	char name[] = "sspr-x", word[] = "one", *argv[] = { name, word, NULL };
	int status, fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	pid_t pid;

	(void)state;
	assert_int_not_equal(fd, -1);
	capture_begin(&c);
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		(void)dup2(fd, STDOUT_FILENO);
		_exit(program_run(&program, 2, argv));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	capture_end(&c);
	close(fd);
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_non_null(strstr(c.err, "(SSPR-30)"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_subcommand_gets_its_arguments_from_its_last_word_on),
		cmocka_unit_test(without_one_it_is_the_bare_call),
		cmocka_unit_test(what_is_no_subcommand_is_a_usage_error),
		cmocka_unit_test(the_version_is_told),
		cmocka_unit_test(
		    an_error_is_the_exit_status_with_the_programs_hint),
		cmocka_unit_test(the_process_is_hardened_first),
		cmocka_unit_test(output_that_does_not_get_through_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
