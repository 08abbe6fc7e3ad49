/* SPDX-License-Identifier: MIT */
/*
 * http.h - one request to a gateway.
 */
#ifndef COURIERS_HTTP_H
#define COURIERS_HTTP_H

#include <stddef.h>

#include "message.h"
#include "outcome.h"
#include "settings.h"

#define HTTP_ANSWER_MAX 65536 /* bytes that are read of an answer */

/* What became of a request. */
struct http_answer {
	long status;      /* of HTTP, 0 if there was none */
	const char *body; /* what came of it, len bytes */
	size_t len;
};

/*
 * Ask the gateway of s to send m, and judge its answer.
 *
 * Returns SSPR_OK for 2xx and an answer that has the text success; SSPR_BUSY
 * if the gateway was not reached, before anything was sent, or answered 429
 * or 503; else SSPR_DENIED; SSPR_CONFIG if a template grows too long.
 */
enum sspr_err
http_send(const struct settings *s, const struct message *m, struct outcome *o);

/* The judgement alone, of an answer that was read to its end. */
enum sspr_err
http_judge(const struct http_answer *a, const char *success, struct outcome *o);

#endif /* COURIERS_HTTP_H */
