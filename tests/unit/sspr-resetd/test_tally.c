/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tally.h"

#define START 1000000u /* milliseconds */

/* R-LOG-4 */
static void
the_first_ten_of_a_minute_get_a_line_and_the_rest_a_number(void **state)
{
	struct tally t = { 0 };
	uint32_t missed = 0;
	char uid[TALLY_KEY_MAX + 1] = "";

	(void)state;
	for (size_t i = 0; i < TALLY_LINES; i++)
		assert_true(tally_add(&t, "1000", START + i));
	assert_int_equal(tally_deadline(&t), 0);
	for (size_t i = 0; i < 90; i++)
		assert_false(tally_add(&t, "1000", START + 100 + i));
	assert_int_equal(tally_deadline(&t), START + TALLY_SPAN_MS);
	assert_false(tally_take(&t, START + TALLY_SPAN_MS - 1, uid, &missed));
	assert_true(tally_take(&t, START + TALLY_SPAN_MS, uid, &missed));
	assert_string_equal(uid, "1000");
	assert_int_equal(missed, 90);
	assert_false(tally_take(&t, START + TALLY_SPAN_MS, uid, &missed));
	assert_int_equal(tally_deadline(&t), 0);
}

static void
a_new_minute_gets_lines_again(void **state)
{
	struct tally t = { 0 };

	(void)state;
	for (size_t i = 0; i <= TALLY_LINES; i++)
		(void)tally_add(&t, "1000", START);
	assert_false(tally_add(&t, "1000", START + TALLY_SPAN_MS - 1));
	assert_true(tally_add(&t, "1000", START + TALLY_SPAN_MS));
}

static void
one_key_does_not_silence_another(void **state)
{
	struct tally t = { 0 };

	(void)state;
	for (size_t i = 0; i < 100; i++)
		(void)tally_add(&t, "1000", START);
	assert_true(tally_add(&t, "0", START));
	assert_true(tally_add(&t, "1001", START));
}

static void
more_keys_than_rows_forget_the_oldest(void **state)
{
	struct tally t = { 0 };
	char key[16];

	(void)state;
	for (uint32_t i = 0; i < TALLY_ROWS; i++) {
		snprintf(key, sizeof(key), "%u", 1000 + i);
		for (size_t j = 0; j <= TALLY_LINES; j++)
			(void)tally_add(&t, key, START + i);
	}
	assert_true(tally_add(&t, "5000", START + TALLY_ROWS));
	assert_false(tally_add(&t, "1001", START + TALLY_ROWS));
	assert_true(tally_add(&t, "1000", START + TALLY_ROWS));
}

static void
a_key_is_compared_as_far_as_it_is_kept(void **state)
{
	char long_one[TALLY_KEY_MAX + 9], key[TALLY_KEY_MAX + 1];
	struct tally t = { 0 };
	uint32_t missed = 0;

	(void)state;
	memset(long_one, 'x', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	for (size_t i = 0; i <= TALLY_LINES; i++)
		(void)tally_add(&t, long_one, START);
	assert_true(tally_take(&t, START + TALLY_SPAN_MS, key, &missed));
	assert_int_equal(strlen(key), TALLY_KEY_MAX);
	assert_int_equal(missed, 1);
	assert_true(tally_add(&t, "", START));
	assert_true(tally_add(&t, "x", START));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_first_ten_of_a_minute_get_a_line_and_the_rest_a_number),
		cmocka_unit_test(a_new_minute_gets_lines_again),
		cmocka_unit_test(one_key_does_not_silence_another),
		cmocka_unit_test(more_keys_than_rows_forget_the_oldest),
		cmocka_unit_test(a_key_is_compared_as_far_as_it_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
