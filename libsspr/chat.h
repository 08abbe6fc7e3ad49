/* SPDX-License-Identifier: MIT */
/*
 * chat.h - one conversation between the daemon and whoever runs us.
 */
#ifndef SSPR_CHAT_H
#define SSPR_CHAT_H

#include <stdio.h>

#include "err.h"
#include "proto.h"
#include "tty.h"

struct chat {
	const char *path; /* the daemon's socket */
	const struct tty *tty;
	FILE *info; /* where the daemon's information goes */
	void *arg;  /* given to the callbacks, which are those of talk.h */
	enum sspr_err (*qr)(void *arg, const struct proto_qr *qr);
	enum sspr_err (*record)(void *arg, const struct proto_row *row,
	    const struct proto_msg *m);
	/* In place of chat_ask(), which it may call; NULL: that itself. */
	enum sspr_err (*ask)(void *arg, const struct chat *c, bool echo,
	    const char *prompt, struct secret *answer);
};

/*
 * Ask whoever runs us, once all that was printed has got through.
 * Errors as tty_ask(); SSPR_FILE if standard output is full or closed.
 */
enum sspr_err chat_ask(const struct chat *c, bool echo, const char *prompt,
    struct secret *answer);

/*
 * Hold it to its end.  hello needs its verb and what belongs to that; the
 * rest is filled in here.
 *
 * Returns the daemon's result or why there is none; anything but SSPR_OK has
 * been said on standard error.
 */
enum sspr_err chat_hold(const struct chat *c, struct proto_hello *hello);

#endif /* SSPR_CHAT_H */
