/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - what the kernel lets each process of the daemon ask it for.
 */
#ifndef SSPR_SANDBOX_H
#define SSPR_SANDBOX_H

#include "err.h"
#include "role.h"

/*
 * Load the filter of a role, sandbox.def, for good.  It adds to those that
 * are loaded, and children inherit it: that of parent holds for all.  Takes
 * no_new_privs, so that it needs no capability.
 *
 * Returns SSPR_OK; SSPR_NO_MEMORY; or SSPR_SYSTEM with errno set: EINVAL from
 * a kernel without seccomp filters.
 */
enum sspr_err sandbox_enter(enum role r);

#endif /* SSPR_SANDBOX_H */
