/* SPDX-License-Identifier: MIT */
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
the_fullest_account_comes_back_as_it_was_put(void **state)
{
	struct account a;

	(void)state;
	make(&a, 1000);
	while (a.nfactors < ACCOUNT_FACTORS_MAX)
		enrol(&a, METHOD_EMAIL)->ends = NOW;
	for (uint8_t i = 0; i < ACCOUNT_KNOWN_MAX; i++)
		account_meet(&a, (const uint8_t[ACCOUNT_SOURCE]){ i }, NOW + i);
	while (a.nbudgets < ACCOUNT_BUDGETS_MAX)
		account_budget(&a, 200, (uint8_t)a.nbudgets)->limit.failures =
		    UINT32_MAX;
	account_touch(seal, &a);
	put(&a, 0);
	assert_stored(&a);
	assert_int_equal(reopen(), SSPR_OK);
	assert_stored(&a);
	a.factor[31].off = 1;
	a.factor[30].ends++;
	a.factor[29].last_used = NOW;
	a.factor[28].usable_from = NOW + 1;
	a.budget[23].limit.last = NOW;
	a.known[7].at = NOW + 99;
	a.reset_at = NOW + 100;
	account_touch(seal, &a);
	put(&a, a.generation - 1);
	assert_stored(&a);
}

/* What is sealed anew replaces what was. */
static void
a_record_sealed_anew_comes_back(void **state)
{
	struct record r = { .type = RECORD_ADDRESS,
		.as.address = { .address = "a@b.example" } };
	struct account a;

	(void)state;
	put_new(&a, 1000);
	assert_int_equal(account_close(seal, &a, account_factor(&a, 4), &r),
	    SSPR_OK);
	account_touch(seal, &a);
	put(&a, a.generation - 1);
	assert_int_equal(get(&a, &a), SSPR_OK);
	assert_int_equal(account_open(seal, &a, account_factor(&a, 4), &r),
	    SSPR_OK);
	assert_string_equal(r.as.address.address, "a@b.example");
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
rows_it_no_longer_has_are_gone(void **state)
{
	struct account a;

	(void)state;
	put_new(&a, 1000);
	assert_int_equal(account_end(&a, 1, NOW, NOW), SSPR_OK);
	account_tidy(&a, NOW + ACCOUNT_MEMORY_S + 1);
	a.known[0] = a.known[--a.nknown];
	account_touch(seal, &a);
	put(&a, a.generation - 1);
	assert_stored(&a);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM factor"), 3);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM known"), 1);
	a.nfactors = 0;
	a.nknown = 0;
	account_touch(seal, &a);
	put(&a, a.generation - 1);
	assert_stored(&a);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM factor"), 0);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM known"), 0);
}

