/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../capture.h"
#include "complain.h"

static struct capture c;

static const char *
said(enum sspr_err e, uint32_t retry_after)
{
	capture_begin(&c);
	assert_int_equal(complain_err(e, retry_after), e);
	capture_end(&c);
	assert_string_equal(c.out, "");
	return c.err;
}

static void
success_is_silent(void **state)
{
	(void)state;
	assert_string_equal(said(SSPR_OK, 5), "");
}

static void
an_error_has_its_text_and_number(void **state)
{
	(void)state;
	assert_string_equal(said(SSPR_DENIED, 0),
	    "sspr: not accepted (SSPR-01)\n");
}

static void
when_to_try_again_is_told(void **state)
{
	(void)state;
	assert_string_equal(said(SSPR_DENIED, 120),
	    "sspr: not accepted (SSPR-01); try again in 120 seconds\n");
	assert_string_equal(said(SSPR_DENIED, 180),
	    "sspr: not accepted (SSPR-01); try again in 4 minutes\n");
}

static void
a_hint_follows_where_one_line_helps(void **state)
{
	(void)state;
	assert_non_null(strstr(said(SSPR_NO_TTY, 0), "--print-secret"));
	assert_non_null(strstr(said(SSPR_GONE, 0), "sspr-resetd"));
}

static void
a_program_has_its_name_and_its_hints(void **state)
{
	static const struct complain_hint hints[] = {
		{ SSPR_FULL, false, "Take one away." },
		{ SSPR_FULL, true, "root needs none." },
	};
	bool root;

	(void)state;
	complain_as("sspr-x", hints, 2);
	root = strstr(said(SSPR_FULL, 0), "root needs none.\n") != NULL;
	assert_int_equal(root, geteuid() == 0);
	assert_ptr_equal(strstr(c.err,
			     "sspr-x: no room for another authenticator"
			     " (SSPR-20)\nTake one away.\n"),
	    c.err);
	assert_null(strstr(said(SSPR_DENIED, 0), "Take"));
	complain_as("sspr", NULL, 0);
}

static void
a_bad_option_is_a_usage_error(void **state)
{
	(void)state;
	capture_begin(&c);
	assert_int_equal(complain_option('?'), SSPR_USAGE);
	assert_int_equal(complain_option(':'), SSPR_USAGE);
	capture_end(&c);
	assert_non_null(strstr(c.err, "unknown option"));
	assert_non_null(strstr(c.err, "lacks its argument"));
}

static void
usage_names_help(void **state)
{
	(void)state;
	capture_begin(&c);
	assert_int_equal(complain_usage("so not"), SSPR_USAGE);
	assert_int_equal(complain_about("File exists", SSPR_FILE), SSPR_FILE);
	capture_end(&c);
	assert_string_equal(c.err,
	    "sspr: so not (SSPR-29)\n"
	    "Try `sspr --help'.\n"
	    "sspr: File exists: file not written (SSPR-30)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(success_is_silent),
		cmocka_unit_test(an_error_has_its_text_and_number),
		cmocka_unit_test(when_to_try_again_is_told),
		cmocka_unit_test(a_hint_follows_where_one_line_helps),
		cmocka_unit_test(a_program_has_its_name_and_its_hints),
		cmocka_unit_test(a_bad_option_is_a_usage_error),
		cmocka_unit_test(usage_names_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
