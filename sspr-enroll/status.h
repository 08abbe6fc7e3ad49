/* SPDX-License-Identifier: MIT */
/*
 * status.h - what is enrolled, and the next thing to do.
 */
#ifndef SSPR_ENROLL_STATUS_H
#define SSPR_ENROLL_STATUS_H

#include <stdio.h>

#include "err.h"
#include "factors.h"

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err status_main(int argc, char **argv);

/* For people: a table, and the next thing to do at time now. */
void status_table(FILE *to, const struct factors *f, uint64_t now);

/* For programs: an array of objects. */
void status_json(FILE *to, const struct factors *f);

#endif /* SSPR_ENROLL_STATUS_H */
