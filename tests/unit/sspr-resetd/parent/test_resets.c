/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parent/resets.h"

#define DAY   (int64_t) RESETS_DAY_MS
#define HOUR  (int64_t) RESETS_HOUR_MS
#define NOW   (5 * DAY)
#define HERE  "192.0.2.1"
#define THERE "192.0.2.2"

static struct resets resets;

static const struct resets_rule rule = { .per_day = 3,
	.per_hour = 30,
	.per_source = 10,
	.shared = "198.51.100.0/24 2001:db8:1::/48" };

static int
empty(void **state)
{
	(void)state;
	memset(&resets, 0, sizeof(resets));
	return 0;
}

static void
take(uint32_t uid, const char *source, int64_t at, size_t times)
{
	for (size_t i = 0; i < times; i++)
		resets_take(&resets, uid, source, at, NOW);
}

static enum sspr_err
may(uint32_t uid, const char *source, int64_t now)
{
	const struct resets_ask ask = { .uid = uid, .source = source };

	return resets_may(&resets, &rule, &ask, now);
}

/* R-THR, R-SET-7 */
static void
an_account_has_three_in_any_day(void **state)
{
	(void)state;
	take(1000, HERE, NOW - DAY + 1, 1);
	take(1000, THERE, NOW - HOUR, 1);
	assert_int_equal(may(1000, HERE, NOW), SSPR_OK);
	take(1000, "", NOW, 1);
	assert_int_equal(may(1000, HERE, NOW), SSPR_RESETS);
	assert_int_equal(may(1001, HERE, NOW), SSPR_OK);
	assert_int_equal(may(1000, HERE, NOW + 1), SSPR_OK);
}

static void
a_source_has_ten_in_any_hour(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		take(1000 + i, HERE, NOW, 1);
	assert_int_equal(may(2000, HERE, NOW), SSPR_SOURCE);
	assert_int_equal(may(2000, THERE, NOW), SSPR_OK);
	assert_int_equal(may(2000, HERE, NOW + HOUR - 1), SSPR_SOURCE);
	assert_int_equal(may(2000, HERE, NOW + HOUR), SSPR_OK);
}

static void
a_shared_source_has_those_of_the_host(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 10; i++) {
		take(1000 + i, "198.51.100.7", NOW, 1);
		take(3000 + i, "2001:db8:1:2::", NOW, 1);
	}
	assert_int_equal(may(2000, "198.51.100.7", NOW), SSPR_OK);
	assert_int_equal(may(2000, "2001:db8:1:2::", NOW), SSPR_OK);
	for (uint32_t i = 0; i < 10; i++)
		take(4000 + i, "self", NOW, 1);
	assert_int_equal(may(2000, "198.51.100.7", NOW), SSPR_BUSY);
	assert_int_equal(may(2000, "self", NOW), SSPR_SOURCE);
}

static void
a_host_has_thirty_in_any_hour(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 30; i++)
		take(1000 + i, "", NOW - HOUR + 1, 1);
	assert_int_equal(may(2000, HERE, NOW), SSPR_BUSY);
	assert_int_equal(may(2000, HERE, NOW + 1), SSPR_OK);
}

static void
the_account_is_told_of_its_own_cap_first(void **state)
{
	(void)state;
	take(1000, HERE, NOW, 30);
	assert_int_equal(may(1000, HERE, NOW), SSPR_RESETS);
	assert_int_equal(may(1001, HERE, NOW), SSPR_SOURCE);
	assert_int_equal(may(1001, THERE, NOW), SSPR_BUSY);
}

/* R-SET-7: none pass by being at once */
static void
what_is_under_way_counts(void **state)
{
	struct resets_ask ask = { .uid = 1000, .source = HERE, .of_uid = 1 };

	(void)state;
	take(1000, HERE, NOW, 1);
	assert_int_equal(resets_may(&resets, &rule, &ask, NOW), SSPR_OK);
	ask.of_uid = 2;
	assert_int_equal(resets_may(&resets, &rule, &ask, NOW), SSPR_RESETS);
	ask.of_uid = 0;
	ask.of_source = 9;
	assert_int_equal(resets_may(&resets, &rule, &ask, NOW), SSPR_SOURCE);
	ask.of_source = 0;
	ask.of_host = 29;
	assert_int_equal(resets_may(&resets, &rule, &ask, NOW), SSPR_BUSY);
}

static void
what_was_before_this_boot_counts(void **state)
{
	(void)state;
	resets_take(&resets, 1000, HERE, 5000 - DAY + 1, 5000);
	resets_take(&resets, 1000, HERE, -1, 5000);
	resets_take(&resets, 1000, HERE, 4000, 5000);
	assert_int_equal(may(1000, HERE, 5000), SSPR_RESETS);
	assert_int_equal(may(1000, HERE, 5001), SSPR_OK);
}

static void
what_is_a_day_old_takes_no_row(void **state)
{
	(void)state;
	take(1000, HERE, NOW - DAY, 5);
	assert_false(resets.at[0].used);
	assert_int_equal(may(1000, HERE, NOW), SSPR_OK);
}

/* Fail closed: what counts is never forgotten for something else. */
static void
when_there_is_no_row_left_nobody_may(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < RESETS_MAX; i++)
		resets_take(&resets, i, "", NOW - 2 * HOUR, NOW);
	assert_int_equal(may(77, HERE, NOW), SSPR_OK);
	resets_take(&resets, 99, HERE, NOW, NOW);
	resets_take(&resets, 98, HERE, NOW - HOUR, NOW);
	assert_int_equal(may(77, HERE, NOW), SSPR_BUSY);
	assert_int_equal(may(77, HERE, NOW + DAY - 1), SSPR_BUSY);
	assert_int_equal(may(77, HERE, NOW + DAY), SSPR_OK);
	resets_take(&resets, 77, HERE, NOW + DAY, NOW + DAY);
	assert_int_equal(resets.at[0].uid, 77);
}

static void
a_long_source_is_cut(void **state)
{
	char source[2 * PROTO_HINT_MAX];

	(void)state;
	memset(source, 'x', sizeof(source));
	source[sizeof(source) - 1] = '\0';
	take(1000, source, NOW, 1);
	assert_int_equal(strlen(resets.at[0].source), PROTO_HINT_MAX);
}

static void
every_end_that_may_have_changed_something_is_one(void **state)
{
	(void)state;
	assert_true(resets_is_one("reset.done"));
	assert_true(resets_is_one("reset.unlocked"));
	assert_true(resets_is_one("reset.resolved"));
	assert_true(resets_is_one("reset.unknown"));
	assert_false(resets_is_one("reset.failed"));
	assert_false(resets_is_one("reset.intent"));
	assert_false(resets_is_one("password.done"));
	assert_false(resets_is_one(""));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, empty)
	const struct CMUnitTest tests[] = {
		TEST(an_account_has_three_in_any_day),
		TEST(a_source_has_ten_in_any_hour),
		TEST(a_shared_source_has_those_of_the_host),
		TEST(a_host_has_thirty_in_any_hour),
		TEST(the_account_is_told_of_its_own_cap_first),
		TEST(what_is_under_way_counts),
		TEST(what_was_before_this_boot_counts),
		TEST(what_is_a_day_old_takes_no_row),
		TEST(when_there_is_no_row_left_nobody_may),
		TEST(a_long_source_is_cut),
		TEST(every_end_that_may_have_changed_something_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
