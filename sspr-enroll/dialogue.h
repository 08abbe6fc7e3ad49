/* SPDX-License-Identifier: MIT */
/*
 * dialogue.h - one conversation between the daemon and whoever runs us.
 */
#ifndef SSPR_ENROLL_DIALOGUE_H
#define SSPR_ENROLL_DIALOGUE_H

#include <stdio.h>

#include "err.h"
#include "proto.h"
#include "tty.h"

struct dialogue {
	const struct tty *tty;
	FILE *info; /* where the daemon's information goes */
	void *arg;  /* given to the callbacks, which are those of talk.h */
	enum sspr_err (*qr)(void *arg, const struct proto_qr *qr);
	enum sspr_err (*record)(void *arg, const struct proto_row *row,
	    const struct proto_msg *m);
};

/*
 * Hold it to its end.  hello needs its verb and what belongs to that; the
 * rest is filled in here.
 *
 * Returns the daemon's result or why there is none; anything but SSPR_OK has
 * been said on standard error.
 */
enum sspr_err
dialogue_hold(const struct dialogue *d, struct proto_hello *hello);

#endif /* SSPR_ENROLL_DIALOGUE_H */
