/* SPDX-License-Identifier: MIT */
/*
 * words.h - the sentences of a conversation.  Pure.
 *
 * Before a correct code nothing here depends on stored data: only on the name
 * as typed, on the host and on the configuration (R-ENUM-1).
 */
#ifndef SSPR_WORDS_H
#define SSPR_WORDS_H

#include "err.h"
#include "proto.h"

#define WORDS_CODE "Type the 6-digit code from your app. Enter = stop: "

struct words_site {
	const char *host;    /* short name of this machine */
	const char *contact; /* [helpdesk] contact */
};

/* The prompt for a code; user is shown with odd bytes as `?'. */
void words_code(const struct words_site *site, const char *user,
    char buf[static PROTO_TEXT_MAX + 1]);

/* A code was not accepted, for whatever reason. */
void words_refused(const struct words_site *site,
    char buf[static PROTO_TEXT_MAX + 1]);

/* The last words of a reset that ended with e. */
void words_last(const struct words_site *site, enum sspr_err e,
    char buf[static PROTO_TEXT_MAX + 1]);

/* An operation ended with e: its phrase, its number, who can help. */
void words_error(const struct words_site *site, enum sspr_err e,
    char buf[static PROTO_TEXT_MAX + 1]);

#endif /* SSPR_WORDS_H */
