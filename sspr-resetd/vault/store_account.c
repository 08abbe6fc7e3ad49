/* SPDX-License-Identifier: MIT */
/*
 * store_account.c - store.h on SQLite: accounts and what is counted of them,
 * acceptances, proofs and permits.
 *
 * The MAC of an account is made of what is read, so a row that cannot be ours
 * suspends its account.
 */
#include <assert.h>
#include <string.h>

#include "vault/store_sqlite.h"

static_assert(METHOD_BACKUP == 2, "store_sql.def says so");
static_assert(ACCOUNT_FACTORS_MAX == 32 && ACCOUNT_KNOWN_MAX == 8,
    "store_sql.def has a parameter for each");

#define RECENT_BYTES (ACCOUNT_CLASSES * WINDOW_BYTES)

static bool
read_factor(sqlite3_stmt *s, struct account *a)
{
	static const uint64_t most[] = { UINT32_MAX, UINT8_MAX, UINT8_MAX,
		INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX,
		INT64_MAX };
	struct account_factor *f;
	uint64_t v[9];

	if (a->nfactors >= ACCOUNT_FACTORS_MAX || !store_columns(s, 9, most, v))
		return false;
	f = &a->factor[a->nfactors++];
	*f = (struct account_factor){ .id = (uint32_t)v[0],
		.method = (uint8_t)v[1],
		.off = (uint8_t)v[2],
		.used = v[3],
		.created = v[4],
		.last_used = v[5],
		.usable_from = v[6],
		.ends = v[7],
		.generation = v[8] };
	return store_column_blob(s, 9, f->sealed.at, sizeof(f->sealed.at),
	    &f->sealed.len);
}

static bool
read_budget(sqlite3_stmt *s, struct account *a)
{
	static const uint64_t most[] = { UINT8_MAX, UINT8_MAX, UINT32_MAX,
		INT64_MAX };
	struct account_budget *b;
	uint64_t v[4];

	if (a->nbudgets >= ACCOUNT_BUDGETS_MAX || !store_columns(s, 4, most, v))
		return false;
	b = &a->budget[a->nbudgets++];
	b->method = (uint8_t)v[0];
	b->class = (uint8_t)v[1];
	b->limit = (struct limit){ .failures = (uint32_t)v[2], .last = v[3] };
	return true;
}

static bool
read_known(sqlite3_stmt *s, struct account *a)
{
	static const uint64_t most[] = { INT64_MAX };
	struct account_known *k;

	if (a->nknown >= ACCOUNT_KNOWN_MAX)
		return false;
	k = &a->known[a->nknown++];
	return store_columns(s, 1, most, &k->at) &&
	    store_column_blob(s, 1, k->source, sizeof(k->source), NULL);
}

/* Read the rows of an account with `reader', which refuses one too many. */
static enum sspr_err
get_rows(struct store *st, enum store_sql n, struct account *a,
    bool (*reader)(sqlite3_stmt *s, struct account *a))
{
	enum sspr_err e;

	store_bind_blob(st->at[n], 1, a->key, sizeof(a->key));
	while ((e = store_step(st, n)) == SSPR_OK)
		if (!reader(st->at[n], a)) {
			e = SSPR_SUSPENDED;
			break;
		}
	store_done(st, n);
	return e == SSPR_NO_FACTOR ? SSPR_OK : e;
}

/* The windows of all classes, or no bytes: nothing was counted lately. */
static bool
read_recent(sqlite3_stmt *s, struct account *a)
{
	uint8_t at[RECENT_BYTES];
	uint16_t len;

	if (!store_column_blob(s, 7, at, sizeof(at), &len) ||
	    (len != 0 && len != sizeof(at)))
		return false;
	for (size_t i = 0; len > 0 && i < ACCOUNT_CLASSES; i++)
		window_decode(at + i * WINDOW_BYTES, &a->recent[i]);
	return true;
}

