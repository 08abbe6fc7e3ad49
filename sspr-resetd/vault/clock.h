/* SPDX-License-Identifier: MIT */
/*
 * clock.h - the time waits, caps and lives are measured by (R-TIME-1).  Pure.
 *
 * Within a boot it goes with CLOCK_BOOTTIME from where it was, whatever is
 * done to the wall clock and however often the daemon starts; across boots it
 * is the wall clock, but never goes back.  TOTP uses the wall clock itself.
 */
#ifndef SSPR_CLOCK_H
#define SSPR_CLOCK_H

#include <stdint.h>

#include "err.h"
#include "vault/store.h"

struct clock {
	struct store_clock mark; /* as last read or stored */
};

/*
 * Begin.
 *
 * stored   the mark in the database, or NULL: none yet
 * boot     this boot's id;  boot_ms CLOCK_BOOTTIME;  wall_s CLOCK_REALTIME
 */
void clock_begin(struct clock *c, const struct store_clock *stored,
    const uint8_t boot[static 16], uint64_t boot_ms, uint64_t wall_s);

/* Our seconds since the epoch at boot_ms. */
uint64_t clock_at(const struct clock *c, uint64_t boot_ms);

/* The mark to store, now. */
void
clock_mark(const struct clock *c, uint64_t boot_ms, struct store_clock *mark);

/* This boot's id from /proc; SSPR_OK or SSPR_SYSTEM. */
enum sspr_err clock_boot(uint8_t boot[static 16]);

#endif /* SSPR_CLOCK_H */
