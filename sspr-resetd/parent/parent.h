/* SPDX-License-Identifier: MIT */
/*
 * parent.h - the root process: it starts the roles, writes the audit log and
 * starts one worker per PAM transaction.  It reads only what root wrote and
 * what the vault and the workers tell it; it loads no foreign code.
 */
#ifndef SSPR_PARENT_H
#define SSPR_PARENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "conf.h"
#include "ipc.h"
#include "parent/audit.h"
#include "parent/permits.h"
#include "parent/resets.h"
#include "role.h"
#include "tally.h"

struct parent {
	const char *path; /* of sspr.conf */
	struct conf conf;
	int lock, signals;
	int listen, desk; /* the two sockets */
	int vault;        /* link */
	/* The long-lived roles, by role. */
	pid_t pid[ROLE_ANY];
	uint64_t began_ms[ROLE_ANY]; /* it was started then */
	uint64_t again_ms[ROLE_ANY]; /* start it again then; 0: it runs */
	bool ready;                  /* the vault serves */
	uint64_t end_ms;     /* told to end: the next step is then, or 0 */
	bool cut;            /* ... the workers' links were closed */
	bool lost;           /* a record of the vault's was not written */
	uint64_t records_ms; /* since then the vault had so many records */
	uint32_t records;
	struct audit audit;
	struct permits permits;
	struct resets resets;
	struct tally refused;
};

/* Serve with the configuration at path, until a signal ends it. */
_Noreturn void parent_main(const char *path);

/* Milliseconds of CLOCK_BOOTTIME. */
uint64_t parent_ms(void);

/* Now, as the lines of the audit log are dated. */
struct lines_now parent_now(const struct parent *p);

/* start.c: directories, lock, socket, key, audit log, roles. */
void start_all(struct parent *p);
/* Start names or courier, which the vault has the other end of link of. */
void start_role(struct parent *p, enum role r, int link);
/*
 * Send a role the options of these letters; the vault gets those of its own
 * too, which it passes on.
 */
#define START_VAULT "VFNC"
void start_options(const struct parent *p, int link, const char *roles);

/* workers.c: what the vault asks for, and how it ends. */
void workers_request(struct parent *p, const struct ipc_worker *w);
void workers_go(struct parent *p, uint64_t grant);
void workers_drop(struct parent *p, uint64_t grant);
void workers_hear(struct parent *p, struct permit *w);
void workers_ended(struct parent *p, struct permit *w, int status);
/* How many are at work on a change. */
size_t workers_at_work(const struct parent *p);
/* Close their links: who waits for a person ends, who is in the stack soon. */
void workers_cut(struct parent *p);
/* End those that are late; milliseconds until the next would be, or -1. */
int workers_late(struct parent *p);

/* refusal.c: workers that were asked for and not given. */
enum refusal {
	REFUSAL_BARRED,   /* root, or below uid_min, or nobody */
	REFUSAL_TWICE,    /* its conversation has one */
	REFUSAL_HOST,     /* resets_per_hour */
	REFUSAL_ACCOUNT,  /* resets_per_day */
	REFUSAL_SOURCE,   /* source_resets */
	REFUSAL_BUSY,     /* the account has one, or a rate is reached */
	REFUSAL_CHECKS,   /* by the worker */
	REFUSAL_PASSWORD, /* as BUSY, to check a current password */
};
/* Write down, and say, that f was refused, with e. */
void refusal_tell(struct parent *p, const struct ipc_worker *f,
    enum refusal why, enum sspr_err e);
/* Tell of those that were only counted; milliseconds until more, or -1. */
int refusal_late(struct parent *p);

/* resolve.c: changes of which nobody said how they ended (R-DUR-4). */
/*
 * Have a worker look whether the shadow field is still the one of the digest.
 * Waits for it, some seconds at most.  Returns SSPR_NOT_CHANGED if it is,
 * SSPR_UNCERTAIN if it is another, SSPR_NO_USER or SSPR_ACCOUNT if it is gone
 * or no longer the only one, or why it is not known.
 */
enum sspr_err resolve_look(uint32_t uid, const char *digest);
/* The event of such a result; NULL if it is not known. */
const char *resolve_event(enum sspr_err found);
/*
 * Do so for every one that is open in the audit log, and write how it ended.
 *
 * path   of the log, as of recall_intents()
 * lock   path of the lock that workers hold while the stack writes
 */
void resolve_open(struct parent *p, const char *path, const char *lock);

#endif /* SSPR_PARENT_H */
