/* SPDX-License-Identifier: MIT */
/*
 * complain.h - what went wrong, one line each on standard error.  Each ends
 * with the error's number, which sspr-enroll(1) explains.
 */
#ifndef SSPR_ENROLL_COMPLAIN_H
#define SSPR_ENROLL_COMPLAIN_H

#include <stdint.h>

#include "err.h"

/*
 * "sspr-enroll: TEXT (SSPR-NN)", with what to do about it where that is
 * short.  retry_after is in seconds, 0 unknown.  SSPR_OK says nothing.
 * Returns e.
 */
enum sspr_err complain_err(enum sspr_err e, uint32_t retry_after);

/* "sspr-enroll: WHAT: TEXT (SSPR-NN)".  Returns e. */
enum sspr_err complain_about(const char *what, enum sspr_err e);

/*
 * "sspr-enroll: WHAT" and where help is.  WHAT is in our words, never those
 * of an argument.  Returns SSPR_USAGE.
 */
enum sspr_err complain_usage(const char *what);

#endif /* SSPR_ENROLL_COMPLAIN_H */
