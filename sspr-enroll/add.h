/* SPDX-License-Identifier: MIT */
/*
 * add.h - enrol a method.
 */
#ifndef SSPR_ENROLL_ADD_H
#define SSPR_ENROLL_ADD_H

#include <stdbool.h>

#include "err.h"
#include "method.h"
#include "tty.h"

struct add {
	enum method method;
	const char *label; /* clean, at most PROTO_LABEL_MAX bytes */
	const char *png;   /* path, or NULL */
	bool print_secret, json;
};

/* What is wrong with a label, or NULL. */
const char *add_label_fault(const char *label);

/* Enrol.  Whatever it returns but SSPR_OK has been said on standard error. */
enum sspr_err add_run(const struct tty *tty, const struct add *a);

/* The subcommand, with the arguments from its name on; likewise. */
enum sspr_err add_main(int argc, char **argv);

#endif /* SSPR_ENROLL_ADD_H */
