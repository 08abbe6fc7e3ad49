/* SPDX-License-Identifier: MIT */
/*
 * role.h - the processes of the daemon: start one, become one.
 *
 * A role is exec'd as root, finds its descriptors from ROLE_FD on, confines
 * itself before it reads a byte, and then serves until its link closes.
 */
#ifndef SSPR_ROLE_H
#define SSPR_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "paths.h"

/* clang-format off */
enum role {
#define ROLE(NAME, name, user, main, root, caps) ROLE_##NAME,
#include "role.def"
	ROLE_ANY, /* in ipc.def only */
};
/* clang-format on */

/*
 * Exit statuses of a worker.  Success is a rare number: zero, one, a signal
 * and a dead worker all mean no.
 */
enum {
	ROLE_CHANGED = 87,
	ROLE_UNLOCKED = 89, /* a change, but the person wished otherwise */
	ROLE_CHECKED = 91,
	ROLE_REFUSED = 1,
};

#define ROLE_FD 3 /* the first descriptor a role is given */

/* Its name, for logs. */
const char *role_name(enum role r);

/*
 * Start a role: fork, exec ourselves with -x, with fds[0..n-1] as descriptors
 * ROLE_FD, ROLE_FD + 1 ...  All others are closed in it, but standard error;
 * input and output are /dev/null.
 *
 * *pid   out: its process id
 */
enum sspr_err role_spawn(enum role r, const int *fds, size_t n, pid_t *pid);

/*
 * Become the role for good: its uid and groups, chroot if it has a root, no
 * capabilities but the worker's, no_new_privs, not dumpable, no core, only
 * the first n descriptors from ROLE_FD on stay open; then its fence and its
 * filter of system calls.  Never returns on failure: log_fatal.
 */
void role_confine(enum role r, size_t n);

/*
 * The ids of the user a role runs as, from /etc/passwd itself: no NSS, so no
 * foreign code.  Returns SSPR_OK, SSPR_NO_USER or SSPR_SYSTEM.
 */
enum sspr_err role_user(enum role r, uid_t *uid, gid_t *gid);

/* The same; without them it says what to do and never returns: log_fatal. */
void role_need(enum role r, uid_t *uid, gid_t *gid);

/*
 * Keep only the role's capabilities in every set, and while it starts others
 * CAP_SYS_CHROOT; no_new_privs, not dumpable, no core.  When it starts others
 * also its filter of system calls, which they inherit.  For parent, which
 * stays root.  Never returns on failure: log_fatal.
 */
void role_caps(enum role r, bool starting);

/* Run the role called `-x name', never to return; false: there is none. */
bool role_run(const char *name);

/* One per role folder; each serves until told to end.  Never return. */
_Noreturn void front_main(void);
_Noreturn void vault_main(void);
_Noreturn void desk_main(void); /* front, on the admin socket */
_Noreturn void names_main(void);
_Noreturn void courier_main(void);
_Noreturn void worker_main(void);

#endif /* SSPR_ROLE_H */
