/* SPDX-License-Identifier: MIT */
#include "stored.h"

static void
begin(void)
{
	assert_int_equal(store_begin(st), SSPR_OK);
}

static void
commit(void)
{
	assert_int_equal(store_commit(st), SSPR_OK);
}

static int64_t
number(const char *sql)
{
	return disk_number(&disk, sql);
}

/* 40 sends: 10 accounts, 4 destinations, 2 sources, every fifth known. */
static void
fill_ledger(void)
{
	begin();
	for (uint8_t i = 0; i < 40; i++) {
		const struct store_send s = { .at = NOW + i,
			.method = i % 8 == 7 ? METHOD_EMAIL : METHOD_SMS,
			.account = { i % 10 },
			.destination = { i % 4 },
			.source = { i % 2 },
			.known = i % 5 == 0 };

		assert_int_equal(store_add_send(st, &s), SSPR_OK);
	}
	commit();
}

static uint32_t
sends(uint8_t method, enum store_by by, uint8_t key, bool known, uint64_t since)
{
	const uint8_t k[STORE_KEY] = { key };
	uint64_t last = 4711, want = 0;
	uint32_t n = 4711, count = 0;

	for (uint8_t i = 0; i < 40; i++) {
		const uint8_t of[] = { 0, i % 10, i % 4, i % 2 };

		if ((i % 8 == 7 ? METHOD_EMAIL : METHOD_SMS) == method &&
		    (by == STORE_BY_ALL || of[by] == key) &&
		    (known || i % 5 != 0) && NOW + i >= since) {
			want = NOW + i;
			count++;
		}
	}
	assert_int_equal(store_count_sends(st, method, by,
			     by == STORE_BY_ALL ? NULL : k, known, since, &n,
			     &last),
	    SSPR_OK);
	assert_int_equal(n, count);
	assert_int_equal(last, want);
	return n;
}

/* R-DEL-3 */
static void
sends_are_counted_by_each_key_since_a_time(void **state)
{
	uint32_t n = 0;

	(void)state;
	fill_ledger();
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(sends(METHOD_SMS, STORE_BY_ALL, 0, true, 0), 35);
	assert_int_equal(sends(METHOD_SMS, STORE_BY_ALL, 0, false, 0), 28);
	for (uint8_t by = STORE_BY_ALL; by <= STORE_BY_SOURCE; by++)
		for (uint8_t key = 0; key < 12; key++)
			for (uint64_t since = NOW; since < NOW + 42; since += 7)
				n += sends(METHOD_SMS, by, key, true, since) +
				    sends(METHOD_EMAIL, by, key, false, since);
	assert_true(n > 100);
	assert_int_equal(sends(METHOD_LANDLINE, STORE_BY_ALL, 0, true, 0), 0);
}

/* R-DEL-3: less than a tenth of the last 30 redeemed is an alarm. */
static void
the_last_send_of_an_account_is_redeemed_once(void **state)
{
	const uint8_t three[STORE_KEY] = { 3 }, none[STORE_KEY] = { 99 };
	uint32_t n = 7, redeemed = 7;

	(void)state;
	assert_int_equal(store_redeemed(st, METHOD_SMS, 30, &n, &redeemed),
	    SSPR_OK);
	assert_true(n == 0 && redeemed == 0);
	fill_ledger();
	begin();
	assert_int_equal(store_redeem(st, METHOD_SMS, three), SSPR_OK);
	assert_int_equal(store_redeem(st, METHOD_SMS, three), SSPR_OK);
	assert_int_equal(store_redeem(st, METHOD_SMS, none), SSPR_OK);
	assert_int_equal(store_redeem(st, METHOD_EMAIL, none), SSPR_OK);
	commit();
	assert_int_equal(number("SELECT count(*) FROM send WHERE redeemed=1"),
	    1);
	assert_int_equal(number("SELECT at FROM send WHERE redeemed=1"),
	    NOW + 33);
	assert_int_equal(store_redeemed(st, METHOD_SMS, 30, &n, &redeemed),
	    SSPR_OK);
	assert_true(n == 30 && redeemed == 1);
	assert_int_equal(store_redeemed(st, METHOD_SMS, 5, &n, &redeemed),
	    SSPR_OK); /* at 38, 37, 36, 35, 34 */
	assert_true(n == 5 && redeemed == 0);
	assert_int_equal(store_redeemed(st, METHOD_SMS, 99, &n, &redeemed),
	    SSPR_OK);
	assert_true(n == 35 && redeemed == 1);
}

