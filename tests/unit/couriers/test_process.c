/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"

extern char **environ;

/* What is true after the start, as bits; in a process of its own. */
enum {
	STARTED = 1,
	NO_ENVIRONMENT = 2,
	NO_CORE = 4,
	NOT_DUMPABLE = 8,
	NO_SIGPIPE = 16,
	SILENT = 32,
	REPORTS = 64,
	CLOSED = 128,
};

static int
look(int report, int other)
{
	struct sigaction pipe_action;
	struct rlimit core;
	int found = STARTED;
	char c;

	if (environ == NULL || environ[0] == NULL)
		found |= NO_ENVIRONMENT;
	if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0)
		found |= NO_CORE;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0)
		found |= NOT_DUMPABLE;
	if (sigaction(SIGPIPE, NULL, &pipe_action) == 0 &&
	    pipe_action.sa_handler == SIG_IGN && umask(0) == 077)
		found |= NO_SIGPIPE;
	if (write(STDOUT_FILENO, "o", 1) == 1 &&
	    write(STDERR_FILENO, "e", 1) == 1 && read(STDIN_FILENO, &c, 1) == 1)
		found |= SILENT;
	if (write(report, "r", 1) == 1 &&
	    (fcntl(report, F_GETFD) & FD_CLOEXEC) != 0)
		found |= REPORTS;
	if (fcntl(other, F_GETFD) == -1)
		found |= CLOSED;
	return found;
}

static void
nothing_is_left_behind_and_nothing_is_brought_along(void **state)
{
	char heard[8] = "";
	int in[2], err[2], status, report;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(err), 0);
	assert_int_equal(write(in[1], "i", 1), 1);
	assert_int_equal(setenv("SSLKEYLOGFILE", "/tmp/x", 1), 0);
	if ((pid = fork()) == 0) {
		if (dup2(in[0], 0) == -1 || dup2(err[1], 1) == -1 ||
		    dup2(err[1], 2) == -1 || dup2(0, 90) == -1 ||
		    process_start(&report) != SSPR_OK)
			_exit(0);
		_exit(look(report, 90));
	}
	close(err[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 255);
	/* Only what was reported came out. */
	assert_int_equal(read(err[0], heard, sizeof(heard)), 1);
	assert_string_equal(heard, "r");
}

static void
a_start_without_descriptors_does(void **state)
{
	int status, report;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0) {
		close(0);
		close(1);
		close(2);
		if (process_start(&report) != SSPR_OK || report <= 2)
			_exit(1);
		_exit(fcntl(0, F_GETFD) == -1 || fcntl(1, F_GETFD) == -1 ||
		    fcntl(2, F_GETFD) == -1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    nothing_is_left_behind_and_nothing_is_brought_along),
		cmocka_unit_test(a_start_without_descriptors_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
