/* SPDX-License-Identifier: MIT */
/*
 * help.h - how sspr-admin is called.
 */
#ifndef SSPR_ADMIN_HELP_H
#define SSPR_ADMIN_HELP_H

#include <stdio.h>

#include "err.h"

/* Print all of it.  Returns SSPR_OK, so that --help can end with it. */
enum sspr_err help_print(FILE *to);

/* Without a subcommand: --help, or a usage error. */
enum sspr_err help_main(int argc, char **argv);

#endif /* SSPR_ADMIN_HELP_H */
