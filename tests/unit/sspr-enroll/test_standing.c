/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "standing.h"

#define NOW 1800000000u

static const struct tty nobody = { .in = -1, .out = -1 };
static struct capture c;

static enum sspr_err
fetch(struct standing *s)
{
	enum sspr_err e;

	capture_begin(&c);
	e = standing_fetch(&nobody, stdout, s);
	capture_end(&c);
	return e;
}

static int
two_are_needed(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	fake_policy(2, "app backup sms email questions helpdesk-pass");
	return 0;
}

static void
the_policy_comes_first_and_then_what_is_enrolled(void **state)
{
	struct standing s = { .factors.n = 9 };

	(void)state;
	fake_factor(1, 4, "app", "ready");
	fake_factor(2, 2, "backup", "ready");
	assert_int_equal(fetch(&s), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_STATUS);
	assert_int_equal(s.policy.needed, 2);
	assert_int_equal(s.factors.n, 2);
	assert_int_equal(s.factors.at[0].id, 4);
}

static void
without_a_policy_or_with_two_it_is_malformed(void **state)
{
	struct standing s;

	(void)state;
	daemon_is.records[1] = daemon_is.records[0];
	assert_int_equal(fetch(&s), SSPR_MALFORMED);
	memset(daemon_is.records, 0, sizeof(daemon_is.records));
	assert_int_equal(fetch(&s), SSPR_MALFORMED);
	assert_non_null(strstr(c.err, "(SSPR-09)"));
	fake_factor(0, 1, "app", "ready");
	assert_int_equal(fetch(&s), SSPR_MALFORMED);
	daemon_is.records[0].type = MSG_CODE;
	assert_int_equal(fetch(&s), SSPR_MALFORMED);
}

/* What these methods, all ready, count for. */
static unsigned int
count(const char *const *names, const char *admin)
{
	struct standing s;

	(void)two_are_needed(NULL);
	for (size_t i = 0; names[i] != NULL; i++)
		fake_factor(i + 1, 1, names[i], "ready");
	memcpy(daemon_is.records[0].as.policy.admin, admin, strlen(admin) + 1);
	assert_int_equal(fetch(&s), SSPR_OK);
	return standing_count(&s, NOW);
}

#define COUNT(...) count((const char *const[]){ __VA_ARGS__, NULL }, "")
#define ADMIN(...) count((const char *const[]){ __VA_ARGS__, NULL }, "sudo")

/* R-VER-7, R-VER-8 */
static void
what_counts_are_methods_that_go_together(void **state)
{
	(void)state;
	assert_int_equal(COUNT(NULL), 0);
	assert_int_equal(COUNT("app"), 1);
	assert_int_equal(COUNT("app", "app", "app"), 1);
	assert_int_equal(COUNT("app", "backup"), 2);
	assert_int_equal(COUNT("sms", "email", "landline"), 1);
	assert_int_equal(COUNT("app", "sms", "email"), 2);
	assert_int_equal(COUNT("questions"), 0);
	assert_int_equal(COUNT("notice"), 0);
	assert_int_equal(COUNT("questions", "app"), 2);
	assert_int_equal(COUNT("sms", "questions"), 2);
	assert_int_equal(ADMIN("questions", "app"), 1);
	assert_int_equal(ADMIN("backup", "app"), 2);
	assert_int_equal(COUNT("nonsense"), 0);
}

static void
what_is_off_ending_or_used_up_does_not_count(void **state)
{
	struct standing s;

	(void)state;
	fake_factor(1, 1, "app", "off");
	fake_factor(2, 2, "email", "ended");
	fake_factor(3, 3, "backup", "used")->left = 0;
	fake_factor(5, 5, "helpdesk-pass", "ready");
	fake_factor(4, 4, "sms", "nonsense");
	assert_int_equal(fetch(&s), SSPR_OK);
	assert_int_equal(standing_count(&s, UINT64_MAX), 0);
	assert_int_equal(standing_done(&s), 0);
	assert_true(standing_from(&s) == UINT64_MAX);
}

static void
when_it_is_enough_is_when_the_second_can_be_used(void **state)
{
	struct standing s;

	(void)state;
	fake_factor(1, 1, "app", "ready")->usable_from = 5;
	fake_factor(2, 2, "backup", "waits")->usable_from = NOW + 60;
	fake_factor(3, 3, "email", "waits")->usable_from = NOW + 30;
	assert_int_equal(fetch(&s), SSPR_OK);
	assert_int_equal(standing_count(&s, NOW), 1);
	assert_int_equal(standing_count(&s, NOW + 30), 2);
	assert_int_equal(standing_done(&s), 2);
	assert_int_equal(standing_from(&s), NOW + 30);
}

static void
what_is_lacking_would_count(void **state)
{
	struct standing s;

	(void)state;
	assert_int_equal(fetch(&s), SSPR_OK);
	assert_true(standing_lacks(&s, METHOD_APP));
	assert_false(standing_lacks(&s, METHOD_LANDLINE));
	assert_false(standing_lacks(&s, METHOD_QUESTIONS));
	fake_factor(1, 1, "app", "off");
	fake_factor(2, 2, "sms", "ready");
	assert_int_equal(fetch(&s), SSPR_OK);
	assert_true(standing_lacks(&s, METHOD_APP));
	assert_false(standing_lacks(&s, METHOD_SMS));
	assert_false(standing_lacks(&s, METHOD_EMAIL));
	assert_true(standing_lacks(&s, METHOD_QUESTIONS));
	memcpy(s.policy.admin, "sudo", 5);
	assert_false(standing_lacks(&s, METHOD_QUESTIONS));
}

static void
a_site_offers_what_it_names(void **state)
{
	struct standing s;

	(void)state;
	fake_factor(1, 1, "app", "ready");
	fake_factor(2, 2, "app", "off");
	assert_int_equal(fetch(&s), SSPR_OK);
	assert_true(standing_offers(&s, METHOD_APP));
	assert_true(standing_offers(&s, METHOD_PASS));
	assert_false(standing_offers(&s, METHOD_LANDLINE));
	assert_true(standing_offers(&s, METHOD_NOTICE));
	memcpy(s.policy.methods, "  apps app2  sms ", 18);
	assert_false(standing_offers(&s, METHOD_APP));
	assert_true(standing_offers(&s, METHOD_SMS));
	memcpy(s.policy.methods, "app backup", 11);
	assert_false(standing_offers(&s, METHOD_NOTICE));
	assert_int_equal(standing_has(&s, METHOD_APP), 2);
	assert_int_equal(standing_has(&s, METHOD_SMS), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    the_policy_comes_first_and_then_what_is_enrolled,
		    two_are_needed),
		cmocka_unit_test_setup(
		    without_a_policy_or_with_two_it_is_malformed,
		    two_are_needed),
		cmocka_unit_test_setup(what_counts_are_methods_that_go_together,
		    two_are_needed),
		cmocka_unit_test_setup(
		    what_is_off_ending_or_used_up_does_not_count,
		    two_are_needed),
		cmocka_unit_test_setup(
		    when_it_is_enough_is_when_the_second_can_be_used,
		    two_are_needed),
		cmocka_unit_test_setup(what_is_lacking_would_count,
		    two_are_needed),
		cmocka_unit_test_setup(a_site_offers_what_it_names,
		    two_are_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
