/* SPDX-License-Identifier: MIT */
/*
 * user.h - show an account: what is enrolled, and how many wrong tries.
 */
#ifndef SSPR_ADMIN_USER_H
#define SSPR_ADMIN_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"
#include "factors.h"
#include "proto.h"

#define USER_COUNTS_MAX 32u

struct user {
	bool told; /* the account came */
	struct proto_user user;
	struct factors factors;
	size_t n;
	struct proto_count at[USER_COUNTS_MAX];
};

/* Take one record; a talk callback with a struct user for arg. */
enum sspr_err
user_take(void *arg, const struct proto_row *row, const struct proto_msg *m);

/* For people, within 80 columns; for programs, one object. */
void user_print(FILE *to, const struct user *u);
void user_json(FILE *to, const struct user *u);

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err user_main(int argc, char **argv);

#endif /* SSPR_ADMIN_USER_H */
