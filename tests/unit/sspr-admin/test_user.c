/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "../../fake_talk.h"
#include "user.h"
#include "words.h"

#define SHOW(...) \
	words_run(user_main, (const char *const[]){ "show", __VA_ARGS__, NULL })

static const struct proto_user alice = { .name = "alice",
	.uid = 1000,
	.state = "enrolled",
	.admin = 1,
	.reset_at = 1700000000 };

/* The at-th record is a count. */
static void
counted(size_t at, const char *method, uint32_t failures, uint32_t wait)
{
	struct proto_msg *m = &daemon_is.records[at];

	m->type = MSG_COUNT;
	m->as.count = (struct proto_count){ .source = "stranger",
		.failures = failures,
		.wait = wait };
	memcpy(m->as.count.method, method, strlen(method) + 1);
}

static int
alice_is_there(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.path = PATH_DESK;
	daemon_is.records[0].type = MSG_USER;
	daemon_is.records[0].as.user = alice;
	return 0;
}

static void
one_screen_says_how_an_account_is(void **state)
{
	(void)state;
	fake_factor(1, 3, "app", "ready")->created = 1700000000;
	counted(2, "app", 7, 90);
	counted(3, "helpdesk-pass", 5, 3599);
	counted(4, "sms", 31, UINT32_MAX);
	counted(5, "email", 1, 0);
	assert_int_equal(SHOW("alice"), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_USER);
	assert_string_equal(c.out,
	    "alice, uid 1000, administers this machine: enrolled\n"
	    "Last reset: 2023-11-14 22:13\n"
	    "\n"
	    "ID   METHOD        ADDED      LAST USED  STATE                  "
	    "DETAILS\n"
	    "3    app           2023-11-14 never      ready                  "
	    "\n\n"
	    "WRONG TRIES    FROM       HOW MANY  NEXT TRY\n"
	    "app            stranger   7         in 90 seconds\n"
	    "helpdesk-pass  stranger   5         in 60 minutes\n"
	    "sms            stranger   31        off, until it is unlocked\n"
	    "email          stranger   1         now\n"
	    "Next: sspr-admin unlock alice --reason TEXT\n");
}

static void
who_has_nothing_has_two_lines(void **state)
{
	struct proto_user *u = &daemon_is.records[0].as.user;

	(void)state;
	u->admin = 0;
	u->reset_at = 0;
	memcpy(u->state, "none", 5);
	assert_int_equal(SHOW("alice", "--reason", "ticket 12"), SSPR_OK);
	assert_string_equal(c.out,
	    "alice, uid 1000: none\nLast reset: never\n");
	assert_string_equal(daemon_is.hello.reason, "ticket 12");
}

/* R-ENR-4 */
static void
who_was_missing_can_be_confirmed(void **state)
{
	struct proto_user *u = &daemon_is.records[0].as.user;

	(void)state;
	snprintf(u->state, sizeof(u->state), "missing");
	assert_int_equal(SHOW("alice"), SSPR_OK);
	assert_non_null(strstr(c.out, ": missing\n"));
	assert_non_null(
	    strstr(c.out, "\n  sspr-admin user confirm alice --reason TEXT\n"));
}

static void
json_is_one_object(void **state)
{
	(void)state;
	assert_int_equal(SHOW("alice", "--json"), SSPR_OK);
	assert_string_equal(c.out,
	    "{\"user\":{\"name\":\"alice\",\"uid\":1000,"
	    "\"state\":\"enrolled\",\"admin\":1,\"reset_at\":1700000000},\n"
	    "\"factors\":[],\n\"counts\":[]}\n");
	counted(1, "app", 7, 0);
	assert_int_equal(SHOW("alice", "--json"), SSPR_OK);
	assert_non_null(strstr(c.out,
	    "\"counts\":[\n{\"method\":\"app\",\"source\":\"stranger\","
	    "\"failures\":7,\"wait\":0}\n]}\n"));
}

static void
the_account_comes_first_and_once(void **state)
{
	(void)state;
	daemon_is.records[1] = daemon_is.records[0];
	assert_int_equal(SHOW("alice"), SSPR_MALFORMED);
	daemon_is.records[1].type = MSG_CODE;
	assert_int_equal(SHOW("alice"), SSPR_MALFORMED);
	counted(0, "app", 1, 0);
	assert_int_equal(SHOW("alice"), SSPR_MALFORMED);
	fake_factor(0, 3, "app", "ready");
	assert_int_equal(SHOW("alice"), SSPR_MALFORMED);
	memset(daemon_is.records, 0, sizeof(daemon_is.records));
	assert_int_equal(SHOW("alice"), SSPR_MALFORMED);
	assert_string_equal(c.out, "");
}

static void
too_many_counts_are_not_believed(void **state)
{
	struct proto_msg m = { .type = MSG_COUNT };
	struct user u = { .told = true };

	(void)state;
	for (size_t i = 0; i < USER_COUNTS_MAX; i++)
		assert_int_equal(user_take(&u, proto_row(MSG_COUNT), &m),
		    SSPR_OK);
	assert_int_equal(user_take(&u, proto_row(MSG_COUNT), &m),
	    SSPR_MALFORMED);
}

/* R-LOG-2 */
static void
nothing_writes_on_the_screen(void **state)
{
	struct proto_user *u = &daemon_is.records[0].as.user;

	(void)state;
	memcpy(u->name, "a\x1b", 3);
	memcpy(u->state, "\x1b", 2);
	counted(1, "\x1b", 1, 1);
	memcpy(daemon_is.records[1].as.count.source, "\x1b", 2);
	assert_int_equal(SHOW("alice"), SSPR_OK);
	assert_null(strchr(c.out, '\x1b'));
	assert_int_equal(SHOW("alice", "--json"), SSPR_OK);
	assert_null(strchr(c.out, '\x1b'));
}

static void
what_is_missing_or_wrong_is_a_usage_error(void **state)
{
	(void)state;
	assert_int_equal(SHOW(NULL), SSPR_USAGE);
	assert_int_equal(SHOW("a", "b"), SSPR_USAGE);
	assert_int_equal(SHOW("alice", "--reason", ""), SSPR_USAGE);
	assert_int_equal(SHOW("alice", "--x"), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_screen_says_how_an_account_is,
		    alice_is_there),
		cmocka_unit_test_setup(who_has_nothing_has_two_lines,
		    alice_is_there),
		cmocka_unit_test_setup(who_was_missing_can_be_confirmed,
		    alice_is_there),
		cmocka_unit_test_setup(json_is_one_object, alice_is_there),
		cmocka_unit_test_setup(the_account_comes_first_and_once,
		    alice_is_there),
		cmocka_unit_test(too_many_counts_are_not_believed),
		cmocka_unit_test_setup(nothing_writes_on_the_screen,
		    alice_is_there),
		cmocka_unit_test_setup(
		    what_is_missing_or_wrong_is_a_usage_error, alice_is_there),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
