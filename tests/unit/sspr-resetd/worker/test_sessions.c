/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/sessions.h"

static void
sessions_are_there_if_logind_has_the_uid([[maybe_unused]] void **state)
{
	char dir[] = "/tmp/sspr-sessions-XXXXXX", file[64];
	const struct sessions_place p = { .dir = dir };

	assert_non_null(mkdtemp(dir));
	assert_false(sessions_exist(&p, 4294967294u));
	snprintf(file, sizeof(file), "%s/4294967294", dir);
	assert_int_equal(mkdir(file, 0700), 0);
	assert_true(sessions_exist(&p, 4294967294u));
	assert_false(sessions_exist(&p, 429496729u));
	assert_int_equal(rmdir(file), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_false(sessions_exist(&p, 4294967294u));
}

/* R-POL-2.  That they really end is seen in tests/boot. */
static void
the_program_says_whether_they_ended([[maybe_unused]] void **state)
{
	struct sessions_place p = { .program = "/usr/bin/true" };

	assert_int_equal(sessions_end(&p, 1000), SSPR_OK);
	p.program = "/usr/bin/false";
	assert_int_equal(sessions_end(&p, 1000), SSPR_SYSTEM);
	p.program = "/nonexistent/loginctl";
	assert_int_equal(sessions_end(&p, 1000), SSPR_SYSTEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_are_there_if_logind_has_the_uid),
		cmocka_unit_test(the_program_says_whether_they_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
