/* SPDX-License-Identifier: MIT */
#include "help.h"
#include "complain.h"

static const char text[] =
    "usage: sspr-enroll [status] [--json]\n"
    "       sspr-enroll add app [--label LABEL] [--png FILE]\n"
    "                           [--print-secret] [--json]\n"
    "       sspr-enroll remove ID\n"
    "       sspr-enroll --help | --version\n"
    "\n"
    "Enrol what proves that you are you when you have forgotten your "
    "password.\n"
    "\n"
    "status    what is enrolled, and what to do next\n"
    "add app   enrol an authenticator app: scan, then type the code it shows\n"
    "remove    take an enrolled method away, by its ID in the status\n"
    "\n"
    "--label LABEL    your own name for it, such as `phone'\n"
    "--png FILE       save the picture to scan in a new file as well\n"
    "--print-secret   show the secret even where no terminal shows it\n"
    "--json           for programs\n"
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
help_option(int c)
{
	return complain_usage(
	    c == ':' ? "an option lacks its argument" : "unknown option");
}
