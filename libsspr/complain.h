/* SPDX-License-Identifier: MIT */
/*
 * complain.h - what went wrong, one line each on standard error.  Each ends
 * with the error's number, which sspr-enroll(1) explains.
 */
#ifndef SSPR_COMPLAIN_H
#define SSPR_COMPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* What to do about an error, where a line is enough. */
struct complain_hint {
	enum sspr_err e;
	bool root; /* for root only */
	const char *text;
};

/* Who complains, and its n hints; all must last.  Without, it is sspr. */
void
complain_as(const char *program, const struct complain_hint *hints, size_t n);

/*
 * "PROGRAM: TEXT (SSPR-NN)", with the hints there are.  retry_after is in
 * seconds, 0 unknown.  SSPR_OK says nothing.  Returns e.
 */
enum sspr_err complain_err(enum sspr_err e, uint32_t retry_after);

/* The hints alone, of an error that was told otherwise.  Returns e. */
enum sspr_err complain_hints(enum sspr_err e);

/* "PROGRAM: WHAT: TEXT (SSPR-NN)".  Returns e. */
enum sspr_err complain_about(const char *what, enum sspr_err e);

/*
 * "PROGRAM: WHAT" and where help is.  WHAT is in our words, never those of an
 * argument.  Returns SSPR_USAGE.
 */
enum sspr_err complain_usage(const char *what);

/* The same of what getopt_long(3) returned: `?' or `:'. */
enum sspr_err complain_option(int c);

#endif /* SSPR_COMPLAIN_H */
