/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "undo.h"

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM };

struct terminal {
	int master, slave;
};

static void
terminal_open(struct terminal *t)
{
	assert_int_equal(openpty(&t->master, &t->slave, NULL, NULL, NULL), 0);
}

static void
terminal_close(struct terminal *t)
{
	close(t->master);
	close(t->slave);
}

static bool
echoes(const struct terminal *t)
{
	struct termios now;

	assert_int_equal(tcgetattr(t->slave, &now), 0);
	return (now.c_lflag & ECHO) != 0;
}

/* What was written to the terminal. */
static void
reads(const struct terminal *t, const char *want)
{
	char buf[64] = "";
	size_t len = strlen(want), n = 0;

	while (n < len) {
		ssize_t got = read(t->master, buf + n, len - n);

		assert_true(got > 0);
		n += (size_t)got;
	}
	assert_memory_equal(buf, want, len);
}

/* A child that waits, quiet, at its prompt "> ". */
static pid_t
child(const struct terminal *t, const char *path)
{
	struct undo_quiet q = { .in = t->slave,
		.out = t->slave,
		.prompt = "> " };
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid > 0)
		return pid;
	(void)setpgid(0, 0);
	undo_install();
	undo_file(path);
	undo_quiet(&q);
	if (write(t->slave, "> ", 2) != 2)
		_exit(1);
	for (;;)
		pause();
}

static void
ended_by(pid_t pid, int signo)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signo);
}

static void
the_echo_is_on_again_after_every_signal_that_ends_us(void **state)
{
	struct terminal t;

	(void)state;
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		pid_t pid;

		terminal_open(&t);
		pid = child(&t, NULL);
		reads(&t, "> ");
		assert_false(echoes(&t));
		assert_int_equal(kill(pid, ending[i]), 0);
		ended_by(pid, ending[i]);
		assert_true(echoes(&t));
		terminal_close(&t);
	}
}

static void
an_unfinished_file_goes(void **state)
{
	char path[] = "/tmp/sspr-undo-XXXXXX";
	struct terminal t;
	int fd = mkstemp(path);
	pid_t pid;

	(void)state;
	assert_int_not_equal(fd, -1);
	terminal_open(&t);
	pid = child(&t, path);
	reads(&t, "> ");
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(kill(pid, SIGINT), 0);
	ended_by(pid, SIGINT);
	assert_int_equal(access(path, F_OK), -1);
	close(fd);
	terminal_close(&t);
}

static void
while_stopped_it_echoes_and_then_asks_again(void **state)
{
	struct terminal t;
	int status;
	pid_t pid;

	(void)state;
	terminal_open(&t);
	pid = child(&t, NULL);
	reads(&t, "> ");
	assert_int_equal(kill(pid, SIGTSTP), 0);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_true(echoes(&t));
	assert_int_equal(kill(pid, SIGCONT), 0);
	reads(&t, "> ");
	assert_false(echoes(&t));
	assert_int_equal(kill(pid, SIGTERM), 0);
	ended_by(pid, SIGTERM);
	assert_true(echoes(&t));
	terminal_close(&t);
}

static void
the_echo_is_put_back_as_it_was(void **state)
{
	struct undo_quiet q = { .prompt = "> " };
	struct sigaction act;
	struct terminal t;

	(void)state;
	terminal_open(&t);
	q.in = q.out = t.slave;
	undo_quiet(&q);
	assert_false(echoes(&t));
	undo_echo(&q);
	assert_true(echoes(&t));
	assert_int_equal(sigaction(SIGTSTP, NULL, &act), 0);
	assert_ptr_equal(act.sa_handler, SIG_DFL);
	terminal_close(&t);
}

static void
what_is_ignored_stays_ignored(void **state)
{
	struct sigaction act;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		(void)signal(SIGHUP, SIG_IGN);
		undo_install();
		(void)sigaction(SIGHUP, NULL, &act);
		_exit(act.sa_handler == SIG_IGN ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_echo_is_on_again_after_every_signal_that_ends_us),
		cmocka_unit_test(an_unfinished_file_goes),
		cmocka_unit_test(while_stopped_it_echoes_and_then_asks_again),
		cmocka_unit_test(the_echo_is_put_back_as_it_was),
		cmocka_unit_test(what_is_ignored_stays_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
