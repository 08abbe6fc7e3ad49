/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite.h - what the files of the SQLite driver share.
 *
 * Every statement is prepared once; every value is bound.  A statement is
 * bound, stepped, read, and made ready for its next use by store_done.
 */
#ifndef SSPR_STORE_SQLITE_H
#define SSPR_STORE_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "vault/store.h"

/* clang-format off */

/* SQL_BEGIN, ... */
enum store_sql {
#define SQL(NAME, text)	SQL_##NAME,
#include "vault/store_sql.def"
	SQL_COUNT,
};

/* clang-format on */

struct store {
	sqlite3 *db;
	sqlite3_stmt *at[SQL_COUNT];
	int log_pages; /* in the log now */
};

/* Bind parameter `at'; what is over INT64_MAX is INT64_MAX. */
void store_bind(sqlite3_stmt *s, int at, uint64_t v);
void store_bind_blob(sqlite3_stmt *s, int at, const void *p, size_t len);

/* Bind n integers from parameter `at' on. */
void store_bind_all(sqlite3_stmt *s, int at, size_t n, const uint64_t *v);

/*
 * Read n integers from column 0 on, none over its most; false if something
 * else stands there.
 */
bool
store_columns(sqlite3_stmt *s, size_t n, const uint64_t *most, uint64_t *v);

/* Copy a blob of at most max bytes; *len may be NULL if it must be max. */
bool
store_column_blob(sqlite3_stmt *s, int at, void *p, size_t max, uint16_t *len);

/* Make a statement ready for its next use. */
void store_done(struct store *st, enum store_sql n);

/* Step to a row: SSPR_OK, SSPR_NO_FACTOR (no more) or SSPR_SYSTEM. */
enum sspr_err store_step(struct store *st, enum store_sql n);

/* Run a bound statement that gives no rows.  SSPR_OK or SSPR_SYSTEM. */
enum sspr_err store_run(struct store *st, enum store_sql n);

/* The same of one that must change a row, or the error is `none'. */
enum sspr_err
store_run_one(struct store *st, enum store_sql n, enum sspr_err none);

/* Forget passes issued before a time. */
enum sspr_err store_cut_passes(struct store *st, uint64_t before);

/* Forget sources that were quiet since a time, and those that are too many. */
enum sspr_err
store_cut_sources(struct store *st, uint64_t before, uint64_t now);

/* Forget proofs and permits of before these times. */
enum sspr_err
store_cut_proofs(struct store *st, uint64_t proofs, uint64_t permits);

#endif /* SSPR_STORE_SQLITE_H */