static enum sspr_err
get_row(struct store *st, struct account *a)
{
	static const uint64_t most[] = { INT64_MAX, UINT32_MAX, INT64_MAX,
		INT64_MAX, INT64_MAX };
	sqlite3_stmt *s = st->at[SQL_ACCOUNT_GET];
	enum sspr_err e;
	uint64_t v[5];

	store_bind_blob(s, 1, a->key, sizeof(a->key));
	e = store_step(st, SQL_ACCOUNT_GET);
	if (e == SSPR_NO_FACTOR)
		e = SSPR_NOT_ENROLLED;
	if (e == SSPR_OK &&
	    (!store_columns(s, 5, most, v) ||
		!store_column_blob(s, 5, a->owner.at, sizeof(a->owner.at),
		    &a->owner.len) ||
		!store_column_blob(s, 6, a->mac, sizeof(a->mac), NULL)))
		e = SSPR_SUSPENDED;
	if (e == SSPR_OK) {
		a->generation = v[0];
		a->next_factor = (uint32_t)v[1];
		a->reset_at = v[2];
		a->admin_at = v[3];
		a->missing_at = v[4];
	}
	if (e == SSPR_OK && !read_recent(s, a))
		e = SSPR_SUSPENDED;
	store_done(st, SQL_ACCOUNT_GET);
	return e;
}

enum sspr_err
store_get(struct store *st, const uint8_t key[static ACCOUNT_KEY],
    struct account *a)
{
	uint8_t of[ACCOUNT_KEY];
	enum sspr_err e;

	memcpy(of, key, sizeof(of)); /* it may be that of *a */
	memset(a, 0, sizeof(*a));
	memcpy(a->key, of, sizeof(of));
	if ((e = get_row(st, a)) == SSPR_OK &&
	    (e = get_rows(st, SQL_FACTORS_GET, a, read_factor)) == SSPR_OK &&
	    (e = get_rows(st, SQL_BUDGETS_GET, a, read_budget)) == SSPR_OK)
		e = get_rows(st, SQL_KNOWN_GET, a, read_known);
	return e;
}

static size_t
encode_recent(const struct account *a, uint8_t at[static RECENT_BYTES])
{
	static const struct window none[ACCOUNT_CLASSES];

	if (memcmp(a->recent, none, sizeof(none)) == 0)
		return 0;
	for (size_t i = 0; i < ACCOUNT_CLASSES; i++)
		window_encode(&a->recent[i], at + i * WINDOW_BYTES);
	return RECENT_BYTES;
}

static enum sspr_err
put_row(struct store *st, const struct account *a, uint64_t was)
{
	uint8_t recent[RECENT_BYTES];
	const enum store_sql n = was == 0 ? SQL_ACCOUNT_ADD : SQL_ACCOUNT_SET;
	const uint64_t v[] = { a->generation, a->next_factor, a->reset_at,
		a->admin_at, a->missing_at };
	sqlite3_stmt *s = st->at[n];

	store_bind_all(s, 1, 5, v);
	store_bind_blob(s, 6, a->owner.at, a->owner.len);
	store_bind_blob(s, 7, a->mac, sizeof(a->mac));
	store_bind_blob(s, 8, recent, encode_recent(a, recent));
	store_bind_blob(s, 9, a->key, sizeof(a->key));
	if (n == SQL_ACCOUNT_SET)
		store_bind(s, 10, was);
	return store_run_one(st, n, SSPR_BUSY);
}

static enum sspr_err
put_factor(struct store *st, const struct account *a,
    const struct account_factor *f)
{
	const uint64_t v[] = { f->id, f->method, f->off, f->used, f->created,
		f->last_used, f->usable_from, f->ends, f->generation };
	sqlite3_stmt *s = st->at[SQL_FACTOR_PUT];

	store_bind_blob(s, 1, a->key, sizeof(a->key));
	store_bind_all(s, 2, 9, v);
	store_bind_blob(s, 11, f->sealed.at, f->sealed.len);
	return store_run(st, SQL_FACTOR_PUT);
}

/* Delete the factors that *a no longer has. */
static enum sspr_err
cut_factors(struct store *st, const struct account *a)
{
	sqlite3_stmt *s = st->at[SQL_FACTORS_CUT];

	store_bind_blob(s, 1, a->key, sizeof(a->key));
	for (size_t i = 0; i < ACCOUNT_FACTORS_MAX; i++)
		store_bind(s, (int)i + 2,
		    i < a->nfactors ? a->factor[i].id : UINT32_MAX);
	return store_run(st, SQL_FACTORS_CUT);
}

