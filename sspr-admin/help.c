/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "complain.h"
#include "help.h"

static const char text[] =
    "usage: sspr-admin pass issue USER --reason TEXT [--minutes N]\n"
    "                             [--lost-everything] [--print-secret] "
    "[--json]\n"
    "       sspr-admin unlock USER [METHOD] --reason TEXT\n"
    "       sspr-admin user show USER [--reason TEXT] [--json]\n"
    "       sspr-admin user confirm USER --reason TEXT\n"
    "       sspr-admin user forget USER --reason TEXT\n"
    "       sspr-admin --help | --version\n"
    "\n"
    "Help those who cannot reset their password alone.\n"
    "\n"
    "pass issue   a helpdesk-pass: a code to be read to the user\n"
    "unlock       forget wrong tries: of one METHOD, or of all\n"
    "user show    what is enrolled, and how many wrong tries there were\n"
    "user confirm an account that was missing is the same person's again\n"
    "user forget  delete what is stored of an account; it can enrol anew\n"
    "\n"
    "--reason TEXT       why; it is recorded, and the user may be told\n"
    "--minutes N         how long the pass works, at most 1440\n"
    "--lost-everything   the pass alone will do: the user has nothing else\n"
    "--print-secret      show the pass even where no terminal shows it\n"
    "--json              for programs\n"
    "\n"
    "Exit status: 0 done, 1 refused, 2 usage, 3 service not reachable.\n"
    "What SSPR-NN in a message means: man sspr-enroll.\n";

enum sspr_err
help_print(FILE *to)
{
	fputs(text, to);
	return SSPR_OK;
}

enum sspr_err
help_main(int argc, char **argv)
{
	if (argc == 2 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return help_print(stdout);
	return complain_usage(
	    argc < 2 ? "which subcommand?" : "unknown option");
}
