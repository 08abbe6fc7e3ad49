/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite.c - store.h on SQLite: opening, transactions, tidying.
 *
 * The log is moved into the database by store_tidy only, so no commit waits
 * for it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "secret.h"
#include "vault/store_sqlite.h"

#define FORMAT    "2"
#define LOG_PAGES 512  /* of the log before it is moved */
#define WAIT_MS   5000 /* for the daemon before us to be gone */

#define DAY_S     86400u
#define PROOFS_S  DAY_S        /* a conversation takes minutes */
#define PASSES_S  (2 * DAY_S)  /* they are counted by the day */
#define PERMITS_S (90 * DAY_S) /* as counts are kept (R-THR-7) */

/* clang-format off */
static const char pragmas[] =
#define PRAGMAS(text)	text;
#include "vault/store_sql.def"

static const char tables[] =
#define TABLES(text)	text;
#include "vault/store_sql.def"

static const char *const texts[] = {
#define SQL(NAME, text)	text,
#include "vault/store_sql.def"
};
/* clang-format on */

void
store_bind(sqlite3_stmt *s, int at, uint64_t v)
{
	sqlite3_bind_int64(s, at, v > INT64_MAX ? INT64_MAX : (sqlite3_int64)v);
}

void
store_bind_blob(sqlite3_stmt *s, int at, const void *p, size_t len)
{
	sqlite3_bind_blob(s, at, p, (int)len, SQLITE_STATIC);
}

void
store_bind_all(sqlite3_stmt *s, int at, size_t n, const uint64_t *v)
{
	for (size_t i = 0; i < n; i++)
		store_bind(s, at + (int)i, v[i]);
}

bool
store_columns(sqlite3_stmt *s, size_t n, const uint64_t *most, uint64_t *v)
{
	for (size_t i = 0; i < n; i++) {
		v[i] = (uint64_t)sqlite3_column_int64(s, (int)i);
		if (sqlite3_column_type(s, (int)i) != SQLITE_INTEGER ||
		    v[i] > most[i])
			return false;
	}
	return true;
}

bool
store_column_blob(sqlite3_stmt *s, int at, void *p, size_t max, uint16_t *len)
{
	size_t n = (size_t)sqlite3_column_bytes(s, at);

	if (sqlite3_column_type(s, at) != SQLITE_BLOB || n > max ||
	    (len == NULL && n != max))
		return false;
	if (n > 0)
		memcpy(p, sqlite3_column_blob(s, at), n);
	if (len != NULL)
		*len = (uint16_t)n;
	return true;
}

void
store_done(struct store *st, enum store_sql n)
{
	sqlite3_reset(st->at[n]);
	sqlite3_clear_bindings(st->at[n]);
}

enum sspr_err
store_step(struct store *st, enum store_sql n)
{
	const int r = sqlite3_step(st->at[n]);

	if (r == SQLITE_ROW)
		return SSPR_OK;
	return r == SQLITE_DONE ? SSPR_NO_FACTOR : SSPR_SYSTEM;
}

enum sspr_err
store_run(struct store *st, enum store_sql n)
{
	const int r = sqlite3_step(st->at[n]);

	store_done(st, n);
	return r == SQLITE_DONE ? SSPR_OK : SSPR_SYSTEM;
}

enum sspr_err
store_run_one(struct store *st, enum store_sql n, enum sspr_err none)
{
	const enum sspr_err e = store_run(st, n);

	return e == SSPR_OK && sqlite3_changes(st->db) != 1 ? none : e;
}

static int
on_log(void *arg, [[maybe_unused]] sqlite3 *db,
    [[maybe_unused]] const char *name, int pages)
{
	((struct store *)arg)->log_pages = pages;
	return SQLITE_OK;
}

