/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "secret.h"

static const struct secret zero;

static void
bytes_of_every_length_are_copied_and_closed_with_a_nul(void **state)
{
	uint8_t from[SECRET_MAX + 1];
	struct secret s;

	(void)state;
	memset(from, 0xa5, sizeof(from));
	for (size_t len = 0; len <= SECRET_MAX; len++) {
		memset(&s, 0xff, sizeof(s));
		assert_int_equal(secret_set(&s, from, len), SSPR_OK);
		assert_int_equal(s.len, len);
		assert_memory_equal(s.at, from, len);
		for (size_t i = len; i < sizeof(s.at); i++)
			assert_int_equal(s.at[i], 0);
	}
}

static void
a_byte_too_many_leaves_the_secret_as_it_was(void **state)
{
	uint8_t from[SECRET_MAX + 1] = { 0 };
	struct secret s, before;

	(void)state;
	memset(&s, 'x', sizeof(s));
	memcpy(&before, &s, sizeof(s));
	assert_int_equal(secret_set(&s, from, SECRET_MAX + 1), SSPR_MALFORMED);
	assert_int_equal(secret_set(&s, from, SIZE_MAX), SSPR_MALFORMED);
	assert_memory_equal(&s, &before, sizeof(s));
}

static void
nothing_of_a_longer_secret_stays_behind_a_shorter(void **state)
{
	struct secret s;

	(void)state;
	assert_int_equal(secret_set(&s, "correct horse", 13), SSPR_OK);
	assert_int_equal(secret_set(&s, "ab", 2), SSPR_OK);
	assert_string_equal(s.at, "ab");
	for (size_t i = 2; i < sizeof(s.at); i++)
		assert_int_equal(s.at[i], 0);
	assert_int_equal(secret_set(&s, NULL, 0), SSPR_OK);
	assert_int_equal(s.len, 0);
}

static void
a_wiped_secret_is_zero_and_null_is_legal(void **state)
{
	uint8_t run[5] = { 1, 2, 3, 4, 5 };
	const uint8_t half[5] = { 0, 0, 0, 4, 5 };
	struct secret s;

	(void)state;
	memset(&s, 0xff, sizeof(s));
	secret_wipe(&s);
	assert_memory_equal(&s, &zero, sizeof(s));
	secret_wipe(NULL);
	secret_zero(run, 3);
	assert_memory_equal(run, half, sizeof(run));
	secret_zero(NULL, 0);
}

/* R-VER-9 */
static void
a_difference_of_any_single_bit_is_seen(void **state)
{
	uint8_t a[32], b[32];

	(void)state;
	memset(a, 0x5a, sizeof(a));
	memcpy(b, a, sizeof(b));
	assert_true(secret_equal(a, b, sizeof(a)));
	for (size_t bit = 0; bit < 8 * sizeof(a); bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(secret_equal(a, b, sizeof(a)));
		assert_true(secret_equal(a, b, bit / 8));
		b[bit / 8] = a[bit / 8];
	}
}

static void
nothing_equals_nothing_and_a_nul_ends_no_comparison(void **state)
{
	(void)state;
	assert_true(secret_equal(NULL, NULL, 0));
	assert_true(secret_equal("a", "b", 0));
	assert_false(secret_equal("a\0b", "a\0c", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    bytes_of_every_length_are_copied_and_closed_with_a_nul),
		cmocka_unit_test(a_byte_too_many_leaves_the_secret_as_it_was),
		cmocka_unit_test(
		    nothing_of_a_longer_secret_stays_behind_a_shorter),
		cmocka_unit_test(a_wiped_secret_is_zero_and_null_is_legal),
		cmocka_unit_test(a_difference_of_any_single_bit_is_seen),
		cmocka_unit_test(
		    nothing_equals_nothing_and_a_nul_ends_no_comparison),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
