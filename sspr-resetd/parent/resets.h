/* SPDX-License-Identifier: MIT */
/*
 * resets.h - parent's own caps (R-THR, R-SET-7): how often passwords were
 * changed, or may have been, and accounts unlocked, within a day.  Whatever
 * the vault says, parent lets no more through.  Pure.
 */
#ifndef SSPR_RESETS_H
#define SSPR_RESETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "ipc.h"

#define RESETS_MAX     24000u /* a day at the most an hour can have */
#define RESETS_DAY_MS  86400000u
#define RESETS_HOUR_MS 3600000u

struct resets_row {
	int64_t at_ms; /* CLOCK_BOOTTIME; below 0: before this boot */
	uint32_t uid;
	bool used;
	char source[PROTO_HINT_MAX + 1]; /* "" unknown: counts for none */
};

struct resets {
	struct resets_row at[RESETS_MAX];
	bool full;       /* one that counts had no place */
	int64_t last_ms; /* the last of these */
};

struct resets_rule {
	uint32_t per_day;    /* of one account */
	uint32_t per_hour;   /* of the host */
	uint32_t per_source; /* an hour; of one that is not shared */
	const char *shared;  /* networks, see source_is_in() */
};

/* Whose, and how many are under way that nobody knows the end of yet. */
struct resets_ask {
	uint32_t uid;
	const char *source; /* struct source's key */
	uint32_t of_uid, of_source, of_host;
};

/* Whether an event of the audit log counts. */
bool resets_is_one(const char *event);

/*
 * Remember one.  A row that counts is never given up for another: if there is
 * none left, nobody may until this one is a day old.
 */
void resets_take(struct resets *r, uint32_t uid, const char *source,
    int64_t at_ms, int64_t now_ms);

/*
 * Whether one more may begin now.  Returns SSPR_OK, SSPR_RESETS for the
 * account, SSPR_SOURCE for the source, or SSPR_BUSY for the host.
 */
enum sspr_err resets_may(const struct resets *r, const struct resets_rule *rule,
    const struct resets_ask *ask, int64_t now_ms);

#endif /* SSPR_RESETS_H */