/* The first column of the pragma's first row is `want'. */
static bool
pragma_is(sqlite3 *db, const char *pragma, const char *want)
{
	sqlite3_stmt *s = NULL;
	bool is = false;

	if (sqlite3_prepare_v2(db, pragma, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		is = strcmp((const char *)sqlite3_column_text(s, 0), want) == 0;
	sqlite3_finalize(s);
	return is;
}

static enum sspr_err
prepare(struct store *st)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		if (sqlite3_prepare_v3(st->db, texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &st->at[i],
			NULL) != SQLITE_OK)
			return SSPR_SYSTEM;
	return SSPR_OK;
}

static enum sspr_err
make_tables(struct store *st, const uint8_t check[static SEAL_HASH])
{
	if (sqlite3_exec(st->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(st->db, tables, NULL, NULL, NULL) != SQLITE_OK ||
	    prepare(st) != SSPR_OK)
		return SSPR_SYSTEM;
	store_bind_blob(st->at[SQL_CHECK_PUT], 1, check, SEAL_HASH);
	if (store_run(st, SQL_CHECK_PUT) != SSPR_OK)
		return SSPR_SYSTEM;
	return store_run(st, SQL_COMMIT);
}

static enum sspr_err
check_key(struct store *st, const uint8_t check[static SEAL_HASH])
{
	uint8_t have[SEAL_HASH];
	enum sspr_err e = SSPR_KEY;

	if (sqlite3_step(st->at[SQL_CHECK_GET]) == SQLITE_ROW &&
	    store_column_blob(st->at[SQL_CHECK_GET], 0, have, sizeof(have),
		NULL) &&
	    secret_equal(have, check, sizeof(have)))
		e = SSPR_OK;
	store_done(st, SQL_CHECK_GET);
	return e;
}

/* Make an empty database one of this format, refuse any other. */
static enum sspr_err
set_format(struct store *st, const uint8_t check[static SEAL_HASH],
    const char **why)
{
	static const char version[] = "PRAGMA user_version";

	*why = "cannot be made";
	if (pragma_is(st->db, version, "0"))
		return make_tables(st, check);
	*why = "is of format 1, which was never released: move it away and "
	       "enrol anew";
	if (pragma_is(st->db, version, "1"))
		return SSPR_SYSTEM;
	*why = "is of another version of sspr";
	if (!pragma_is(st->db, version, FORMAT))
		return SSPR_SYSTEM;
	return prepare(st);
}

/* Open, look through and prepare *st; what failed is *why. */
static enum sspr_err
set_up(struct store *st, const char *path,
    const uint8_t check[static SEAL_HASH], const char **why)
{
	const mode_t mask = umask(077); /* the log and others like it */
	enum sspr_err e;
	int r;

	*why = "cannot be opened";
	r = sqlite3_open_v2(path, &st->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW |
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (r == SQLITE_OK)
		r = sqlite3_busy_timeout(st->db, WAIT_MS);
	if (r == SQLITE_OK)
		r = sqlite3_exec(st->db, pragmas, NULL, NULL, NULL);
	umask(mask);
	if (r != SQLITE_OK)
		return SSPR_SYSTEM;
	sqlite3_wal_hook(st->db, on_log, st);
	if ((e = set_format(st, check, why)) != SSPR_OK)
		return e;
	*why = "is damaged (quick_check)";
	if (!pragma_is(st->db, "PRAGMA quick_check(1)", "ok"))
		return SSPR_SYSTEM;
	*why = "was made with another master key";
	return check_key(st, check);
}

enum sspr_err
store_open(const char *path, const uint8_t check[static SEAL_HASH],
    struct store **st, const char **why)
{
	struct store *new;
	enum sspr_err e;

	*why = "no memory";
	if ((new = calloc(1, sizeof(*new))) == NULL)
		return SSPR_NO_MEMORY;
	if ((e = set_up(new, path, check, why)) != SSPR_OK) {
		store_close(new);
		return e;
	}
	*st = new;
	return SSPR_OK;
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(st->at[i]);
	sqlite3_close(st->db);
	free(st);
}

enum sspr_err
store_begin(struct store *st)
{
	return store_run(st, SQL_BEGIN);
}

enum sspr_err
store_commit(struct store *st)
{
	return store_run(st, SQL_COMMIT);
}

void
store_rollback(struct store *st)
{
	if (sqlite3_get_autocommit(st->db) == 0)
		(void)store_run(st, SQL_ROLLBACK); /* else SQLite has done it */
}

/* What was before `seconds' ago. */
static uint64_t
ago(uint64_t now, uint64_t seconds)
{
	return now > seconds ? now - seconds : 0;
}

static void
cut(struct store *st, uint64_t now)
{
	if (store_begin(st) != SSPR_OK)
		return;
	if (store_cut_proofs(st, ago(now, PROOFS_S), ago(now, PERMITS_S)) !=
		SSPR_OK ||
	    store_cut_passes(st, ago(now, PASSES_S)) != SSPR_OK ||
	    store_commit(st) != SSPR_OK)
		store_rollback(st);
}

void
store_tidy(struct store *st, uint64_t now)
{
	if (st->log_pages < LOG_PAGES)
		return;
	/* A failure leaves rows, or the log longer, nothing else. */
	cut(st, now);
	st->log_pages = 0;
	(void)sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
	    NULL, NULL);
}
