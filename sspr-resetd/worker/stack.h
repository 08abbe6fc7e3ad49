/* SPDX-License-Identifier: MIT */
/*
 * stack.h - would the PAM service that we are about to run come to its end?
 */
#ifndef WORKER_STACK_H
#define WORKER_STACK_H

#include <sys/types.h>

#include "err.h"
#include "paths.h"

#define STACK_DIR     "/etc/pam.d"
#define STACK_MODULES SSPR_PAMDIR
#define STACK_RESET   "sspr-reset"
#define STACK_CHECK   "sspr-enroll"

#define STACK_WHY_MAX 200 /* bytes */

/* Where PAM finds its services and its modules, and whose both must be. */
struct stack_place {
	const char *dir;     /* STACK_DIR */
	const char *modules; /* STACK_MODULES */
	uid_t uid;
	gid_t gid;
};

/*
 * R-SET-1: look for what would make a transaction fail after its code is
 * spent.  Reads the service as libpam does: stack_line.h.
 *
 * There is a line for the type, as libpam would silently take those of
 * `other'; each such line can be read, and jumps over no more lines than there
 * are; what it includes and the module it names are there.  (A module may be
 * missing if the line begins with `-' and its control does not take that for a
 * failure.)  A module without a slash is one of the modules' directory, a file
 * one of dir.  None is pam_sspr.so, which would start what is about to end.
 *
 * The service and dir are no symbolic links and belong to uid and gid, like
 * each included file; modules belong to uid; each directory on the way to a
 * module or an included file is uid's or root's; nobody else may write to any
 * of these, but for a directory that is sticky.
 *
 * Modules are not loaded: one that is damaged is not noticed.
 *
 * type   "auth", "account", "password" or "session"
 * why    out, on SSPR_SETUP: what is wrong, naming file and line, for the log;
 *        untouched else
 *
 * Returns SSPR_OK, SSPR_SETUP, SSPR_NO_MEMORY.
 */
enum sspr_err stack_check(const struct stack_place *place, const char *service,
    const char *type, char why[static STACK_WHY_MAX + 1]);

#endif /* WORKER_STACK_H */
