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

#define INTENTS_MAX 64u

struct intent {
	uint32_t uid;
	char correlation[IPC_CORRELATION_MAX + 1];
	char digest[IPC_DIGEST_MAX + 1]; /* of the shadow field before */
	char source[PROTO_HINT_MAX + 1];
};

struct intents {
	struct intent at[INTENTS_MAX];
	size_t count;
};

/*
 * Find those that are open in len bytes of the log, whole lines.  An intent
 * is closed by the next reset.done, reset.unlocked, reset.failed or
 * reset.resolved of the same correlation and uid.  Lines that
 * audit_append does not write are passed over; of more than INTENTS_MAX the
 * last are kept.
 */
void intents_find(const char *text, size_t len, struct intents *in);

#endif /* SSPR_INTENTS_H */
