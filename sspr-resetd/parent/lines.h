/* SPDX-License-Identifier: MIT */
/*
 * lines.h - the audit log read back: its lines, and all of it from its end.
 */
#ifndef SSPR_LINES_H
#define SSPR_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc.h"

#define LINES_CHUNK    (1u << 20) /* bytes that are read at a time */
#define LINES_BOOT_LEN 8u         /* digits of a boot's id in a line */
#define LINES_RESET    "\"event\":\"reset." /* how those of resets are found */

struct lines_line {
	uint64_t seq; /* 0: unknown */
	char event[IPC_EVENT_MAX + 1];
	char correlation[IPC_CORRELATION_MAX + 1];
	char digest[IPC_DIGEST_MAX + 1];
	char source[PROTO_HINT_MAX + 1];
	uint32_t subject; /* uid, IPC_NOBODY unknown */
	int64_t wall_s;   /* CLOCK_REALTIME, -1 unknown */
	char boot[LINES_BOOT_LEN + 1];
	uint64_t boot_ms; /* CLOCK_BOOTTIME of that boot */
};

/* Now, as lines are dated. */
struct lines_now {
	int64_t wall_s;
	char boot[LINES_BOOT_LEN + 1];
	uint64_t boot_ms;
};

/*
 * Take the next whole line out of a text: *text and *len move past it.  What
 * audit_append does not write so is empty or unknown.  false: there is no
 * whole line any more.
 */
bool lines_next(const char **text, size_t *len, struct lines_line *l);

/*
 * The same, but of the next line that has this text in it: `"event":"reset.'
 * finds records that begin so.  Much faster than to read them all.
 */
bool lines_find(const char **text, size_t *len, const char *what,
    struct lines_line *l);

/*
 * How many milliseconds ago a line was written.  Of this boot by the clock
 * that nobody sets; of another by the time of day, and if that lies in the
 * future or is not known, none at all: 0.
 */
uint64_t lines_age(const struct lines_line *l, const struct lines_now *now);

/* Some whole lines, newer than those of the next call; false: enough. */
typedef bool lines_taker(void *arg, const char *text, size_t len);

/*
 * Read a log from its end to its beginning, LINES_CHUNK bytes at a time.  What
 * has no newline within as many is passed over.
 *
 * *more   out: false if take said that it is enough
 *
 * Returns SSPR_OK, SSPR_AUDIT if it cannot be read, or SSPR_NO_MEMORY.
 */
enum sspr_err lines_back(int fd, lines_taker *take, void *arg, bool *more);

#endif /* SSPR_LINES_H */
