/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "when.h"

#define DAY 10 /* bytes of 2026-11-23 */

void
when_minute(uint64_t when, char buf[static WHEN_MAX])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (when == 0)
		(void)snprintf(buf, WHEN_MAX, "never");
	else if (when > INT64_MAX / 2 || localtime_r(&t, &tm) == NULL ||
	    tm.tm_year > 9999 - 1900 ||
	    strftime(buf, WHEN_MAX, "%Y-%m-%d %H:%M", &tm) == 0)
		(void)snprintf(buf, WHEN_MAX, "?");
}

void
when_day(uint64_t when, char buf[static WHEN_MAX])
{
	when_minute(when, buf);
	if (strlen(buf) > DAY)
		buf[DAY] = '\0';
}
