/* SPDX-License-Identifier: MIT */
/*
 * words.h - the sentences of a conversation.  Pure.
 *
 * Before a correct code nothing here depends on stored data: only on the name
 * as typed, on the host and on the configuration (R-ENUM-1).
 */
#ifndef SSPR_WORDS_H
#define SSPR_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "method.h"
#include "proto.h"

#define WORDS_SENT "Code (Enter = another way): "

struct words_site {
	const char *host;    /* short name of this machine */
	const char *contact; /* [helpdesk] contact */
	char reference[5];   /* of the conversation (reference.h) */
	const char *place;   /* what tries are counted by: `address' */
	char next[32]; /* SSPR_SOURCE: when it may try again, as words_clock */
};

/*
 * Ask for a proof: `Type the 6-digit code from your app, or a backup code. Or
 * type sms to be sent one. Enter = stop: '.
 *
 * before  sentences to begin with, or ""
 * mask    METHOD_BITs of what may be typed
 * empty   what Enter does
 */
void words_ask(const char *before, uint32_t mask, const char *empty,
    char buf[static PROTO_TEXT_MAX + 1]);

/* How a reset begins; user is shown with odd bytes as `?'. */
void words_begin(const struct words_site *site, const char *user,
    unsigned int count, char buf[static PROTO_TEXT_MAX + 1]);

/*
 * A code is on its way, if there is anything to send it to.
 *
 * until   `14:32'
 */
void words_sent(const struct words_site *site, enum method m, const char *until,
    char buf[static PROTO_TEXT_MAX + 1]);

/* A code was not accepted, for whatever reason. */
void words_refused(const struct words_site *site,
    char buf[static PROTO_TEXT_MAX + 1]);

/* How far a reset had come when it ended. */
enum words_stage {
	WORDS_ASKED,   /* for proofs: no more is said than all may know */
	WORDS_CHECKED, /* right codes, and the worker would not begin */
	WORDS_WORKED,  /* it did, so they are used up */
};

/*
 * The last words of a reset that ended with e.
 *
 * e   as it is; a stranger is told err_told(e) alone
 */
void words_last(const struct words_site *site, enum words_stage stage,
    enum sspr_err e, char buf[static PROTO_TEXT_MAX + 1]);

/* An operation ended with e: its phrase, its number, who can help. */
void words_error(const struct words_site *site, enum sspr_err e,
    char buf[static PROTO_TEXT_MAX + 1]);

/*
 * A time of day, `14:32', or with its day, `24 Nov 14:32', here.
 *
 * at   seconds since the epoch
 */
void words_clock(uint64_t at, char buf[static 32]);
void words_date(uint64_t at, char buf[static 32]);

#endif /* SSPR_WORDS_H */
