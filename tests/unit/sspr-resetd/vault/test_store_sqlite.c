/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "stored.h"

static void
an_account_comes_back_as_it_was_put(void **state)
{
	struct account a, b;

	(void)state;
	make(&a, 1000);
	assert_int_equal(store_get(st, a.key, &b), SSPR_NOT_ENROLLED);
	put(&a, 0);
	assert_stored(&a);
	assert_int_equal(reopen(), SSPR_OK);
	assert_stored(&a);
	put_new(&b, 1001);
	assert_stored(&a);
	assert_stored(&b);
}

static void
a_change_replaces_only_the_generation_it_was_made_of(void **state)
{
	const uint64_t far[] = { 0, 2, 4, UINT64_MAX };
	struct account a, b;

	(void)state;
	put_new(&a, 1000);
	assert_int_equal(a.generation, 2);
	b = a;
	b.factor[0].last_used = NOW;
	account_touch(seal, &b);
	for (size_t i = 0; i < 4; i++) {
		if (far[i] == 2)
			continue;
		assert_int_equal(store_begin(st), SSPR_OK);
		assert_int_equal(store_put(st, &b, far[i]), SSPR_BUSY);
		store_rollback(st);
		assert_stored(&a);
	}
	put(&b, 2);
	assert_stored(&b);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_put(st, &b, 2), SSPR_BUSY);
	store_rollback(st);
}

static void
factors_it_no_longer_has_are_gone(void **state)
{
	struct account a;

	(void)state;
	put_new(&a, 1000);
	assert_int_equal(account_remove(&a, 1), SSPR_OK);
	account_touch(seal, &a);
	put(&a, a.generation - 1);
	assert_stored(&a);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM factor"), 1);
	assert_int_equal(account_remove(&a, 2), SSPR_OK);
	account_touch(seal, &a);
	put(&a, a.generation - 1);
	assert_stored(&a);
}

/* R-TIME-2 */
static void
a_last_step_only_ever_rises(void **state)
{
	struct account a;

	(void)state;
	put_new(&a, 1000);
	a.factor[0].last_step -= 10;
	account_touch(seal, &a);
	put(&a, a.generation - 1);
	assert_int_equal(disk_number(&disk,
			     "SELECT min(last_step) FROM factor"),
	    STEP);
}

/* R-VER-5 */
static void
of_fifty_acceptances_of_one_step_exactly_one_is(void **state)
{
	unsigned int accepted = 0;
	struct store_proof p;
	struct account a;
	enum sspr_err e;

	(void)state;
	put_new(&a, 1000);
	for (uint8_t i = 0; i < 50; i++) {
		p = proof_of(&a, i);
		assert_int_equal(store_begin(st), SSPR_OK);
		e = store_accept(st, &p, STEP + 1);
		assert_true(e == SSPR_OK || e == SSPR_CODE_REPLAY);
		accepted += e == SSPR_OK;
		assert_int_equal(store_commit(st), SSPR_OK);
		if (i % 10 == 9)
			assert_int_equal(reopen(), SSPR_OK);
	}
	assert_int_equal(accepted, 1);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM proof"), 1);
	assert_int_equal(disk_number(&disk,
			     "SELECT value FROM meta WHERE key='generation'"),
	    1);
}

static void
a_step_is_accepted_after_the_last_and_of_its_factor(void **state)
{
	struct store_proof p;
	struct account a;

	(void)state;
	put_new(&a, 1000);
	p = proof_of(&a, 1);
	assert_int_equal(store_begin(st), SSPR_OK);
	for (uint64_t s = STEP - 3; s <= STEP; s++)
		assert_int_equal(store_accept(st, &p, s), SSPR_CODE_REPLAY);
	p.factor = 9;
	assert_int_equal(store_accept(st, &p, STEP + 1), SSPR_CODE_REPLAY);
	p.factor = 1;
	p.account[0] ^= 1;
	assert_int_equal(store_accept(st, &p, STEP + 1), SSPR_CODE_REPLAY);
	p.account[0] ^= 1;
	assert_int_equal(store_accept(st, &p, STEP + 1), SSPR_OK);
	p.challenge++;
	assert_int_equal(store_accept(st, &p, STEP + 3), SSPR_OK);
	assert_int_equal(store_accept(st, &p, STEP + 4), SSPR_SYSTEM);
	store_rollback(st);
}

