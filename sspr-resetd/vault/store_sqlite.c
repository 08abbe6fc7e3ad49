/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite.c - store.h on SQLite: opening, transactions, tidying.
 *
 * The log is moved into the database by store_tidy only, so no commit waits
 * for it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret.h"
#include "vault/store_sqlite.h"

#define FORMAT    "3"
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

static const char rows[] =
#define ROWS(text)	text;
#include "vault/store_sql.def"

static const char *const texts[] = {
#define SQL(NAME, text)	text,
#include "vault/store_sql.def"
};
/* clang-format on */

/* All that a database declares, as one text. */
static const char schema[] =
    "SELECT coalesce(group_concat(type || ' ' || name || ' ' || tbl_name ||"
    " ' ' || coalesce(sql, ''), char(10)), '')"
    " FROM (SELECT * FROM sqlite_schema ORDER BY type, name)";

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

/* The first column of the first row is the text `want'. */
static bool
says(sqlite3 *db, const char *sql, const char *want)
{
	sqlite3_stmt *s = NULL;
	const char *have = NULL;
	bool is;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		have = (const char *)sqlite3_column_text(s, 0);
	is = have != NULL && want != NULL && strcmp(have, want) == 0;
	sqlite3_finalize(s);
	return is;
}

/*
 * Whether it declares what we declare and nothing else: a trigger could put
 * the rows of an account back after each try, with the MAC they had.
 */
static bool
is_our_schema(sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	sqlite3 *own = NULL;
	bool is = false;

	if (sqlite3_open(":memory:", &own) == SQLITE_OK &&
	    sqlite3_exec(own, tables, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(own, schema, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		is = says(db, schema, (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_close(own);
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
	    sqlite3_exec(st->db, rows, NULL, NULL, NULL) != SQLITE_OK ||
	    prepare(st) != SSPR_OK)
		return SSPR_SYSTEM;
	store_bind_blob(st->at[SQL_CHECK_PUT], 1, check, SEAL_HASH);
	if (store_run(st, SQL_CHECK_PUT) != SSPR_OK)
		return SSPR_SYSTEM;
	return store_run(st, SQL_COMMIT);
}

/* That it cannot be read, or only in part, does not make it another key's. */
static enum sspr_err
check_key(struct store *st, const uint8_t check[static SEAL_HASH],
    const char **why)
{
	sqlite3_stmt *const s = st->at[SQL_CHECK_GET];
	uint8_t have[SEAL_HASH] = { 0 };
	enum sspr_err e = SSPR_SYSTEM;
	int r;

	*why = "cannot be read";
	if ((r = sqlite3_step(s)) == SQLITE_ROW || r == SQLITE_DONE)
		e = SSPR_KEY;
	if (r == SQLITE_ROW &&
	    store_column_blob(s, 0, have, sizeof(have), NULL) &&
	    secret_equal(have, check, sizeof(have)))
		e = SSPR_OK;
	if (e == SSPR_KEY)
		*why = "was made with another master key";
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
	if (says(st->db, version, "0"))
		return make_tables(st, check);
	*why = "is of an older format, which was never released: move it away "
	       "and enrol anew";
	if (says(st->db, version, "1") || says(st->db, version, "2"))
		return SSPR_SYSTEM;
	*why = "is of another version of sspr";
	if (!says(st->db, version, FORMAT))
		return SSPR_SYSTEM;
	*why = "has tables or triggers that are not ours";
	return is_our_schema(st->db) ? prepare(st) : SSPR_SYSTEM;
}

/* Whether nobody else can have written it, or none is there yet. */
static bool
is_ours(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT;
	return S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & 0177) == 0;
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
	if (!says(st->db, "PRAGMA quick_check(1)", "ok"))
		return SSPR_SYSTEM;
	return check_key(st, check, why);
}

enum sspr_err
store_open(const char *path, const uint8_t check[static SEAL_HASH],
    struct store **st, const char **why)
{
	struct store *new;
	enum sspr_err e;

	*why = "is not a file of the vault's user alone (chmod 600)";
	if (!is_ours(path))
		return SSPR_SYSTEM;
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
	    store_cut_sources(st, ago(now, LIMIT_QUIET_S), now) != SSPR_OK ||
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
