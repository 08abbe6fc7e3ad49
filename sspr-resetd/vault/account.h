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
#include "vault/limit.h"
#include "vault/record.h"
#include "vault/seal.h"

#define ACCOUNT_KEY         16u /* bytes of an account's look-up key */
#define ACCOUNT_APPS_MAX    5u
#define ACCOUNT_FACTORS_MAX 16u
#define ACCOUNT_BUDGETS_MAX 16u
#define ACCOUNT_SEALED_MAX  (RECORD_MAX + SEAL_OVERHEAD)

/* What is counted and enrolled; numbers are in databases. */
enum account_method {
	METHOD_APP = 1,
	METHOD_PASSWORD = 64, /* the current one, at enrolment */
};

/* Where tries come from; numbers are in databases. */
enum account_class { CLASS_STRANGER = 0 };

struct account_sealed {
	uint16_t len;
	uint8_t at[ACCOUNT_SEALED_MAX];
};

struct account_factor {
	uint32_t id;          /* 1 up, never used again in this account */
	uint8_t method;       /* enum account_method */
	uint64_t last_step;   /* app: the last time step accepted */
	uint64_t created;     /* seconds since the epoch */
	uint64_t last_used;   /* likewise, 0 never */
	uint64_t usable_from; /* likewise */
	uint64_t generation;  /* of the account when this was sealed */
	struct account_sealed sealed;
};

struct account_budget {
	uint8_t method; /* enum account_method */
	uint8_t class;  /* enum account_class */
	struct limit limit;
};

struct account {
	uint8_t key[ACCOUNT_KEY];
	uint64_t generation; /* rises with every change */
	uint32_t next_factor;
	struct account_sealed owner;
	uint8_t mac[SEAL_HASH];
	size_t nfactors;
	struct account_factor factor[ACCOUNT_FACTORS_MAX]; /* by id */
	size_t nbudgets;
	struct account_budget budget[ACCOUNT_BUDGETS_MAX];
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
 * Add an app factor with this record.
 *
 * *f   out: points into *a
 *
 * Returns SSPR_OK, or SSPR_FULL if there are ACCOUNT_APPS_MAX.
 */
enum sspr_err account_add_app(struct seal *s, struct account *a,
    const struct record_app *app, uint64_t now, struct account_factor **f);

/* Remove a factor.  Returns SSPR_OK or SSPR_NO_FACTOR. */
enum sspr_err account_remove(struct account *a, uint32_t id);

/*
 * Open the app record of a factor of *a into *r, which the caller wipes.
 * Returns SSPR_OK or SSPR_SUSPENDED.
 */
enum sspr_err account_open_app(struct seal *s, const struct account *a,
    const struct account_factor *f, struct record *r);

/* The owner's record, likewise; *r is the caller's to wipe. */
enum sspr_err
account_open_owner(struct seal *s, const struct account *a, struct record *r);

/* The budget of a method and class, made if missing; NULL if no room. */
struct account_budget *
account_budget(struct account *a, uint8_t method, uint8_t class);

/* The factor with this id, or NULL. */
struct account_factor *account_factor(struct account *a, uint32_t id);

/* How many factors of the method there are. */
size_t account_count(const struct account *a, uint8_t method);

#endif /* SSPR_ACCOUNT_H */
