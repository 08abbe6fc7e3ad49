/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vault/window.h"

#define NOW   1700000000u
#define SPAN  900u
#define TIMES 20000u

static void
what_was_counted_is_there_for_the_span_and_then_gone(void **state)
{
	struct window w = { 0 };

	(void)state;
	assert_int_equal(window_sum(&w, SPAN, NOW), 0);
	for (uint32_t i = 0; i < 5; i++)
		window_add(&w, SPAN, NOW + i * 100);
	assert_int_equal(window_sum(&w, SPAN, NOW + 400), 5);
	assert_int_equal(window_sum(&w, SPAN, NOW + SPAN), 5);
	assert_int_equal(window_sum(&w, SPAN, NOW + 400 + SPAN), 1);
	assert_int_equal(window_sum(&w, SPAN, NOW + 500 + SPAN), 0);
	assert_int_equal(window_sum(&w, SPAN, NOW + 99 * SPAN), 0);
}

/* Some number below n. */
static uint64_t
next(uint64_t n)
{
	static uint64_t x = 1;

	x = x * 6364136223846793005u + 1442695040888963407u;
	return (x >> 33) % n;
}

/* The sum is never under that of any span, nor over that of 16/15 of it. */
static void
no_span_has_more_in_it_than_is_said(void **state)
{
	static uint64_t at[TIMES];
	struct window w = { 0 };
	uint64_t now = NOW;
	size_t from = 0, far = 0;

	(void)state;
	for (size_t i = 0; i < TIMES; i++) {
		now += next(40) == 0 ? next(2000) : next(20);
		at[i] = now;
		window_add(&w, SPAN, now);
		while (at[from] + SPAN <= now)
			from++;
		while (at[far] + SPAN + SPAN / 15 <= now)
			far++;
		assert_true(window_sum(&w, SPAN, now) >= i + 1 - from);
		assert_true(window_sum(&w, SPAN, now) <= i + 1 - far);
	}
}

static void
a_time_before_the_newest_counts_as_now(void **state)
{
	struct window w = { 0 };

	(void)state;
	window_add(&w, SPAN, NOW);
	window_add(&w, SPAN, 5);
	assert_int_equal(window_sum(&w, SPAN, 0), 2);
	assert_int_equal(window_sum(&w, SPAN, NOW + 600), 2);
}

static void
what_is_taken_back_was_not(void **state)
{
	struct window w = { 0 };

	(void)state;
	window_take_back(&w);
	assert_int_equal(window_sum(&w, SPAN, NOW), 0);
	window_add(&w, SPAN, NOW);
	window_add(&w, SPAN, NOW + 120);
	assert_int_equal(window_sum(&w, SPAN, NOW + 300), 2);
	window_take_back(&w);
	assert_int_equal(window_sum(&w, SPAN, NOW + 300), 1);
	assert_int_equal(window_sum(&w, SPAN, NOW + SPAN + 60), 0);
}

static void
it_counts_no_further_than_it_can(void **state)
{
	struct window w = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 2u * UINT16_MAX; i++)
		window_add(&w, SPAN, NOW);
	assert_int_equal(window_sum(&w, SPAN, NOW), UINT16_MAX);
}

static void
bytes_and_back_are_the_same(void **state)
{
	uint8_t at[WINDOW_BYTES], again[WINDOW_BYTES];
	struct window w, back;

	(void)state;
	for (size_t i = 0; i < sizeof(at); i++)
		at[i] = (uint8_t)(i * 37 + 1);
	window_decode(at, &w);
	window_encode(&w, again);
	assert_memory_equal(at, again, sizeof(at));
	window_decode(again, &back);
	assert_memory_equal(&w, &back, sizeof(w));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_was_counted_is_there_for_the_span_and_then_gone),
		cmocka_unit_test(no_span_has_more_in_it_than_is_said),
		cmocka_unit_test(a_time_before_the_newest_counts_as_now),
		cmocka_unit_test(what_is_taken_back_was_not),
		cmocka_unit_test(it_counts_no_further_than_it_can),
		cmocka_unit_test(bytes_and_back_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
