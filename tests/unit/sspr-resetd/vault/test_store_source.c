/* SPDX-License-Identifier: MIT */
#include "stored.h"
#include "vault/store_sqlite.h"

static const uint8_t one[STORE_KEY] = { 1 }, two[STORE_KEY] = { 2 };

static struct spray
full(void)
{
	struct spray s = { .waits = 3,
		.until = NOW + 9,
		.last = NOW,
		.n = SPRAY_NAMES };

	for (uint32_t i = 0; i < 7; i++)
		window_add(&s.recent, SPRAY_FAILURE_S, NOW);
	for (size_t i = 0; i < s.n; i++) {
		memset(s.name[i].hash, (int)i + 1, SPRAY_NAME);
		s.name[i].at = NOW - i;
	}
	return s;
}

static void
keep(const uint8_t key[static STORE_KEY], const struct spray *s)
{
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_put_source(st, key, s), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
}

static struct spray
row(const uint8_t key[static STORE_KEY])
{
	struct spray s;

	memset(&s, 0x5a, sizeof(s));
	assert_int_equal(store_get_source(st, key, &s), SSPR_OK);
	return s;
}

/* R-THR-1: it survives the daemon. */
static void
what_a_source_tried_comes_back_as_it_was_put(void **state)
{
	const struct spray all = full(), none = { 0 };
	struct spray few = full(), s;

	(void)state;
	few.n = 2;
	memset(few.name + 2, 0, sizeof(few.name) - 2 * sizeof(few.name[0]));
	s = row(one);
	assert_memory_equal(&s, &none, sizeof(s));
	keep(one, &all);
	keep(two, &few);
	assert_int_equal(reopen(), SSPR_OK);
	s = row(one);
	assert_memory_equal(&s, &all, sizeof(s));
	s = row(two);
	assert_memory_equal(&s, &few, sizeof(s));
	keep(one, &none);
	s = row(one);
	assert_memory_equal(&s, &none, sizeof(s));
}

static void
a_row_that_cannot_be_ours_waits_for_good(void **state)
{
	static const char *const edits[] = { "recent=x'00'", "names=x'00'",
		"names=zeroblob(1040)", "waits=-1", "until='x'", "last=-1",
		"waits=4294967296", "recent=zeroblob(41)" };
	const struct spray s = full();

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		char edit[128];

		keep(one, &s);
		store_close(st);
		st = NULL;
		snprintf(edit, sizeof(edit), "UPDATE source SET %s", edits[i]);
		disk_edit(disk.db, edit);
		assert_int_equal(reopen(), SSPR_OK);
		assert_int_equal(row(one).until, INT64_MAX);
		assert_int_equal(row(two).until, 0);
	}
}

static void
cut(uint64_t before, uint64_t now)
{
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_cut_sources(st, before, now), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
}

/* R-THR-7 */
static void
what_was_quiet_for_long_is_forgotten(void **state)
{
	struct spray s = full();

	(void)state;
	keep(one, &s);
	s.last = NOW + 1;
	keep(two, &s);
	cut(NOW, NOW);
	assert_int_equal(row(one).waits, 3);
	cut(NOW + 1, NOW);
	assert_int_equal(row(one).waits, 0);
	assert_int_equal(row(two).waits, 3);
}

/* They do not grow without end, and nobody escapes a wait by others. */
static void
of_too_many_the_oldest_that_need_not_wait_go(void **state)
{
	struct spray s = full();

	(void)state;
	keep(one, &s);
	store_close(st);
	st = NULL;
	disk_edit(disk.db,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n "
	    "WHERE i<65540) INSERT INTO source SELECT randomblob(16), 0, 0, "
	    "1700000000+i, zeroblob(40), x'' FROM n");
	assert_int_equal(reopen(), SSPR_OK);
	cut(0, NOW);
	assert_int_equal(disk_number(&disk, "SELECT count(*) FROM source"),
	    STORE_SOURCES);
	assert_int_equal(disk_number(&disk,
			     "SELECT min(last) FROM source WHERE until=0"),
	    1700000006);
	assert_int_equal(row(one).waits, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_a_source_tried_comes_back_as_it_was_put, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_row_that_cannot_be_ours_waits_for_good, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    what_was_quiet_for_long_is_forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    of_too_many_the_oldest_that_need_not_wait_go, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
