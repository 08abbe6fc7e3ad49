/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/password.h"

static const char *
fault(const char *text, size_t len, const char *name)
{
	struct secret s = { .len = 0 };

	assert_int_equal(secret_set(&s, text, len), SSPR_OK);
	return password_fault(&s, name);
}

#define FAULT(text) fault((text), sizeof(text) - 1, "alice")

static void
a_good_password_has_no_fault(void **state)
{
	(void)state;
	assert_null(FAULT("correct Horse 7 battery"));
	assert_null(FAULT("Stra\xc3\x9f"
			  "enbahn-77"));
}

/* R-SET-4: bytes 0x00-0x1F and 0x7F are refused wherever they stand. */
static void
control_bytes_are_refused(void **state)
{
	char text[] = "Brand-New-Pw-77";

	(void)state;
	for (int c = 0; c < 0x100; c++) {
		text[5] = (char)c;
		if (c < 0x20 || c == 0x7f)
			assert_non_null(FAULT(text));
		else if (c < 0x80)
			assert_null(FAULT(text));
	}
	assert_non_null(FAULT("Brand-New-Pw-77\0"));
	assert_non_null(FAULT("\nBrand-New-Pw-77"));
}

/* R-SET-4 */
static void
what_is_not_utf8_is_refused(void **state)
{
	(void)state;
	assert_non_null(FAULT("Brand-New-\xff"));
	assert_non_null(FAULT("Brand-New-\xc3"));
	assert_non_null(FAULT("Brand-New-\xc0\xaf"));
	assert_non_null(FAULT("Brand-New-\xed\xa0\x80"));
}

/* R-SET-4: 8 to 256 bytes. */
static void
lengths_from_8_to_256_bytes_are_taken(void **state)
{
	char text[300];
	struct secret s = { .len = 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_null(fault(text, 256, "alice"));
	assert_non_null(fault(text, 257, "alice"));
	assert_int_equal(secret_set(&s, text, 7), SSPR_OK);
	assert_non_null(password_too_short(&s));
	assert_int_equal(secret_set(&s, text, 8), SSPR_OK);
	assert_null(password_too_short(&s));
}

/* So that the user reads pwquality's own words for them. */
static void
a_short_one_is_left_to_the_stack(void **state)
{
	(void)state;
	assert_null(FAULT("abc"));
	assert_null(FAULT(""));
}

static void
the_user_name_in_any_case_is_refused(void **state)
{
	(void)state;
	assert_non_null(FAULT("alice-Brand-New"));
	assert_non_null(FAULT("Brand-ALiCE-New"));
	assert_non_null(FAULT("Brand-New-alice"));
	assert_null(FAULT("Brand-New-alic"));
	assert_null(fault("Bo-Brand-New-7", 14, "bo"));
	assert_null(fault("Brand-New-77", 12, ""));
}

static void
only_what_is_not_ascii_is_rare(void **state)
{
	struct secret s = { .len = 0 };

	(void)state;
	assert_int_equal(secret_set(&s, "plain ~ text", 12), SSPR_OK);
	assert_false(password_is_rare(&s));
	assert_int_equal(secret_set(&s, "na\xc3\xafve-77", 9), SSPR_OK);
	assert_true(password_is_rare(&s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_password_has_no_fault),
		cmocka_unit_test(control_bytes_are_refused),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(lengths_from_8_to_256_bytes_are_taken),
		cmocka_unit_test(a_short_one_is_left_to_the_stack),
		cmocka_unit_test(the_user_name_in_any_case_is_refused),
		cmocka_unit_test(only_what_is_not_ascii_is_rare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
