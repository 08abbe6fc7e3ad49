/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "complain.h"

/* What to do about it, for those errors where a line is enough. */
static const struct {
	enum sspr_err e;
	bool root; /* for root only */
	const char *text;
} hints[] = {
	{ SSPR_GONE, false, "Is sspr-resetd running on this machine?" },
	{ SSPR_NO_TTY, false,
	    "Run it on a terminal, or allow it with --print-secret." },
	{ SSPR_NO_FACTOR, false, "`sspr-enroll status' lists what there is." },
	{ SSPR_FULL, false, "Take one away first: sspr-enroll remove ID" },
	{ SSPR_UNCONFIRMED, false, "Nothing was enrolled." },
	{ SSPR_NOT_YOURS, true,
	    "root cannot be reset: run this as the user it is for." },
	{ SSPR_INELIGIBLE, true,
	    "root cannot be reset: run this as the user it is for." },
};

static void
hint(enum sspr_err e)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].e == e && (!hints[i].root || geteuid() == 0))
			fprintf(stderr, "%s\n", hints[i].text);
}

enum sspr_err
complain_err(enum sspr_err e, uint32_t retry_after)
{
	if (e == SSPR_OK)
		return e;
	fprintf(stderr, "sspr-enroll: %s (SSPR-%02u)", err_text(e),
	    (unsigned int)e);
	if (retry_after > 120)
		fprintf(stderr, "; try again in %" PRIu32 " minutes",
		    retry_after / 60 + 1);
	else if (retry_after > 0)
		fprintf(stderr, "; try again in %" PRIu32 " seconds",
		    retry_after);
	fputc('\n', stderr);
	hint(e);
	return e;
}

enum sspr_err
complain_about(const char *what, enum sspr_err e)
{
	fprintf(stderr, "sspr-enroll: %s: %s (SSPR-%02u)\n", what, err_text(e),
	    (unsigned int)e);
	return e;
}

enum sspr_err
complain_usage(const char *what)
{
	fprintf(stderr,
	    "sspr-enroll: %s (SSPR-%02u)\n"
	    "Try `sspr-enroll --help'.\n",
	    what, (unsigned int)SSPR_USAGE);
	return SSPR_USAGE;
}
