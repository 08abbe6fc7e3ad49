/* SPDX-License-Identifier: MIT */
/*
 * desk.h - an operator's conversation with the daemon about one account.
 */
#ifndef SSPR_ADMIN_DESK_H
#define SSPR_ADMIN_DESK_H

#include <stdbool.h>

#include "err.h"
#include "proto.h"

struct desk {
	const char *user;
	const char *reason; /* NULL: none was given */
	bool json;
};

/* What is wrong with user or reason, or NULL. */
const char *desk_fault(const struct desk *d, bool needs_reason);

/* Whether the socket at path is there, but not for us. */
bool desk_is_shut(const char *path);

/*
 * Hold it.  hello needs its verb and what belongs to that beside user and
 * reason; arg and record are as in chat.h.  Returns the daemon's result or
 * why there is none; anything but SSPR_OK has been said on standard error.
 */
enum sspr_err
desk_hold(const struct desk *d, struct proto_hello *hello, void *arg,
    enum sspr_err (*record)(void *arg, const struct proto_row *row,
	const struct proto_msg *m));

/*
 * A subcommand that takes a user and --reason, and lists nothing.
 *
 * usage   what is wrong if it is not one user
 */
enum sspr_err
desk_one(int argc, char **argv, enum proto_verb verb, const char *usage);

#endif /* SSPR_ADMIN_DESK_H */
