/* SPDX-License-Identifier: MIT */
/*
 * store_source.c - store.h on SQLite: what sources have tried.
 *
 * A row that cannot be ours is of a source that must wait as long as can be.
 */
#include <string.h>

#include "vault/store_sqlite.h"

#define NAME_BYTES (SPRAY_NAME + 8)

static size_t
encode_names(const struct spray *s, uint8_t *at)
{
	for (size_t i = 0; i < s->n; i++, at += NAME_BYTES) {
		memcpy(at, s->name[i].hash, SPRAY_NAME);
		for (unsigned int b = 0; b < 8; b++)
			at[SPRAY_NAME + b] =
			    (uint8_t)(s->name[i].at >> (56 - 8 * b));
	}
	return s->n * NAME_BYTES;
}

static void
decode_names(const uint8_t *at, size_t len, struct spray *s)
{
	for (s->n = 0; s->n < len / NAME_BYTES; s->n++, at += NAME_BYTES) {
		struct spray_name *name = &s->name[s->n];

		memcpy(name->hash, at, SPRAY_NAME);
		name->at = 0;
		for (size_t b = 0; b < 8; b++)
			name->at = name->at << 8 | at[SPRAY_NAME + b];
	}
}

static bool
read_row(sqlite3_stmt *q, struct spray *s)
{
	static const uint64_t most[] = { UINT32_MAX, INT64_MAX, INT64_MAX };
	uint8_t recent[WINDOW_BYTES], names[SPRAY_NAMES * NAME_BYTES];
	uint64_t v[3];
	uint16_t len;

	if (!store_columns(q, 3, most, v) ||
	    !store_column_blob(q, 3, recent, sizeof(recent), NULL) ||
	    !store_column_blob(q, 4, names, sizeof(names), &len) ||
	    len % NAME_BYTES != 0)
		return false;
	s->waits = (uint32_t)v[0];
	s->until = v[1];
	s->last = v[2];
	window_decode(recent, &s->recent);
	decode_names(names, len, s);
	return true;
}

enum sspr_err
store_get_source(struct store *st, const uint8_t key[static STORE_KEY],
    struct spray *s)
{
	sqlite3_stmt *q = st->at[SQL_SOURCE_GET];
	enum sspr_err e;

	store_bind_blob(q, 1, key, STORE_KEY);
	e = store_step(st, SQL_SOURCE_GET);
	if (e == SSPR_OK || e == SSPR_NO_FACTOR)
		memset(s, 0, sizeof(*s));
	if (e == SSPR_OK && !read_row(q, s))
		*s = (struct spray){ .until = INT64_MAX };
	store_done(st, SQL_SOURCE_GET);
	return e == SSPR_NO_FACTOR ? SSPR_OK : e;
}

enum sspr_err
store_put_source(struct store *st, const uint8_t key[static STORE_KEY],
    const struct spray *s)
{
	const uint64_t v[] = { s->waits, s->until, s->last };
	uint8_t recent[WINDOW_BYTES], names[SPRAY_NAMES * NAME_BYTES];
	sqlite3_stmt *q = st->at[SQL_SOURCE_PUT];

	window_encode(&s->recent, recent);
	store_bind_blob(q, 1, key, STORE_KEY);
	store_bind_all(q, 2, 3, v);
	store_bind_blob(q, 5, recent, sizeof(recent));
	store_bind_blob(q, 6, names, encode_names(s, names));
	return store_run(st, SQL_SOURCE_PUT);
}

enum sspr_err
store_cut_sources(struct store *st, uint64_t before, uint64_t now)
{
	enum sspr_err e;

	store_bind(st->at[SQL_SOURCES_CUT], 1, before);
	if ((e = store_run(st, SQL_SOURCES_CUT)) != SSPR_OK)
		return e;
	store_bind(st->at[SQL_SOURCES_EVICT], 1, now);
	store_bind(st->at[SQL_SOURCES_EVICT], 2, STORE_SOURCES);
	return store_run(st, SQL_SOURCES_EVICT);
}
