/* SPDX-License-Identifier: MIT */
/*
 * member.h - an account and the groups it is in, by NSS.
 */
#ifndef WORKER_MEMBER_H
#define WORKER_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"

#define MEMBER_NAME_MAX 500u /* bytes, as long as an option */

struct member {
	const char *name; /* the caller's */
	uid_t uid;
	gid_t *gids;                        /* primary and others */
	char (*names)[MEMBER_NAME_MAX + 1]; /* theirs, or "" */
	size_t n;
};

/*
 * Look up the groups of an account.
 *
 * name   kept, not copied
 * *m     out, on SSPR_OK: to be closed
 *
 * Returns SSPR_OK, SSPR_SYSTEM (nothing is known) or SSPR_NO_MEMORY.
 */
enum sspr_err
member_open(struct member *m, const char *name, uid_t uid, gid_t primary);

/*
 * Whether it is in a group, by the gid that the name has, or by the name that
 * one of its gids has, in upper or lower case.
 *
 * *is    out, on SSPR_OK; false also if there is no such group
 *
 * Returns SSPR_OK, SSPR_SYSTEM or SSPR_NO_MEMORY.
 */
enum sspr_err member_is_in(const struct member *m, const char *group, bool *is);

/* Likewise for one of a list of groups, spaces between; all are looked up. */
enum sspr_err
member_is_in_any(const struct member *m, const char *groups, bool *is);

bool member_has_gid(const struct member *m, gid_t gid);

/* Free what it holds. */
void member_close(struct member *m);

#endif /* WORKER_MEMBER_H */
