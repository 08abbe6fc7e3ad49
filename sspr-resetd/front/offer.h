/* SPDX-License-Identifier: MIT */
/*
 * offer.h - who is offered a reset: refused passwords, counted in memory by
 * the name as typed and the source, for all names alike (DESIGN.md section 4).
 */
#ifndef SSPR_OFFER_H
#define SSPR_OFFER_H

#include <stdint.h>

#include "proto.h"
#include "source.h"

#define OFFER_SOURCES 256u /* remembered; a new one replaces the oldest */
#define OFFER_NAMES   16u  /* of one source, likewise */
#define OFFER_TIMES   10u  /* of one name, the most offer_after can ask for */

struct offer_name {
	uint64_t at_ms[OFFER_TIMES]; /* newest first, 0 none */
	char user[PROTO_USER_MAX + 1];
};

struct offer_source {
	uint64_t used_ms; /* 0 free */
	char source[SOURCE_MAX + 1];
	struct offer_name names[OFFER_NAMES];
};

struct offer {
	struct offer_source sources[OFFER_SOURCES];
};

/*
 * Count one refused password.
 *
 * now_ms     monotonic, over 0
 * window_ms  how long one counts
 *
 * Returns how many of this name and source count now, 1 to OFFER_TIMES.
 */
uint32_t offer_count(struct offer *o, const char *source, const char *user,
    uint64_t now_ms, uint64_t window_ms);

/*
 * The words of an offer at the PAM service.
 *
 * place     NULL, or where to reset instead of here: at most 80 bytes, ""
 *           unknown (story 18)
 * delay_ms  to wait before it, at most 10000
 * random    32 random bits: they add up to a quarter of delay_ms
 */
void offer_make(const char *service, const char *place, uint32_t delay_ms,
    uint32_t random, struct proto_offer *out);

#endif /* SSPR_OFFER_H */
