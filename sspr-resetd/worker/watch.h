/* SPDX-License-Identifier: MIT */
/*
 * watch.h - the watchdog: ends this process when foreign code hangs.
 *
 * It is a timer of its own with a signal of its own, because pam_unix uses
 * alarm(2) while it waits for /etc/.pwd.lock.
 */
#ifndef WORKER_WATCH_H
#define WORKER_WATCH_H

#include <time.h>

#include "err.h"

#define WATCH_WORK_S 30 /* for the stack between two answers of a person */

struct watch {
	timer_t timer;
};

/*
 * Make it, at rest; children of children become ours when they are orphaned.
 * Returns SSPR_OK or SSPR_SYSTEM.
 */
enum sspr_err watch_open(struct watch *w);

/*
 * End this process, and first all that it has started, `seconds' from now, by
 * a signal; 0: not at all.
 */
void watch_arm(const struct watch *w, unsigned int seconds);

#endif /* WORKER_WATCH_H */
