/* SPDX-License-Identifier: MIT */
/*
 * quota.h - who may have how many connections and conversations (R-IPC-3).
 *
 * A connection has a seat: 0 to QUOTA_KIND - 1 are kept for peers of uid 0,
 * the others are for everybody else.  It holds a conversation from its HELLO
 * on.
 */
#ifndef SSPR_QUOTA_H
#define SSPR_QUOTA_H

#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "source.h"

#define QUOTA_KIND  64u /* seats of each kind */
#define QUOTA_SEATS (2u * QUOTA_KIND)
#define QUOTA_SPARE 4u /* connections that are told they are too many */
#define QUOTA_WIDE  4u /* sources' worth of conversations of one /48 */

enum quota_state { QUOTA_FREE, QUOTA_CONNECTED, QUOTA_TALKING };

struct quota {
	struct {
		enum quota_state state;
		uid_t uid;
		char source[SOURCE_MAX + 1]; /* if talking */
		char wide[SOURCE_MAX + 1];   /* likewise; "" of a shared one */
	} seats[QUOTA_SEATS];
};

/*
 * Seat a new connection.
 *
 * max    conversations of one source
 * *seat  out: 0 to QUOTA_SEATS - 1
 *
 * Returns SSPR_OK, SSPR_BUSY (all seats of its kind are taken) or SSPR_SOURCE
 * (a uid other than 0 has max + QUOTA_SPARE connections).
 */
enum sspr_err
quota_connect(struct quota *q, uid_t uid, uint32_t max, size_t *seat);

/*
 * The connection begins a conversation from source.
 *
 * max    conversations of the source; QUOTA_WIDE times as many are those of
 *        the /48 that it is in, unless many people have it anyway (R-THR-5)
 *
 * Returns SSPR_OK, or SSPR_SOURCE if as many conversations are from there.
 */
enum sspr_err quota_talk(struct quota *q, size_t seat,
    const struct source *source, uint32_t max);

/* The connection is over. */
void quota_leave(struct quota *q, size_t seat);

#endif /* SSPR_QUOTA_H */
