/* SPDX-License-Identifier: MIT */
/* R-LOG-4 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vault/refusals.h"

#define NOW 5000000u

static struct refusals r;

static int
none(void **state)
{
	(void)state;
	memset(&r, 0, sizeof(r));
	return 0;
}

/* How many of so many, each of a source of its own, are written. */
static uint32_t
written(uint32_t n, uint64_t now_ms)
{
	char source[TALLY_KEY_MAX + 1];
	uint32_t some = 0;

	for (uint32_t i = 0; i < n; i++) {
		snprintf(source, sizeof(source), "source %u", i);
		some += refusals_add(&r, source, now_ms);
	}
	return some;
}

static void
a_source_has_ten_and_then_a_count(void **state)
{
	char source[TALLY_KEY_MAX + 1];
	uint32_t missed = 0;

	(void)state;
	for (uint32_t i = 0; i < 25; i++)
		assert_int_equal(refusals_add(&r, "a", NOW), i < TALLY_LINES);
	assert_true(refusals_add(&r, "b", NOW));
	assert_int_equal(refusals_deadline(&r), NOW + TALLY_SPAN_MS);
	assert_false(refusals_take(&r, NOW + 1, source, &missed));
	assert_true(refusals_take(&r, NOW + TALLY_SPAN_MS, source, &missed));
	assert_string_equal(source, "a");
	assert_int_equal(missed, 25 - TALLY_LINES);
	assert_false(refusals_take(&r, NOW + TALLY_SPAN_MS, source, &missed));
	assert_int_equal(refusals_deadline(&r), 0);
}

static void
many_sources_have_so_many_together(void **state)
{
	const uint32_t n = 3 * REFUSALS_MAX;
	char source[TALLY_KEY_MAX + 1];
	uint32_t missed = 0;

	(void)state;
	assert_int_equal(written(n, NOW), REFUSALS_MAX);
	assert_int_equal(refusals_deadline(&r), NOW + TALLY_SPAN_MS);
	assert_true(refusals_take(&r, NOW + TALLY_SPAN_MS, source, &missed));
	assert_string_equal(source, "");
	assert_int_equal(missed, n - REFUSALS_MAX);
	assert_int_equal(written(n, NOW + TALLY_SPAN_MS), REFUSALS_MAX);
}

static void
a_flood_that_was_not_taken_out_is_still_told_of(void **state)
{
	char source[TALLY_KEY_MAX + 1];
	uint32_t missed = 0;

	(void)state;
	(void)written(REFUSALS_MAX + 5, NOW);
	assert_false(refusals_add(&r, "late", NOW + 2 * TALLY_SPAN_MS));
	assert_true(
	    refusals_take(&r, NOW + 2 * TALLY_SPAN_MS, source, &missed));
	assert_int_equal(missed, 6);
	assert_true(refusals_add(&r, "later", NOW + 2 * TALLY_SPAN_MS));
}

static void
a_few_a_minute_are_all_written(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(written(60, NOW + i * TALLY_SPAN_MS), 60);
	assert_int_equal(refusals_deadline(&r), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_source_has_ten_and_then_a_count, none),
		cmocka_unit_test_setup(many_sources_have_so_many_together,
		    none),
		cmocka_unit_test_setup(
		    a_flood_that_was_not_taken_out_is_still_told_of, none),
		cmocka_unit_test_setup(a_few_a_minute_are_all_written, none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
