/* SPDX-License-Identifier: MIT */
/*
 * remove.h - take an enrolled method away.
 */
#ifndef SSPR_ENROLL_REMOVE_H
#define SSPR_ENROLL_REMOVE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/*
 * The subcommand, with the arguments from its name on.  Whatever it returns
 * but SSPR_OK has been said on standard error.
 */
enum sspr_err remove_main(int argc, char **argv);

/* Read an ID: decimal digits, not 0.  Returns whether s is one. */
bool remove_id(const char *s, uint32_t *id);

#endif /* SSPR_ENROLL_REMOVE_H */
