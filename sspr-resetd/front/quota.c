/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "front/quota.h"

static uint32_t
connections_of(const struct quota *q, uid_t uid)
{
	uint32_t n = 0;

	for (size_t i = QUOTA_KIND; i < QUOTA_SEATS; i++)
		if (q->seats[i].state != QUOTA_FREE && q->seats[i].uid == uid)
			n++;
	return n;
}

static uint32_t
conversations_from(const struct quota *q, const char *source)
{
	uint32_t n = 0;

	for (size_t i = 0; i < QUOTA_SEATS; i++)
		if (q->seats[i].state == QUOTA_TALKING &&
		    strcmp(q->seats[i].source, source) == 0)
			n++;
	return n;
}

static uint32_t
conversations_around(const struct quota *q, const char *wide)
{
	uint32_t n = 0;

	for (size_t i = 0; i < QUOTA_SEATS; i++)
		if (q->seats[i].state == QUOTA_TALKING &&
		    strcmp(q->seats[i].wide, wide) == 0)
			n++;
	return n;
}

enum sspr_err
quota_connect(struct quota *q, uid_t uid, uint32_t max, size_t *seat)
{
	const size_t first = uid == 0 ? 0 : QUOTA_KIND;
	size_t i = first;

	if (uid != 0 && connections_of(q, uid) >= max + QUOTA_SPARE)
		return SSPR_SOURCE;
	while (i < first + QUOTA_KIND && q->seats[i].state != QUOTA_FREE)
		i++;
	if (i == first + QUOTA_KIND)
		return SSPR_BUSY;
	q->seats[i].state = QUOTA_CONNECTED;
	q->seats[i].uid = uid;
	*seat = i;
	return SSPR_OK;
}

enum sspr_err
quota_talk(struct quota *q, size_t seat, const struct source *source,
    uint32_t max)
{
	assert(q->seats[seat].state == QUOTA_CONNECTED);
	if (conversations_from(q, source->key) >= max)
		return SSPR_SOURCE;
	if (!source->shared &&
	    conversations_around(q, source->wide) >= QUOTA_WIDE * max)
		return SSPR_SOURCE;
	q->seats[seat].state = QUOTA_TALKING;
	snprintf(q->seats[seat].source, sizeof(q->seats[seat].source), "%s",
	    source->key);
	if (!source->shared)
		snprintf(q->seats[seat].wide, sizeof(q->seats[seat].wide), "%s",
		    source->wide);
	return SSPR_OK;
}

void
quota_leave(struct quota *q, size_t seat)
{
	assert(q->seats[seat].state != QUOTA_FREE);
	memset(&q->seats[seat], 0, sizeof(q->seats[seat]));
}
