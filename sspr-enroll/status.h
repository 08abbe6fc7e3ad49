/* SPDX-License-Identifier: MIT */
/*
 * status.h - what is enrolled, what that is worth, and the next thing to do.
 */
#ifndef SSPR_ENROLL_STATUS_H
#define SSPR_ENROLL_STATUS_H

#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "standing.h"

/* For people: what is enrolled, and whether that is enough at time now. */
void status_print(FILE *to, const struct standing *s, uint64_t now);

/* The next thing to do, if there is any. */
void status_next(FILE *to, const struct standing *s);

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err status_main(int argc, char **argv);

#endif /* SSPR_ENROLL_STATUS_H */
