/* SPDX-License-Identifier: MIT */
/*
 * account.h - an account as it is stored: its owner, its factors, its counts,
 * all under one MAC (R-KEY-2, R-KEY-3).  Pure but for the keys of seal.h.
 *
 * Whoever edits, swaps, adds or removes a row of one account without the key
 * makes account_verify fail, and only that account is suspended.
 */
#ifndef SSPR_ACCOUNT_H
#define SSPR_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "method.h"
#include "vault/limit.h"
#include "vault/record.h"
#include "vault/seal.h"
#include "vault/window.h"

#define ACCOUNT_KEY           16u /* bytes of an account's look-up key */
#define ACCOUNT_APPS_MAX      5u
#define ACCOUNT_QUESTIONS_MAX 5u
#define ACCOUNT_FACTORS_MAX   32u
#define ACCOUNT_BUDGETS_MAX   24u
#define ACCOUNT_KNOWN_MAX     8u            /* sources remembered */
#define ACCOUNT_SOURCE        16u           /* bytes of a source's keyed hash */
#define ACCOUNT_MEMORY_S      (30 * 86400u) /* a removed factor is kept */
#define ACCOUNT_SEALED_MAX    (RECORD_MAX + SEAL_OVERHEAD)

#define METHOD_PASSWORD 64 /* counted only: the current one, at enrolment */

/* Where tries come from; numbers are in databases. */
enum account_class {
	CLASS_STRANGER = 0,
	CLASS_KNOWN = 1, /* a source that had a success with this account */
	ACCOUNT_CLASSES
};

struct account_sealed {
	uint16_t len;
	uint8_t at[ACCOUNT_SEALED_MAX];
};

struct account_factor {
	uint32_t id;        /* 1 up, never used again in this account */
	uint8_t method;     /* enum method */
	uint8_t off;        /* 1: its owner switched it off */
	uint64_t used;      /* what was accepted; it only ever rises.  app: the
			       last time step; backup: bit n - 1 for code n;
			       helpdesk-pass: 1 */
	uint64_t created;   /* seconds since the epoch */
	uint64_t last_used; /* likewise, 0 never */
	uint64_t usable_from; /* likewise */
	uint64_t ends;        /* likewise: removed from then on, 0 never; kept
				 ACCOUNT_MEMORY_S more, for R-ENR-2, R-DEL-6 */
	uint64_t generation;  /* of the account when this was sealed */
	struct account_sealed sealed;
};

struct account_known {
	uint8_t source[ACCOUNT_SOURCE];
	uint64_t at; /* of its last success, seconds since the epoch */
};

struct account_budget {
	uint8_t method; /* enum method or METHOD_PASSWORD */
	uint8_t class;  /* enum account_class */
	struct limit limit;
};

struct account {
	uint8_t key[ACCOUNT_KEY];
	uint64_t generation; /* rises with every change */
	uint32_t next_factor;
	uint64_t reset_at;   /* we last set its password, 0 never */
	uint64_t admin_at;   /* last seen to administer the host, 0 never */
	uint64_t missing_at; /* it was not there: suspended until 0 again */
	struct window recent[ACCOUNT_CLASSES]; /* wrong tries of the last day,
						  by enum account_class */
	struct account_sealed owner;
	uint8_t mac[SEAL_HASH];
	size_t nfactors;
	struct account_factor factor[ACCOUNT_FACTORS_MAX]; /* by id */
	size_t nbudgets;
	struct account_budget budget[ACCOUNT_BUDGETS_MAX];
	size_t nknown;
	struct account_known known[ACCOUNT_KNOWN_MAX];
};

/* The look-up key of an account: a keyed hash of backend and uid (R-THR-3). */
void account_key(struct seal *s, const char *backend, uint32_t uid,
    uint8_t key[static ACCOUNT_KEY]);

/*
 * Make *a the account of this owner, with nothing enrolled.
 * Returns SSPR_OK or SSPR_MALFORMED (a name too long).
 */
