/* SPDX-License-Identifier: MIT */
/*
 * hello.h - what the first word of a client leads to, by the configuration and
 * by which socket it came to, never by whose account it names.
 */
#ifndef SSPR_HELLO_H
#define SSPR_HELLO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "conf.h"
#include "err.h"
#include "proto.h"
#include "source.h"

/* A client, as far as it is known before it says anything. */
struct hello_peer {
	uid_t uid;    /* by SO_PEERCRED */
	bool at_desk; /* it came to the admin socket */
};

/*
 * Judge a HELLO of a known verb.  Hints that do not count, since the peer is
 * not uid 0, are blanked in *h (R-IPC-2).
 *
 * *s  out, always: where it comes from, as far as front can know
 *
 * Returns SSPR_OK, or why there is no conversation: SSPR_NOT_YOURS (the verb
 * is not one of this socket or not one of this peer, R-IPC-4), SSPR_ACCOUNT
 * (a reset where resets are referred elsewhere).
 */
enum sspr_err hello_judge(const struct conf *conf,
    const struct hello_peer *peer, struct proto_hello *h, struct source *s);

/* How many conversations at a time its source may have. */
uint32_t hello_seats(const struct conf *conf, const struct source *s);

/*
 * The words for a refused HELLO, before the END.
 *
 * Returns whether there are any; *show is written only then.
 */
bool hello_refusal(const struct conf *conf, enum sspr_err why,
    enum proto_verb verb, struct proto_show *show);

#endif /* SSPR_HELLO_H */
