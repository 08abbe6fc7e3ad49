/* SPDX-License-Identifier: MIT */
/*
 * spray.h - what one source may try, whatever the account (REQUIREMENTS 8.4).
 * Pure.
 *
 * Every try counts, of accounts that exist and of names that do not, also one
 * that is not compared because its account must wait: so what a source is told
 * of its own waits tells nothing of any account.  A right code does not count.
 */
#ifndef SSPR_SPRAY_H
#define SSPR_SPRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/window.h"

#define SPRAY_NAMES     64u /* names of an hour, at most */
#define SPRAY_NAME      8u  /* bytes of a name's keyed hash */
#define SPRAY_NAMES_S   3600u
#define SPRAY_FAILURE_S 900u   /* the span that failures are counted in */
#define SPRAY_MOST_S    86400u /* no wait is longer */

struct spray_name {
	uint8_t hash[SPRAY_NAME];
	uint64_t at; /* of its last try */
};

struct spray {
	struct window recent; /* tries */
	uint32_t waits;       /* how often it had to wait */
	uint64_t until;       /* it waits until then */
	uint64_t last;        /* its last try */
	size_t n;
	struct spray_name name[SPRAY_NAMES]; /* of the last hour */
};

struct spray_rule {
	uint32_t span;     /* seconds, in which tries are counted */
	uint32_t failures; /* so many of them make it wait */
	uint32_t accounts; /* names within SPRAY_NAMES_S; 0: any number */
	uint32_t first;    /* seconds: the first wait; each next one doubles */
	uint32_t most;     /* seconds: no wait is longer */
};

/* What a debit changed, for spray_take_back. */
struct spray_debit {
	bool began; /* it made the source wait; before it there was: */
	struct window recent;
	uint32_t waits;
	uint64_t until;
};

/*
 * Seconds until the source may try this name, 0 now.  A name is counted from
 * its first try on, and is forgotten SPRAY_NAMES_S after its last one.
 *
 * now   seconds of clock.h
 */
uint32_t spray_wait(struct spray *s, const struct spray_rule *rule,
    const uint8_t name[static SPRAY_NAME], uint64_t now);

/* Count one try, which spray_wait allowed. */
void spray_add(struct spray *s, const struct spray_rule *rule,
    const uint8_t name[static SPRAY_NAME], uint64_t now,
    struct spray_debit *debit);

/* It was right: as if it had not been, and its name is free again. */
void spray_take_back(struct spray *s, const uint8_t name[static SPRAY_NAME],
    const struct spray_debit *debit);

#endif /* SSPR_SPRAY_H */