static void
old_sends_are_forgotten_but_the_last_of_each_method(void **state)
{
	static const char of_sms[] = "SELECT count(*) FROM send WHERE method=3",
			  of_mail[] =
			      "SELECT count(*) FROM send WHERE method=5";

	(void)state;
	fill_ledger();
	begin();
	assert_int_equal(store_cut_sends(st, NOW + 20, 30), SSPR_OK);
	commit();
	assert_int_equal(number(of_sms), 30);
	assert_int_equal(number(of_mail), 5);
	begin();
	assert_int_equal(store_cut_sends(st, NOW + 20, 3), SSPR_OK);
	commit();
	assert_int_equal(number(of_sms), 17);
	assert_int_equal(number(of_mail), 3);
	assert_int_equal(number("SELECT min(at) FROM send WHERE method=3"),
	    NOW + 20);
	begin();
	assert_int_equal(store_cut_sends(st, UINT64_MAX, 1), SSPR_OK);
	commit();
	assert_int_equal(number("SELECT count(*) FROM send"), 2);
	begin();
	assert_int_equal(store_cut_sends(st, UINT64_MAX, 0), SSPR_OK);
	commit();
	assert_int_equal(number("SELECT count(*) FROM send"), 0);
}

/* R-ADM-2 */
static void
passes_are_counted_by_operator_since_a_time(void **state)
{
	uint32_t n = 7;

	(void)state;
	begin();
	for (uint64_t at = NOW; at < NOW + 10; at++)
		assert_int_equal(store_add_pass(st, at % 2 == 0 ? 0 : 1001, at),
		    SSPR_OK);
	commit();
	assert_int_equal(store_count_passes(st, 1001, NOW, &n), SSPR_OK);
	assert_int_equal(n, 5);
	assert_int_equal(store_count_passes(st, 1001, NOW + 5, &n), SSPR_OK);
	assert_int_equal(n, 3);
	assert_int_equal(store_count_passes(st, 7, 0, &n), SSPR_OK);
	assert_int_equal(n, 0);
}

static void
the_clock_comes_back_as_it_was_put(void **state)
{
	struct store_clock want = { .boot = { 1, 2 }, .boot_ms = 3, .s = NOW };
	struct store_clock have;

	(void)state;
	assert_int_equal(store_get_clock(st, &have), SSPR_NO_FACTOR);
	for (int i = 0; i < 3; i++) {
		begin();
		assert_int_equal(store_put_clock(st, &want), SSPR_OK);
		commit();
		assert_int_equal(reopen(), SSPR_OK);
		assert_int_equal(store_get_clock(st, &have), SSPR_OK);
		assert_memory_equal(&have, &want, sizeof(have));
		want.boot[15]++;
		want.boot_ms++;
		want.s++;
	}
	assert_int_equal(number("SELECT count(*) FROM clock"), 1);
	store_close(st);
	st = NULL;
	disk_edit(disk.db, "UPDATE clock SET s='then'");
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(store_get_clock(st, &have), SSPR_SUSPENDED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sends_are_counted_by_each_key_since_a_time),
		TEST(the_last_send_of_an_account_is_redeemed_once),
		TEST(old_sends_are_forgotten_but_the_last_of_each_method),
		TEST(passes_are_counted_by_operator_since_a_time),
		TEST(the_clock_comes_back_as_it_was_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
