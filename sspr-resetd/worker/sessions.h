/* SPDX-License-Identifier: MIT */
/*
 * sessions.h - the sessions that systemd-logind knows of an account, and
 * their end.  R-POL-2.
 */
#ifndef WORKER_SESSIONS_H
#define WORKER_SESSIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

#define SESSIONS_DIR     "/run/systemd/users"
#define SESSIONS_PROGRAM "/usr/bin/loginctl"

struct sessions_place {
	const char *dir;     /* SESSIONS_DIR; has a file for each uid */
	const char *program; /* SESSIONS_PROGRAM */
};

/* Whether there are any. */
bool sessions_exist(const struct sessions_place *p, uid_t uid);

/*
 * End them all, and what runs in them.
 *
 * Returns SSPR_OK, SSPR_SYSTEM, SSPR_TIMEOUT or SSPR_NO_MEMORY.
 */
enum sspr_err sessions_end(const struct sessions_place *p, uid_t uid);

#endif /* WORKER_SESSIONS_H */
