/* SPDX-License-Identifier: MIT */
/*
 * policy.h - what the site wants of this account, and what it allows.
 */
#ifndef SSPR_ENROLL_POLICY_H
#define SSPR_ENROLL_POLICY_H

#include <stdio.h>

#include "err.h"
#include "proto.h"

/* For people. */
void policy_print(FILE *to, const struct proto_policy *p);

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err policy_main(int argc, char **argv);

#endif /* SSPR_ENROLL_POLICY_H */
