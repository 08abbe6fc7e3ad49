/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "../../fake_talk.h"
#include "pass.h"
#include "words.h"

#define NOW 1800000000u

#define ISSUE(...)           \
	words_run(pass_main, \
	    (const char *const[]){ "issue", __VA_ARGS__, NULL })

static int
a_pass_is_issued(void **state)
{
	struct proto_msg *m = &daemon_is.records[0];

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.path = PATH_DESK;
	m->type = MSG_PASS;
	m->as.pass = (struct proto_pass){ "ABCDEFGHJKMN", NOW, NOW + 3600 };
	return 0;
}

/* R-KEY-7 */
static void
without_a_terminal_no_pass_is_issued(void **state)
{
	(void)state;
	assert_int_equal(ISSUE("alice", "--reason", "x"), SSPR_NO_TTY);
	assert_int_equal(daemon_is.calls, 0);
	assert_int_equal(ISSUE("alice", "--reason", "x", "--print-secret"),
	    SSPR_OK);
	assert_non_null(strstr(c.out, "\n    ABCDEFGHJKMN\n"));
	assert_non_null(strstr(c.out, "To be read as ABCD EFGH JKMN, and"));
	assert_non_null(strstr(c.out, "over the phone"));
	assert_non_null(strstr(c.out, "Never send it"));
}

static void
json_is_one_object(void **state)
{
	(void)state;
	daemon_is.info = "A note.";
	assert_int_equal(ISSUE("alice", "--reason", "x", "--json"), SSPR_OK);
	assert_string_equal(c.out,
	    "{\"code\":\"ABCDEFGHJKMN\",\"usable_from\":1800000000,"
	    "\"until\":1800003600}\n");
	assert_string_equal(c.err, "A note.\n");
}

static void
the_daemon_is_told_how(void **state)
{
	(void)state;
	assert_int_equal(ISSUE("alice", "--reason", "x", "--json"), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_ISSUE);
	assert_int_equal(daemon_is.hello.minutes, 0);
	assert_int_equal(daemon_is.hello.flags, 0);
	assert_int_equal(ISSUE("alice", "--reason", "x", "--json", "--minutes",
			     "1440", "--lost-everything"),
	    SSPR_OK);
	assert_int_equal(daemon_is.hello.minutes, 1440);
	assert_int_equal(daemon_is.hello.flags, PROTO_ALONE);
	assert_string_equal(daemon_is.hello.user, "alice");
}

/* R-ADM-1 */
static void
what_is_missing_or_wrong_is_a_usage_error(void **state)
{
	(void)state;
	assert_int_equal(ISSUE("--json"), SSPR_USAGE);
	assert_int_equal(ISSUE("alice", "--json"), SSPR_USAGE);
	assert_non_null(strstr(c.err, "--reason"));
	assert_int_equal(ISSUE("alice", "--reason"), SSPR_USAGE);
	assert_int_equal(ISSUE("a", "b", "--reason", "x"), SSPR_USAGE);
	assert_int_equal(ISSUE("a", "--reason", "x", "--minutes", "0"),
	    SSPR_USAGE);
	assert_int_equal(ISSUE("a", "--reason", "x", "--minutes", "1441"),
	    SSPR_USAGE);
	assert_int_equal(ISSUE("a", "--reason", "x", "--x"), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
	assert_string_equal(c.out, "");
}

static void
no_pass_or_two_are_malformed(void **state)
{
	(void)state;
	daemon_is.records[1] = daemon_is.records[0];
	assert_int_equal(ISSUE("alice", "--reason", "x", "--json"),
	    SSPR_MALFORMED);
	memset(daemon_is.records, 0, sizeof(daemon_is.records));
	assert_int_equal(ISSUE("alice", "--reason", "x", "--json"),
	    SSPR_MALFORMED);
	assert_string_equal(c.out, "");
	daemon_is.records[0].type = MSG_CODE;
	assert_int_equal(ISSUE("alice", "--reason", "x", "--json"),
	    SSPR_MALFORMED);
	daemon_is.records[0].type = 0;
	daemon_is.end.result = SSPR_NOT_OPERATOR;
	assert_int_equal(ISSUE("alice", "--reason", "x", "--json"),
	    SSPR_NOT_OPERATOR);
}

/* R-LOG-2 */
static void
a_pass_that_waits_says_from_when_in_plain_text(void **state)
{
	struct proto_pass p = { "ABCD\x1b", NOW + 900, NOW + 3600 };

	(void)state;
	capture_begin(&c);
	pass_print(stdout, "al\x1bice", &p, NOW);
	capture_end(&c);
	assert_non_null(strstr(c.out,
	    "It works from 2027-01-15 08:15 on, until 2027-01-15 09:00"));
	assert_null(strchr(c.out, '\x1b'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_terminal_no_pass_is_issued,
		    a_pass_is_issued),
		cmocka_unit_test_setup(json_is_one_object, a_pass_is_issued),
		cmocka_unit_test_setup(the_daemon_is_told_how,
		    a_pass_is_issued),
		cmocka_unit_test_setup(
		    what_is_missing_or_wrong_is_a_usage_error,
		    a_pass_is_issued),
		cmocka_unit_test_setup(no_pass_or_two_are_malformed,
		    a_pass_is_issued),
		cmocka_unit_test(
		    a_pass_that_waits_says_from_when_in_plain_text),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
