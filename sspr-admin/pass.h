/* SPDX-License-Identifier: MIT */
/*
 * pass.h - issue a helpdesk-pass.
 */
#ifndef SSPR_ADMIN_PASS_H
#define SSPR_ADMIN_PASS_H

#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "proto.h"

/* For the operator, at time now: the pass, and what to do with it. */
void pass_print(FILE *to, const char *user, const struct proto_pass *p,
    uint64_t now);

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err pass_main(int argc, char **argv);

#endif /* SSPR_ADMIN_PASS_H */
