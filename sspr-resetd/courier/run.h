/* SPDX-License-Identifier: MIT */
/*
 * run.h - one run of a command, for one message (R-DEL-1).
 */
#ifndef SSPR_RUN_H
#define SSPR_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "courier/command.h"
#include "ipc.h"

enum {
	RUN_MS = 20 * 1000, /* a run may take */
	RUN_OUTPUT = 4096,  /* bytes of output that are kept */
};

struct run {
	pid_t pid;         /* 0: none */
	int pidfd;         /* readable when it ended */
	int out;           /* its output; -1: it closed it */
	uint64_t began_ms; /* of the caller's clock */
	bool late;         /* it was ended */
	/* The first of its output, and as much more as may have to be
	   covered together with it. */
	char output[RUN_OUTPUT + IPC_MESSAGE_MAX];
	size_t len;
	struct ipc_deliver message;
};

/* How one ended. */
struct run_end {
	enum sspr_err err;
	int status;                  /* as wait(2) has it */
	char output[RUN_OUTPUT + 1]; /* to be logged: see message_mask */
};

/*
 * Start a command for a message that message_check has passed.
 *
 * *r   a run that is none; out, on SSPR_OK: the run
 *
 * Returns SSPR_OK, SSPR_BUSY if there is no room for a process, or
 * SSPR_SYSTEM.
 */
enum sspr_err run_start(struct run *r, const struct command *c,
    const struct ipc_deliver *m, uint64_t now_ms);

/* Take in what it has written. */
void run_hear(struct run *r);

/*
 * End it if it is late.  Returns the milliseconds until it would be, or
 * UINT64_MAX if it was ended, which its pidfd tells of soon.
 */
uint64_t run_late(struct run *r, uint64_t now_ms);

/*
 * If the program ended: end whatever else it left in its process group, wipe
 * *r, say how it ended.
 *
 * end->err is SSPR_OK for exit status 0; SSPR_BUSY for 75 (EX_TEMPFAIL),
 * surely not sent; SSPR_TIMEOUT if it was late; else SSPR_UNSENT.
 *
 * Returns false, and *end untouched, if it is still there.
 */
bool run_ended(struct run *r, struct run_end *end);

#endif /* SSPR_RUN_H */
