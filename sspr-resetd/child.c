/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "child.h"

bool
child_settle(pid_t parent, int in, int out, int err)
{
	if (setsid() == -1 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || getppid() != parent)
		return false;
	return dup2(in, STDIN_FILENO) != -1 && dup2(out, STDOUT_FILENO) != -1 &&
	    dup2(err, STDERR_FILENO) != -1 &&
	    close_range(STDERR_FILENO + 1, ~0u, 0) != -1;
}

static bool
set_limits(const struct child_limit *limits, size_t n)
{
	struct rlimit now;

	for (size_t i = 0; i < n; i++) {
		if (getrlimit(limits[i].what, &now) == -1)
			return false;
		if (now.rlim_max > limits[i].most)
			now.rlim_max = limits[i].most;
		now.rlim_cur = now.rlim_max;
		if (setrlimit(limits[i].what, &now) == -1)
			return false;
	}
	return true;
}

static bool
set_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL); /* of some it cannot be */
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

bool
child_limit(const struct child_limit *limits, size_t n)
{
	return chdir("/") == 0 && set_signals() && set_limits(limits, n);
}
