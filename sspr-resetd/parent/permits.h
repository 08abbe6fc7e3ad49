/* SPDX-License-Identifier: MIT */
/*
 * permits.h - the table of workers: one account, one use each (R-SET-7).
 * Pure: it keeps the books; parent.c starts, ends and hears of processes.
 */
#ifndef SSPR_PERMITS_H
#define SSPR_PERMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "ipc.h"
#include "parent/resets.h"

#define PERMITS_MAX      128u
#define PERMITS_HOUR_MAX 4096u /* changes remembered for an hour */
#define PERMITS_RATE_MAX 1000u

enum permit_state { PERMIT_FREE, PERMIT_CHECKS, PERMIT_WAITS, PERMIT_WORKS };

struct permit {
	enum permit_state state;
	struct ipc_worker for_whom;
	pid_t pid;
	int link;
	enum sspr_err err; /* what the worker said why it failed */
	bool said;         /* it said so */
	char digest[IPC_DIGEST_MAX + 1];
	uint64_t deadline_ms;
};

/* When the last ones were started, newest last. */
struct permits_rate {
	uint64_t at_ms[PERMITS_RATE_MAX];
	size_t count; /* all there ever were */
};

/* The last changes started: whose, when; a ring. */
struct permits_hour {
	uint32_t uid[PERMITS_HOUR_MAX];
	uint64_t at_ms[PERMITS_HOUR_MAX];
	size_t count; /* all there ever were */
};

struct permits {
	struct permit at[PERMITS_MAX];
	struct permits_rate rate[2]; /* by enum proto_job */
	struct permits_hour hour;
};

struct permits_rule {
	uint32_t uid_min;
	uint32_t per_minute[2]; /* by enum proto_job, the host's */
	uint32_t per_hour;      /* changes of one account */
};

/* Whether nobody may ever have a worker for this uid. */
bool permits_is_barred(uint32_t uid, uint32_t uid_min);

/* Whether a worker of this conversation is there already. */
bool permits_has(const struct permits *t, const char *correlation);

/*
 * How many changes are under way: of the uid, of the source, of the host.
 */
void permits_count(const struct permits *t, struct resets_ask *ask);

/*
 * Enter a request: refused by number for uid 0 and below uid_min, for a
 * second worker of the account, over the rate of its kind, for a change also
 * over the account's own, so that nobody uses up the host's.
 *
 * *p   out: its place, in state PERMIT_CHECKS, without process
 *
 * Returns SSPR_OK, SSPR_EXCLUDED or SSPR_BUSY.
 */
enum sspr_err permits_enter(struct permits *t, const struct ipc_worker *w,
    const struct permits_rule *rule, uint64_t now_ms, struct permit **p);

/* The one with this number, or NULL. */
struct permit *permits_by_grant(struct permits *t, uint64_t grant);

/* The one whose worker is pid, or NULL. */
struct permit *permits_by_pid(struct permits *t, pid_t pid);

/* Wipe a place for the next. */
void permits_leave(struct permit *p);

/*
 * How a worker that was at work ended, from its wait status: success, or
 * SSPR_UNLOCKED, only by the exit status of its job and not a word, else what
 * it said, else what must be feared.
 */
enum sspr_err permits_outcome(const struct permit *p, int status);

#endif /* SSPR_PERMITS_H */