static enum sspr_err
put_budget(struct store *st, const struct account *a,
    const struct account_budget *b)
{
	const uint64_t v[] = { b->method, b->class, b->limit.failures,
		b->limit.last };
	sqlite3_stmt *s = st->at[SQL_BUDGET_PUT];

	store_bind_blob(s, 1, a->key, sizeof(a->key));
	store_bind_all(s, 2, 4, v);
	return store_run(st, SQL_BUDGET_PUT);
}

static enum sspr_err
put_known(struct store *st, const struct account *a,
    const struct account_known *k)
{
	sqlite3_stmt *s = st->at[SQL_KNOWN_PUT];

	store_bind_blob(s, 1, a->key, sizeof(a->key));
	store_bind_blob(s, 2, k->source, sizeof(k->source));
	store_bind(s, 3, k->at);
	return store_run(st, SQL_KNOWN_PUT);
}

/* Delete the sources that *a no longer knows; none is of no bytes. */
static enum sspr_err
cut_known(struct store *st, const struct account *a)
{
	sqlite3_stmt *s = st->at[SQL_KNOWN_CUT];

	store_bind_blob(s, 1, a->key, sizeof(a->key));
	for (size_t i = 0; i < ACCOUNT_KNOWN_MAX; i++)
		store_bind_blob(s, (int)i + 2, a->known[i].source,
		    i < a->nknown ? ACCOUNT_SOURCE : 0);
	return store_run(st, SQL_KNOWN_CUT);
}

enum sspr_err
store_put(struct store *st, const struct account *a, uint64_t was)
{
	enum sspr_err e = put_row(st, a, was);

	if (e == SSPR_OK)
		e = cut_factors(st, a);
	for (size_t i = 0; e == SSPR_OK && i < a->nfactors; i++)
		e = put_factor(st, a, &a->factor[i]);
	for (size_t i = 0; e == SSPR_OK && i < a->nbudgets; i++)
		e = put_budget(st, a, &a->budget[i]);
	if (e == SSPR_OK)
		e = cut_known(st, a);
	for (size_t i = 0; e == SSPR_OK && i < a->nknown; i++)
		e = put_known(st, a, &a->known[i]);
	return e;
}

enum sspr_err
store_forget(struct store *st, const uint8_t key[static ACCOUNT_KEY])
{
	store_bind_blob(st->at[SQL_ACCOUNT_DROP], 1, key, ACCOUNT_KEY);
	return store_run(st, SQL_ACCOUNT_DROP);
}

/* Step a bound statement to the key after this one. */
static enum sspr_err
next_key(struct store *st, enum store_sql n, uint8_t key[static ACCOUNT_KEY])
{
	uint8_t next[ACCOUNT_KEY];
	enum sspr_err e;

	store_bind_blob(st->at[n], 1, key, ACCOUNT_KEY);
	e = store_step(st, n);
	if (e == SSPR_OK &&
	    !store_column_blob(st->at[n], 0, next, sizeof(next), NULL))
		e = SSPR_SYSTEM;
	store_done(st, n);
	if (e == SSPR_OK)
		memcpy(key, next, sizeof(next));
	return e == SSPR_NO_FACTOR ? SSPR_NO_USER : e;
}

enum sspr_err
store_next_account(struct store *st, uint8_t key[static ACCOUNT_KEY])
{
	return next_key(st, SQL_ACCOUNT_NEXT, key);
}

enum sspr_err
store_next_admin(struct store *st, uint64_t since,
    uint8_t key[static ACCOUNT_KEY])
{
	store_bind(st->at[SQL_ACCOUNT_ADMIN], 2, since);
	return next_key(st, SQL_ACCOUNT_ADMIN, key);
}

enum sspr_err
store_get_bucket(struct store *st, uint32_t bucket, struct limit *l)
{
	static const uint64_t most[] = { UINT32_MAX, INT64_MAX };
	sqlite3_stmt *s = st->at[SQL_BUCKET_GET];
	enum sspr_err e;
	uint64_t v[2];

	store_bind(s, 1, bucket);
	e = store_step(st, SQL_BUCKET_GET);
	if (e != SSPR_SYSTEM)
		*l = (struct limit){ .failures = UINT32_MAX };
	if (e == SSPR_OK && store_columns(s, 2, most, v))
		*l = (struct limit){ (uint32_t)v[0], v[1] };
	store_done(st, SQL_BUCKET_GET);
	return e == SSPR_NO_FACTOR ? SSPR_OK : e;
}

