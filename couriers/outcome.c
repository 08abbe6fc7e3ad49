/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "outcome.h"

enum sspr_err
outcome_note(struct outcome *o, enum sspr_err e, const char *format, ...)
{
	va_list args;

	if (o->why[0] != '\0')
		return e;
	va_start(args, format);
	(void)vsnprintf(o->why, sizeof(o->why), format, args);
	va_end(args);
	return e;
}

static int
status(enum sspr_err e)
{
	static const struct {
		enum sspr_err err;
		int status;
	} rows[] = {
		{ SSPR_OK, EX_OK },
		{ SSPR_BUSY, EX_TEMPFAIL },
		{ SSPR_MALFORMED, EX_DATAERR },
		{ SSPR_USAGE, EX_USAGE },
		{ SSPR_CONFIG, EX_CONFIG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].err == e)
			return rows[i].status;
	return EX_UNAVAILABLE;
}

int
outcome_end(const struct outcome *o, enum sspr_err e, const char *program,
    int fd)
{
	if (e != SSPR_OK)
		(void)dprintf(fd, "%s: %s\n", program,
		    o->why[0] != '\0' ? o->why : err_text(e));
	return status(e);
}
