/* SPDX-License-Identifier: MIT */
/*
 * link.h - one connection to the directory, over StartTLS, LDAPS or ldapi
 * (RFC 4511, RFC 4513), with the server's certificate verified, and time
 * limits.  What libldap would take from its own configuration, environment or
 * home directories is overruled.
 */
#ifndef DIRECTORY_LINK_H
#define DIRECTORY_LINK_H

#include <ldap.h>

#include "err.h"
#include "settings.h"

#define LINK_WHY_MAX 200 /* bytes */

/*
 * Connect to the first server that answers, bound as the settings say.
 *
 * *ld    out, on SSPR_OK: link_close() it
 * why    out, unless SSPR_OK: printable, with the server's URI
 *
 * Returns SSPR_OK; SSPR_DIRECTORY if no server answers in time; or SSPR_SETUP
 * if one does, and its certificate is bad, or it refuses who we are.
 */
enum sspr_err link_open(const struct settings *s, LDAP **ld,
    char why[static LINK_WHY_MAX + 1]);

/*
 * The same, bound as dn with this password, by a simple bind; controls of the
 * server (the password must be changed, will expire) do not matter.
 *
 * Returns as link_open(), or SSPR_PASSWORD if the server refuses the password
 * or an account that is locked.
 */
enum sspr_err link_open_as(const struct settings *s, const char *dn,
    const struct secret *password, LDAP **ld,
    char why[static LINK_WHY_MAX + 1]);

void link_close(LDAP *ld);

/*
 * Wait until the whole answer to request id is there, for at most so many
 * seconds; a request that is not answered is abandoned.
 *
 * *answer  out, on LDAP_SUCCESS: ldap_msgfree() it
 *
 * Returns LDAP_SUCCESS, whatever the answer, or why there is none.
 */
int link_wait(LDAP *ld, int id, unsigned int seconds, LDAPMessage **answer);

/*
 * What a result code means for us: SSPR_OK; SSPR_DIRECTORY if the server does
 * not answer, or not now; else SSPR_SETUP.
 */
enum sspr_err link_error(int rc);

/*
 * Write what a server said, with `?' for what is not printable, into a place
 * of size bytes, cut off where it is full.
 *
 * text  or NULL, which is ""
 */
void link_print(const char *text, char *to, size_t size);

#endif /* DIRECTORY_LINK_H */
