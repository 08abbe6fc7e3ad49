/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "../../script.h"
#include "menu.h"

static struct capture c;

/* What the person types, line by line; then what menu_run() returns. */
static enum sspr_err
types(const char *text)
{
	struct tty person = { .in = STDIN_FILENO };
	int real = script_begin(text);
	enum sspr_err e;

	person.out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_int_not_equal(person.out, -1);
	capture_begin(&c);
	e = menu_run(&person);
	capture_end(&c);
	close(person.out);
	script_end(real);
	return e;
}

static int
nothing_is_enrolled(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	fake_policy(2, "app backup sms email helpdesk-pass");
	return 0;
}

/* Story 6 */
static void
it_shows_what_is_missing_and_what_there_is(void **state)
{
	(void)state;
	assert_int_equal(types(""), SSPR_OK);
	assert_non_null(
	    strstr(c.out, "You are not protected yet: 0 of 2 methods.\n"));
	assert_non_null(strstr(c.out, "\n  1  app "));
	assert_non_null(strstr(c.out, "\n  2  backup "));
	assert_non_null(strstr(c.out, "\n  3  email "));
	assert_non_null(strstr(c.out, "\n  4  sms "));
	assert_non_null(strstr(c.out, "\n  5  notice "));
	assert_null(strstr(c.out, "landline"));
	assert_null(strstr(c.out, "helpdesk-pass"));
	assert_null(strstr(c.out, "test"));
	assert_int_equal(daemon_is.calls, 1);
}

static void
enter_q_and_the_end_leave(void **state)
{
	static const char *const ways[] = { "\n1\n", "q\n1\n", "Q\n1\n", "" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		daemon_is.calls = 0;
		assert_int_equal(types(ways[i]), SSPR_OK);
		assert_int_equal(daemon_is.calls, 1);
	}
}

/* An enrolment that went well. */
static void
enrolled(void)
{
	if (daemon_is.hello.verb == VERB_ADD)
		fake_factor(daemon_is.calls, 7, daemon_is.hello.method,
		    "ready");
}

/* Story 6 */
static void
after_each_it_tells_how_far_that_goes(void **state)
{
	(void)state;
	daemon_is.after = enrolled;
	assert_int_equal(types("3\n"), SSPR_OK);
	assert_string_equal(daemon_is.hello.method, "");
	assert_int_equal(daemon_is.calls, 3);
	assert_non_null(strstr(c.out, "1 of 2 done.\n"));
	assert_null(strstr(c.out, "Try it now"));
	assert_null(strstr(strstr(c.out, "1 of 2"), "codes to a mailbox"));
	assert_non_null(strstr(c.out, "codes to another mailbox"));
	assert_non_null(strstr(c.out, "\n  t  test "));
}

static void
when_it_is_enough_a_rehearsal_is_proposed(void **state)
{
	(void)state;
	fake_factor(1, 1, "app", "ready");
	daemon_is.after = enrolled;
	assert_int_equal(types("3\n"), SSPR_OK);
	assert_non_null(strstr(c.out, "2 of 2 done.\n"));
	assert_non_null(strstr(c.out, "Try it now: sspr-enroll test\n"));
	assert_non_null(strstr(c.out, "You are protected."));
}

static void
there_are_up_to_five_apps_and_each_but_the_first_has_a_name(void **state)
{
	(void)state;
	for (size_t i = 1; i <= 4; i++)
		fake_factor(i, 1, "app", "ready");
	assert_int_equal(types("1\ntablet\n"), SSPR_OK);
	assert_non_null(strstr(c.out, "  1  app "));
	assert_int_equal(types("1\n\x1b[2J\n"), SSPR_OK);
	assert_non_null(strstr(c.err, "printable text"));
	fake_factor(5, 1, "app", "ready");
	assert_int_equal(types(""), SSPR_OK);
	assert_non_null(strstr(c.out, "  1  backup "));
}

static void
what_is_there_is_replaced_by_a_new_one(void **state)
{
	(void)state;
	fake_factor(1, 1, "backup", "ready");
	fake_factor(2, 2, "email", "ready");
	assert_int_equal(types(""), SSPR_OK);
	assert_non_null(strstr(c.out, "  2  backup      ten new backup codes"));
	assert_non_null(strstr(c.out, "  3  email       codes to another"));
	assert_non_null(strstr(c.out, "  4  sms         codes to a mobile"));
}

static void
letters_are_the_other_subcommands(void **state)
{
	(void)state;
	fake_factor(1, 12, "app", "ready");
	assert_int_equal(types("t\n"), SSPR_OK);
	assert_int_equal(daemon_is.calls, 3);
	assert_int_equal(types("L\n"), SSPR_OK);
	assert_null(strstr(c.out, "\n  k  "));
	fake_factor(2, 13, "sms", "ended");
	assert_int_equal(types("k\n13\n"), SSPR_OK);
	assert_non_null(strstr(c.out, "Keeping 13: sms\n"));
	assert_int_equal(types("r\n12\n"), SSPR_OK);
	assert_non_null(strstr(c.out, "Removing 12: app\n"));
}

static void
what_is_not_understood_is_said_and_asked_again(void **state)
{
	static const char *const words[] = { "0\n", "6\n", "t\n", "r\n", "x\n",
		"app\n", "1 \n", "-1\n", "99999999999\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		daemon_is.calls = 0;
		assert_int_equal(types(words[i]), SSPR_OK);
		assert_non_null(strstr(c.err, "Not understood"));
		assert_int_equal(daemon_is.calls, 2);
	}
}

static void
an_id_that_is_none_is_a_refusal(void **state)
{
	(void)state;
	fake_factor(1, 12, "app", "ready");
	assert_int_equal(types("r\n\nr\nx\n"), SSPR_OK);
	assert_non_null(strstr(c.err, "(SSPR-22)"));
	assert_int_equal(daemon_is.calls, 3);
}

static void
only_a_service_that_cannot_work_ends_it(void **state)
{
	(void)state;
	fake_factor(1, 12, "app", "ready");
	daemon_is.end.result = SSPR_INELIGIBLE;
	assert_int_equal(types("\n"), SSPR_INELIGIBLE);
	daemon_is.end.result = SSPR_OK;
	daemon_is.fails = SSPR_GONE;
	assert_int_equal(types("\n"), SSPR_GONE);
	assert_int_equal(daemon_is.calls, 2);
}

static void
without_a_terminal_it_is_the_status(void **state)
{
	char name[] = "sspr-enroll", json[] = "--json";
	char *argv[] = { name, json, NULL };

	(void)state;
	for (int argc = 1; argc <= 2; argc++) {
		optind = 0;
		capture_begin(&c);
		assert_int_equal(menu_main(argc, argv), SSPR_OK);
		capture_end(&c);
		assert_null(strstr(c.out, "  1  app"));
	}
	assert_string_equal(c.out, "[]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    it_shows_what_is_missing_and_what_there_is,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(enter_q_and_the_end_leave,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(after_each_it_tells_how_far_that_goes,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(
		    when_it_is_enough_a_rehearsal_is_proposed,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(
		    there_are_up_to_five_apps_and_each_but_the_first_has_a_name,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(what_is_there_is_replaced_by_a_new_one,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(letters_are_the_other_subcommands,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(
		    what_is_not_understood_is_said_and_asked_again,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(an_id_that_is_none_is_a_refusal,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(only_a_service_that_cannot_work_ends_it,
		    nothing_is_enrolled),
		cmocka_unit_test_setup(without_a_terminal_it_is_the_status,
		    nothing_is_enrolled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
