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
#include "vault/code.h"
#include "vault/limit.h"
#include "vault/spray.h"

#define STORE_BUCKETS           65536u /* counts of accounts we do not serve */
#define STORE_CONVERSATION      16u    /* bytes of a conversation's id */
#define STORE_KEY               16u    /* bytes of a keyed hash */
#define STORE_CHALLENGES        4096u  /* there are never more */
#define STORE_CHALLENGES_SOURCE 64u    /* nor of one source */
#define STORE_SOURCES           65536u /* kept; more make the oldest go */

struct store;

/* One factor's proof in one conversation (R-VER-1). */
struct store_proof {
	uint8_t conversation[STORE_CONVERSATION];
	uint8_t account[ACCOUNT_KEY];
	uint32_t challenge; /* within the conversation */
	uint32_t factor;
	uint8_t method; /* enum method */
	uint64_t at;    /* seconds since the epoch */
};

/* A code that was sent, or that a stranger believes was sent. */
struct store_challenge {
	uint8_t key[STORE_KEY];    /* of account or name, method and source */
	uint8_t source[STORE_KEY]; /* what it is one of; not read back */
	uint8_t method;            /* enum method */
	uint64_t made, until;      /* seconds since the epoch */
	uint32_t tries;            /* wrong ones */
	uint8_t hash[CODE_HASH];   /* keyed, of the code; random if none went */
	uint8_t mac[SEAL_HASH];    /* stamp.h */
};

/* Where a message in the outbox is; numbers are in databases. */
enum store_state {
	STORE_HELD = 1,   /* until its grant's outcome is known */
	STORE_QUEUED = 2, /* to be sent from `due' on */
	STORE_TAKEN = 3,  /* given to the courier, or about to be: not again */
};

struct store_message {
	uint64_t id;    /* 1 up; 0: the store gives one */
	uint64_t grant; /* HELD: of the reset it tells of, else 0 */
	uint8_t state;  /* enum store_state */
	uint64_t due;   /* seconds since the epoch */
	uint32_t tries; /* deliveries begun */
	struct account_sealed sealed; /* a RECORD_MESSAGE */
};

/* A code message that was debited (R-DEL-3). */
struct store_send {
	uint64_t at; /* seconds since the epoch */
	uint8_t method;
	uint8_t account[STORE_KEY];
	uint8_t destination[STORE_KEY];
	uint8_t source[STORE_KEY];
	bool known; /* from a known source */
};

/* What sends are counted by. */
enum store_by {
	STORE_BY_ALL,
	STORE_BY_ACCOUNT,
	STORE_BY_DESTINATION,
	STORE_BY_SOURCE
};

