/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "complain.h"

/* Those of every program. */
static const struct complain_hint ours[] = {
	{ SSPR_GONE, false, "Is sspr-resetd running on this machine?" },
	{ SSPR_NO_TTY, false,
	    "Run it on a terminal, or allow it with --print-secret." },
};

static struct {
	const char *program;
	const struct complain_hint *hints;
	size_t n;
} who = { .program = "sspr" };

void
complain_as(const char *program, const struct complain_hint *hints, size_t n)
{
	who.program = program;
	who.hints = hints;
	who.n = n;
}

static void
hint(const struct complain_hint *hints, size_t n, enum sspr_err e)
{
	for (size_t i = 0; i < n; i++)
		if (hints[i].e == e && (!hints[i].root || geteuid() == 0))
			fprintf(stderr, "%s\n", hints[i].text);
}

enum sspr_err
complain_hints(enum sspr_err e)
{
	hint(ours, sizeof(ours) / sizeof(ours[0]), e);
	hint(who.hints, who.n, e);
	return e;
}

enum sspr_err
complain_err(enum sspr_err e, uint32_t retry_after)
{
	if (e == SSPR_OK)
		return e;
	fprintf(stderr, "%s: %s (SSPR-%02u)", who.program, err_text(e),
	    (unsigned int)e);
	if (retry_after > 120)
		fprintf(stderr, "; try again in %" PRIu32 " minutes",
		    retry_after / 60 + 1);
	else if (retry_after > 0)
		fprintf(stderr, "; try again in %" PRIu32 " seconds",
		    retry_after);
	fputc('\n', stderr);
	return complain_hints(e);
}

enum sspr_err
complain_about(const char *what, enum sspr_err e)
{
	fprintf(stderr, "%s: %s: %s (SSPR-%02u)\n", who.program, what,
	    err_text(e), (unsigned int)e);
	return e;
}

enum sspr_err
complain_usage(const char *what)
{
	fprintf(stderr,
	    "%s: %s (SSPR-%02u)\n"
	    "Try `%s --help'.\n",
	    who.program, what, (unsigned int)SSPR_USAGE, who.program);
	return SSPR_USAGE;
}

enum sspr_err
complain_option(int c)
{
	return complain_usage(
	    c == ':' ? "an option lacks its argument" : "unknown option");
}
