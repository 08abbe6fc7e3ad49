/* SPDX-License-Identifier: MIT */
/*
 * groups.h - which of the configured groups an account is in, by NSS.
 */
#ifndef SSPR_GROUPS_H
#define SSPR_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"

#define GROUPS_NAME_MAX 500u /* bytes, as long as an option */

/* What is remembered of groups; zeroed at first. */
struct groups {
	char *found; /* names of those found once, a space behind each */
	char lost[GROUPS_NAME_MAX + 1]; /* the last that was found no more */
};

/*
 * The first group of a list that has one of the n gids.  All of the list is
 * looked up.
 *
 * words   names, separated by spaces; not all need exist
 * strict  a group that was found once must be found for ever (R-POL-1)
 * first   out, on SSPR_OK: its name, or empty
 *
 * Returns SSPR_OK; SSPR_SYSTEM if NSS cannot tell, or a strict group is gone:
 * then its name is in g->lost; or SSPR_NO_MEMORY.
 */
enum sspr_err groups_match(struct groups *g, const char *words, bool strict,
    const gid_t *gids, size_t n, char first[static GROUPS_NAME_MAX + 1]);

/* Free and forget. */
void groups_clear(struct groups *g);

#endif /* SSPR_GROUPS_H */
