/* SPDX-License-Identifier: MIT */
/*
 * passmod.h - LDAP Password Modify Extended Operation, RFC 3062.
 */
#ifndef DIRECTORY_PASSMOD_H
#define DIRECTORY_PASSMOD_H

#include <ldap.h>
#include <stdint.h>

#include "err.h"
#include "secret.h"

#define PASSMOD_TEXT_MAX 400 /* bytes */

/*
 * Set the password of dn, over a bound connection.
 *
 * old    NULL, or the current one, where the owner changes it
 * text   out, unless SSPR_OK: for its owner, printable: what the directory
 *        said, by its diagnostic message and by the password policy control
 *        (draft-behera-ldap-password-policy)
 *
 * Returns SSPR_OK; SSPR_WEAK if the directory refuses this password;
 * SSPR_DENIED if it refuses the change; SSPR_UNCERTAIN if it did not answer;
 * SSPR_DIRECTORY if it cannot have been asked.
 */
enum sspr_err passmod_set(LDAP *ld, const char *dn, const struct secret *old,
    const struct secret *new, unsigned int seconds,
    char text[static PASSMOD_TEXT_MAX + 1]);

/*
 * Note in shadowLastChange (RFC 2307) that the password of dn was changed, if
 * the entry has it and we may see it; else a password that had run out by it
 * still has.  Needs the assertion control, RFC 4528.
 *
 * day    since the epoch, UTC
 * text   out, unless SSPR_OK: as above
 *
 * Returns SSPR_OK, also where there is nothing to note; else SSPR_DENIED.
 */
enum sspr_err passmod_note(LDAP *ld, const char *dn, int64_t day,
    unsigned int seconds, char text[static PASSMOD_TEXT_MAX + 1]);

#endif /* DIRECTORY_PASSMOD_H */
