/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdbool.h>

#include "../../capture.h"
#include "help.h"

static struct capture c;

static enum sspr_err
run(int argc, const char *word)
{
	char copy[16], name[] = "sspr-admin", *argv[] = { name, copy, NULL };
	enum sspr_err e;

	(void)snprintf(copy, sizeof(copy), "%s", word);
	capture_begin(&c);
	e = help_main(argc, argv);
	capture_end(&c);
	return e;
}

static void
help_is_at_most_a_screenful(void **state)
{
	int lines = 0;

	(void)state;
	assert_int_equal(run(2, "--help"), SSPR_OK);
	assert_non_null(strstr(c.out, "pass issue"));
	for (const char *s = c.out, *end; *s != '\0'; s = end + 1) {
		assert_non_null(end = strchr(s, '\n'));
		assert_in_range(end - s, 0, 80);
		lines++;
	}
	assert_in_range(lines, 1, 24);
	assert_int_equal(run(2, "-h"), SSPR_OK);
}

static void
without_a_subcommand_it_is_a_usage_error(void **state)
{
	(void)state;
	assert_int_equal(run(1, ""), SSPR_USAGE);
	assert_string_equal(c.out, "");
	assert_non_null(strstr(c.err, "--help"));
	assert_int_equal(run(2, "--x"), SSPR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_at_most_a_screenful),
		cmocka_unit_test(without_a_subcommand_it_is_a_usage_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
