/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <signal.h>
#include <string.h>

#include "worker/watch.h"

enum sspr_err
watch_open(struct watch *w)
{
	struct sigevent how;
	timer_t timer;

	memset(&how, 0, sizeof(how));
	how.sigev_notify = SIGEV_SIGNAL;
	how.sigev_signo = SIGRTMIN;
	if (signal(SIGRTMIN, SIG_DFL) == SIG_ERR ||
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
