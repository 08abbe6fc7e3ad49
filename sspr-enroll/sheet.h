/* SPDX-License-Identifier: MIT */
/*
 * sheet.h - backup codes, printed once: a recovery sheet for people, a list
 * for programs.
 */
#ifndef SSPR_ENROLL_SHEET_H
#define SSPR_ENROLL_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"
#include "proto.h"

#define SHEET_MAX 20u /* codes */

struct sheet {
	FILE *to;
	bool json;
	bool printed; /* once is all */
	size_t n;
	struct proto_code at[SHEET_MAX];
};

/*
 * Take one record; a talk callback with a struct sheet for arg.
 * Returns SSPR_OK, or SSPR_MALFORMED: it is no code, one too many, or comes
 * after the sheet was printed.
 */
enum sspr_err
sheet_take(void *arg, const struct proto_row *row, const struct proto_msg *m);

/*
 * Print what there is, if there is any, and only once.  All has been written
 * when it returns SSPR_OK; if not, SSPR_FILE.
 */
enum sspr_err sheet_print(struct sheet *s);

void sheet_wipe(struct sheet *s);

#endif /* SSPR_ENROLL_SHEET_H */
