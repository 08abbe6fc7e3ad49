/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vault/spray.h"

#define NOW 1700000000u

static const struct spray_rule rule = { .span = SPRAY_FAILURE_S,
	.failures = 20,
	.accounts = 5,
	.first = SPRAY_FAILURE_S,
	.most = SPRAY_MOST_S };

static const uint8_t *
name(unsigned int n)
{
	static uint8_t hash[SPRAY_NAME];

	memset(hash, (int)n, sizeof(hash));
	return hash;
}

static uint32_t
wait_for(struct spray *s, unsigned int n, uint64_t now)
{
	return spray_wait(s, &rule, name(n), now);
}

static struct spray_debit
try(struct spray *s, unsigned int n, uint64_t now)
{
	struct spray_debit debit;

	assert_int_equal(wait_for(s, n, now), 0);
	spray_add(s, &rule, name(n), now, &debit);
	return debit;
}

/* So many tries, all in one second. */
static void
tries(struct spray *s, unsigned int times, uint64_t now)
{
	for (unsigned int i = 0; i < times; i++)
		(void)try(s, 1, now);
}

/* REQUIREMENTS 8.4 */
static void
twenty_in_fifteen_minutes_make_it_wait_fifteen(void **state)
{
	struct spray s = { 0 };

	(void)state;
	tries(&s, 19, NOW);
	assert_false(s.until > NOW);
	(void)try(&s, 1, NOW + 300);
	assert_int_equal(wait_for(&s, 1, NOW + 300), 900);
	assert_int_equal(wait_for(&s, 2, NOW + 300), 900);
	assert_int_equal(wait_for(&s, 1, NOW + 1199), 1);
	assert_int_equal(wait_for(&s, 1, NOW + 1200), 0);
}

static void
spread_over_more_they_do_not(void **state)
{
	struct spray s = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		(void)try(&s, 1, NOW + i * 60ull);
	assert_int_equal(s.waits, 0);
}

/* R-THR-2: to sit a wait out takes nothing off. */
static void
each_wait_is_twice_the_one_before_up_to_a_day(void **state)
{
	static const uint32_t waits[] = { 900, 1800, 3600, 7200, 14400, 28800,
		57600, 86400, 86400 };
	struct spray s = { 0 };
	uint64_t now = NOW;

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		tries(&s, 20, now);
		assert_int_equal(wait_for(&s, 1, now), waits[i]);
		now += waits[i];
	}
	s.waits = UINT32_MAX;
	tries(&s, 20, now);
	assert_int_equal(wait_for(&s, 1, now), 86400);
	assert_int_equal(s.waits, UINT32_MAX);
}

static void
a_wait_is_never_longer_than_the_rule_of_today(void **state)
{
	struct spray s = { .until = INT64_MAX };

	(void)state;
	assert_int_equal(wait_for(&s, 1, NOW), SPRAY_MOST_S);
}

/* A clock that was behind, or a row that somebody else wrote. */
static void
a_name_of_a_time_to_come_holds_for_an_hour_at_most(void **state)
{
	static const uint64_t ats[] = { NOW + 1, NOW + 86400, INT64_MAX };
	struct spray s;

	(void)state;
	for (size_t i = 0; i < sizeof(ats) / sizeof(ats[0]); i++) {
		s = (struct spray){ 0 };
		for (unsigned int n = 1; n <= 5; n++)
			(void)try(&s, n, ats[i]);
		assert_int_equal(wait_for(&s, 6, NOW), SPRAY_NAMES_S);
	}
}

/* REQUIREMENTS 8.4: spraying. */
static void
a_sixth_name_in_an_hour_must_wait_and_the_five_need_not(void **state)
{
	struct spray s = { 0 };

	(void)state;
	for (unsigned int n = 1; n <= 5; n++)
		(void)try(&s, n, NOW + n);
	assert_int_equal(wait_for(&s, 6, NOW + 10), 3600 - 9);
	(void)try(&s, 1, NOW + 10);
	assert_int_equal(wait_for(&s, 6, NOW + 10), 3600 - 8);
	(void)try(&s, 6, NOW + 3602);
	assert_int_equal(wait_for(&s, 2, NOW + 3602), 1);
	(void)try(&s, 3, NOW + 3602);
}

