/* SPDX-License-Identifier: MIT */
/*
 * fence.h - what a process of the daemon finds in the file system.
 */
#ifndef SSPR_FENCE_H
#define SSPR_FENCE_H

#include <stdbool.h>

#include "err.h"
#include "role.h"

/* Whether this kernel has fences (Landlock, since Linux 5.13). */
bool fence_is_known(void);

/*
 * Put a role into its fence, fence.def, for good; children inherit it.  What
 * modes and owners forbid stays forbidden.  Takes no_new_privs.
 *
 * Returns SSPR_OK, also if the role has none or the kernel knows none; or
 * SSPR_SYSTEM with errno set.
 */
enum sspr_err fence_enter(enum role r);

#endif /* SSPR_FENCE_H */
