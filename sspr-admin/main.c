/* SPDX-License-Identifier: MIT */
/*
 * main.c - sspr-admin: its subcommands.
 */
#include "confirm.h"
#include "forget.h"
#include "help.h"
#include "pass.h"
#include "program.h"
#include "unlock.h"
#include "user.h"

/* clang-format off */
static const struct program_command commands[] = {
	{ "pass issue", pass_main },
	{ "unlock", unlock_main },
	{ "user show", user_main },
	{ "user confirm", confirm_main },
	{ "user forget", forget_main },
};
/* clang-format on */

int
main(int argc, char **argv)
{
	const struct program p = { .name = "sspr-admin",
		.commands = commands,
		.ncommands = sizeof(commands) / sizeof(commands[0]),
		.bare = help_main };

	return program_run(&p, argc, argv);
}
