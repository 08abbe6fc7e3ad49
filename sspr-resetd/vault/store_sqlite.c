/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite.c - store.h on SQLite.
 *
 * Every statement is prepared once; every value is bound.  The log is moved
 * into the database by store_tidy only, so no commit waits for it.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "secret.h"
#include "vault/store.h"

#define FORMAT    "1"
#define LOG_PAGES 512 /* of the log before it is moved */

/* clang-format off */
static const char pragmas[] =
#define PRAGMAS(text)	text;
#include "vault/store_sql.def"

static const char tables[] =
#define TABLES(text)	text;
#include "vault/store_sql.def"

enum statement {
#define SQL(NAME, text)	NAME,
#include "vault/store_sql.def"
	STATEMENTS,
};

static const char *const texts[] = {
#define SQL(NAME, text)	text,
#include "vault/store_sql.def"
};
/* clang-format on */

struct store {
	sqlite3 *db;
	sqlite3_stmt *at[STATEMENTS];
	int log_pages; /* in the log now */
};

static void
bind_blob(sqlite3_stmt *s, int at, const void *p, size_t len)
{
	sqlite3_bind_blob(s, at, p, (int)len, SQLITE_STATIC);
}

static void
bind_u64(sqlite3_stmt *s, int at, uint64_t v)
{
	sqlite3_bind_int64(s, at, (sqlite3_int64)v);
}

/* Bind n integers from parameter `at' on. */
static void
bind_all(sqlite3_stmt *s, int at, size_t n, const uint64_t *v)
{
	for (size_t i = 0; i < n; i++)
		bind_u64(s, at + (int)i, v[i]);
}

/*
 * Read n integers from column 0 on, none over its most: the MAC is made of
 * what is read, so nothing else may stand there.
 */
static bool
columns(sqlite3_stmt *s, size_t n, const uint64_t *most, uint64_t *v)
{
	for (size_t i = 0; i < n; i++) {
		v[i] = (uint64_t)sqlite3_column_int64(s, (int)i);
		if (sqlite3_column_type(s, (int)i) != SQLITE_INTEGER ||
		    v[i] > most[i])
			return false;
	}
	return true;
}

/* Copy a blob of at most max bytes; *len may be NULL if it must be max. */
static bool
column_blob(sqlite3_stmt *s, int at, void *p, size_t max, uint16_t *len)
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

static void
done(struct store *st, enum statement n)
{
	sqlite3_reset(st->at[n]);
	sqlite3_clear_bindings(st->at[n]);
}

/* Run a bound statement that gives no rows; leave it ready for the next. */
static enum sspr_err
run(struct store *st, enum statement n)
{
	int r = sqlite3_step(st->at[n]);

	done(st, n);
	return r == SQLITE_DONE ? SSPR_OK : SSPR_SYSTEM;
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
	for (size_t i = 0; i < STATEMENTS; i++)
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
	bind_blob(st->at[CHECK_PUT], 1, check, SEAL_HASH);
	if (run(st, CHECK_PUT) != SSPR_OK)
		return SSPR_SYSTEM;
	return run(st, COMMIT);
}

static enum sspr_err
check_key(struct store *st, const uint8_t check[static SEAL_HASH])
{
	uint8_t have[SEAL_HASH];
	enum sspr_err e = SSPR_KEY;

	if (sqlite3_step(st->at[CHECK_GET]) == SQLITE_ROW &&
	    column_blob(st->at[CHECK_GET], 0, have, sizeof(have), NULL) &&
	    secret_equal(have, check, sizeof(have)))
		e = SSPR_OK;
	done(st, CHECK_GET);
	return e;
}

