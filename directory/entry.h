/* SPDX-License-Identifier: MIT */
/*
 * entry.h - the entry of an account, and what it says of its state.
 */
#ifndef DIRECTORY_ENTRY_H
#define DIRECTORY_ENTRY_H

#include <ldap.h>
#include <sys/types.h>

#include "err.h"
#include "settings.h"
#include "verdict.h"

#define ENTRY_NAME_MAX 255 /* bytes of an account's name */

struct entry {
	char *dn;           /* NULL unless there is exactly one */
	enum verdict state; /* VERDICT_FINE ... VERDICT_BARE */
	char mark[VERDICT_MARK_MAX + 1];
};

/*
 * Find the account and judge it.
 *
 * name   at most ENTRY_NAME_MAX bytes; or "", for whichever has the uid
 * *e     out, on SSPR_OK: entry_free() it
 * why    out, on SSPR_OK too: printable, what speaks against it, or ""
 *
 * Returns SSPR_OK, or SSPR_DIRECTORY or SSPR_SETUP as link_open().
 */
enum sspr_err entry_find(LDAP *ld, const struct settings *s, const char *name,
    uid_t uid, struct entry *e, char why[static SETTINGS_WHY_MAX + 1]);

void entry_free(struct entry *e);

#endif /* DIRECTORY_ENTRY_H */
