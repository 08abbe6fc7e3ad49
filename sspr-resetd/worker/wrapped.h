/* SPDX-License-Identifier: MIT */
/*
 * wrapped.h - what the old password of an account opens, or may open, and a
 * new one that a reset sets does not.  R-SET-6.
 *
 * Homes are not looked into (R-PRIV-7).
 */
#ifndef WORKER_WRAPPED_H
#define WORKER_WRAPPED_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "worker/pamd.h"

#define WRAPPED_HOMED    "/var/lib/systemd/home"
#define WRAPPED_ECRYPTFS "/home/.ecryptfs"
#define WRAPPED_WHAT_MAX 200 /* bytes */

struct wrapped_place {
	const struct pamd_place *pamd;
	const char *homed; /* has NAME.identity of systemd-homed's accounts */
	const char *ecryptfs; /* has NAME, if a whole home is encrypted */
};

/* For whoever logs in here: phrases with commas between, or "". */
struct wrapped {
	char lost[WRAPPED_WHAT_MAX + 1];  /* stays shut without the old one */
	char asked[WRAPPED_WHAT_MAX + 1]; /* asks for the old one once more */
};

/*
 * Whether a change would lose data of this account for certain: it is of
 * systemd-homed, or its whole home is encrypted by ecryptfs, or the operator
 * says so.
 *
 * list   users, and groups as in @staff, blanks between
 * *why   out, unless SSPR_OK: a phrase for the log
 *
 * Returns SSPR_OK, SSPR_WRAPPED, SSPR_SYSTEM (it cannot be said), SSPR_SETUP
 * (a group of the list is not found) or SSPR_NO_MEMORY.
 */
enum sspr_err wrapped_check(const struct wrapped_place *p, const char *name,
    uid_t uid, const char *list, const char **why);

/*
 * What may be, by the modules of the host's services.
 *
 * *w     out, on SSPR_OK
 *
 * Returns SSPR_OK, SSPR_SYSTEM or SSPR_NO_MEMORY.
 */
enum sspr_err wrapped_find(const struct wrapped_place *p, struct wrapped *w);

#endif /* WORKER_WRAPPED_H */
