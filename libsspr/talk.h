/* SPDX-License-Identifier: MIT */
/*
 * talk.h - the client's side of a conversation: the daemon leads, the host of
 * these callbacks (a PAM conversation, a terminal) shows and asks.
 *
 * Nothing here logs, reads the environment, installs a signal handler, keeps
 * state between calls or leaves a descriptor open.
 */
#ifndef SSPR_TALK_H
#define SSPR_TALK_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "proto.h"
#include "secret.h"

/*
 * What the client does with the daemon's messages.  Text arrives checked:
 * valid UTF-8 without control characters but newline (and that only in show,
 * ask and offer), without marks that turn the direction of writing.  A
 * callback that returns anything but SSPR_OK ends the conversation with that
 * error.  A NULL callback makes its message an error of the daemon's:
 * SSPR_MALFORMED.
 */
struct talk_host {
	void *arg; /* given to every callback */
	enum sspr_err (
	    *show)(void *arg, enum proto_style style, const char *text);
	/* Read one line, without its newline, into *answer. */
	enum sspr_err (*ask)(void *arg, bool echo, const char *prompt,
	    struct secret *answer);
	enum sspr_err (*qr)(void *arg, const struct proto_qr *qr);
	/* A record: row->fields describes m->as. */
	enum sspr_err (*record)(void *arg, const struct proto_row *row,
	    const struct proto_msg *m);
	enum sspr_err (*offer)(void *arg, const struct proto_offer *offer);
};

/*
 * How long to wait for the daemon, counted from our last message to it.  What
 * has arrived by then is served, however late the host's callbacks were.
 */
struct talk_limits {
	int first_ms;  /* connect and everything up to the first ASK or END */
	int step_ms;   /* likewise for each later step */
	int worker_ms; /* likewise on a handed descriptor, from the HAND on */
};

/*
 * Hold one conversation with the daemon at the socket `path': connect (a queue
 * that stays full for first_ms is SSPR_GONE), verify that the server is uid 0
 * before a byte is sent, send HELLO, serve messages until END.
 *
 * *end   out, on SSPR_OK: the daemon's result and retry_after
 *
 * A HAND is taken by a host that can be asked, at most once between two ASKs,
 * and only if its descriptor is one of a pair of SOCK_SEQPACKET sockets that
 * uid 0 made.  An ASK without echo is a worker's; the daemon's own is
 * SSPR_MALFORMED, for nothing typed there may be read by who relays it.  Its
 * END, or its end without one (the worker died), leads back to the daemon,
 * which knows what became of it.
 *
 * If a callback fails, CANCEL is sent and its error returned.  Returns
 * SSPR_OK, a callback's error, SSPR_GONE (nobody there, not uid 0, closed in
 * mid-conversation), SSPR_TIMEOUT, SSPR_MALFORMED (the daemon sent garbage, a
 * result err.def does not have, or more than 128 messages without an ASK), or
 * SSPR_SYSTEM; in place of these four, once a HAND for PROTO_CHANGE was taken,
 * SSPR_UNCERTAIN.
 */
enum sspr_err talk_run(const char *path, const struct proto_hello *hello,
    const struct talk_host *host, const struct talk_limits *limits,
    struct proto_end *end);

/*
 * The same over fd, a socket that is connected already; the caller closes it.
 *
 * server  the uid the server, and who made a handed descriptor, must have
 */
enum sspr_err talk_serve(int fd, uid_t server, const struct proto_hello *hello,
    const struct talk_host *host, const struct talk_limits *limits,
    struct proto_end *end);

#endif /* SSPR_TALK_H */
