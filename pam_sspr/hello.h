/* SPDX-License-Identifier: MIT */
/*
 * hello.h - what the module tells the daemon of the login it is in.
 */
#ifndef SSPR_HELLO_H
#define SSPR_HELLO_H

#include <security/pam_modules.h>

#include "args.h"
#include "err.h"
#include "proto.h"

/* The rhost of a login from elsewhere whose address is not known. */
#define HELLO_UNKNOWN "::"

/*
 * Describe the login of pamh, read anew from PAM; the verb is left 0.
 *
 * user		as typed, never asked for
 * rhost	a numeric address, HELLO_UNKNOWN, or empty if the login is local
 * flags	PROTO_FORGOT if the refused password was `forgot'; in sshd,
 *which replaces passwords by junk of the same length, if it was as long
 *
 * Returns SSPR_OK, or SSPR_NO_OFFER, *h untouched, if there is no user or
 * service, or one that is too long.
 */
enum sspr_err
hello_fill(const struct args *args, pam_handle_t *pamh, struct proto_hello *h);

#endif /* SSPR_HELLO_H */
