/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "when.h"

static char buf[WHEN_MAX];

static void
a_time_is_local_to_the_minute_or_the_day(void **state)
{
	(void)state;
	when_minute(1700000000, buf);
	assert_string_equal(buf, "2023-11-14 22:13");
	when_day(1700000000, buf);
	assert_string_equal(buf, "2023-11-14");
}

static void
never_is_a_word(void **state)
{
	(void)state;
	when_minute(0, buf);
	assert_string_equal(buf, "never");
	when_day(0, buf);
	assert_string_equal(buf, "never");
}

static void
a_date_no_calendar_has_is_no_crash(void **state)
{
	static const uint64_t strange[] = { UINT64_MAX, INT64_MAX,
		INT64_MAX / 4, 1000000000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		when_minute(strange[i], buf);
		assert_string_equal(buf, "?");
		when_day(strange[i], buf);
		assert_string_equal(buf, "?");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_local_to_the_minute_or_the_day),
		cmocka_unit_test(never_is_a_word),
		cmocka_unit_test(a_date_no_calendar_has_is_no_crash),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
