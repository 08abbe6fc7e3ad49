/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "person.h"
#include "role.h"

static const struct {
	const char *name;
	int (*main)(char **argv); /* what follows the name */
	int args;
} commands[] = {
	{ "people", people_main, 1 },
	{ "generate", generate_main, 2 },
	{ "verify", verify_main, 3 },
	{ "race", race_main, 2 },
	{ "crowd", crowd_main, 2 },
};

unsigned int
bench_number(const char *text)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n > INT_MAX)
		errx(2, "%s is no number", text);
	return (unsigned int)n;
}

int
people_main(char **argv)
{
	const unsigned int count = bench_number(argv[0]);
	struct person p;

	for (unsigned int n = 0; n < count; n++) {
		person_make(n, &p);
		printf("%s %u\n", p.name, p.uid);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	/* role_spawn runs this very program. */
	if (argc == 3 && strcmp(argv[1], "-x") == 0)
		(void)role_run(argv[2]); /* returns for no role of ours */
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc == commands[i].args + 2 &&
		    strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argv + 2);
	errx(2, "usage: see bench.h");
}
