/* SPDX-License-Identifier: MIT */
/*
 * rules.h - whether a rule of sudo or doas grants an account anything
 * (R-POL-1).  What is not clear counts as yes.
 */
#ifndef WORKER_RULES_H
#define WORKER_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "worker/member.h"

#define RULES_SUDO      "/etc/sudoers"
#define RULES_CONVERTER "/usr/bin/cvtsudoers"
#define RULES_DOAS      "/etc/doas.conf"

/* Where to look: absolute paths. */
struct rules_place {
	const char *sudoers;   /* as RULES_SUDO */
	const char *converter; /* as RULES_CONVERTER */
	const char *sudo[3]; /* where sudo may be installed, NULL at the end */
	const char *doas;    /* RULES_DOAS */
};

/*
 * Look for a rule.  There is none where there is no file of rules, nor where
 * sudo has been removed and left its file.
 *
 * *any   out, on SSPR_OK
 * *why   out, unless SSPR_OK: a phrase for the log
 *
 * Returns SSPR_OK, SSPR_SYSTEM (nothing is known) or SSPR_NO_MEMORY.
 */
enum sspr_err rules_look(const struct rules_place *place,
    const struct member *m, bool *any, const char **why);

/*
 * Whether one of the rules in the LDIF of cvtsudoers(1), len bytes and a NUL,
 * names the account: by name, group, number or ALL, also to except it.  Any
 * netgroup or group of another kind counts, and any host and command.
 */
enum sspr_err
rules_of_sudo(const char *text, size_t len, const struct member *m, bool *any);

/*
 * Likewise for the text of a doas.conf(5), len bytes and a NUL: whether a rule
 * that permits names it.
 */
enum sspr_err
rules_of_doas(const char *text, size_t len, const struct member *m, bool *any);

#endif /* WORKER_RULES_H */
