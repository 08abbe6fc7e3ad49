/* SPDX-License-Identifier: MIT */
/*
 * forget.h - everything stored of an account is deleted.
 */
#ifndef SSPR_ADMIN_FORGET_H
#define SSPR_ADMIN_FORGET_H

#include "err.h"

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err forget_main(int argc, char **argv);

#endif /* SSPR_ADMIN_FORGET_H */
