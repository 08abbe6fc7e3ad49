/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../fake_talk.h"
#include "unlock.h"
#include "words.h"

#define UNLOCK(...)            \
	words_run(unlock_main, \
	    (const char *const[]){ "unlock", __VA_ARGS__, NULL })

static int
a_new_daemon(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.path = PATH_DESK;
	return 0;
}

static void
the_daemon_is_told_which_method_or_all(void **state)
{
	(void)state;
	daemon_is.info = "Unlocked.";
	assert_int_equal(UNLOCK("alice", "--reason", "ticket 12"), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_UNLOCK);
	assert_string_equal(daemon_is.hello.user, "alice");
	assert_string_equal(daemon_is.hello.method, "");
	assert_string_equal(daemon_is.hello.reason, "ticket 12");
	assert_string_equal(c.out, "Unlocked.\n");
	assert_int_equal(UNLOCK("alice", "app", "--reason", "x"), SSPR_OK);
	assert_string_equal(daemon_is.hello.method, "app");
	assert_int_equal(UNLOCK("alice", "password", "--reason", "x"), SSPR_OK);
	assert_string_equal(daemon_is.hello.method, "password");
}

/* R-ADM-1 */
static void
what_is_missing_or_wrong_is_a_usage_error(void **state)
{
	(void)state;
	assert_int_equal(UNLOCK(NULL), SSPR_USAGE);
	assert_int_equal(UNLOCK("alice"), SSPR_USAGE);
	assert_int_equal(UNLOCK("alice", "nonsense", "--reason", "x"),
	    SSPR_USAGE);
	assert_int_equal(UNLOCK("alice", "app", "sms", "--reason", "x"),
	    SSPR_USAGE);
	assert_int_equal(UNLOCK("alice", "--reason", "x", "--json"),
	    SSPR_USAGE);
	assert_int_equal(UNLOCK("", "--reason", "x"), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
	assert_string_equal(c.out, "");
}

static void
a_refusal_is_told(void **state)
{
	(void)state;
	daemon_is.end.result = SSPR_UNKNOWN_USER;
	assert_int_equal(UNLOCK("alice", "--reason", "x"), SSPR_UNKNOWN_USER);
	assert_non_null(strstr(c.err, "(SSPR-37)"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_daemon_is_told_which_method_or_all,
		    a_new_daemon),
		cmocka_unit_test_setup(
		    what_is_missing_or_wrong_is_a_usage_error, a_new_daemon),
		cmocka_unit_test_setup(a_refusal_is_told, a_new_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
