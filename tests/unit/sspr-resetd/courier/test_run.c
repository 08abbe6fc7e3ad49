/* SPDX-License-Identifier: MIT */
/*
 * The command is this program executed again; what it does is its first
 * argument, where it writes what it found is the second.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "courier/message.h"
#include "courier/run.h"
#include "method.h"
#include "play.h"

#define NOW  1000000u /* some moment */
#define WAIT 20000    /* milliseconds; more than any of this takes */
#define TEXT "Your code\nis 12345678.\n"

static struct {
	char dir[32], found[64];
	struct run run;
	struct ipc_deliver message;
} lab;

static int
set_up(void **state)
{
	struct ipc_deliver *m = &lab.message;

	(void)state;
	memset(&lab, 0, sizeof(lab));
	snprintf(lab.dir, sizeof(lab.dir), "/tmp/sspr-run-XXXXXX");
	if (mkdtemp(lab.dir) == NULL)
		return -1;
	snprintf(lab.found, sizeof(lab.found), "%s/found", lab.dir);
	m->id = 7;
	m->method = METHOD_EMAIL;
	snprintf(m->address, sizeof(m->address), ADDRESS);
	snprintf(m->subject, sizeof(m->subject), "Hello");
	m->text.len = sizeof(TEXT) - 1;
	memcpy(m->text.at, TEXT, m->text.len);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(lab.found);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return rmdir(lab.dir);
}

static void
start_text(const char *text)
{
	struct command c;

	assert_int_equal(command_split(text, &c), SSPR_OK);
	assert_int_equal(run_start(&lab.run, &c, &lab.message, NOW), SSPR_OK);
	assert_true(lab.run.pid > 0);
}

static void
start(const char *what)
{
	char text[COMMAND_MAX + 1];

	snprintf(text, sizeof(text), "/proc/self/exe %s %s", what, lab.found);
	start_text(text);
}

/* As courier.c does: until it has ended. */
static struct run_end
finish(void)
{
	static struct run_end end;

	for (;;) {
		struct pollfd f[] = { { .fd = lab.run.pidfd, .events = POLLIN },
			{ .fd = lab.run.out, .events = POLLIN } };

		assert_true(poll(f, 2, WAIT) > 0);
		run_hear(&lab.run);
		if (run_ended(&lab.run, &end))
			return end;
	}
}

static struct found
found(void)
{
	static struct found f;
	int fd;

	for (int i = 0; (fd = open(lab.found, O_RDONLY)) == -1 && i < WAIT; i++)
		(void)poll(NULL, 0, 1);
	assert_int_equal(read(fd, &f, sizeof(f)), sizeof(f));
	close(fd);
	return f;
}

/* It was killed; whoever's child it was, it is ours now. */
static void
expect_killed(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* R-DEL-1 */
static void
the_message_is_its_input(void **state)
{
	static const char want[] = "To: " ADDRESS "\nSubject: Hello\n\n" TEXT;
	struct found f;

	(void)state;
	start("0");
	assert_int_equal(finish().err, SSPR_OK);
	f = found();
	assert_int_equal(f.len, sizeof(want) - 1);
	assert_memory_equal(f.input, want, f.len);
}

/* R-DEL-1 */
static void
it_finds_nothing_of_ours(void **state)
{
	sigset_t all, old;
	struct found f;
	void (*pipe_was)(int) = signal(SIGPIPE, SIG_IGN); /* as a role does */
	int left = open("/dev/null", O_RDWR);

	(void)state;
	setenv("SECRET", "x", 1);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	start("0");
	sigprocmask(SIG_SETMASK, &old, NULL);
	(void)signal(SIGPIPE, pipe_was);
	assert_int_equal(finish().err, SSPR_OK);
	close(left);
	f = found();
	for (int fd = 0; fd < FDS; fd++)
		assert_int_equal(f.open[fd], fd <= 2);
	assert_false(f.environ);
	assert_true(f.cwd_is_root);
	assert_int_equal(f.mask, 0);
	assert_false(f.ignores);
}

/* R-DEL-1, R-PRIV-3 */
static void
it_is_confined(void **state)
{
	struct found f;

	(void)state;
	start("0");
	assert_int_equal(finish().err, SSPR_OK);
	f = found();
	assert_true(f.leader);
	assert_false(f.privileged);
	assert_int_equal(f.death, SIGKILL);
	assert_int_equal(f.core, 0);
	assert_in_range(f.cpu, 1, 20);
	assert_in_range(f.fsize, 1, 1 << 24);
	assert_in_range(f.nofile, 1, 64);
}

/* R-DEL-1 */
static void
a_script_is_started_too(void **state)
{
	static const char script[] =
	    "#!/bin/sh\nwhile read -r l; do echo \"<$l>\"; done\nexit 3\n";
	int fd = open(lab.found, O_WRONLY | O_CREAT, 0700);
	struct run_end end;

	(void)state;
	assert_int_equal(write(fd, script, sizeof(script) - 1),
	    sizeof(script) - 1);
	close(fd);
	start_text(lab.found);
	end = finish();
	assert_int_equal(end.err, SSPR_UNSENT);
	assert_int_equal(WEXITSTATUS(end.status), 3);
	assert_string_equal(end.output,
	    "<To: *****************> <Subject: *****> <> <*********> "
	    "<************> ");
}

static void
its_exit_status_tells(void **state)
{
	static const struct {
		const char *what;
		enum sspr_err e;
	} rows[] = { { "0", SSPR_OK }, { "75", SSPR_BUSY },
		{ "1", SSPR_UNSENT }, { "2", SSPR_UNSENT },
		{ "74", SSPR_UNSENT }, { "76", SSPR_UNSENT },
		{ "127", SSPR_UNSENT }, { "255", SSPR_UNSENT },
		{ "killed", SSPR_UNSENT } };
	struct run_end end;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(rows[i].what);
		end = finish();
		assert_int_equal(end.err, rows[i].e);
		assert_string_equal(end.output, "");
	}
}

