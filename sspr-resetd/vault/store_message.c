/* SPDX-License-Identifier: MIT */
/*
 * store_message.c - store.h on SQLite: challenges and the outbox.
 */
#include <assert.h>
#include <string.h>

#include "vault/store_sqlite.h"

static_assert(STORE_QUEUED == 2, "store_sql.def says so");

enum sspr_err
store_get_challenge(struct store *st, const uint8_t key[static STORE_KEY],
    struct store_challenge *c)
{
	static const uint64_t most[] = { UINT8_MAX, INT64_MAX, INT64_MAX,
		UINT32_MAX };
	sqlite3_stmt *s = st->at[SQL_CHALLENGE_GET];
	struct store_challenge have = { 0 };
	enum sspr_err e;
	uint64_t v[4];

	store_bind_blob(s, 1, key, STORE_KEY);
	e = store_step(st, SQL_CHALLENGE_GET);
	if (e == SSPR_OK &&
	    (!store_columns(s, 4, most, v) ||
		!store_column_blob(s, 4, have.hash, sizeof(have.hash), NULL) ||
		!store_column_blob(s, 5, have.mac, sizeof(have.mac), NULL)))
		e = SSPR_SUSPENDED;
	store_done(st, SQL_CHALLENGE_GET);
	if (e != SSPR_OK)
		return e;
	memcpy(have.key, key, STORE_KEY);
	have.method = (uint8_t)v[0];
	have.made = v[1];
	have.until = v[2];
	have.tries = (uint32_t)v[3];
	*c = have;
	return SSPR_OK;
}

/* The oldest one of a source that has all it may have makes room. */
static enum sspr_err
evict(struct store *st, const uint8_t source[static STORE_KEY])
{
	store_bind_blob(st->at[SQL_CHALLENGE_EVICT], 1, source, STORE_KEY);
	store_bind(st->at[SQL_CHALLENGE_EVICT], 2, STORE_CHALLENGES_SOURCE);
	return store_run_one(st, SQL_CHALLENGE_EVICT, SSPR_BUSY);
}

static enum sspr_err
put(struct store *st, const struct store_challenge *c)
{
	const uint64_t v[] = { c->method, c->made, c->until, c->tries };
	sqlite3_stmt *s = st->at[SQL_CHALLENGE_PUT];

	store_bind_blob(s, 1, c->key, sizeof(c->key));
	store_bind_all(s, 2, 4, v);
	store_bind_blob(s, 6, c->hash, sizeof(c->hash));
	store_bind_blob(s, 7, c->source, sizeof(c->source));
	store_bind(s, 8, STORE_CHALLENGES);
	store_bind(s, 9, STORE_CHALLENGES_SOURCE);
	store_bind_blob(s, 10, c->mac, sizeof(c->mac));
	return store_run_one(st, SQL_CHALLENGE_PUT, SSPR_BUSY);
}

enum sspr_err
store_put_challenge(struct store *st, const struct store_challenge *c)
{
	enum sspr_err e = put(st, c);

	if (e != SSPR_BUSY || (e = evict(st, c->source)) != SSPR_OK)
		return e;
	return put(st, c);
}

enum sspr_err
store_cut_challenges(struct store *st, uint64_t now)
{
	store_bind(st->at[SQL_CHALLENGES_CUT], 1, now);
	return store_run(st, SQL_CHALLENGES_CUT);
}

enum sspr_err
store_add_message(struct store *st, struct store_message *m)
{
	const uint64_t v[] = { m->id, m->grant, m->state, m->due, m->tries };
	sqlite3_stmt *s = st->at[SQL_MESSAGE_ADD];
	enum sspr_err e;

	store_bind_all(s, 1, 5, v);
	store_bind_blob(s, 6, m->sealed.at, m->sealed.len);
	if ((e = store_run(st, SQL_MESSAGE_ADD)) == SSPR_OK)
		m->id = (uint64_t)sqlite3_last_insert_rowid(st->db);
	return e;
}

/* A row that is not one of ours has its id and nothing sealed. */
static void
read_message(sqlite3_stmt *s, struct store_message *m)
{
	static const uint64_t most[] = { INT64_MAX, INT64_MAX, UINT8_MAX,
		INT64_MAX, UINT32_MAX };
	uint64_t v[5];

	memset(m, 0, sizeof(*m));
	m->id = (uint64_t)sqlite3_column_int64(s, 0);
	if (!store_columns(s, 5, most, v))
		return;
	m->grant = v[1];
	m->state = (uint8_t)v[2];
	m->due = v[3];
	m->tries = (uint32_t)v[4];
	if (!store_column_blob(s, 5, m->sealed.at, sizeof(m->sealed.at),
		&m->sealed.len))
		m->sealed.len = 0;
}

enum sspr_err
store_next_message(struct store *st, enum store_state state, uint64_t after,
    uint64_t now, struct store_message *m)
{
	const uint64_t v[] = { state, after, now };
	sqlite3_stmt *s = st->at[SQL_MESSAGE_NEXT];
	enum sspr_err e;

	store_bind_all(s, 1, 3, v);
	if ((e = store_step(st, SQL_MESSAGE_NEXT)) == SSPR_OK)
		read_message(s, m);
	store_done(st, SQL_MESSAGE_NEXT);
	return e;
}

enum sspr_err
store_due(struct store *st, uint64_t *due)
{
	sqlite3_stmt *s = st->at[SQL_MESSAGE_DUE];
	enum sspr_err e;

	if ((e = store_step(st, SQL_MESSAGE_DUE)) == SSPR_OK)
		*due = sqlite3_column_type(s, 0) == SQLITE_NULL
		    ? UINT64_MAX
		    : (uint64_t)sqlite3_column_int64(s, 0);
	store_done(st, SQL_MESSAGE_DUE);
	return e;
}

enum sspr_err
store_set_message(struct store *st, const struct store_message *m)
{
	const uint64_t v[] = { m->id, m->grant, m->state, m->due, m->tries };
	sqlite3_stmt *s = st->at[SQL_MESSAGE_SET];

	store_bind_all(s, 1, 5, v);
	store_bind_blob(s, 6, m->sealed.at, m->sealed.len);
	return store_run_one(st, SQL_MESSAGE_SET, SSPR_NO_FACTOR);
}

enum sspr_err
store_drop_message(struct store *st, uint64_t id)
{
	store_bind(st->at[SQL_MESSAGE_DROP], 1, id);
	return store_run(st, SQL_MESSAGE_DROP);
}
