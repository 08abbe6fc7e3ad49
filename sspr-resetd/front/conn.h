/* SPDX-License-Identifier: MIT */
/*
 * conn.h - one client: its descriptor, whose turn it is, and until when.
 *
 * Bytes in, frames out; who may do what is decided elsewhere.  Nothing here
 * waits.  The kernel's socket buffer is the only queue: a client that lets it
 * fill up is too slow.
 */
#ifndef SSPR_CONN_H
#define SSPR_CONN_H

#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "proto.h"

/* How long a client may take (R-IPC-3), milliseconds. */
#define CONN_HELLO_MS (30u * 1000u)
#define CONN_PAM_MS   (120u * 1000u)      /* an answer, at a login */
#define CONN_CLI_MS   (15u * 60u * 1000u) /* an answer, in our programs */

enum conn_state {
	CONN_FREE,   /* no client */
	CONN_FRESH,  /* a HELLO is expected */
	CONN_OURS,   /* the daemon's turn: nothing but CANCEL is accepted */
	CONN_THEIRS, /* an ASK was sent: an ANSWER is expected */
	CONN_OVER,   /* no client any more, but the vault must be told so */
};

/* What the vault is still to be told. */
enum conn_news { CONN_NO_NEWS, CONN_OPEN, CONN_INPUT, CONN_CLOSED };

struct conn {
	enum conn_state state;
	enum conn_news news;
	enum sspr_err why;    /* CONN_CLOSED: for the vault */
	int fd;               /* -1 if FREE or OVER */
	uid_t uid;            /* by SO_PEERCRED */
	uint32_t number;      /* the vault's name for it, 0 none yet */
	uint32_t answer_ms;   /* CONN_PAM_MS or CONN_CLI_MS */
	uint64_t deadline_ms; /* monotonic, 0 none */
	uint16_t len;         /* of frame, bytes */
	uint8_t frame[PROTO_FRAME_MAX]; /* CONN_OPEN, CONN_INPUT: it */
};

/* A client has connected: *c, which is FREE, is FRESH and owns fd. */
void conn_start(struct conn *c, int fd, uid_t uid, uint32_t answer_ms,
    uint64_t now_ms);

/*
 * Receive one frame; the turn changes with it.
 *
 * *m   out, on SSPR_OK: a HELLO of a known verb, an ANSWER or a CANCEL, each
 *      only when it is its turn
 *
 * Returns SSPR_OK, SSPR_BUSY (nothing there), SSPR_GONE (the client closed),
 * SSPR_VERSION (a HELLO of another version of the protocol) or
 * SSPR_MALFORMED.  Descriptors are malformed, and never enter this process.
 */
enum sspr_err conn_read(struct conn *c, struct proto_msg *m);

/*
 * Keep *m, a HELLO or an ANSWER, as news for the vault.
 * Returns SSPR_OK, or SSPR_MALFORMED if it does not encode.
 */
enum sspr_err
conn_keep(struct conn *c, enum conn_news news, const struct proto_msg *m);

/* The vault has been told: wipe what was kept. */
void conn_told(struct conn *c);

/*
 * Send our own message.
 * Returns SSPR_OK, SSPR_TIMEOUT (the client is too slow), SSPR_GONE or
 * SSPR_MALFORMED (*m does not encode).
 */
enum sspr_err conn_tell(struct conn *c, const struct proto_msg *m);

/*
 * Send a frame of the vault's; the turn changes with it.
 *
 * *type  out, unless SSPR_MALFORMED: of the frame
 *
 * Returns as conn_tell(); SSPR_MALFORMED is the vault's fault: no message to
 * a client, one that is not the vault's to send, or not at this time.
 */
enum sspr_err conn_relay(struct conn *c, const uint8_t *frame, size_t len,
    uint64_t now_ms, enum proto_type *type);

/*
 * Close the client's socket for everyone who holds it.  *c is FREE; or OVER,
 * with why as news, if the vault knows the client and why is not SSPR_OK,
 * which means that the vault ended it.
 */
void conn_drop(struct conn *c, enum sspr_err why);

/* Wipe *c: it is FREE.  Its descriptor must be closed. */
void conn_clear(struct conn *c);

#endif /* SSPR_CONN_H */
