/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <string.h>

#include "worker/run.h"
#include "worker/sudoers.h"

enum sspr_err
sudoers_print(const char *program, const char *file, unsigned int ms,
    char **text, size_t *len)
{
	char rules[PATH_MAX], name[] = "cvtsudoers";
	char *const argv[] = { name, (char[]){ "-c" }, (char[]){ "/dev/null" },
		(char[]){ "-f" }, (char[]){ "ldif" }, (char[]){ "-b" },
		(char[]){ "ou=rules" }, (char[]){ "-s" },
		(char[]){ "defaults" }, rules, NULL };
	const struct run run = { .program = program,
		.argv = argv,
		.ms = ms,
		.max = SUDOERS_MAX,
		.said = -1 };

	if (strlen(file) >= sizeof(rules))
		return SSPR_SYSTEM;
	memcpy(rules, file, strlen(file) + 1);
	return run_print(&run, text, len);
}
