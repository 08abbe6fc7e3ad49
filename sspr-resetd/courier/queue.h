/* SPDX-License-Identifier: MIT */
/*
 * queue.h - the messages that wait for a run, first come first served.  Pure.
 */
#ifndef SSPR_QUEUE_H
#define SSPR_QUEUE_H

#include <stddef.h>

#include "ipc.h"

#define QUEUE_MAX 128u /* messages */

/* A ring; all zero is empty. */
struct queue {
	struct ipc_deliver at[QUEUE_MAX];
	size_t first, count;
};

/* Returns SSPR_OK, or SSPR_BUSY if it is full. */
enum sspr_err queue_put(struct queue *q, const struct ipc_deliver *m);

/* The one whose turn it is, or NULL. */
const struct ipc_deliver *queue_first(const struct queue *q);

/* Take that one out and wipe its place. */
void queue_drop(struct queue *q);

#endif /* SSPR_QUEUE_H */