enum sspr_err account_new(struct seal *s, const struct record_owner *owner,
    struct account *a);

/* Whether the MAC of *a holds: SSPR_OK or SSPR_SUSPENDED. */
enum sspr_err account_verify(struct seal *s, const struct account *a);

/* Raise the generation and make the MAC anew, after a change. */
void account_touch(struct seal *s, struct account *a);

/*
 * Add a factor of a method with its record, which is wiped.  It was made now
 * and can be used from usable_from on.
 *
 * *f   out: points into *a
 *
 * Returns SSPR_OK, or SSPR_FULL: no room, or as many of the method as there
 * may be (ACCOUNT_APPS_MAX apps, ACCOUNT_QUESTIONS_MAX questions, one of each
 * other) that are enrolled; or SSPR_MALFORMED.  To make room, what has ended is
 * forgotten: pointers to other factors do not hold any more.
 */
enum sspr_err
account_add(struct seal *s, struct account *a, enum method m, struct record *r,
    uint64_t now, uint64_t usable_from, struct account_factor **f);

/*
 * Remove a factor from `ends' on; with 0 a removal that has not taken effect
 * is undone.  An end before now is now.  Returns SSPR_OK or SSPR_NO_FACTOR
 * (none, or it has ended).
 */
enum sspr_err
account_end(struct account *a, uint32_t id, uint64_t ends, uint64_t now);

/* Forget what was removed more than ACCOUNT_MEMORY_S ago. */
void account_tidy(struct account *a, uint64_t now);

/*
 * Whether a factor can be used for a proof now: enrolled, not switched off,
 * past its cooling-off, not used up.  Whether it is enrolled: not ended, and
 * if a pass, not used.
 */
bool account_is_usable(const struct account_factor *f, uint64_t now);
bool account_is_enrolled(const struct account_factor *f, uint64_t now);

/* What is sealed for a method; 0 for none. */
enum record_type account_type(uint8_t method);

/*
 * Seal *r, which is wiped, for a factor of *a; account_touch follows.
 * Returns SSPR_OK or SSPR_MALFORMED.
 */
enum sspr_err account_close(struct seal *s, const struct account *a,
    struct account_factor *f, struct record *r);

/*
 * Open the record of a factor of *a into *r, which the caller wipes.
 * Returns SSPR_OK or SSPR_SUSPENDED.
 */
enum sspr_err account_open(struct seal *s, const struct account *a,
    const struct account_factor *f, struct record *r);

/* The owner's record, likewise; *r is the caller's to wipe. */
enum sspr_err
account_open_owner(struct seal *s, const struct account *a, struct record *r);

/* The budget of a method and class, made if missing; NULL if no room. */
struct account_budget *
account_budget(struct account *a, uint8_t method, uint8_t class);

/* The factor with this id, or NULL. */
struct account_factor *account_factor(struct account *a, uint32_t id);

/* How many factors of the method are enrolled, or usable, now. */
size_t account_count(const struct account *a, uint8_t method, uint64_t now);
size_t account_usable(const struct account *a, uint8_t method, uint64_t now);

/*
 * Whether it has or, within ACCOUNT_MEMORY_S, had any factor of proof that its
 * owner enrolled.  A pass is none.
 */
bool account_had_any(const struct account *a, uint64_t now);

/* The class of a source; remember it after a success, the oldest goes. */
enum account_class account_class(const struct account *a,
    const uint8_t source[static ACCOUNT_SOURCE]);
void account_meet(struct account *a,
    const uint8_t source[static ACCOUNT_SOURCE], uint64_t now);

/*
 * Forget wrong tries: of long ago; or, after a success, all but those of the
 * password.
 */
void account_forget(struct account *a, uint64_t now);
void account_clear(struct account *a);

/* Wrong tries of a method, all classes together. */
uint32_t account_failures(const struct account *a, uint8_t method);

#endif /* SSPR_ACCOUNT_H */