/* Open, look through and prepare *st; what failed is *why. */
static enum sspr_err
set_up(struct store *st, const char *path,
    const uint8_t check[static SEAL_HASH], const char **why)
{
	const mode_t mask = umask(077); /* the log and others like it */
	int r;

	*why = "cannot be opened";
	r = sqlite3_open_v2(path, &st->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW |
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (r == SQLITE_OK)
		r = sqlite3_exec(st->db, pragmas, NULL, NULL, NULL);
	umask(mask);
	if (r != SQLITE_OK)
		return SSPR_SYSTEM;
	sqlite3_wal_hook(st->db, on_log, st);
	*why = "cannot be made, or is of another version of sspr";
	if (pragma_is(st->db, "PRAGMA user_version", "0"))
		r = make_tables(st, check) != SSPR_OK;
	else
		r = !pragma_is(st->db, "PRAGMA user_version", FORMAT) ||
		    prepare(st) != SSPR_OK;
	if (r != 0)
		return SSPR_SYSTEM;
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
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(st->at[i]);
	sqlite3_close(st->db);
	free(st);
}

enum sspr_err
store_begin(struct store *st)
{
	return run(st, BEGIN);
}

enum sspr_err
store_commit(struct store *st)
{
	return run(st, COMMIT);
}

void
store_rollback(struct store *st)
{
	if (sqlite3_get_autocommit(st->db) == 0)
		(void)run(st, ROLLBACK); /* else SQLite has done it */
}

static bool
read_factor(sqlite3_stmt *s, struct account *a)
{
	static const uint64_t most[] = { UINT32_MAX, UINT8_MAX, INT64_MAX,
		INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX };
	struct account_factor *f;
	uint64_t v[7];

	if (a->nfactors >= ACCOUNT_FACTORS_MAX || !columns(s, 7, most, v))
		return false;
	f = &a->factor[a->nfactors++];
	*f = (struct account_factor){ .id = (uint32_t)v[0],
		.method = (uint8_t)v[1],
		.last_step = v[2],
		.created = v[3],
		.last_used = v[4],
		.usable_from = v[5],
		.generation = v[6] };
	return column_blob(s, 7, f->sealed.at, sizeof(f->sealed.at),
	    &f->sealed.len);
}

static bool
read_budget(sqlite3_stmt *s, struct account *a)
{
	static const uint64_t most[] = { UINT8_MAX, UINT8_MAX, UINT32_MAX,
		INT64_MAX };
	struct account_budget *b;
	uint64_t v[4];

	if (a->nbudgets >= ACCOUNT_BUDGETS_MAX || !columns(s, 4, most, v))
		return false;
	b = &a->budget[a->nbudgets++];
	b->method = (uint8_t)v[0];
	b->class = (uint8_t)v[1];
	b->limit = (struct limit){ .failures = (uint32_t)v[2], .last = v[3] };
	return true;
}

/* Read the rows of an account with `reader', which refuses one too many. */
static enum sspr_err
get_rows(struct store *st, enum statement n, struct account *a,
    bool (*reader)(sqlite3_stmt *s, struct account *a))
{
	enum sspr_err e = SSPR_OK;
	int r = SQLITE_ROW;

	bind_blob(st->at[n], 1, a->key, sizeof(a->key));
	while (e == SSPR_OK && (r = sqlite3_step(st->at[n])) == SQLITE_ROW)
		if (!reader(st->at[n], a))
			e = SSPR_SUSPENDED;
	done(st, n);
	return e == SSPR_OK && r != SQLITE_DONE ? SSPR_SYSTEM : e;
}

enum sspr_err
store_get(struct store *st, const uint8_t key[static ACCOUNT_KEY],
    struct account *a)
{
	static const uint64_t most[] = { INT64_MAX, UINT32_MAX };
	sqlite3_stmt *s = st->at[ACCOUNT_GET];
	enum sspr_err e = SSPR_OK;
	uint64_t v[2];
	int r;

	memset(a, 0, sizeof(*a));
	memcpy(a->key, key, ACCOUNT_KEY);
	bind_blob(s, 1, key, ACCOUNT_KEY);
	if ((r = sqlite3_step(s)) != SQLITE_ROW)
		e = r == SQLITE_DONE ? SSPR_NOT_ENROLLED : SSPR_SYSTEM;
	else if (!columns(s, 2, most, v) ||
	    !column_blob(s, 2, a->owner.at, sizeof(a->owner.at),
		&a->owner.len) ||
	    !column_blob(s, 3, a->mac, sizeof(a->mac), NULL))
		e = SSPR_SUSPENDED;
	else {
		a->generation = v[0];
		a->next_factor = (uint32_t)v[1];
	}
	done(st, ACCOUNT_GET);
	if (e == SSPR_OK)
		e = get_rows(st, FACTORS_GET, a, read_factor);
	return e == SSPR_OK ? get_rows(st, BUDGETS_GET, a, read_budget) : e;
}

static enum sspr_err
put_row(struct store *st, const struct account *a, uint64_t was)
{
	const enum statement n = was == 0 ? ACCOUNT_ADD : ACCOUNT_SET;
	sqlite3_stmt *s = st->at[n];
	enum sspr_err e;

	bind_u64(s, 1, a->generation);
	bind_u64(s, 2, a->next_factor);
	bind_blob(s, 3, a->owner.at, a->owner.len);
	bind_blob(s, 4, a->mac, sizeof(a->mac));
	bind_blob(s, 5, a->key, sizeof(a->key));
	if (n == ACCOUNT_SET)
		bind_u64(s, 6, was);
	if ((e = run(st, n)) != SSPR_OK)
		return e;
	return sqlite3_changes(st->db) == 1 ? SSPR_OK : SSPR_BUSY;
}

static enum sspr_err
put_factor(struct store *st, const struct account *a,
    const struct account_factor *f)
{
	sqlite3_stmt *s = st->at[FACTOR_PUT];
	const uint64_t v[] = { f->id, f->method, f->last_step, f->created,
		f->last_used, f->usable_from, f->generation };

	bind_blob(s, 1, a->key, sizeof(a->key));
	bind_all(s, 2, 7, v);
	bind_blob(s, 9, f->sealed.at, f->sealed.len);
	return run(st, FACTOR_PUT);
}

/* Delete the factors that *a no longer has. */
static enum sspr_err
cut_factors(struct store *st, const struct account *a)
{
	sqlite3_stmt *s = st->at[FACTORS_CUT];

	bind_blob(s, 1, a->key, sizeof(a->key));
	for (size_t i = 0; i < ACCOUNT_FACTORS_MAX; i++)
		bind_u64(s, (int)i + 2,
		    i < a->nfactors ? a->factor[i].id : UINT32_MAX);
	return run(st, FACTORS_CUT);
}

static enum sspr_err
put_budget(struct store *st, const struct account *a,
    const struct account_budget *b)
{
	sqlite3_stmt *s = st->at[BUDGET_PUT];
	const uint64_t v[] = { b->method, b->class, b->limit.failures,
		b->limit.last };

	bind_blob(s, 1, a->key, sizeof(a->key));
	bind_all(s, 2, 4, v);
	return run(st, BUDGET_PUT);
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
	return e;
}

enum sspr_err
store_accept(struct store *st, const struct store_proof *p, uint64_t step)
{
	sqlite3_stmt *s = st->at[ACCEPT];
	enum sspr_err e;

	bind_blob(s, 1, p->account, sizeof(p->account));
	bind_u64(s, 2, p->factor);
	bind_u64(s, 3, step);
	if ((e = run(st, ACCEPT)) != SSPR_OK)
		return e;
	if (sqlite3_changes(st->db) != 1)
		return SSPR_CODE_REPLAY;
	s = st->at[PROOF_ADD];
	bind_blob(s, 1, p->conversation, sizeof(p->conversation));
	bind_u64(s, 2, p->challenge);
	bind_blob(s, 3, p->account, sizeof(p->account));
	bind_u64(s, 4, p->factor);
	bind_u64(s, 5, p->method);
	bind_u64(s, 6, p->at);
	if ((e = run(st, PROOF_ADD)) != SSPR_OK)
		return e;
	return run(st, RISE);
}

enum sspr_err
store_get_bucket(struct store *st, uint32_t bucket, struct limit *l)
{
	static const uint64_t most[] = { UINT32_MAX, INT64_MAX };
	sqlite3_stmt *s = st->at[BUCKET_GET];
	enum sspr_err e = SSPR_SYSTEM;
	uint64_t v[2];

	bind_u64(s, 1, bucket);
	if (sqlite3_step(s) == SQLITE_ROW) {
		l->failures = UINT32_MAX; /* of a bad row: closed */
		if (columns(s, 2, most, v))
			*l = (struct limit){ (uint32_t)v[0], v[1] };
		e = SSPR_OK;
	}
	done(st, BUCKET_GET);
	return e;
}

enum sspr_err
store_put_bucket(struct store *st, uint32_t bucket, const struct limit *l)
{
	const uint64_t v[] = { bucket, l->failures, l->last };

	bind_all(st->at[BUCKET_PUT], 1, 3, v);
	return run(st, BUCKET_PUT);
}

enum sspr_err
store_grant(struct store *st, uint64_t grant, const struct store_proof *p)
{
	sqlite3_stmt *s = st->at[PERMIT_ADD];

	bind_u64(s, 1, grant);
	bind_blob(s, 2, p->conversation, sizeof(p->conversation));
	bind_blob(s, 3, p->account, sizeof(p->account));
	bind_u64(s, 4, p->at);
	return run(st, PERMIT_ADD);
}

enum sspr_err
store_close_grant(struct store *st, uint64_t grant, uint32_t result,
    uint64_t at)
{
	const uint64_t v[] = { grant, at, result };

	bind_all(st->at[PERMIT_END], 1, 3, v);
	return run(st, PERMIT_END);
}

void
store_tidy(struct store *st)
{
	if (st->log_pages < LOG_PAGES)
		return;
	st->log_pages = 0;
	/* A failure leaves the log longer, nothing else. */
	(void)sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
	    NULL, NULL);
}
