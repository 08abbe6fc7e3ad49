/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

/* What a child found of itself; all must be true. */
struct found {
	bool settled, limited, leader, private, root;
	bool closed, lowered, kept, unblocked, unhandled, dies;
};

static const struct child_limit limits[] = { { RLIMIT_NOFILE, 64 },
	{ RLIMIT_CORE, RLIM_INFINITY } };

static void
look(struct found *f, int spare)
{
	struct rlimit files, core;
	sigset_t mask;
	int signal_of_death = 0;

	f->leader = getsid(0) == getpid() && getpgrp() == getpid();
	f->private = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	f->closed = fcntl(spare, F_GETFD) == -1 && errno == EBADF;
	f->root = access("./proc", F_OK) == 0;
	f->lowered = getrlimit(RLIMIT_NOFILE, &files) == 0 &&
	    files.rlim_cur == 64 && files.rlim_max == 64;
	f->kept = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
	f->unblocked = sigprocmask(SIG_SETMASK, NULL, &mask) == 0 &&
	    sigismember(&mask, SIGTERM) == 0;
	f->unhandled = signal(SIGPIPE, SIG_DFL) == SIG_DFL;
	f->dies = prctl(PR_GET_PDEATHSIG, &signal_of_death, 0, 0, 0) == 0 &&
	    signal_of_death == SIGKILL;
}

/* In the child: out is a pipe to the test. */
static void
be_child(pid_t parent, int out)
{
	const struct rlimit none = { 0, 0 };
	const int null = open("/dev/null", O_RDWR), spare = dup(null);
	struct found f = { 0 };
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_CORE, &none);
	f.settled = child_settle(parent, null, out, null);
	f.limited = f.settled && child_limit(limits, 2);
	look(&f, spare);
	_exit(write(STDOUT_FILENO, &f, sizeof(f)) == sizeof(f) ? 0 : 1);
}

/* R-DEL-1 */
static void
a_child_is_alone_confined_and_ours_to_end(void **state)
{
	const pid_t me = getpid();
	struct found f, want;
	int pipes[2], status;
	pid_t pid;

	(void)state;
	memset(&want, 1, sizeof(want));
	assert_int_equal(pipe(pipes), 0);
	if ((pid = fork()) == 0)
		be_child(me, pipes[1]);
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &f, sizeof(f)), sizeof(f));
	assert_memory_equal(&f, &want, sizeof(f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(pipes[0]);
}

static void
a_child_of_nobody_goes_no_further(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0)
		_exit(child_settle(1 << 30, 0, 1, 2) ? 0 : 7);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_is_alone_confined_and_ours_to_end),
		cmocka_unit_test(a_child_of_nobody_goes_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
