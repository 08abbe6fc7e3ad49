/* SPDX-License-Identifier: MIT */
/*
 * store.h - the only door to the database.
 *
 * One writer, the vault.  Reads may happen any time; writes between
 * store_begin and store_commit, which is durable when it returns SSPR_OK.
 * After any error inside a transaction the caller rolls back and answers
 * "temporarily unavailable" (R-DUR-1).  Changes of state are compare-and-set:
 * on the account's generation, and on a factor's last step.
 */
#ifndef SSPR_STORE_H
#define SSPR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "vault/account.h"
#include "vault/limit.h"

#define STORE_BUCKETS      65536u /* counts of accounts we do not serve */
#define STORE_CONVERSATION 16u    /* bytes of a conversation's id */

struct store;

/* One factor's proof in one conversation (R-VER-1). */
struct store_proof {
	uint8_t conversation[STORE_CONVERSATION];
	uint8_t account[ACCOUNT_KEY];
	uint32_t challenge; /* within the conversation */
	uint32_t factor;
	uint8_t method; /* enum account_method */
	uint64_t at;    /* seconds since the epoch */
};

/*
 * Open the database at path, made if missing (0600), with the pragmas of
 * R-DUR-1, and look it through (quick_check).
 *
 * check   SEAL_HASH bytes only this master key makes: a database of another
 *         key is SSPR_KEY
 *
 * Returns SSPR_OK, SSPR_SYSTEM or SSPR_KEY; then *why, static text, says what.
 */
enum sspr_err store_open(const char *path,
    const uint8_t check[static SEAL_HASH], struct store **st, const char **why);

/* NULL is legal. */
void store_close(struct store *st);

enum sspr_err store_begin(struct store *st);
enum sspr_err store_commit(struct store *st);
void store_rollback(struct store *st);

/* Read an account.  SSPR_OK, SSPR_NOT_ENROLLED, SSPR_SUSPENDED, SSPR_SYSTEM. */
enum sspr_err store_get(struct store *st, const uint8_t key[static ACCOUNT_KEY],
    struct account *a);

/*
 * Write *a in place of what has generation was (0: it must be new): its row,
 * factors and budgets.  A factor's last_step only ever rises.
 * Returns SSPR_OK, SSPR_BUSY (another generation is there) or SSPR_SYSTEM.
 */
enum sspr_err
store_put(struct store *st, const struct account *a, uint64_t was);

/*
 * The one acceptance of a code (R-VER-5): last_step of the factor becomes
 * step if it is below it, and the proof is written.
 * Returns SSPR_OK, SSPR_CODE_REPLAY or SSPR_SYSTEM.
 */
enum sspr_err
store_accept(struct store *st, const struct store_proof *p, uint64_t step);

/* The count of a bucket, and its new value. */
enum sspr_err
store_get_bucket(struct store *st, uint32_t bucket, struct limit *l);
enum sspr_err
store_put_bucket(struct store *st, uint32_t bucket, const struct limit *l);

/* A worker was authorised; how it ended. */
enum sspr_err
store_grant(struct store *st, uint64_t grant, const struct store_proof *p);
enum sspr_err store_close_grant(struct store *st, uint64_t grant,
    uint32_t result, uint64_t at);

/* Between requests: move the log into the database if it has grown. */
void store_tidy(struct store *st);

#endif /* SSPR_STORE_H */
