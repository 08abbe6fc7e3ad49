/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vault/limit.h"

#define NOW 1700000000u

/* The defaults of REQUIREMENTS 8.4. */
static const struct limit_rule rule = { .free = 5,
	.first = 30,
	.most = 3600,
	.max = 30 };

static uint32_t
wait_after(uint32_t failures)
{
	const struct limit l = { .failures = failures, .last = NOW };

	return limit_wait(&l, &rule, NOW);
}

static void
five_failures_are_free(void **state)
{
	(void)state;
	for (uint32_t n = 0; n <= 5; n++)
		assert_int_equal(wait_after(n), 0);
}

static void
each_further_failure_doubles_the_wait_up_to_an_hour(void **state)
{
	(void)state;
	for (uint32_t n = 6; n < 30; n++) {
		const uint64_t want = (uint64_t)30 << (n - 6);

		assert_int_equal(wait_after(n), want < 3600 ? want : 3600);
	}
}

static void
thirty_failures_switch_the_method_off_for_good(void **state)
{
	const struct limit l = { .failures = 30, .last = NOW };

	(void)state;
	assert_int_equal(wait_after(29), 3600);
	assert_int_equal(wait_after(30), LIMIT_OFF);
	assert_int_equal(wait_after(UINT32_MAX), LIMIT_OFF);
	assert_int_equal(limit_wait(&l, &rule, UINT64_MAX), LIMIT_OFF);
}

static void
a_wait_runs_out_on_the_second(void **state)
{
	(void)state;
	for (uint32_t n = 6; n < 30; n++) {
		const struct limit l = { .failures = n, .last = NOW };
		const uint32_t wait = wait_after(n);

		assert_int_equal(limit_wait(&l, &rule, NOW + 1), wait - 1);
		assert_int_equal(limit_wait(&l, &rule, NOW + wait - 1), 1);
		assert_int_equal(limit_wait(&l, &rule, NOW + wait), 0);
		assert_int_equal(limit_wait(&l, &rule, UINT64_MAX), 0);
	}
}

/* R-THR-2 */
static void
a_wait_that_has_elapsed_allows_exactly_one_try(void **state)
{
	struct limit l = { 0 };
	uint64_t now = NOW;
	uint32_t n;

	(void)state;
	for (n = 0; limit_wait(&l, &rule, now) != LIMIT_OFF; n++) {
		now += limit_wait(&l, &rule, now);
		assert_int_equal(limit_wait(&l, &rule, now), 0);
		limit_debit(&l, now);
		assert_int_equal(l.failures, n + 1);
		assert_int_equal(l.last, now);
		assert_true(n < 5 || limit_wait(&l, &rule, now) > 0);
	}
	assert_int_equal(n, 30);
}

/* R-TIME-1 */
static void
a_clock_set_back_does_not_shorten_a_wait(void **state)
{
	(void)state;
	for (uint32_t n = 6; n < 30; n++) {
		const struct limit l = { .failures = n, .last = NOW };

		assert_int_equal(limit_wait(&l, &rule, NOW - 1), wait_after(n));
		assert_int_equal(limit_wait(&l, &rule, 0), wait_after(n));
	}
}

