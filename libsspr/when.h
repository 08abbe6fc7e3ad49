/* SPDX-License-Identifier: MIT */
/*
 * when.h - times, as people here write them.
 */
#ifndef SSPR_WHEN_H
#define SSPR_WHEN_H

#include <stdint.h>

#define WHEN_MAX 32 /* bytes */

/*
 * Seconds since the epoch as local date and time (2026-11-23 10:15), or the
 * date alone; `never' for 0, `?' for what no calendar has.
 */
void when_minute(uint64_t when, char buf[static WHEN_MAX]);
void when_day(uint64_t when, char buf[static WHEN_MAX]);

#endif /* SSPR_WHEN_H */