enum sspr_err
store_put_bucket(struct store *st, uint32_t bucket, const struct limit *l)
{
	const uint64_t v[] = { bucket, l->failures, l->last };

	store_bind_all(st->at[SQL_BUCKET_PUT], 1, 3, v);
	return store_run(st, SQL_BUCKET_PUT);
}

enum sspr_err
store_accept_plain(struct store *st, const struct store_proof *p)
{
	sqlite3_stmt *s = st->at[SQL_PROOF_ADD];
	const uint64_t v[] = { p->factor, p->method, p->at };
	enum sspr_err e;

	store_bind_blob(s, 1, p->conversation, sizeof(p->conversation));
	store_bind(s, 2, p->challenge);
	store_bind_blob(s, 3, p->account, sizeof(p->account));
	store_bind_all(s, 4, 3, v);
	e = store_run(st, SQL_PROOF_ADD);
	return e == SSPR_OK ? store_run(st, SQL_RISE) : e;
}

enum sspr_err
store_accept(struct store *st, const struct store_proof *p, uint64_t used)
{
	sqlite3_stmt *s = st->at[SQL_FACTOR_ACCEPT];
	const uint64_t v[] = { p->factor, used, p->method };
	enum sspr_err e;

	store_bind_blob(s, 1, p->account, sizeof(p->account));
	store_bind_all(s, 2, 3, v);
	e = store_run_one(st, SQL_FACTOR_ACCEPT, SSPR_CODE_REPLAY);
	return e == SSPR_OK ? store_accept_plain(st, p) : e;
}

enum sspr_err
store_accept_sent(struct store *st, const struct store_proof *p,
    const struct store_challenge *c)
{
	sqlite3_stmt *s = st->at[SQL_CHALLENGE_ACCEPT];
	enum sspr_err e;

	store_bind_blob(s, 1, c->key, sizeof(c->key));
	store_bind_blob(s, 2, c->hash, sizeof(c->hash));
	e = store_run_one(st, SQL_CHALLENGE_ACCEPT, SSPR_CODE_REPLAY);
	return e == SSPR_OK ? store_accept_plain(st, p) : e;
}

enum sspr_err
store_has_proof(struct store *st, const struct store_proof *p)
{
	sqlite3_stmt *s = st->at[SQL_PROOF_HAS];
	enum sspr_err e;

	store_bind_blob(s, 1, p->conversation, sizeof(p->conversation));
	store_bind_blob(s, 2, p->account, sizeof(p->account));
	store_bind(s, 3, p->method);
	e = store_step(st, SQL_PROOF_HAS);
	store_done(st, SQL_PROOF_HAS);
	return e == SSPR_NO_FACTOR ? SSPR_DENIED : e;
}

enum sspr_err
store_grant(struct store *st, uint64_t grant, const struct store_proof *p)
{
	sqlite3_stmt *s = st->at[SQL_PERMIT_ADD];

	store_bind(s, 1, grant);
	store_bind_blob(s, 2, p->conversation, sizeof(p->conversation));
	store_bind_blob(s, 3, p->account, sizeof(p->account));
	store_bind(s, 4, p->at);
	return store_run(st, SQL_PERMIT_ADD);
}

enum sspr_err
store_close_grant(struct store *st, uint64_t grant, uint32_t result,
    uint64_t at)
{
	const uint64_t v[] = { grant, at, result };

	store_bind_all(st->at[SQL_PERMIT_END], 1, 3, v);
	return store_run(st, SQL_PERMIT_END);
}

enum sspr_err
store_cut_proofs(struct store *st, uint64_t proofs, uint64_t permits)
{
	enum sspr_err e;

	store_bind(st->at[SQL_PROOFS_CUT], 1, proofs);
	if ((e = store_run(st, SQL_PROOFS_CUT)) != SSPR_OK)
		return e;
	store_bind(st->at[SQL_PERMITS_CUT], 1, permits);
	return store_run(st, SQL_PERMITS_CUT);
}
