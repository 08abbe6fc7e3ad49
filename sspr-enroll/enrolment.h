/* SPDX-License-Identifier: MIT */
/*
 * enrolment.h - what a new app needs to know, put where it was asked for:
 * drawn and in letters on the screen, in a picture file, or as JSON; and once
 * more to be pasted.
 */
#ifndef SSPR_ENROLL_ENROLMENT_H
#define SSPR_ENROLL_ENROLMENT_H

#include <stdbool.h>
#include <stdio.h>

#include "err.h"
#include "picture.h"
#include "proto.h"
#include "screen.h"

struct enrolment {
	FILE *to;
	struct screen screen; /* what `to' can show */
	bool json;
	struct picture picture; /* fd -1: none was asked for */
	bool shown;             /* a secret was, once is all */
	struct proto_qr qr;     /* that one */
};

/*
 * Show the secret in *qr; a talk callback with a struct enrolment for arg.
 * A symbol of size 0 is none: the URI is too long for one.  All has been
 * written when it returns SSPR_OK.  Returns SSPR_MALFORMED if it is not
 * drawable, not base32, not a URI we know or the second; SSPR_FILE, also for
 * a picture of no symbol; SSPR_NO_MEMORY.
 */
enum sspr_err enrolment_show(void *arg, const struct proto_qr *qr);

/*
 * Whether the len bytes typed are a word for us, not for the daemon: `text'
 * for the key to paste, `u' for the URI, once a secret was shown to a person.
 * If so it is done.
 */
bool
enrolment_takes(const struct enrolment *n, const uint8_t *typed, size_t len);

/* Forget the secret. */
void enrolment_wipe(struct enrolment *n);

#endif /* SSPR_ENROLL_ENROLMENT_H */
