/* SPDX-License-Identifier: MIT */
#include "help.h"

static const char text[] =
    "usage: sspr-enroll                  a menu\n"
    "       sspr-enroll status [--json]  what is enrolled, what to do next\n"
    "       sspr-enroll policy [--json]  what this site wants and allows\n"
    "       sspr-enroll add METHOD [--label LABEL] [--png FILE]\n"
    "                              [--print-secret] [--json]\n"
    "       sspr-enroll remove ID        take a method away\n"
    "       sspr-enroll keep ID          or not, until it has taken effect\n"
    "       sspr-enroll lost             phone lost: app and sms off at once\n"
    "       sspr-enroll test             try a reset; nothing changes\n"
    "       sspr-enroll reset            logged in, but password forgotten\n"
    "       sspr-enroll --help | --version\n"
    "\n"
    "METHOD: app backup sms landline email questions notice, as in add app\n"
    "\n"
    "--label LABEL    your own name for it, such as `phone'\n"
    "--png FILE       save the picture to scan in a new file as well\n"
    "--print-secret   show a secret even where no terminal shows it\n"
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
