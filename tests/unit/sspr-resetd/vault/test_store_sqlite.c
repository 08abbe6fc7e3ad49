/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "stored.h"

/* The changes of one reset, in their order; n of them. */
static void
change(struct account *a, int n)
{
	const struct store_proof p = proof_of(a, 1);
	const uint64_t was = a->generation;

	assert_int_equal(store_begin(st), SSPR_OK);
	if (n >= 1)
		assert_int_equal(store_accept(st, &p, STEP + 1), SSPR_OK);
	a->factor[0].used = STEP + 1;
	account_touch(seal, a);
	if (n >= 2)
		assert_int_equal(store_put(st, a, was), SSPR_OK);
	if (n >= 3)
		assert_int_equal(store_grant(st, 77, &p), SSPR_OK);
	if (n >= 4)
		assert_int_equal(store_commit(st), SSPR_OK);
}

/* R-DUR-3 b, f: kill -9 at each step; nothing to repair afterwards. */
static void
a_transaction_cut_short_was_never_begun(void **state)
{
	struct account a, b;
	int status;
	pid_t pid;

	(void)state;
	put_new(&a, 1000);
	for (int n = 0; n <= 4; n++) {
		store_close(st);
		st = NULL;
		b = a;
		assert_int_not_equal(pid = fork(), -1);
		if (pid == 0) {
			if (reopen() == SSPR_OK)
				change(&b, n);
			(void)kill(getpid(), SIGKILL);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_int_equal(reopen(), SSPR_OK);
		if (n < 4)
			assert_stored(&a);
	}
	b.factor[0].used = STEP + 1;
	account_touch(seal, &b);
	assert_stored(&b);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM permit"), 1);
}

static void
what_is_rolled_back_was_never_there(void **state)
{
	const struct limit l = { 9, NOW };
	struct limit have;
	struct account a, b;

	(void)state;
	put_new(&a, 1000);
	b = a;
	change(&b, 3);
	assert_int_equal(store_put_bucket(st, 5, &l), SSPR_OK);
	store_rollback(st);
	assert_stored(&a);
	assert_int_equal(store_get_bucket(st, 5, &have), SSPR_OK);
	assert_int_equal(have.failures, 0);
	store_rollback(st); /* without a transaction: nothing to do */
	change(&a, 4);
	assert_stored(&a);
}

/* R-DUR-1: the n-th sync fails, for all n there are. */
static void
a_sync_that_fails_leaves_nothing_half_applied(void **state)
{
	struct account a, b;
	unsigned int n = 0;
	enum sspr_err e;

	(void)state;
	put_new(&a, 1000);
	do {
		b = a;
		change(&b, 3);
		disk_fails = ++n;
		e = store_commit(st);
		if (e == SSPR_OK)
			break;
		assert_int_equal(e, SSPR_SYSTEM);
		store_rollback(st);
		disk_fails = 0;
		assert_stored(&a);
	} while (n < 100);
	assert_true(n > 1 && n < 100);
	disk_fails = 0;
	assert_stored(&b);
}

/* R-DUR-5: room for one byte more, two, ... until the whole fits. */
static void
a_full_disk_leaves_nothing_half_applied(void **state)
{
	struct rlimit whole, little;
	struct account a, b;
	enum sspr_err e = SSPR_SYSTEM;
	rlim_t room;

	(void)state;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
	put_new(&a, 1000);
	for (room = 32; e != SSPR_OK && room < 1024 * 1024; room += 1999) {
		b = a;
		account_touch(seal, &b);
		assert_int_equal(reopen(), SSPR_OK); /* an empty log */
		little = (struct rlimit){ room, whole.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
		if ((e = store_begin(st)) == SSPR_OK)
			e = store_put(st, &b, a.generation);
		if (e == SSPR_OK)
			e = store_commit(st);
		assert_true(e == SSPR_OK || e == SSPR_SYSTEM);
		if (e != SSPR_OK)
			store_rollback(st);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
		assert_stored(e == SSPR_OK ? &b : &a);
	}
	assert_true(e == SSPR_OK && room > 4000);
	assert_int_equal(reopen(), SSPR_OK);
	assert_stored(&b);
}

static void
the_log_is_moved_when_it_has_grown_and_not_before(void **state)
{
	struct account a;
	char wal[64];
	struct stat was, is;

	(void)state;
	put_new(&a, 1000);
	snprintf(wal, sizeof(wal), "%s-wal", disk.db);
	for (int i = 0; i < 1200; i++) {
		account_touch(seal, &a);
		put(&a, a.generation - 1);
		store_tidy(st, NOW);
		if (i == 600)
			assert_int_equal(stat(wal, &was), 0);
	}
	assert_int_equal(stat(wal, &is), 0);
	assert_true(is.st_size <= was.st_size + 64 * 4096);
	assert_stored(&a);
}

static int64_t
rows(const char *table)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return disk_number(&disk, sql);
}

/* Grow the log until store_tidy has to do with it. */
static void
grow(struct account *a)
{
	for (int i = 0; i < 600; i++) {
		account_touch(seal, a);
		put(a, a->generation - 1);
	}
}

static void
what_nobody_asks_for_any_more_is_tidied_away(void **state)
{
	const uint64_t day = 86400;
	struct store_proof p;
	struct account a;

	(void)state;
	put_new(&a, 1000);
	p = proof_of(&a, 1);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_accept_plain(st, &p), SSPR_OK);
	for (uint64_t grant = 1; grant <= 3; grant++)
		assert_int_equal(store_grant(st, grant, &p), SSPR_OK);
	assert_int_equal(store_close_grant(st, 1, 0, NOW), SSPR_OK);
	assert_int_equal(store_close_grant(st, 2, 0, NOW + day), SSPR_OK);
	assert_int_equal(store_add_pass(st, 7, NOW), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
	store_tidy(st, UINT64_MAX); /* the log is short */
	assert_true(rows("proof") == 1 && rows("permit") == 3);
	grow(&a);
	store_tidy(st, 0); /* and a clock that is far behind */
	grow(&a);
	store_tidy(st, NOW + day);
	assert_true(
	    rows("proof") == 1 && rows("permit") == 3 && rows("pass") == 1);
	grow(&a);
	store_tidy(st, NOW + day + 1);
	assert_true(
	    rows("proof") == 0 && rows("permit") == 3 && rows("pass") == 1);
	grow(&a);
	store_tidy(st, NOW + 90 * day + 1);
	assert_true(rows("pass") == 0 && rows("permit") == 1);
	assert_int_equal(disk_number(&disk, "SELECT id FROM permit"), 2);
	grow(&a);
	store_tidy(st, INT64_MAX);
	assert_int_equal(rows("permit"), 0);
	assert_stored(&a);
}

/* Open a copy of the database with these bytes changed. */
static enum sspr_err
open_damaged(size_t from, size_t to, const char **why)
{
	struct store *other = NULL;
	const uint8_t bad = 0x5a;
	enum sspr_err e;
	int fd;

	disk_remove(disk.copy);
	disk_copy(disk.db, disk.copy);
	fd = open(disk.copy, O_RDWR | O_CLOEXEC);
	assert_int_not_equal(fd, -1);
	for (; from < to; from++)
		assert_int_equal(pwrite(fd, &bad, 1, (off_t)from), 1);
	close(fd);
	e = store_open(disk.copy, check, &other, why);
	store_close(other);
	return e;
}

static void
a_damaged_file_is_refused(void **state)
{
	const char *why = "";
	struct account a;

	(void)state;
	put_new(&a, 1000);
	assert_int_equal(reopen(), SSPR_OK);
	store_close(st);
	st = NULL;
	assert_int_equal(open_damaged(0, 0, &why), SSPR_OK);
	assert_int_equal(open_damaged(0, 100, &why), SSPR_SYSTEM);
	for (size_t page = 1; page < 8; page++) {
		assert_int_equal(open_damaged(4096 * page, 4096 * page + 200,
				     &why),
		    SSPR_SYSTEM);
		assert_true(why[0] != '\0');
	}
	assert_int_equal(truncate(disk.db, 4096 * 3), 0);
	assert_int_equal(open_damaged(0, 0, &why), SSPR_SYSTEM);
}

static void
a_database_of_another_key_is_refused(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(check); bit += 5) {
		check[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(reopen(), SSPR_KEY);
		check[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(reopen(), SSPR_OK);
	store_close(st);
	st = NULL;
	disk_edit(disk.db, "DELETE FROM meta WHERE key='check'");
	assert_int_equal(reopen(), SSPR_KEY);
}

/* Open it after an edit; what it says. */
static const char *
why_not(const char *edit)
{
	const char *why = NULL;

	store_close(st);
	st = NULL;
	disk_edit(disk.db, edit);
	assert_int_equal(store_open(disk.db, check, &st, &why), SSPR_SYSTEM);
	assert_null(st);
	return why;
}

static void
a_database_of_another_version_is_refused(void **state)
{
	(void)state;
	assert_non_null(strstr(why_not("PRAGMA user_version=1"), "older"));
	assert_non_null(strstr(why_not("PRAGMA user_version=2"), "older"));
	assert_non_null(strstr(why_not("PRAGMA user_version=4"), "version"));
	assert_string_equal(why_not("PRAGMA user_version=0"), "cannot be made");
}

/*
 * R-KEY-2: a trigger would undo each try together with its MAC, so that the
 * account verifies and its counts stand still.
 */
static void
a_database_that_declares_more_or_other_things_is_refused(void **state)
{
	static const char *const edits[] = {
		"CREATE TRIGGER t AFTER UPDATE ON account BEGIN UPDATE account "
		"SET generation=OLD.generation, mac=OLD.mac, recent=OLD.recent "
		"WHERE key=OLD.key; UPDATE budget SET failures=0, last=0 WHERE "
		"account=OLD.key; END",
		"CREATE VIEW v AS SELECT 1",
		"CREATE UNIQUE INDEX i ON source(last)",
		"CREATE TABLE more(i)",
		"ALTER TABLE budget ADD COLUMN more DEFAULT 1",
		"DROP INDEX source_last",
		"DROP TABLE proof",
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		why = why_not(edits[i]);
		assert_non_null(strstr(why, "not ours"));
		disk_remove(disk.db);
		assert_int_equal(reopen(), SSPR_OK);
		assert_int_equal(reopen(), SSPR_OK);
	}
}

/* Whether the text stands in the file of the closed database. */
static bool
stands_in_file(const char *text)
{
	const int fd = open(disk.db, O_RDONLY | O_CLOEXEC);
	struct stat s;
	bool found;
	char *p;

	assert_int_not_equal(fd, -1);
	assert_int_equal(fstat(fd, &s), 0);
	p = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	found = memmem(p, (size_t)s.st_size, text, strlen(text)) != NULL;
	munmap(p, (size_t)s.st_size);
	close(fd);
	return found;
}

/* R-DUR-1: secure_delete. */
static void
what_is_deleted_is_overwritten(void **state)
{
	struct store_message m = { .state = STORE_QUEUED, .sealed.len = 300 };
	static const char text[] = "twenty-one bytes here";

	(void)state;
	memcpy(m.sealed.at, text, sizeof(text));
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_add_message(st, &m), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
	store_close(st);
	st = NULL;
	assert_true(stands_in_file(text));
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_drop_message(st, m.id), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
	store_close(st);
	st = NULL;
	assert_false(stands_in_file(text));
	assert_int_equal(reopen(), SSPR_OK);
}

/* R-PRIV-5 */
static void
a_link_a_directory_and_a_second_opener_are_refused(void **state)
{
	struct store *other = NULL;
	const char *why;
	struct stat s;

	(void)state;
	assert_int_equal(store_open(disk.db, check, &other, &why), SSPR_SYSTEM);
	store_close(st);
	st = NULL;
	(void)umask(022); /* R-PRIV-5: 0600 whatever that is */
	assert_int_equal(store_open(disk.copy, check, &other, &why), SSPR_OK);
	store_close(other);
	other = NULL;
	assert_true(stat(disk.copy, &s) == 0 && (s.st_mode & 0777) == 0600);
	disk_remove(disk.copy);
	assert_int_equal(symlink(disk.db, disk.copy), 0);
	assert_int_equal(store_open(disk.copy, check, &other, &why),
	    SSPR_SYSTEM);
	assert_int_equal(store_open(disk.dir, check, &other, &why),
	    SSPR_SYSTEM);
	assert_null(other);
	store_close(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/*
 * R-ENUM-1: it is never compared, which nobody sees; a round that fails they
 * would see, and all who are in it with them.
 */
static void
a_bucket_somebody_deleted_or_edited_is_closed(void **state)
{
	struct limit have = { 1, 1 };

	(void)state;
	store_close(st);
	st = NULL;
	disk_edit(disk.db, "DELETE FROM bucket WHERE id=7");
	disk_edit(disk.db, "UPDATE bucket SET failures='x' WHERE id=8");
	assert_int_equal(reopen(), SSPR_OK);
	for (uint32_t b = 7; b <= 8; b++) {
		assert_int_equal(store_get_bucket(st, b, &have), SSPR_OK);
		assert_int_equal(have.failures, UINT32_MAX);
	}
}

/* R-KEY-2: those behind it are found all the same. */
static void
an_account_of_no_key_of_ours_hides_nobody(void **state)
{
	uint8_t key[ACCOUNT_KEY] = { 0 };
	struct account a;

	(void)state;
	make(&a, 1000);
	a.admin_at = NOW;
	account_touch(seal, &a);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_put(st, &a, 0), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
	store_close(st);
	st = NULL;
	disk_edit(disk.db,
	    "INSERT INTO account SELECT x'0001', generation, next_factor, "
	    "reset_at, admin_at, missing_at, owner, mac, recent FROM account");
	disk_edit(disk.db,
	    "INSERT INTO account SELECT 'text of 16 bytes', generation, "
	    "next_factor, reset_at, admin_at, missing_at, owner, mac, recent "
	    "FROM account WHERE length(key)=16");
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(store_next_account(st, key), SSPR_OK);
	assert_memory_equal(key, a.key, sizeof(key));
	assert_int_equal(store_next_account(st, key), SSPR_NO_USER);
	memset(key, 0, sizeof(key));
	assert_int_equal(store_next_admin(st, 0, key), SSPR_OK);
	assert_memory_equal(key, a.key, sizeof(key));
	assert_int_equal(store_next_admin(st, 0, key), SSPR_NO_USER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_transaction_cut_short_was_never_begun),
		TEST(what_is_rolled_back_was_never_there),
		TEST(a_sync_that_fails_leaves_nothing_half_applied),
		TEST(a_full_disk_leaves_nothing_half_applied),
		TEST(the_log_is_moved_when_it_has_grown_and_not_before),
		TEST(what_nobody_asks_for_any_more_is_tidied_away),
		TEST(a_damaged_file_is_refused),
		TEST(a_database_of_another_key_is_refused),
		TEST(a_database_of_another_version_is_refused),
		TEST(a_database_that_declares_more_or_other_things_is_refused),
		TEST(a_bucket_somebody_deleted_or_edited_is_closed),
		TEST(an_account_of_no_key_of_ours_hides_nobody),
		TEST(what_is_deleted_is_overwritten),
		TEST(a_link_a_directory_and_a_second_opener_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
