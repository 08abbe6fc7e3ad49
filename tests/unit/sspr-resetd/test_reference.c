/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reference.h"

static void
is(const char *correlation, const char *reference)
{
	char buf[REFERENCE_LEN + 1];

	memset(buf, 'x', sizeof(buf));
	reference_of(correlation, buf);
	assert_string_equal(buf, reference);
}

static void
it_is_the_first_twenty_bits_in_base_32(void **state)
{
	(void)state;
	is("00000", "0000");
	is("fffff", "ZZZZ");
	is("00001fffffffffffffffffffffffffff", "0001");
	is("84210ffffff", "GGGG");
	/* 00000 00000 01000 11010 */
	is("0011a", "008T");
	/* 00111 10011 00010 10100 */
	is("3cc54", "7K2M");
}

static void
what_is_no_correlation_has_none(void **state)
{
	(void)state;
	is("", "");
	is("1234", "");
	is("1234g", "");
	is("ABCDE", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_first_twenty_bits_in_base_32),
		cmocka_unit_test(what_is_no_correlation_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
