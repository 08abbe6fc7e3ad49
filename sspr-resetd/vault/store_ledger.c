/* SPDX-License-Identifier: MIT */
/*
 * store_ledger.c - store.h on SQLite: the ledgers of sends and of passes, and
 * the clock they go by.
 */
#include "vault/store_sqlite.h"

enum sspr_err
store_add_send(struct store *st, const struct store_send *s)
{
	sqlite3_stmt *q = st->at[SQL_SEND_ADD];

	store_bind(q, 1, s->at);
	store_bind(q, 2, s->method);
	store_bind_blob(q, 3, s->account, sizeof(s->account));
	store_bind_blob(q, 4, s->destination, sizeof(s->destination));
	store_bind_blob(q, 5, s->source, sizeof(s->source));
	store_bind(q, 6, s->known);
	return store_run(st, SQL_SEND_ADD);
}

/* The one row of n: a count, and if b is not NULL something beside it. */
static enum sspr_err
count(struct store *st, enum store_sql n, uint32_t *a, uint64_t *b)
{
	static const uint64_t most[] = { UINT32_MAX, INT64_MAX };
	enum sspr_err e;
	uint64_t v[2];

	e = store_step(st, n);
	if (e != SSPR_OK ||
	    !store_columns(st->at[n], b == NULL ? 1 : 2, most, v))
		e = SSPR_SYSTEM;
	store_done(st, n);
	if (e != SSPR_OK)
		return e;
	*a = (uint32_t)v[0];
	if (b != NULL)
		*b = v[1];
	return SSPR_OK;
}

enum sspr_err
store_count_sends(struct store *st, uint8_t method, enum store_by by,
    const uint8_t *key, bool known, uint64_t since, uint32_t *n, uint64_t *last)
{
	static const enum store_sql sql[] = {
		[STORE_BY_ALL] = SQL_SENDS_ALL,
		[STORE_BY_ACCOUNT] = SQL_SENDS_ACCOUNT,
		[STORE_BY_DESTINATION] = SQL_SENDS_DESTINATION,
		[STORE_BY_SOURCE] = SQL_SENDS_SOURCE,
	};
	const uint64_t v[] = { method, since, known };

	store_bind_all(st->at[sql[by]], 1, 3, v);
	if (by != STORE_BY_ALL)
		store_bind_blob(st->at[sql[by]], 4, key, STORE_KEY);
	return count(st, sql[by], n, last);
}

enum sspr_err
store_redeem(struct store *st, uint8_t method,
    const uint8_t account[static STORE_KEY])
{
	sqlite3_stmt *s = st->at[SQL_SEND_REDEEM];

	store_bind(s, 1, method);
	store_bind_blob(s, 2, account, STORE_KEY);
	return store_run(st, SQL_SEND_REDEEM);
}

enum sspr_err
store_redeemed(struct store *st, uint8_t method, uint32_t among, uint32_t *n,
    uint32_t *redeemed)
{
	const uint64_t v[] = { method, among };
	enum sspr_err e;
	uint64_t did;

	store_bind_all(st->at[SQL_SENDS_REDEEMED], 1, 2, v);
	if ((e = count(st, SQL_SENDS_REDEEMED, n, &did)) == SSPR_OK)
		*redeemed = (uint32_t)did;
	return e;
}

enum sspr_err
store_cut_sends(struct store *st, uint64_t before, uint32_t keep)
{
	enum sspr_err e = SSPR_OK;

	for (uint64_t m = 1; e == SSPR_OK && m < METHOD_COUNT; m++) {
		const uint64_t v[] = { m, before, keep };

		store_bind_all(st->at[SQL_SENDS_CUT], 1, 3, v);
		e = store_run(st, SQL_SENDS_CUT);
	}
	return e;
}

enum sspr_err
store_add_pass(struct store *st, uint32_t operator, uint64_t at)
{
	const uint64_t v[] = { operator, at };

	store_bind_all(st->at[SQL_PASS_ADD], 1, 2, v);
	return store_run(st, SQL_PASS_ADD);
}

enum sspr_err
store_count_passes(struct store *st, uint32_t operator, uint64_t since,
    uint32_t *n)
{
	const uint64_t v[] = { operator, since };

	store_bind_all(st->at[SQL_PASSES], 1, 2, v);
	return count(st, SQL_PASSES, n, NULL);
}

enum sspr_err
store_cut_passes(struct store *st, uint64_t before)
{
	store_bind(st->at[SQL_PASSES_CUT], 1, before);
	return store_run(st, SQL_PASSES_CUT);
}

enum sspr_err
store_get_clock(struct store *st, struct store_clock *c)
{
	static const uint64_t most[] = { INT64_MAX, INT64_MAX };
	sqlite3_stmt *s = st->at[SQL_CLOCK_GET];
	struct store_clock have;
	enum sspr_err e;
	uint64_t v[2];

	e = store_step(st, SQL_CLOCK_GET);
	if (e == SSPR_OK &&
	    (!store_columns(s, 2, most, v) ||
		!store_column_blob(s, 2, have.boot, sizeof(have.boot), NULL) ||
		!store_column_blob(s, 3, have.mac, sizeof(have.mac), NULL)))
		e = SSPR_SUSPENDED;
	store_done(st, SQL_CLOCK_GET);
	if (e != SSPR_OK)
		return e;
	have.boot_ms = v[0];
	have.s = v[1];
	*c = have;
	return SSPR_OK;
}

enum sspr_err
store_put_clock(struct store *st, const struct store_clock *c)
{
	sqlite3_stmt *s = st->at[SQL_CLOCK_PUT];

	store_bind_blob(s, 1, c->boot, sizeof(c->boot));
	store_bind(s, 2, c->boot_ms);
	store_bind(s, 3, c->s);
	store_bind_blob(s, 4, c->mac, sizeof(c->mac));
	return store_run(st, SQL_CLOCK_PUT);
}
