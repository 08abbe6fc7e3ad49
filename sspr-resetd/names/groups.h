/* SPDX-License-Identifier: MIT */
/*
 * groups.h - which of the configured groups an account is in, by NSS.
 */
#ifndef SSPR_GROUPS_H
#define SSPR_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

#define GROUPS_NAME_MAX 500u   /* bytes, as long as an option */
#define GROUPS_KEEP_MS  60000u /* that one is absent is remembered */
#define GROUPS_RENEW_MS 45000u /* then it is asked for again */
#define GROUPS_NEAR_MS  20u    /* an answer from this host: not remembered */
#define GROUPS_FAR_MS   1000u  /* an answer of who gave up: likewise */
#define GROUPS_NEVER    UINT64_MAX

/* One that is listed; times are milliseconds of CLOCK_BOOTTIME. */
struct groups_listed {
	char *name;
	bool strict;
	uint64_t until_ms; /* it is absent; 0: is not known to be */
	uint64_t due_ms;   /* groups_renew() */
};

/* What is remembered of groups; zeroed at first. */
struct groups {
	char *found; /* names of those found once, a space behind each */
	char lost[GROUPS_NAME_MAX + 1]; /* the last that was found no more */
	struct groups_listed *listed;
	size_t n;
};

/*
 * Also remember from now on which of these are absent, and find that out
 * after wait_ms.  See groups_match() for words and strict.
 */
enum sspr_err
groups_list(struct groups *g, const char *words, bool strict, uint64_t wait_ms);

/* Forget which are listed, and which of them are absent; not what was found. */
void groups_unlist(struct groups *g);

/*
 * The first group of a list that has one of the n gids.  All of the list is
 * looked up, but those that are remembered to be absent.
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

/* Milliseconds until groups_renew() has something to do, or -1: never. */
int groups_wait(const struct groups *g);

/* Ask for a group that is due, so that no look-up has to; at most one. */
void groups_renew(struct groups *g);

/* Free and forget. */
void groups_clear(struct groups *g);

#endif /* SSPR_GROUPS_H */
