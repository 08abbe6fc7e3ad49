/* SPDX-License-Identifier: MIT */
/*
 * directory.h - what the LDAP directory says of an account, asked through
 * libexec/sspr/directory, so that a server's bytes are read in another
 * process and no other role has a library for them.
 */
#ifndef WORKER_DIRECTORY_H
#define WORKER_DIRECTORY_H

#include <sys/types.h>

#include "err.h"
#include "secret.h"
#include "verdict.h"

/*
 * What an answer may take.  While the account is looked at before a change,
 * the module in the login waits for no more than 5 s (R-PAM-5).
 */
enum { DIRECTORY_LOOK_MS = 3500, DIRECTORY_BIND_MS = 10000 };

/*
 * Look at the account's state.
 *
 * program  path, PATH_DIRECTORY
 * name     of the account, or "" for whichever has the uid
 * *v, mark out, on SSPR_OK
 *
 * Returns SSPR_OK; SSPR_SETUP if it cannot be run; SSPR_DIRECTORY if it did
 * not end in time or said what is no verdict; or SSPR_NO_MEMORY.
 */
enum sspr_err directory_look(const char *program, const char *name, uid_t uid,
    enum verdict *v, char mark[static VERDICT_MARK_MAX + 1]);

/*
 * Whether the directory has said anything of the account: SSPR_OK, or
 * SSPR_DIRECTORY for VERDICT_SILENT, SSPR_SETUP for VERDICT_SETTINGS.
 */
enum sspr_err directory_said(enum verdict v);

/* Try the password.  *v is VERDICT_FINE if it binds.  Errors as above. */
enum sspr_err directory_bind(const char *program, const char *name, uid_t uid,
    const struct secret *password, enum verdict *v);

#endif /* WORKER_DIRECTORY_H */