static void
no_rule_about_names_keeps_none(void **state)
{
	const struct spray_rule any = { .span = 3600,
		.failures = 301,
		.first = 3600,
		.most = 3600 };
	struct spray_debit debit;
	struct spray s = { 0 };

	(void)state;
	for (unsigned int n = 0; n < 300; n++) {
		spray_add(&s, &any, name(n), NOW, &debit);
		assert_false(debit.began);
		assert_int_equal(spray_wait(&s, &any, name(n), NOW), 0);
	}
	assert_int_equal(s.n, 0);
	spray_add(&s, &any, name(1), NOW, &debit);
	assert_true(debit.began);
	assert_int_equal(spray_wait(&s, &any, name(1), NOW), 3600);
}

static void
a_right_one_does_not_count_and_frees_its_name(void **state)
{
	struct spray_debit debit;
	struct spray s = { 0 }, before;

	(void)state;
	for (unsigned int n = 1; n <= 4; n++)
		(void)try(&s, n, NOW);
	before = s;
	debit = try(&s, 5, NOW);
	spray_take_back(&s, name(5), &debit);
	assert_int_equal(s.n, 4);
	assert_memory_equal(&s.recent, &before.recent, sizeof(s.recent));
	assert_int_equal(wait_for(&s, 6, NOW), 0);
}

static void
a_right_one_that_was_the_last_of_too_many_ends_the_wait(void **state)
{
	struct spray_debit debit;
	struct spray s = { 0 };

	(void)state;
	tries(&s, 19, NOW);
	debit = try(&s, 2, NOW);
	assert_true(debit.began);
	assert_int_equal(wait_for(&s, 2, NOW), 900);
	spray_take_back(&s, name(2), &debit);
	assert_int_equal(wait_for(&s, 2, NOW), 0);
	assert_int_equal(s.waits, 0);
	(void)try(&s, 1, NOW);
	assert_int_equal(wait_for(&s, 1, NOW), 900);
}

/* Of the host's count others go on: what they made of it stays. */
static void
what_others_counted_since_is_not_undone(void **state)
{
	const struct spray_rule two = { .span = 3600,
		.failures = 2,
		.first = 3600,
		.most = 3600 };
	struct spray_debit first, second, other;
	struct spray s = { 0 };

	(void)state;
	spray_add(&s, &two, name(1), NOW, &first);
	spray_add(&s, &two, name(2), NOW, &second);
	assert_true(second.began);
	spray_add(&s, &two, name(3), NOW, &other);
	spray_take_back(&s, name(2), &second);
	assert_int_equal(spray_wait(&s, &two, name(1), NOW), 3600);
	assert_int_equal(s.waits, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    twenty_in_fifteen_minutes_make_it_wait_fifteen),
		cmocka_unit_test(spread_over_more_they_do_not),
		cmocka_unit_test(each_wait_is_twice_the_one_before_up_to_a_day),
		cmocka_unit_test(a_wait_is_never_longer_than_the_rule_of_today),
		cmocka_unit_test(
		    a_name_of_a_time_to_come_holds_for_an_hour_at_most),
		cmocka_unit_test(
		    a_sixth_name_in_an_hour_must_wait_and_the_five_need_not),
		cmocka_unit_test(no_rule_about_names_keeps_none),
		cmocka_unit_test(a_right_one_does_not_count_and_frees_its_name),
		cmocka_unit_test(
		    a_right_one_that_was_the_last_of_too_many_ends_the_wait),
		cmocka_unit_test(what_others_counted_since_is_not_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
