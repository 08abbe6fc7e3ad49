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
#include "role.h"

struct parent {
	const char *path; /* of sspr.conf */
	struct conf conf;
	int lock, listen, signals;
	int vault;               /* link */
	pid_t pid[ROLE_ANY];     /* of the long-lived roles, by role */
	uint64_t names_ms;       /* names was started then */
	uint64_t names_again_ms; /* start it then, 0 it runs */
	bool ready;              /* the vault serves */
	struct audit audit;
	struct permits permits;
};

/* Serve with the configuration at path, until a signal ends it. */
_Noreturn void parent_main(const char *path);

/* Milliseconds of CLOCK_BOOTTIME. */
uint64_t parent_ms(void);

/* start.c: directories, lock, socket, key, audit log, roles. */
void start_all(struct parent *p);
void start_names(struct parent *p, int link);
/* Send options to a role: 'V' on the vault's link, for it and its own. */
void start_options(const struct parent *p, int link, const char *roles);

/* workers.c: what the vault asks for, and how it ends. */
void workers_request(struct parent *p, const struct ipc_worker *w);
void workers_go(struct parent *p, uint64_t grant);
void workers_drop(struct parent *p, uint64_t grant);
void workers_hear(struct parent *p, struct permit *w);
void workers_ended(struct parent *p, struct permit *w, int status);
/* End those that are late; milliseconds until the next would be, or -1. */
int workers_late(struct parent *p);

#endif /* SSPR_PARENT_H */
