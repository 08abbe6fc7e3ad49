/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/watch.h"

/* The seconds it has left, rounded up. */
static long
left(const struct watch *w)
{
	struct itimerspec t;

	assert_int_equal(timer_gettime(w->timer, &t), 0);
	return t.it_value.tv_sec + (t.it_value.tv_nsec > 0);
}

/* R-SET-3: the watchdog runs while the stack works. */
static void
a_watch_that_runs_out_ends_the_process(void **state)
{
	const struct itimerspec soon = { .it_value = { .tv_nsec = 1000 } };
	struct watch w;
	int status;
	pid_t pid;

	(void)state;
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		if (watch_open(&w) != SSPR_OK ||
		    timer_settime(w.timer, 0, &soon, NULL) == -1)
			_exit(1);
		pause();
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGRTMIN);
}

/* As a module's child that makes itself a daemon; its number goes to fd. */
static void
start_daemon(int fd)
{
	pid_t pid;

	if (fork() != 0)
		return;
	setsid();
	if (fork() != 0)
		_exit(0);
	pid = getpid();
	if (write(fd, &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
		_exit(1);
	for (;;)
		pause();
}

/* R-SET-3: a module that hangs leaves nothing behind. */
static void
what_the_process_has_started_ends_with_it(void **state)
{
	const struct itimerspec soon = { .it_value = { .tv_nsec = 1000 } };
	pid_t pid, left_behind;
	struct watch w;
	int pair[2];

	(void)state;
	assert_int_equal(pipe(pair), 0);
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		if (watch_open(&w) != SSPR_OK)
			_exit(1);
		start_daemon(pair[1]);
		if (read(pair[0], &left_behind, sizeof(left_behind)) !=
			(ssize_t)sizeof(left_behind) ||
		    write(pair[1], &left_behind, sizeof(left_behind)) !=
			(ssize_t)sizeof(left_behind) ||
		    timer_settime(w.timer, 0, &soon, NULL) == -1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(read(pair[0], &left_behind, sizeof(left_behind)),
	    sizeof(left_behind));
	assert_int_equal(kill(left_behind, 0), -1);
	close(pair[0]);
	close(pair[1]);
}

/* R-SET-3: a person may think longer; pam_unix sets the other timer. */
static void
it_is_armed_and_put_to_rest(void **state)
{
	struct watch w;

	(void)state;
	assert_int_equal(watch_open(&w), SSPR_OK);
	assert_int_equal(left(&w), 0);
	watch_arm(&w, WATCH_WORK_S);
	assert_int_equal(left(&w), WATCH_WORK_S);
	alarm(15);
	alarm(0);
	assert_int_equal(left(&w), WATCH_WORK_S);
	watch_arm(&w, 0);
	assert_int_equal(left(&w), 0);
	timer_delete(w.timer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watch_that_runs_out_ends_the_process),
		cmocka_unit_test(what_the_process_has_started_ends_with_it),
		cmocka_unit_test(it_is_armed_and_put_to_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
