/* SPDX-License-Identifier: MIT */
/*
 * outcome.h - how a courier ends: an exit status, and one line of why.
 */
#ifndef COURIERS_OUTCOME_H
#define COURIERS_OUTCOME_H

#include "err.h"

struct outcome {
	char why[160]; /* never an address, a text or a password */
};

/* Note why, like printf, and return e.  Of several the first is kept. */
__attribute__((format(printf, 3, 4))) enum sspr_err
outcome_note(struct outcome *o, enum sspr_err e, const char *format, ...);

/*
 * The exit status for e: 0 SSPR_OK; 75 SSPR_BUSY; 65 SSPR_MALFORMED;
 * 64 SSPR_USAGE; 78 SSPR_CONFIG; else 69.  If it is not 0, say why on
 * descriptor fd: `PROGRAM: WHY'.
 */
int outcome_end(const struct outcome *o, enum sspr_err e, const char *program,
    int fd);

#endif /* COURIERS_OUTCOME_H */
