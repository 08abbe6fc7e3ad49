/* SPDX-License-Identifier: MIT */
/*
 * standing.h - what is enrolled for whoever runs us, what the policy wants,
 * and how far the one is from the other.
 */
#ifndef SSPR_ENROLL_STANDING_H
#define SSPR_ENROLL_STANDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "factors.h"
#include "method.h"
#include "proto.h"
#include "tty.h"

struct standing {
	bool told; /* the policy came */
	struct proto_policy policy;
	struct factors factors;
};

/* Take one record; a talk callback with a struct standing for arg. */
enum sspr_err standing_take(void *arg, const struct proto_row *row,
    const struct proto_msg *m);

/*
 * Ask the daemon; the daemon's information goes to info.  Errors as
 * chat_hold(), then *s holds nothing of use.
 */
enum sspr_err
standing_fetch(const struct tty *tty, FILE *info, struct standing *s);

/* A way to show a standing, as people and as programs read it. */
struct standing_view {
	const char *name; /* of its subcommand */
	void (*text)(FILE *to, const struct standing *s);
	void (*json)(FILE *to, const struct standing *s);
};

/*
 * A subcommand that asks the daemon and shows what it says, with the arguments
 * from its name on: --help, --json.  Whatever it returns but SSPR_OK has been
 * said on standard error.
 */
enum sspr_err
standing_show(int argc, char **argv, const struct standing_view *v);

/*
 * How many methods count at a time, in seconds since the epoch; UINT64_MAX:
 * when all of them can be used.  Different ones count, of those that send a
 * message only one, and questions only beside another and not for an
 * administrator (R-VER-7, R-VER-8).  What is switched off, on its way out or
 * used up does not, nor what others gave: a helpdesk-pass.
 */
unsigned int standing_count(const struct standing *s, uint64_t when);

/* The same of all, as people are told: at most what is needed. */
unsigned int standing_done(const struct standing *s);

/* When enough of them can be used, UINT64_MAX: never.  0: no wait is told. */
uint64_t standing_from(const struct standing *s);

/*
 * Whether one more method would bring it nearer: the site has it, and it goes
 * with what counts already.
 */
bool standing_lacks(const struct standing *s, enum method m);

/*
 * Whether the site has a method (notices go where codes do); how many of it
 * are enrolled.
 */
bool standing_offers(const struct standing *s, enum method m);
unsigned int standing_has(const struct standing *s, enum method m);

#endif /* SSPR_ENROLL_STANDING_H */
