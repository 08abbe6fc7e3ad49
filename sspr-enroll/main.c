/* SPDX-License-Identifier: MIT */
/*
 * main.c - sspr-enroll: its subcommands.
 */
#include "add.h"
#include "menu.h"
#include "policy.h"
#include "program.h"
#include "status.h"
#include "verb.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct program_command commands[] = {
	{ "status", status_main },
	{ "policy", policy_main },
	{ "add", add_main },
	{ "remove", verb_main },
	{ "keep", verb_main },
	{ "lost", verb_main },
	{ "test", verb_main },
	{ "reset", verb_main },
};

static const struct complain_hint hints[] = {
	{ SSPR_NO_FACTOR, false, "`sspr-enroll status' lists what there is." },
	{ SSPR_FULL, false, "Take one away first: sspr-enroll remove ID" },
	{ SSPR_NO_METHOD, false, "`sspr-enroll policy' lists what there is." },
	{ SSPR_ALONE, false, "First: sspr-enroll add app" },
	{ SSPR_UNCONFIRMED, false, "Nothing was enrolled." },
	{ SSPR_NOT_YOURS, true,
	    "root cannot be reset: run this as the user it is for." },
	{ SSPR_INELIGIBLE, true,
	    "root cannot be reset: run this as the user it is for." },
};
/* clang-format on */

int
main(int argc, char **argv)
{
	const struct program p = { .name = "sspr-enroll",
		.commands = commands,
		.ncommands = COUNT(commands),
		.bare = menu_main,
		.hints = hints,
		.nhints = COUNT(hints) };

	return program_run(&p, argc, argv);
}
