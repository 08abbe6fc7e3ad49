/* SPDX-License-Identifier: MIT */
/*
 * add.h - enrol a method.
 */
#ifndef SSPR_ENROLL_ADD_H
#define SSPR_ENROLL_ADD_H

#include "err.h"

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err add_main(int argc, char **argv);

#endif /* SSPR_ENROLL_ADD_H */
