/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../capture.h"
#include "help.h"

static struct capture c;

static void
help_is_at_most_a_screenful(void **state)
{
	int lines = 0;

	(void)state;
	capture_begin(&c);
	assert_int_equal(help_print(stdout), SSPR_OK);
	capture_end(&c);
	assert_non_null(strstr(c.out, "add app"));
	for (const char *s = c.out, *end; *s != '\0'; s = end + 1) {
		assert_non_null(end = strchr(s, '\n'));
		assert_in_range(end - s, 0, 80);
		lines++;
	}
	assert_in_range(lines, 1, 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_at_most_a_screenful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
