/* SPDX-License-Identifier: MIT */
/*
 * hold.h - nobody else changes an account while one is changed (R-SET-3,
 * R-SET-5).
 */
#ifndef WORKER_HOLD_H
#define WORKER_HOLD_H

#include <stdbool.h>

#include "err.h"

#define HOLD_PASSWD_LOCK "/etc/.pwd.lock" /* lckpwdf(3) */

#define HOLD_CHANGES_S 10 /* to wait for another worker's change */
#define HOLD_PASSWD_S  8  /* and then for passwd(1), useradd(8) and the like */

/* HOLD_NONE, at first. */
struct hold {
	int changes; /* descriptor, -1 if it is not held */
	int passwd;  /* likewise */
	int events;  /* of the directory of the shadow file, or -1 */
};

#define HOLD_NONE          \
	(struct hold)      \
	{                  \
		-1, -1, -1 \
	}

/*
 * Take the lock of workers at path, so that their changes follow each other.
 * Returns SSPR_OK, SSPR_BUSY after HOLD_CHANGES_S, or SSPR_SYSTEM.
 */
enum sspr_err hold_changes(struct hold *h, const char *path);

/*
 * Take the lock of the password files at path as well, and watch the file
 * shadow from then on.  The lock is of this process: pam_unix, which takes it
 * too, gets it, and lets it go for us when it has written.
 *
 * Returns SSPR_OK, SSPR_BUSY after HOLD_PASSWD_S, or SSPR_SYSTEM.
 */
enum sspr_err hold_passwd(struct hold *h, const char *path, const char *shadow);

/*
 * Whether the shadow file was written more than once since hold_passwd(): by
 * the stack, and then by others, who have their reasons.  False if that is not
 * known.
 */
bool hold_was_written_again(struct hold *h, const char *shadow);

/* Let go of all. */
void hold_drop(struct hold *h);

#endif /* WORKER_HOLD_H */
