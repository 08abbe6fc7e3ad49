/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "front/guard.h"

#define FIRST_US 200  /* microseconds; longer than an honest call takes */
#define NEXT_US  1000 /* the first may come before the sleep */

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* since Linux 6.16 */
#endif

static void
on_alarm(int signal)
{
	(void)signal;
}

void
guard_init(int listener)
{
	const struct sigaction wake = { .sa_handler = on_alarm };
	const int no = 0;
	sigset_t alarms;

	sigaction(SIGALRM, &wake, NULL);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	(void)setsockopt(listener, SOL_SOCKET, SO_PASSRIGHTS, &no,
	    sizeof(no)); /* older kernels have the timer only */
}

void
guard_begin(void)
{
	const struct itimerval on = { .it_value = { .tv_usec = FIRST_US },
		.it_interval = { .tv_usec = NEXT_US } };

	setitimer(ITIMER_REAL, &on, NULL);
}

void
guard_end(void)
{
	const struct itimerval off = { 0 };

	setitimer(ITIMER_REAL, &off, NULL);
}
