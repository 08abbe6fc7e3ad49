/* SPDX-License-Identifier: MIT */
/*
 * lookup.h - one account by NSS, which may run any module's code.
 */
#ifndef SSPR_LOOKUP_H
#define SSPR_LOOKUP_H

#include "ipc.h"

#define LOOKUP_PASSWD "/etc/passwd" /* what NSS calls files */

/*
 * Answer q in full.  An account that cannot be told for sure - not found, two
 * of one name, any error of NSS - has no flags and nothing else.
 *
 * admins  names of groups, separated by spaces; not all need exist
 */
void lookup_account(const struct ipc_lookup *q, const char *admins,
    struct ipc_account *a);

#endif /* SSPR_LOOKUP_H */
