/* SPDX-License-Identifier: MIT */
/*
 * When it is too late a module may have children, and those have children:
 * all that lose their parent come to us (PR_SET_CHILD_SUBREAPER), so they are
 * killed round by round until none is left, and then we end.  What runs then
 * is a signal handler: plain system calls only (signal-safety(7)).
 */
#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker/watch.h"

#define CHILDREN "/proc/thread-self/children" /* numbers and blanks */
#define ROUNDS   200
#define ROUND_MS 5

/* Kill whoever is our child now.  Returns whether there was one. */
static bool
kill_children(void)
{
	const int fd = open(CHILDREN, O_RDONLY | O_CLOEXEC);
	char text[4096];
	pid_t pid = 0;
	ssize_t n;

	if (fd == -1)
		return false;
	n = read(fd, text, sizeof(text));
	close(fd);
	for (ssize_t i = 0; i < n; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			pid = pid * 10 + (text[i] - '0');
			continue;
		}
		if (pid > 0)
			(void)kill(pid, SIGKILL);
		pid = 0;
	}
	return n > 0;
}

static void
on_late(int number)
{
	const struct timespec round = { .tv_nsec = ROUND_MS * 1000000l };
	sigset_t it;

	for (int i = 0; i < ROUNDS && kill_children(); i++) {
		(void)nanosleep(&round, NULL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	(void)signal(number, SIG_DFL); /* it could be set before */
	sigemptyset(&it);
	sigaddset(&it, number);
	(void)raise(number);
	(void)sigprocmask(SIG_UNBLOCK, &it, NULL); /* we end here */
	_exit(1);
}

enum sspr_err
watch_open(struct watch *w)
{
	struct sigaction late = { .sa_handler = on_late };
	struct sigevent how;
	timer_t timer;

	memset(&how, 0, sizeof(how));
	how.sigev_notify = SIGEV_SIGNAL;
	how.sigev_signo = SIGRTMIN;
	sigfillset(&late.sa_mask);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == -1 ||
	    sigaction(SIGRTMIN, &late, NULL) == -1 ||
	    timer_create(CLOCK_MONOTONIC, &how, &timer) == -1)
		return SSPR_SYSTEM;
	w->timer = timer;
	return SSPR_OK;
}

void
watch_arm(const struct watch *w, unsigned int seconds)
{
	const struct itimerspec when = {
		.it_value = { .tv_sec = (time_t)seconds },
	};
	int rc = timer_settime(w->timer, 0, &when, NULL);

	assert(rc == 0);
	(void)rc; /* it fails for a timer that is not ours only */
}
