/* SPDX-License-Identifier: MIT */
#ifndef SSPR_ERR_H
#define SSPR_ERR_H

#include <stddef.h>
#include <stdint.h>

/*
 * Result of every operation that can fail; to drop one, say (void) and why.
 * A function that returns anything but SSPR_OK has left its out-parameters
 * as they were.
 */
/* clang-format off */
enum [[nodiscard]] sspr_err {
#define ERR(name, number, told, exit, text) SSPR_##name = (number),
#include "err.def"
};
/* clang-format on */

#define ERR_MAX 99u /* numbers are two digits on the screen: SSPR-07 */

/* Text for people and logs.  Never NULL, also for numbers we do not know. */
const char *err_text(enum sspr_err e);

/* The code a stranger may be told in place of e. */
enum sspr_err err_told(enum sspr_err e);

/* The exit status of a program that ends with e: 0 to 3. */
int err_exit(enum sspr_err e);

/*
 * The error a number from the wire stands for: *e is set to it.
 * Returns SSPR_OK, or SSPR_MALFORMED for a number err.def does not have.
 */
enum sspr_err err_number(uint32_t number, enum sspr_err *e);

#endif /* SSPR_ERR_H */
