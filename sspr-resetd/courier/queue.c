/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "courier/queue.h"
#include "secret.h"

enum sspr_err
queue_put(struct queue *q, const struct ipc_deliver *m)
{
	if (q->count == QUEUE_MAX)
		return SSPR_BUSY;
	q->at[(q->first + q->count++) % QUEUE_MAX] = *m;
	return SSPR_OK;
}

const struct ipc_deliver *
queue_first(const struct queue *q)
{
	return q->count == 0 ? NULL : &q->at[q->first];
}

void
queue_drop(struct queue *q)
{
	assert(q->count > 0);
	secret_zero(&q->at[q->first], sizeof(q->at[0]));
	q->first = (q->first + 1) % QUEUE_MAX;
	q->count--;
}
