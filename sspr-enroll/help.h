/* SPDX-License-Identifier: MIT */
/*
 * help.h - how sspr-enroll is called.
 */
#ifndef SSPR_ENROLL_HELP_H
#define SSPR_ENROLL_HELP_H

#include <stdio.h>

#include "err.h"

/* Print all of it.  Returns SSPR_OK, so that --help can end with it. */
enum sspr_err help_print(FILE *to);

#endif /* SSPR_ENROLL_HELP_H */