/* The changes of one reset, in their order; n of them. */
static void
change(struct account *a, int n)
{
	const struct store_proof p = proof_of(a, 1);
	const uint64_t was = a->generation;

	assert_int_equal(store_begin(st), SSPR_OK);
	if (n >= 1)
		assert_int_equal(store_accept(st, &p, STEP + 1), SSPR_OK);
	a->factor[0].last_step = STEP + 1;
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
	b.factor[0].last_step = STEP + 1;
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
buckets_are_there_from_the_start_and_no_others(void **state)
{
	const struct limit l = { 7, NOW };
	struct limit have = { 1, 1 };

	(void)state;
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM bucket"),
	    STORE_BUCKETS);
	for (uint32_t b = 0; b < STORE_BUCKETS; b += 4369) {
		assert_int_equal(store_get_bucket(st, b, &have), SSPR_OK);
		assert_true(have.failures == 0 && have.last == 0);
		assert_int_equal(store_begin(st), SSPR_OK);
		assert_int_equal(store_put_bucket(st, b, &l), SSPR_OK);
		assert_int_equal(store_commit(st), SSPR_OK);
		assert_int_equal(store_get_bucket(st, b, &have), SSPR_OK);
		assert_true(have.failures == 7 && have.last == NOW);
	}
	assert_int_equal(store_get_bucket(st, STORE_BUCKETS, &have),
	    SSPR_SYSTEM);
}

static void
a_permit_ends_once(void **state)
{
	struct store_proof p;
	struct account a;

	(void)state;
	make(&a, 1000);
	p = proof_of(&a, 1);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_grant(st, INT64_MAX, &p), SSPR_OK);
	assert_int_equal(store_grant(st, INT64_MAX, &p), SSPR_SYSTEM);
	assert_int_equal(store_close_grant(st, INT64_MAX, 24, NOW), SSPR_OK);
	assert_int_equal(store_close_grant(st, INT64_MAX, 0, NOW + 9), SSPR_OK);
	assert_int_equal(store_close_grant(st, 4711, 0, NOW), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
	assert_int_equal(disk_number(&disk, "SELECT result FROM permit"), 24);
	assert_int_equal(disk_number(&disk, "SELECT ended FROM permit"), NOW);
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
		store_tidy(st);
		if (i == 600)
			assert_int_equal(stat(wal, &was), 0);
	}
	assert_int_equal(stat(wal, &is), 0);
	assert_true(is.st_size <= was.st_size + 64 * 4096);
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

static void
a_database_of_another_version_is_refused(void **state)
{
	(void)state;
	store_close(st);
	st = NULL;
	disk_edit(disk.db, "PRAGMA user_version=2");
	assert_int_equal(reopen(), SSPR_SYSTEM);
	disk_edit(disk.db, "PRAGMA user_version=1; DROP TABLE proof");
	assert_int_equal(reopen(), SSPR_SYSTEM);
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

static void
rows_that_cannot_be_suspend_the_account(void **state)
{
	static const char *const edits[] = {
		"UPDATE account SET mac=x'00'",
		"UPDATE account SET mac='text of thirty-two bytes length..'",
		"UPDATE account SET owner=zeroblob(425)",
		"UPDATE factor SET sealed=zeroblob(425) WHERE id=1",
		"UPDATE factor SET sealed=1 WHERE id=2",
		"WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM "
		"n WHERE i < 17) INSERT INTO factor SELECT account, i, method, "
		"last_step, created, last_used, usable_from, generation, "
		"sealed FROM factor, n WHERE id=1",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
		"n WHERE i < 15) INSERT INTO budget SELECT account, method, i, "
		"failures, last FROM budget, n WHERE method=1",
	};
	struct account a, b;

	(void)state;
	put_new(&a, 1000);
	assert_int_equal(reopen(), SSPR_OK);
	store_close(st);
	st = NULL;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		disk_copy(disk.db, disk.copy);
		disk_edit(disk.db, edits[i]);
		assert_int_equal(reopen(), SSPR_OK);
		assert_int_equal(store_get(st, a.key, &b), SSPR_SUSPENDED);
		store_close(st);
		st = NULL;
		disk_copy(disk.copy, disk.db);
	}
	assert_int_equal(reopen(), SSPR_OK);
	assert_stored(&a);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_account_comes_back_as_it_was_put),
		TEST(a_change_replaces_only_the_generation_it_was_made_of),
		TEST(factors_it_no_longer_has_are_gone),
		TEST(a_last_step_only_ever_rises),
		TEST(of_fifty_acceptances_of_one_step_exactly_one_is),
		TEST(a_step_is_accepted_after_the_last_and_of_its_factor),
		TEST(a_transaction_cut_short_was_never_begun),
		TEST(what_is_rolled_back_was_never_there),
		TEST(a_sync_that_fails_leaves_nothing_half_applied),
		TEST(a_full_disk_leaves_nothing_half_applied),
		TEST(buckets_are_there_from_the_start_and_no_others),
		TEST(a_permit_ends_once),
		TEST(the_log_is_moved_when_it_has_grown_and_not_before),
		TEST(a_damaged_file_is_refused),
		TEST(a_database_of_another_key_is_refused),
		TEST(a_database_of_another_version_is_refused),
		TEST(a_link_a_directory_and_a_second_opener_are_refused),
		TEST(rows_that_cannot_be_suspend_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
