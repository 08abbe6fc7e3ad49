/* SPDX-License-Identifier: MIT */
/*
 * stack.h - is the PAM service that we are about to run the one installed?
 */
#ifndef WORKER_STACK_H
#define WORKER_STACK_H

#include <sys/types.h>

#include "err.h"

#define STACK_DIR   "/etc/pam.d"
#define STACK_RESET "sspr-reset"
#define STACK_CHECK "sspr-enroll"

/*
 * R-SET-1: the file dir/service must exist, not empty, and be regular and no
 * symbolic link; it and dir belong to uid and gid and nobody else may write
 * to them.  (For a missing file libpam silently runs `other'.)
 *
 * Returns SSPR_OK or SSPR_CONFIG.
 */
enum sspr_err
stack_check(const char *dir, const char *service, uid_t uid, gid_t gid);

#endif /* WORKER_STACK_H */
