/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "number.h"

static void
a_number_is_decimal_digits_and_not_0(void **state)
{
	static const char *const bad[] = { "", "0", "00", "-1", "+1", " 1",
		"1 ", "x", "0x1", "4294967296", "99999999999", "1.0",
		"18446744073709551617" };
	uint32_t n = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(number_read(bad[i], &n));
	assert_int_equal(n, 5);
	assert_true(number_read("1", &n));
	assert_int_equal(n, 1);
	assert_true(number_read("4294967295", &n));
	assert_int_equal(n, UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_decimal_digits_and_not_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
