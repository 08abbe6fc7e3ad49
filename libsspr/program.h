/* SPDX-License-Identifier: MIT */
/*
 * program.h - a program of subcommands, and a process that leaves nothing of
 * a secret behind.
 */
#ifndef SSPR_PROGRAM_H
#define SSPR_PROGRAM_H

#include <stddef.h>

#include "complain.h"
#include "err.h"

/*
 * A subcommand gets its arguments from the last word of its name on.
 * Whatever it returns but SSPR_OK it has said on standard error.
 */
struct program_command {
	const char *name; /* one word or two, as in "pass issue" */
	enum sspr_err (*main)(int argc, char **argv);
};

struct program {
	const char *name;
	const struct program_command *commands;
	size_t ncommands;
	/* Without a subcommand: nothing, or options only. */
	enum sspr_err (*bare)(int argc, char **argv);
	const struct complain_hint *hints;
	size_t nhints;
};

/*
 * Run it, or print its version: no core, no debugger, no death by a closed
 * pipe, descriptors 0 to 2 there, the buffer of standard output wiped in the
 * end.  Call once.  Returns the exit status.
 */
int program_run(const struct program *p, int argc, char **argv);

#endif /* SSPR_PROGRAM_H */
