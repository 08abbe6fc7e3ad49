/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../fake_talk.h"
#include "forget.h"
#include "words.h"

#define FORGET(...)            \
	words_run(forget_main, \
	    (const char *const[]){ "user forget", __VA_ARGS__, NULL })

static int
a_new_daemon(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.path = PATH_DESK;
	return 0;
}

/* R-KEY-2 */
static void
the_daemon_is_told_who_is_forgotten_and_why(void **state)
{
	(void)state;
	daemon_is.info = "Forgotten.";
	assert_int_equal(FORGET("alice", "--reason", "ticket 12"), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_FORGET);
	assert_string_equal(daemon_is.hello.user, "alice");
	assert_string_equal(daemon_is.hello.reason, "ticket 12");
	assert_string_equal(c.out, "Forgotten.\n");
}

/* R-ADM-1 */
static void
what_is_missing_or_wrong_is_a_usage_error(void **state)
{
	(void)state;
	assert_int_equal(FORGET(NULL), SSPR_USAGE);
	assert_int_equal(FORGET("alice"), SSPR_USAGE);
	assert_int_equal(FORGET("alice", "bob", "--reason", "x"), SSPR_USAGE);
	assert_int_equal(FORGET("alice", "--reason", ""), SSPR_USAGE);
	assert_int_equal(FORGET("alice", "--reason", "x", "--json"),
	    SSPR_USAGE);
	assert_int_equal(FORGET("", "--reason", "x"), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
	assert_string_equal(c.out, "");
}

static void
a_refusal_is_told(void **state)
{
	(void)state;
	daemon_is.end.result = SSPR_NOT_OPERATOR;
	assert_int_equal(FORGET("alice", "--reason", "x"), SSPR_NOT_OPERATOR);
	assert_non_null(strstr(c.err, "(SSPR-36)"));
}

static void
help_is_told_without_a_daemon(void **state)
{
	(void)state;
	assert_int_equal(FORGET("--help"), SSPR_OK);
	assert_non_null(strstr(c.out, "sspr-admin user confirm USER"));
	assert_int_equal(daemon_is.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    the_daemon_is_told_who_is_forgotten_and_why, a_new_daemon),
		cmocka_unit_test_setup(
		    what_is_missing_or_wrong_is_a_usage_error, a_new_daemon),
		cmocka_unit_test_setup(a_refusal_is_told, a_new_daemon),
		cmocka_unit_test_setup(help_is_told_without_a_daemon,
		    a_new_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
