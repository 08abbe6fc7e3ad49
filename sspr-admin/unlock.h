/* SPDX-License-Identifier: MIT */
/*
 * unlock.h - forget the wrong tries of an account.
 */
#ifndef SSPR_ADMIN_UNLOCK_H
#define SSPR_ADMIN_UNLOCK_H

#include "err.h"

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err unlock_main(int argc, char **argv);

#endif /* SSPR_ADMIN_UNLOCK_H */
