/* SPDX-License-Identifier: MIT */
/*
 * dirs.h - the directories the daemon needs, with their owners and modes.
 */
#ifndef SSPR_DIRS_H
#define SSPR_DIRS_H

#include <sys/types.h>

#include "err.h"

struct dirs_want {
	const char *path;
	uid_t uid;
	gid_t gid;
	mode_t mode; /* no bit more than these */
};

/*
 * Make the directory if it is missing; refuse it if it is a symbolic link,
 * of another owner, open to more or to another group (R-PRIV-5).
 *
 * *why   out, on failure: static text
 *
 * Returns SSPR_OK or SSPR_SYSTEM.
 */
enum sspr_err dirs_ensure(const struct dirs_want *w, const char **why);

/* The gid of a group in /etc/group itself, or fallback. */
gid_t dirs_group(const char *name, gid_t fallback);

#endif /* SSPR_DIRS_H */