static void
what_cannot_be_started_is_said(void **state)
{
	struct run_end end;

	(void)state;
	start_text("/no/such/program");
	end = finish();
	assert_int_equal(end.err, SSPR_UNSENT);
	assert_string_equal(end.output,
	    "cannot be started: No such file or directory");
}

/* R-DEL-1, R-LOG-3 */
static void
what_it_prints_is_masked(void **state)
{
	struct run_end end;

	(void)state;
	start("echo");
	end = finish();
	assert_int_equal(end.err, SSPR_OK);
	assert_string_equal(end.output,
	    "To: ***************** Subject: *****  ********* ************ ");
}

/* R-DEL-1 */
static void
four_kilobytes_are_kept_of_what_it_prints(void **state)
{
	struct run_end end;

	(void)state;
	start("much");
	end = finish();
	assert_int_equal(end.err, SSPR_OK);
	assert_int_equal(strlen(end.output), RUN_OUTPUT);
	assert_int_equal(strspn(end.output, "x"), RUN_OUTPUT);
}

/* R-LOG-3 */
static void
no_part_of_an_address_is_left_where_it_is_cut(void **state)
{
	struct run_end end;

	(void)state;
	start("cut");
	end = finish();
	assert_int_equal(strlen(end.output), RUN_OUTPUT);
	assert_string_equal(end.output + RUN_OUTPUT - 6, "x*****");
}

/* It may close its output and go on: nothing is polled for then. */
static void
a_silent_one_is_waited_for(void **state)
{
	(void)state;
	start("mute");
	assert_int_equal(finish().err, SSPR_OK);
}

/* R-DEL-1 */
static void
one_that_hangs_is_ended_with_all_its_group(void **state)
{
	struct run_end end;
	struct found f;

	(void)state;
	start("family");
	f = found();
	assert_int_equal(run_late(&lab.run, NOW), RUN_MS);
	assert_int_equal(run_late(&lab.run, NOW + RUN_MS - 1), 1);
	assert_false(run_ended(&lab.run, &end));
	assert_true(run_late(&lab.run, NOW + RUN_MS) == UINT64_MAX);
	end = finish();
	assert_int_equal(end.err, SSPR_TIMEOUT);
	assert_int_equal(WTERMSIG(end.status), SIGKILL);
	expect_killed(f.child);
}

/* R-DEL-1 */
static void
what_it_leaves_behind_is_ended(void **state)
{
	(void)state;
	start("child");
	assert_int_equal(finish().err, SSPR_OK);
	expect_killed(found().child);
}

/* R-DEL-4: a courier that is killed sends nothing any more */
static void
it_ends_with_who_started_it(void **state)
{
	int pipes[2];
	pid_t pid, courier;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	fflush(NULL);
	if ((courier = fork()) == 0) {
		start("hangs");
		(void)!write(pipes[1], &lab.run.pid, sizeof(pid));
		for (;;)
			pause();
	}
	assert_int_equal(read(pipes[0], &pid, sizeof(pid)), sizeof(pid));
	(void)found();
	assert_int_equal(kill(courier, SIGKILL), 0);
	expect_killed(courier);
	expect_killed(pid);
	close(pipes[0]);
	close(pipes[1]);
}

/* How many descriptors are open. */
static int
open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < FDS; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
nothing_is_left_of_a_run(void **state)
{
	static const struct run none;
	const int before = open_fds();

	(void)state;
	start("echo");
	(void)finish();
	assert_memory_equal(&lab.run, &none, sizeof(none));
	assert_int_equal(open_fds(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Each descriptor too few in turn, until it starts. */
static void
without_descriptors_it_is_busy_and_loses_none(void **state)
{
	const int before = open_fds();
	enum sspr_err e = SSPR_BUSY;
	struct rlimit l, few;
	struct command c;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
	assert_int_equal(command_split("/bin/true", &c), SSPR_OK);
	few = l;
	for (rlim_t n = (rlim_t)before; n < (rlim_t)before + 8; n++) {
		few.rlim_cur = n;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		e = run_start(&lab.run, &c, &lab.message, NOW);
		if (e == SSPR_OK)
			break;
		assert_true(e == SSPR_BUSY || e == SSPR_SYSTEM);
		assert_int_equal(lab.run.pid, 0);
		assert_int_equal(open_fds(), before);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
	assert_int_equal(e, SSPR_OK);
	(void)finish();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(the_message_is_its_input),
		TEST(it_finds_nothing_of_ours),
		TEST(it_is_confined),
		TEST(a_script_is_started_too),
		TEST(its_exit_status_tells),
		TEST(what_cannot_be_started_is_said),
		TEST(what_it_prints_is_masked),
		TEST(four_kilobytes_are_kept_of_what_it_prints),
		TEST(no_part_of_an_address_is_left_where_it_is_cut),
		TEST(a_silent_one_is_waited_for),
		TEST(one_that_hangs_is_ended_with_all_its_group),
		TEST(what_it_leaves_behind_is_ended),
		TEST(it_ends_with_who_started_it),
		TEST(nothing_is_left_of_a_run),
		TEST(without_descriptors_it_is_busy_and_loses_none),
	};

	if (argc == 3)
		play(argv[1], argv[2]);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
