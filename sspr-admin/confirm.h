/* SPDX-License-Identifier: MIT */
/*
 * confirm.h - an account that was missing is that of the same person.
 */
#ifndef SSPR_ADMIN_CONFIRM_H
#define SSPR_ADMIN_CONFIRM_H

#include "err.h"

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err confirm_main(int argc, char **argv);

#endif /* SSPR_ADMIN_CONFIRM_H */
