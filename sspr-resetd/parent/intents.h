/* SPDX-License-Identifier: MIT */
/*
 * intents.h - the changes of passwords of which the audit log tells that they
 * began, but not how they ended (R-DUR-4).  Pure.
 */
#ifndef SSPR_INTENTS_H
#define SSPR_INTENTS_H

#include <stddef.h>
#include <stdint.h>

#include "parent/lines.h"

#define INTENTS_MAX 256u /* more than there are workers at a time */

struct intent {
	uint32_t uid;
	char correlation[IPC_CORRELATION_MAX + 1];
	char digest[IPC_DIGEST_MAX + 1]; /* of the shadow field before */
	char source[PROTO_HINT_MAX + 1];
};

/* An end whose beginning is in an older part of the log. */
struct intents_end {
	uint32_t uid;
	char correlation[IPC_CORRELATION_MAX + 1];
};

/* All 0: of an empty log. */
struct intents {
	struct intent at[INTENTS_MAX];
	size_t count;
	struct intents_end ends[INTENTS_MAX];
	size_t nends;
};

/*
 * Find those that are open in len bytes of the log, whole lines, which are
 * older than all that *in has.  An intent is closed by the next reset.done,
 * reset.unlocked, reset.failed or reset.resolved of the same correlation and
 * uid.  Lines that audit_append does not write are passed over; of more than
 * INTENTS_MAX the last are kept.  Of more ends than that without a beginning
 * some are forgotten, so that what is closed may be taken to be open, but
 * never what is open to be closed.
 */
void intents_take(struct intents *in, const char *text, size_t len);

#endif /* SSPR_INTENTS_H */