/* R-TIME-2, R-VER-6: nor does a recovery code come back. */
static void
what_was_used_stays_used(void **state)
{
	struct account a, b;

	(void)state;
	put_new(&a, 1000);
	b = a;
	b.factor[0].used -= 10;
	account_touch(seal, &b);
	put(&b, a.generation);
	assert_int_equal(disk_number(&disk,
			     "SELECT min(used) FROM factor WHERE method=1"),
	    STEP);
	assert_int_equal(get(&a, &a), SSPR_SUSPENDED);
	b.factor[0].used = STEP + 1;
	b.factor[2].used = 8; /* greater than 1 | 4, but without them */
	account_touch(seal, &b);
	put(&b, b.generation - 1);
	assert_int_equal(disk_number(&disk,
			     "SELECT used FROM factor WHERE method=2"),
	    13);
	assert_int_equal(disk_number(&disk,
			     "SELECT used FROM factor WHERE id=1"),
	    STEP + 1);
	assert_int_equal(get(&a, &b), SSPR_SUSPENDED);
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

/* R-VER-6: each code of a sheet once, from any number of sessions. */
static void
a_recovery_code_is_accepted_once(void **state)
{
	struct store_proof p;
	struct account a;
	uint64_t used;

	(void)state;
	put_new(&a, 1000); /* codes 1 and 3 are used */
	p = proof_of(&a, 1);
	p.factor = 3;
	p.method = METHOD_BACKUP;
	assert_int_equal(store_begin(st), SSPR_OK);
	for (used = 0; used <= 5; used++)
		assert_int_equal(store_accept(st, &p, used), SSPR_CODE_REPLAY);
	assert_int_equal(store_accept(st, &p, 5 | 8), SSPR_OK);
	p.challenge++;
	assert_int_equal(store_accept(st, &p, 5 | 8), SSPR_CODE_REPLAY);
	/* One that did not see code 4 being used. */
	assert_int_equal(store_accept(st, &p, 5 | 16), SSPR_CODE_REPLAY);
	assert_int_equal(store_accept(st, &p, 5 | 8 | 16), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
	assert_int_equal(disk_number(&disk,
			     "SELECT used FROM factor WHERE id=3"),
	    29);
}

static void
a_pass_is_accepted_once_and_by_its_method(void **state)
{
	struct store_proof p;
	struct account a;

	(void)state;
	make(&a, 1000);
	p = proof_of(&a, 1);
	p.factor = enrol(&a, METHOD_PASS)->id;
	account_touch(seal, &a);
	put(&a, 0);
	assert_int_equal(store_begin(st), SSPR_OK);
	for (uint8_t m = 0; m < METHOD_COUNT; m++) {
		p.method = m;
		if (m != METHOD_PASS)
			assert_int_equal(store_accept(st, &p, 1),
			    SSPR_CODE_REPLAY);
	}
	p.method = METHOD_PASS;
	assert_int_equal(store_accept(st, &p, 1), SSPR_OK);
	assert_int_equal(store_accept(st, &p, 1), SSPR_CODE_REPLAY);
	store_rollback(st);
}

/* R-VER-1 */
static void
a_proof_is_of_one_conversation_account_and_method(void **state)
{
	struct store_proof p, q;
	struct account a;

	(void)state;
	put_new(&a, 1000);
	p = proof_of(&a, 1);
	p.method = METHOD_QUESTIONS;
	assert_int_equal(store_has_proof(st, &p), SSPR_DENIED);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_accept_plain(st, &p), SSPR_OK);
	assert_int_equal(store_accept_plain(st, &p), SSPR_SYSTEM);
	store_rollback(st);
	assert_int_equal(store_has_proof(st, &p), SSPR_DENIED);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_accept_plain(st, &p), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
	assert_int_equal(reopen(), SSPR_OK);
	q = p;
	q.challenge = q.factor = 77;
	assert_int_equal(store_has_proof(st, &q), SSPR_OK);
	q.conversation[15] ^= 1;
	assert_int_equal(store_has_proof(st, &q), SSPR_DENIED);
	q = p;
	q.account[0] ^= 1;
	assert_int_equal(store_has_proof(st, &q), SSPR_DENIED);
	q = p;
	q.method = METHOD_APP;
	assert_int_equal(store_has_proof(st, &q), SSPR_DENIED);
}

/* R-POL-1, R-DEL-6: they are told, and stay administrators for 90 days. */
static void
all_and_administrators_are_found_one_by_one(void **state)
{
	uint8_t key[ACCOUNT_KEY] = { 0 }, last[ACCOUNT_KEY] = { 0 };
	struct account a;
	size_t n = 0;
	enum sspr_err e;

	(void)state;
	assert_int_equal(store_next_admin(st, 0, key), SSPR_NO_USER);
	assert_memory_equal(key, last, sizeof(key));
	for (uint32_t uid = 1000; uid < 1030; uid++) {
		make(&a, uid);
		a.admin_at = uid % 3 == 0 ? 0 : NOW + uid % 3;
		account_touch(seal, &a);
		put(&a, 0);
	}
	while ((e = store_next_admin(st, NOW + 2, key)) == SSPR_OK) {
		assert_true(memcmp(key, last, sizeof(key)) > 0);
		memcpy(last, key, sizeof(key));
		assert_int_equal(store_get(st, key, &a), SSPR_OK);
		assert_int_equal(account_verify(seal, &a), SSPR_OK);
		assert_int_equal(a.admin_at, NOW + 2);
		n++;
	}
	assert_int_equal(e, SSPR_NO_USER);
	assert_int_equal(n, 10);
	memset(key, 0, sizeof(key));
	for (n = 0; store_next_admin(st, 0, key) == SSPR_OK;)
		n++;
	assert_int_equal(n, 20);
	memset(key, 0, sizeof(key));
	for (n = 0; store_next_account(st, key) == SSPR_OK;)
		n++;
	assert_int_equal(n, 30);
}

static void
buckets_are_there_from_the_start(void **state)
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
rows_that_cannot_be_suspend_the_account(void **state)
{
	static const char *const edits[] = {
		"UPDATE account SET mac=x'00'",
		"UPDATE account SET mac='text of thirty-two bytes length..'",
		"UPDATE account SET owner=zeroblob(553)",
		"UPDATE factor SET sealed=zeroblob(553) WHERE id=1",
		"UPDATE factor SET sealed=1 WHERE id=2",
		"WITH RECURSIVE n(i) AS (SELECT 5 UNION ALL SELECT i + 1 FROM "
		"n WHERE i < 33) INSERT INTO factor SELECT account, i, method, "
		"off, used, created, last_used, usable_from, ends, "
		"generation, sealed FROM factor, n WHERE id=1",
		"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM "
		"n WHERE i < 25) INSERT INTO budget SELECT account, method, i, "
		"failures, last FROM budget, n WHERE method=1",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
		"n WHERE i < 7) INSERT INTO known SELECT account, "
		"randomblob(16), at FROM known, n WHERE source=x'09"
		"000000000000000000000000000000'",
		"UPDATE known SET source=x'00' WHERE at=1700000000",
		"UPDATE known SET at='now'",
		"UPDATE factor SET off=256",
		"UPDATE factor SET used=-1",
		"UPDATE account SET admin_at=-1",
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

/* R-KEY-2: whoever edits a column without the key. */
static void
an_edit_of_any_column_suspends_the_account(void **state)
{
	static const char *const edits[] = {
		"UPDATE account SET generation=generation+1",
		"UPDATE account SET next_factor=next_factor+1",
		"UPDATE account SET reset_at=0",
		"UPDATE account SET admin_at=1",
		"UPDATE account SET missing_at=0",
		"UPDATE account SET owner=zeroblob(60)",
		"UPDATE account SET mac=zeroblob(32)",
		"UPDATE factor SET method=7 WHERE id=1",
		"UPDATE factor SET off=0 WHERE id=4",
		"UPDATE factor SET used=used-1 WHERE id=2",
		"UPDATE factor SET used=1 WHERE id=3",
		"UPDATE factor SET created=created+1 WHERE id=1",
		"UPDATE factor SET last_used=1 WHERE id=1",
		"UPDATE factor SET usable_from=0 WHERE id=1",
		"UPDATE factor SET ends=0 WHERE id=4",
		"UPDATE factor SET generation=9 WHERE id=1",
		"UPDATE factor SET sealed=(SELECT sealed FROM factor WHERE "
		"id=2) WHERE id=1",
		"UPDATE factor SET id=9 WHERE id=4",
		"DELETE FROM factor WHERE id=4",
		"UPDATE budget SET failures=0 WHERE method=1",
		"UPDATE budget SET last=0 WHERE method=1",
		"UPDATE budget SET class=1 WHERE method=1",
		"DELETE FROM budget WHERE method=1",
		"UPDATE known SET at=at+1",
		"UPDATE known SET source=randomblob(16)",
		"INSERT INTO known SELECT account, zeroblob(16), 1 FROM known "
		"LIMIT 1",
		"DELETE FROM known",
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
		assert_int_equal(get(&a, &b), SSPR_SUSPENDED);
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
		TEST(the_fullest_account_comes_back_as_it_was_put),
		TEST(a_record_sealed_anew_comes_back),
		TEST(a_change_replaces_only_the_generation_it_was_made_of),
		TEST(rows_it_no_longer_has_are_gone),
		TEST(what_was_used_stays_used),
		TEST(of_fifty_acceptances_of_one_step_exactly_one_is),
		TEST(a_step_is_accepted_after_the_last_and_of_its_factor),
		TEST(a_recovery_code_is_accepted_once),
		TEST(a_pass_is_accepted_once_and_by_its_method),
		TEST(a_proof_is_of_one_conversation_account_and_method),
		TEST(all_and_administrators_are_found_one_by_one),
		TEST(buckets_are_there_from_the_start),
		TEST(a_permit_ends_once),
		TEST(rows_that_cannot_be_suspend_the_account),
		TEST(an_edit_of_any_column_suspends_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