/* R-TIME-1 */
static void
no_clock_makes_a_wait_longer_than_the_cap(void **state)
{
	static const uint64_t clocks[] = { 0, 1, NOW, NOW + 86400, UINT32_MAX,
		UINT64_MAX - 1, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		for (size_t j = 0; j < sizeof(clocks) / sizeof(clocks[0]); j++)
			for (uint32_t n = 0; n < 30; n++) {
				const struct limit l = { n, clocks[i] };

				assert_true(
				    limit_wait(&l, &rule, clocks[j]) <= 3600);
			}
}

static void
a_debit_never_moves_the_last_failure_back(void **state)
{
	struct limit l = { .failures = 7, .last = NOW };

	(void)state;
	limit_debit(&l, NOW - 1000);
	assert_int_equal(l.failures, 8);
	assert_int_equal(l.last, NOW);
	limit_debit(&l, NOW + 1000);
	assert_int_equal(l.failures, 9);
	assert_int_equal(l.last, NOW + 1000);
}

static void
the_count_does_not_wrap_around(void **state)
{
	struct limit l = { .failures = UINT32_MAX, .last = NOW };

	(void)state;
	limit_debit(&l, NOW);
	assert_int_equal(l.failures, UINT32_MAX);
	assert_int_equal(limit_wait(&l, &rule, NOW), LIMIT_OFF);
}

static void
a_debit_given_back_was_never_there(void **state)
{
	struct limit l = { .failures = 6, .last = NOW };
	const struct limit before = l;

	(void)state;
	limit_debit(&l, NOW + 30);
	limit_refund(&l, &before);
	assert_int_equal(l.failures, 6);
	assert_int_equal(l.last, NOW);
}

/* R-THR-1: what others debited since is theirs. */
static void
only_ones_own_debit_is_given_back(void **state)
{
	struct limit l = { .failures = 6, .last = NOW };
	const struct limit before = l;

	(void)state;
	limit_debit(&l, NOW + 30);
	limit_debit(&l, NOW + 90);
	limit_refund(&l, &before);
	assert_int_equal(l.failures, 7);
	assert_int_equal(l.last, NOW + 90);
	l = (struct limit){ 0 }; /* a success since */
	limit_refund(&l, &before);
	assert_int_equal(l.failures, 0);
}

/* Every figure the keys of sspr.conf allow. */
static void
extreme_rules_neither_overflow_nor_hang(void **state)
{
	const struct limit_rule odd[] = { { 1, 1, 1, 5 },
		{ 10, 3600, 1, UINT32_MAX }, { 0, 1, 86400, UINT32_MAX },
		{ 1, UINT32_MAX, UINT32_MAX - 1, UINT32_MAX }, { 4, 0, 0, 9 } };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		for (uint32_t n = 1; n != 0; n *= 2) {
			const struct limit l = { n - 1, NOW };
			const uint32_t wait = limit_wait(&l, &odd[i], NOW);

			assert_true(wait == LIMIT_OFF || wait <= odd[i].most);
			assert_int_equal(wait == LIMIT_OFF,
			    n - 1 >= odd[i].max);
		}
}

/* Times far enough apart that no wait matters. */
static uint64_t
much_later(void)
{
	static uint64_t now = NOW;

	return now += 86400;
}

/* Try as one class until it is switched off; how many tries it had. */
static uint32_t
try_all(struct limit *own, const struct limit *other, bool known,
    const struct limit_rule *r)
{
	uint64_t now;
	uint32_t n = 0;

	while (now = much_later(),
	    limit_wait_shared(own, other, known, r, now) == 0) {
		limit_debit(own, now);
		n++;
	}
	assert_int_equal(limit_wait_shared(own, other, known, r, UINT64_MAX),
	    LIMIT_OFF);
	return n;
}

/* R-THR-6 and promise 5: for every maximum sspr.conf allows. */
static void
strangers_leave_a_third_to_known_sources(void **state)
{
	(void)state;
	for (uint32_t max = 5; max <= 100; max++) {
		const struct limit_rule r = { 5, 30, 3600, max };
		struct limit stranger = { 0 }, known = { 0 };

		assert_int_equal(try_all(&stranger, &known, false, &r),
		    max - max / 3);
		assert_int_equal(try_all(&known, &stranger, true, &r), max / 3);
		assert_int_equal(stranger.failures + known.failures, max);
	}
}

static void
known_sources_may_use_what_strangers_do_not(void **state)
{
	struct limit stranger = { 0 }, known = { 0 };

	(void)state;
	assert_int_equal(try_all(&known, &stranger, true, &rule), 30);
	assert_int_equal(try_all(&stranger, &known, false, &rule), 0);
}

/* Promise 5, in any order of tries: 30 of both together, never one more. */
static void
both_classes_together_never_have_more_than_thirty(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct limit l[2] = { { 0 }, { 0 } };
		const uint32_t bias = seed >> 16 & 7;

		for (int i = 0; i < 200; i++) {
			const uint64_t now = much_later();
			bool known;

			seed = seed * 1103515245 + 12345;
			known = (seed >> 16 & 7) < bias;
			if (limit_wait_shared(&l[known], &l[!known], known,
				&rule, now) == 0)
				limit_debit(&l[known], now);
			assert_true(l[0].failures + l[1].failures <= 30);
			assert_true(l[0].failures <= 20);
		}
		assert_true(l[0].failures + l[1].failures >= 20);
	}
}

