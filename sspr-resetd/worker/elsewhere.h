/* SPDX-License-Identifier: MIT */
/*
 * elsewhere.h - whether a local account is also one of another source, so that
 * nobody could tell whose password is meant.
 */
#ifndef WORKER_ELSEWHERE_H
#define WORKER_ELSEWHERE_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"

#define ELSEWHERE_NSSWITCH "/etc/nsswitch.conf"

/*
 * R-SET-2: whether a source of the passwd or passwd_compat line of
 * nsswitch.conf(5) has an entry of this uid, or of this name: as it is, and in
 * small letters, in capitals, and with one capital, since some directories
 * tell these apart and some do not.  Each source is asked alone, also those
 * that a look-up would not come to; the entry may be called what it likes.
 *
 * `files' and `compat' are not asked: they are the local files.  One that
 * repeats those, like `db' or the files provider of sssd, has all local
 * accounts.  One whose module is not installed has nobody, for libc as well.
 * One that looks empty while it is down cannot be told from an empty one.
 *
 * nsswitch  path, ELSEWHERE_NSSWITCH; if there is none, there are no others
 * *is       out, on SSPR_OK
 *
 * Loads the modules of the sources into this process, like any look-up, and
 * changes nothing for its later ones.
 *
 * Returns SSPR_OK; SSPR_DIRECTORY if a source does not answer, and no other
 * has the account; or SSPR_SYSTEM if a line is not understood.
 */
enum sspr_err
elsewhere_look(const char *nsswitch, const char *name, uid_t uid, bool *is);

#endif /* WORKER_ELSEWHERE_H */
