/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <getopt.h>
#include <stdlib.h>
#include <time.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "status.h"

#define NOW 1800000000u

static struct capture c;

/* Two are needed, and one more of them is there with each call. */
static struct standing
standing(const char *admin)
{
	struct standing s = { .told = true };

	s.policy.needed = 2;
	s.policy.console = 1;
	memcpy(s.policy.methods, "app backup sms", 15);
	memcpy(s.policy.admin, admin, strlen(admin) + 1);
	memcpy(s.policy.contact, "ext. 4711", 10);
	return s;
}

static void
has(struct standing *s, const char *method, uint64_t usable_from)
{
	struct proto_factor f = { .id = 3,
		.created = 1700000000,
		.usable_from = usable_from,
		.left = 10,
		.state = "ready" };

	if (usable_from > NOW)
		memcpy(f.state, "waits", 6);
	memcpy(f.method, method, strlen(method) + 1);
	assert_int_equal(factors_add(&s->factors, &f), SSPR_OK);
}

static const char *
printed(const struct standing *s)
{
	capture_begin(&c);
	status_print(stdout, s, NOW);
	status_next(stdout, s);
	capture_end(&c);
	return c.out;
}

/* Story 6 */
static void
nothing_enrolled_says_what_to_do(void **state)
{
	struct standing s = standing("");

	(void)state;
	assert_string_equal(printed(&s),
	    "You are not protected yet: 0 of 2 methods.\n"
	    "Next: sspr-enroll add app\n");
}

/* Story 6 */
static void
an_administrator_is_told_that_nobody_else_can_help(void **state)
{
	struct standing s = standing("sudo");

	(void)state;
	assert_string_equal(printed(&s),
	    "You are not protected yet: 0 of 2 methods.\n"
	    "You administer this machine (group sudo): you need two,\n"
	    "and no one can do it for you.\n"
	    "Next: sspr-enroll add app\n");
}

static void
one_of_two_is_enough_at_a_console_only(void **state)
{
	struct standing s = standing("");

	(void)state;
	has(&s, "app", 0);
	assert_non_null(strstr(printed(&s),
	    "You are not protected yet: 1 of 2 methods.\n"
	    "That is enough at this machine's console, not over the network.\n"
	    "Next: sspr-enroll add backup\n"));
	s.policy.console = 2;
	assert_null(strstr(printed(&s), "console"));
}

static void
two_protect(void **state)
{
	struct standing s = standing("");

	(void)state;
	has(&s, "app", 0);
	has(&s, "backup", NOW - 1);
	assert_string_equal(printed(&s),
	    "ID   METHOD        ADDED      LAST USED  STATE                  "
	    "DETAILS\n"
	    "3    app           2023-11-14 never      ready                  "
	    "\n"
	    "3    backup        2023-11-14 never      ready                  "
	    "10 codes left\n"
	    "You are protected.  Forgotten your password?  Type forgot in its"
	    " place where\nyou log in, and follow what is asked.\n");
}

static void
what_cannot_be_used_yet_protects_nobody(void **state)
{
	struct standing s = standing("");

	(void)state;
	has(&s, "app", 0);
	has(&s, "backup", NOW + 120);
	assert_non_null(strstr(printed(&s),
	    "You are protected from 2027-01-15 08:02 on.\n"));
}

static void
who_can_do_no_more_is_told_who_helps(void **state)
{
	struct standing s = standing("");

	(void)state;
	memcpy(s.policy.methods, "sms email landline", 19);
	has(&s, "sms", 0);
	has(&s, "email", 0);
	has(&s, "landline", 0);
	assert_non_null(strstr(printed(&s), "Help: ext. 4711\n"));
	assert_null(strstr(c.out, "Next:"));
}

static enum sspr_err
run(const char *word)
{
	char copy[16], name[] = "status", *argv[] = { name, copy, NULL };
	enum sspr_err e;

	(void)snprintf(copy, sizeof(copy), "%s", word == NULL ? "" : word);
	optind = 0;
	capture_begin(&c);
	e = status_main(word == NULL ? 1 : 2, argv);
	capture_end(&c);
	return e;
}

static void
the_command_prints_what_the_daemon_sends(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	fake_policy(1, "app");
	daemon_is.info = "A note.";
	assert_int_equal(run("--json"), SSPR_OK);
	assert_string_equal(c.out, "[]\n");
	fake_factor(1, 3, "app", "ready");
	assert_int_equal(run(NULL), SSPR_OK);
	assert_non_null(strstr(c.out, "A note.\nID   METHOD"));
	assert_int_equal(run("--json"), SSPR_OK);
	assert_non_null(strstr(c.out, "[\n{\"id\":3,"));
	assert_string_equal(c.err, "A note.\n");
	daemon_is.end.result = SSPR_INELIGIBLE;
	assert_int_equal(run("--json"), SSPR_INELIGIBLE);
	assert_string_equal(c.out, "");
}

static void
what_it_does_not_know_is_a_usage_error(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	assert_int_equal(run("more"), SSPR_USAGE);
	assert_int_equal(run("--x"), SSPR_USAGE);
	assert_string_equal(c.out, "");
	assert_int_equal(daemon_is.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_enrolled_says_what_to_do),
		cmocka_unit_test(
		    an_administrator_is_told_that_nobody_else_can_help),
		cmocka_unit_test(one_of_two_is_enough_at_a_console_only),
		cmocka_unit_test(two_protect),
		cmocka_unit_test(what_cannot_be_used_yet_protects_nobody),
		cmocka_unit_test(who_can_do_no_more_is_told_who_helps),
		cmocka_unit_test(the_command_prints_what_the_daemon_sends),
		cmocka_unit_test(what_it_does_not_know_is_a_usage_error),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
