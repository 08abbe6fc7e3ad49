/* SPDX-License-Identifier: MIT */
/*
 * lookup.h - one account by NSS, which may run any module's code.
 */
#ifndef SSPR_LOOKUP_H
#define SSPR_LOOKUP_H

#include "conf.h"
#include "ipc.h"
#include "names/groups.h"

#define LOOKUP_PASSWD "/etc/passwd" /* what NSS calls files */

/*
 * The lists of groups in c are those of the look-ups to come, and what is
 * remembered of others is forgotten.  wait_ms: see groups_list().
 */
enum sspr_err
lookup_list(const struct conf *c, struct groups *g, uint64_t wait_ms);

/*
 * Answer q in full.  An account that cannot be told for sure - not found, two
 * of one name, any error of NSS, a group that got lost - has nothing, and no
 * flag.
 *
 * c   the lists of groups
 * *g  what is remembered of them; g->lost is set if that is why
 */
void lookup_account(const struct ipc_lookup *q, const struct conf *c,
    struct groups *g, struct ipc_account *a);

/*
 * The uid of a name.  Returns SSPR_OK; SSPR_NO_USER: NSS says that there is
 * none; or another error: it cannot tell.
 */
enum sspr_err lookup_uid(const char *name, uid_t *uid);

#endif /* SSPR_LOOKUP_H */