/* When it was, on a clock that nobody can set while the host runs. */
struct store_clock {
	uint8_t boot[16];       /* the kernel's boot_id */
	uint64_t boot_ms;       /* CLOCK_BOOTTIME */
	uint64_t s;             /* our seconds since the epoch at that moment */
	uint8_t mac[SEAL_HASH]; /* stamp.h */
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
 * factors, budgets and known sources.  A factor's `used' only ever rises; the
 * MAC of an account that would lower it does not hold afterwards.
 * Returns SSPR_OK, SSPR_BUSY (another generation is there) or SSPR_SYSTEM.
 */
enum sspr_err
store_put(struct store *st, const struct account *a, uint64_t was);

/*
 * Delete an account and all that is stored of it; there need not be one.
 * Returns SSPR_OK or SSPR_SYSTEM.
 */
enum sspr_err
store_forget(struct store *st, const uint8_t key[static ACCOUNT_KEY]);

/*
 * The one acceptance of a code (R-VER-5): `used' of the factor becomes what
 * is given if it is below it (backup: and has all its bits), and the proof is
 * written.  Its account is to be stored with the new value in the same
 * transaction.
 * Returns SSPR_OK, SSPR_CODE_REPLAY or SSPR_SYSTEM.
 */
enum sspr_err
store_accept(struct store *st, const struct store_proof *p, uint64_t used);

/*
 * The same for a sent code: its challenge must be there with this hash and is
 * no more, else SSPR_CODE_REPLAY.  And for what is not used up, as security
 * questions: the proof.
 */
enum sspr_err store_accept_sent(struct store *st, const struct store_proof *p,
    const struct store_challenge *c);
enum sspr_err store_accept_plain(struct store *st, const struct store_proof *p);

/*
 * Whether this conversation has, in the database, a proof of this account by
 * this method.  SSPR_OK, SSPR_DENIED or SSPR_SYSTEM.
 */
enum sspr_err store_has_proof(struct store *st, const struct store_proof *p);

/*
 * A challenge by its key.  SSPR_OK, SSPR_NO_FACTOR (none), SSPR_SUSPENDED (not
 * one of ours) or SSPR_SYSTEM.
 */
enum sspr_err store_get_challenge(struct store *st,
    const uint8_t key[static STORE_KEY], struct store_challenge *c);
/*
 * Write it.  The oldest of STORE_CHALLENGES_SOURCE of its source makes room;
 * SSPR_BUSY if there are STORE_CHALLENGES others.  Its source is never written
 * anew.
 */
enum sspr_err
store_put_challenge(struct store *st, const struct store_challenge *c);
/* Forget those that ended before now. */
enum sspr_err store_cut_challenges(struct store *st, uint64_t now);

/* The outbox.  Add one, and learn its id. */
enum sspr_err store_add_message(struct store *st, struct store_message *m);
/*
 * The first message of a state with id greater than `after' and due not
 * after now.  SSPR_OK, SSPR_NO_FACTOR (none) or SSPR_SYSTEM.
 */
enum sspr_err store_next_message(struct store *st, enum store_state state,
    uint64_t after, uint64_t now, struct store_message *m);
/* The first due time of a QUEUED one, UINT64_MAX if none is. */
enum sspr_err store_due(struct store *st, uint64_t *due);
/*
 * Set state, due, tries and sealed of the message with this id and grant.
 * SSPR_OK, SSPR_NO_FACTOR (none) or SSPR_SYSTEM.
 */
enum sspr_err
store_set_message(struct store *st, const struct store_message *m);
enum sspr_err store_drop_message(struct store *st, uint64_t id);

/* The ledger of sends. */
enum sspr_err store_add_send(struct store *st, const struct store_send *s);
/*
 * How many sends of the method there were at `since' or later, by what.
 *
 * key   STORE_KEY bytes; NULL with STORE_BY_ALL
 * known true: those from known sources too, false: from strangers only
 * *n    out
 * *last out: when the last of them was, 0 if there are none
 */
enum sspr_err store_count_sends(struct store *st, uint8_t method,
    enum store_by by, const uint8_t *key, bool known, uint64_t since,
    uint32_t *n, uint64_t *last);
/* The last send of this account by this method led to a right code. */
enum sspr_err store_redeem(struct store *st, uint8_t method,
    const uint8_t account[static STORE_KEY]);
/* Of the last `among' sends of the method, how many did; *n: there were. */
enum sspr_err store_redeemed(struct store *st, uint8_t method, uint32_t among,
    uint32_t *n, uint32_t *redeemed);
/* Forget sends before a time, but the last `keep' of each method. */
enum sspr_err store_cut_sends(struct store *st, uint64_t before, uint32_t keep);

/*
 * Accounts seen to administer the host since a time, one after the other.
 *
 * key   in: the one before, all zero at first; out, on SSPR_OK: the next
 *
 * Returns SSPR_OK, SSPR_NO_USER at the end, or SSPR_SYSTEM.
 */
enum sspr_err store_next_admin(struct store *st, uint64_t since,
    uint8_t key[static ACCOUNT_KEY]);

/* The same of all accounts there are. */
enum sspr_err
store_next_account(struct store *st, uint8_t key[static ACCOUNT_KEY]);

/* Passes an operator issued: note one, count those since. */
enum sspr_err store_add_pass(struct store *st, uint32_t operator, uint64_t at);
enum sspr_err store_count_passes(struct store *st, uint32_t operator,
    uint64_t since, uint32_t *n);

/*
 * The clock's mark.  SSPR_OK, SSPR_NO_FACTOR (none yet), SSPR_SUSPENDED (not
 * one of ours) or SSPR_SYSTEM.
 */
enum sspr_err store_get_clock(struct store *st, struct store_clock *c);
enum sspr_err store_put_clock(struct store *st, const struct store_clock *c);

/* The count of a bucket, and its new value; one that is not ours is closed. */
enum sspr_err
store_get_bucket(struct store *st, uint32_t bucket, struct limit *l);
enum sspr_err
store_put_bucket(struct store *st, uint32_t bucket, const struct limit *l);

/*
 * What a source has tried, by its keyed hash; of a new one, nothing.  The
 * oldest that need not wait go when there are more than STORE_SOURCES, and
 * those that were quiet for LIMIT_QUIET_S (R-THR-7), when store_tidy is at it.
 */
enum sspr_err store_get_source(struct store *st,
    const uint8_t key[static STORE_KEY], struct spray *s);
enum sspr_err store_put_source(struct store *st,
    const uint8_t key[static STORE_KEY], const struct spray *s);

/* A worker was authorised; how it ended. */
enum sspr_err
store_grant(struct store *st, uint64_t grant, const struct store_proof *p);
enum sspr_err store_close_grant(struct store *st, uint64_t grant,
    uint32_t result, uint64_t at);

/*
 * Between requests, in no transaction: once the log has grown, forget what
 * nobody will ask for (proofs a day old, counts of passes two days, permits
 * and sources 90 days) and move the log into the database.
 */
void store_tidy(struct store *st, uint64_t now);

#endif /* SSPR_STORE_H */
