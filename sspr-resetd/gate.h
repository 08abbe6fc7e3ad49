/* SPDX-License-Identifier: MIT */
/*
 * gate.h - which methods, and how many, open the way to a new password.
 * Pure; the rules are one table in gate.c (R-VER-1, R-VER-7, R-VER-8,
 * R-POL-1).  The vault decides by it, and the worker once more.
 */
#ifndef SSPR_GATE_H
#define SSPR_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "method.h"

#define GATE_PROOFS_MAX  4u
#define GATE_DESTINATION 16u /* bytes of a hash of an address; 0: none */

/* What a reset needs. */
struct gate_need {
	unsigned int count; /* different methods, 1 or 2 */
	bool network;       /* not at a console */
	bool admin;         /* an administrator: two, one of them strong */
	bool pass_alone;    /* nothing but a helpdesk-pass can be used */
	uint32_t enabled;   /* METHOD_BITs of the site */
	uint32_t login;     /* METHOD_BITs the login itself asks for */
};

/* One method that was verified, and where its code was sent to. */
struct gate_proof {
	uint8_t method; /* enum method */
	uint8_t destination[GATE_DESTINATION];
};

/* What was verified in one conversation. */
struct gate_set {
	size_t n;
	struct gate_proof at[GATE_PROOFS_MAX];
};

/* Whether what was verified is what is needed. */
bool gate_is_open(const struct gate_need *need, const struct gate_set *set);

/*
 * Whether a proof by this method can bring the set nearer: it is enabled, not
 * there yet, allowed beside what is there, and in its turn (questions never
 * first).
 *
 * destination   GATE_DESTINATION bytes, or NULL: none, or not known
 */
bool gate_takes(const struct gate_need *need, const struct gate_set *set,
    enum method m, const uint8_t *destination);

/*
 * Whether a message may go out for it now: where two methods are needed, or
 * one beside those that the login asks for, only after one that sends nothing
 * was verified.
 */
bool gate_sends(const struct gate_need *need, const struct gate_set *set,
    enum method m);

/*
 * Put a verified proof in; false if it was not one that gate_takes, or a
 * second message that is not known to have gone elsewhere.
 */
bool gate_add(const struct gate_need *need, struct gate_set *set, enum method m,
    const uint8_t *destination);

/*
 * The METHOD_BITs of a set; and a set of them, all of other destinations,
 * questions last.  A mask of more than a set holds, or of what is no proof,
 * makes an empty one.
 */
uint32_t gate_mask(const struct gate_set *set);
void gate_of_mask(uint32_t mask, struct gate_set *set);

#endif /* SSPR_GATE_H */