/* R-THR-6 */
static void
a_class_waits_for_its_own_failures_only(void **state)
{
	const struct limit many = { 15, NOW }, few = { 2, NOW };

	(void)state;
	assert_int_equal(limit_wait_shared(&few, &many, true, &rule, NOW), 0);
	assert_int_equal(limit_wait_shared(&many, &few, false, &rule, NOW),
	    wait_after(15));
	assert_int_equal(limit_wait_shared(&few,
			     &(const struct limit){ UINT32_MAX, NOW }, true,
			     &rule, NOW),
	    LIMIT_OFF);
}

/* REQUIREMENTS 8.4, promise 5. */
static void
a_day_leaves_a_third_of_its_tries_to_known_sources(void **state)
{
	struct window stranger = { 0 }, known = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		assert_false(limit_is_full(&stranger, &known, false, 60, NOW));
		window_add(&stranger, LIMIT_DAY_S, NOW);
	}
	assert_true(limit_is_full(&stranger, &known, false, 60, NOW));
	for (uint32_t i = 0; i < 20; i++) {
		assert_false(limit_is_full(&known, &stranger, true, 60, NOW));
		window_add(&known, LIMIT_DAY_S, NOW);
	}
	assert_true(limit_is_full(&known, &stranger, true, 60, NOW));
	assert_true(
	    limit_is_full(&known, &stranger, true, 60, NOW + LIMIT_DAY_S - 1));
	assert_false(limit_is_full(&known, &stranger, true, 60,
	    NOW + LIMIT_DAY_S + LIMIT_DAY_S / 15));
}

/* R-THR-7 */
static void
what_was_quiet_for_ninety_days_is_forgotten(void **state)
{
	struct limit l = { .failures = 30, .last = NOW };

	(void)state;
	limit_forget(&l, NOW + LIMIT_QUIET_S - 1);
	limit_forget(&l, 0);
	assert_int_equal(l.failures, 30);
	limit_forget(&l, NOW + LIMIT_QUIET_S);
	assert_int_equal(l.failures, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_failures_are_free),
		cmocka_unit_test(
		    each_further_failure_doubles_the_wait_up_to_an_hour),
		cmocka_unit_test(
		    thirty_failures_switch_the_method_off_for_good),
		cmocka_unit_test(a_wait_runs_out_on_the_second),
		cmocka_unit_test(
		    a_wait_that_has_elapsed_allows_exactly_one_try),
		cmocka_unit_test(a_clock_set_back_does_not_shorten_a_wait),
		cmocka_unit_test(no_clock_makes_a_wait_longer_than_the_cap),
		cmocka_unit_test(a_debit_never_moves_the_last_failure_back),
		cmocka_unit_test(the_count_does_not_wrap_around),
		cmocka_unit_test(a_debit_given_back_was_never_there),
		cmocka_unit_test(only_ones_own_debit_is_given_back),
		cmocka_unit_test(extreme_rules_neither_overflow_nor_hang),
		cmocka_unit_test(strangers_leave_a_third_to_known_sources),
		cmocka_unit_test(known_sources_may_use_what_strangers_do_not),
		cmocka_unit_test(
		    both_classes_together_never_have_more_than_thirty),
		cmocka_unit_test(a_class_waits_for_its_own_failures_only),
		cmocka_unit_test(
		    a_day_leaves_a_third_of_its_tries_to_known_sources),
		cmocka_unit_test(what_was_quiet_for_ninety_days_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
