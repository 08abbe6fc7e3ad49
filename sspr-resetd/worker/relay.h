/* SPDX-License-Identifier: MIT */
/*
 * relay.h - the worker's side of a handed descriptor: show, ask, end.
 *
 * The client is whoever holds the other end, so whatever it sends that is
 * not the answer to the last ASK ends the conversation (SSPR_MALFORMED).
 */
#ifndef WORKER_RELAY_H
#define WORKER_RELAY_H

#include <stdbool.h>

#include "err.h"
#include "proto.h"
#include "secret.h"
#include "worker/watch.h"

#define RELAY_THINK_MS 120000 /* for a person, a question */
#define RELAY_ASKS_MAX 24     /* questions in all */

struct relay {
	int client;                /* SOCK_SEQPACKET */
	int parent;                /* our link: it closes, we stop */
	const struct watch *watch; /* paused while a person thinks, or NULL */
	int think_ms;              /* RELAY_THINK_MS */
	unsigned int asks;         /* so far */
};

/*
 * Show a text, made printable and cut to PROTO_TEXT_MAX bytes (R-PAM-4).
 * Returns SSPR_OK, SSPR_GONE or SSPR_TIMEOUT (the client does not read).
 */
enum sspr_err
relay_show(struct relay *r, enum proto_style style, const char *text);

/*
 * Ask one question.
 *
 * *answer out, on SSPR_OK: at most PROTO_ANSWER_MAX bytes, any of them
 *
 * Returns SSPR_OK, SSPR_CANCELLED, SSPR_GONE (client or parent), SSPR_TIMEOUT
 * (also after RELAY_ASKS_MAX questions) or SSPR_MALFORMED.
 */
enum sspr_err relay_ask(struct relay *r, bool echo, const char *prompt,
    struct secret *answer);

/* Say how it ended.  Errors as relay_show(). */
enum sspr_err relay_end(struct relay *r, enum sspr_err result);

/* Whether the parent, whose grant this is, still holds its link. */
bool relay_is_granted(const struct relay *r);

#endif /* WORKER_RELAY_H */
