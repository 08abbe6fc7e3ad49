/* SPDX-License-Identifier: MIT */
/*
 * The daemon is played by a talk_run() of the test's own, the person by its
 * conversation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "dialogue.h"

#define ALARM_S (PROMPT_TIME_S + 120)

static struct {
	struct proto_offer offer;
	int offers;           /* how often it is said */
	int asks;             /* of a reset, before its end */
	enum sspr_err talk;   /* what talk_run() returns */
	enum sspr_err result; /* what END says */
	unsigned int passed;  /* seconds of the dialogue, by the alarm */
	struct proto_hello hello;
	struct talk_limits limits;
	unsigned int pending; /* seconds, seen in the dialogue */
} daemon_;

static struct {
	const char *answers[4];
	size_t prompts;
	char seen[2000];
} person;

enum sspr_err
talk_run([[maybe_unused]] const char *path, const struct proto_hello *hello,
    const struct talk_host *host, const struct talk_limits *limits,
    struct proto_end *end)
{
	struct secret answer;
	enum sspr_err e;

	daemon_.hello = *hello;
	daemon_.limits = *limits;
	for (int i = 0; host->offer != NULL && i < daemon_.offers; i++)
		if ((e = host->offer(host->arg, &daemon_.offer)) != SSPR_OK)
			return e;
	for (int i = 0; host->ask != NULL && i < daemon_.asks; i++)
		if ((e = host->ask(host->arg, true, "Code: ", &answer)) !=
		    SSPR_OK)
			return e;
	if (hello->verb == VERB_RESET) {
		daemon_.pending = alarm(0);
		if (daemon_.pending > 0)
			(void)alarm(daemon_.pending - daemon_.passed);
	}
	if (daemon_.talk != SSPR_OK)
		return daemon_.talk;
	end->result = (uint32_t)daemon_.result;
	return SSPR_OK;
}

static int
converse([[maybe_unused]] int n, const struct pam_message **m,
    struct pam_response **resp, [[maybe_unused]] void *arg)
{
	snprintf(person.seen + strlen(person.seen),
	    sizeof(person.seen) - strlen(person.seen), "%s", m[0]->msg);
	if (m[0]->msg_style == PAM_TEXT_INFO)
		return PAM_SUCCESS;
	if (person.prompts >= 4 || person.answers[person.prompts] == NULL)
		return PAM_CONV_ERR;
	*resp = calloc(1, sizeof(**resp));
	(*resp)->resp = strdup(person.answers[person.prompts++]);
	return PAM_SUCCESS;
}

int
pam_get_item([[maybe_unused]] const pam_handle_t *pamh, int type,
    const void **item)
{
	static const struct pam_conv conv = { converse, NULL };

	*item = type == PAM_CONV ? &conv : NULL;
	return PAM_SUCCESS;
}

static int
setup([[maybe_unused]] void **state)
{
	memset(&daemon_, 0, sizeof(daemon_));
	memset(&person, 0, sizeof(person));
	daemon_.offers = 1;
	snprintf(daemon_.offer.prompt, sizeof(daemon_.offer.prompt),
	    "forgot? ");
	snprintf(daemon_.offer.again, sizeof(daemon_.offer.again), "again? ");
	return 0;
}

static const struct proto_hello ssh = { .service = "sshd", .user = "alice" };
static const struct proto_hello tty = { .service = "login", .user = "alice" };

static struct prompt
fresh(void)
{
	static int nobody;
	struct prompt p;

	prompt_init(&p, (pam_handle_t *)&nobody, false);
	return p;
}

static enum sspr_err
offered(const char *first, const char *second)
{
	struct prompt p = fresh();

	memset(&person, 0, sizeof(person));
	person.answers[0] = first;
	person.answers[1] = second;
	return dialogue_offer(&p, &ssh);
}

static enum sspr_err
reset(const struct proto_hello *hello)
{
	struct prompt p = fresh();

	p.opened = true;
	for (size_t i = 0; i < 4; i++)
		person.answers[i] = "";
	return dialogue_reset(&p, hello);
}

static void
no_offer_is_quiet([[maybe_unused]] void **state)
{
	daemon_.talk = SSPR_GONE;
	assert_int_equal(offered("forgot", NULL), SSPR_GONE);
	daemon_.talk = SSPR_OK;
	daemon_.result = SSPR_NO_OFFER;
	assert_int_equal(offered("forgot", NULL), SSPR_NO_OFFER);
	daemon_.result = SSPR_OK;
	daemon_.offers = 0;
	assert_int_equal(offered("forgot", NULL), SSPR_NO_OFFER);
	daemon_.offers = 2;
	assert_int_equal(offered("forgot", NULL), SSPR_MALFORMED);
	daemon_.offers = 1;
	daemon_.offer.prompt[0] = '\0';
	assert_int_equal(offered("forgot", NULL), SSPR_MALFORMED);
	assert_string_equal(person.seen, "");
}

/* R-PAM-5 */
static void
an_offer_may_take_a_second([[maybe_unused]] void **state)
{
	assert_int_equal(offered("forgot", NULL), SSPR_OK);
	assert_int_equal(daemon_.hello.verb, VERB_OFFER);
	assert_int_equal(daemon_.limits.first_ms, 1000);
}

/* R-PAM-2: by the length in bytes alone. */
static void
six_to_eight_bytes_take_the_offer([[maybe_unused]] void **state)
{
	assert_int_equal(offered("forgot", NULL), SSPR_OK);
	assert_int_equal(offered("\b\n\r\177INCO", NULL), SSPR_OK);
	assert_string_equal(person.seen, "forgot? ");
	assert_int_equal(offered("12345", "1234567"), SSPR_OK);
	assert_string_equal(person.seen, "forgot? again? ");
	assert_int_equal(offered("\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6",
			     "forgot"),
	    SSPR_OK);
	assert_string_equal(person.seen, "forgot? again? ");
}

static void
an_empty_line_declines([[maybe_unused]] void **state)
{
	assert_int_equal(offered("", "forgot"), SSPR_CANCELLED);
	assert_string_equal(person.seen, "forgot? ");
	assert_int_equal(offered("x", ""), SSPR_CANCELLED);
	assert_string_equal(person.seen, "forgot? again? ");
}

static void
what_is_not_understood_is_asked_once_more([[maybe_unused]] void **state)
{
	assert_int_equal(offered("123456789", "12345"), SSPR_CANCELLED);
	assert_string_equal(person.seen, "forgot? again? ");
	assert_int_equal(offered(NULL, "forgot"), SSPR_CANCELLED);
	assert_string_equal(person.seen, "forgot? ");
}

static void
the_offer_waits_as_long_as_it_says([[maybe_unused]] void **state)
{
	struct timespec a, b;

	daemon_.offer.delay_ms = 50;
	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(offered("forgot", NULL), SSPR_OK);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true(
	    (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 >=
	    49);
}

/* Story 18: asked once, and nothing starts whatever is typed. */
static void
a_pointer_elsewhere_is_never_taken([[maybe_unused]] void **state)
{
	static const char *const typed[] = { "", "forgot", "x", "1234567" };

	daemon_.offer.refer = 1;
	daemon_.offer.again[0] = '\0';
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		assert_int_equal(offered(typed[i], "forgot"), SSPR_CANCELLED);
		assert_string_equal(person.seen, "forgot? ");
		assert_int_equal(person.prompts, 1);
	}
	assert_int_equal(daemon_.hello.verb, VERB_OFFER);
}

/* Story 5, R-PAM-4: what had no room in the prompt comes after the answer. */
static void
a_pointer_says_the_rest_once_it_is_answered([[maybe_unused]] void **state)
{
	daemon_.offer.refer = 1;
	assert_int_equal(offered("forgot", "forgot"), SSPR_CANCELLED);
	assert_string_equal(person.seen, "forgot? again? ");
	assert_int_equal(offered(NULL, "forgot"), SSPR_CANCELLED);
	assert_string_equal(person.seen, "forgot? ");
}

/* R-PAM-5 */
static void
a_reset_is_relayed_within_its_limits([[maybe_unused]] void **state)
{
	daemon_.asks = 1;
	assert_int_equal(reset(&ssh), SSPR_OK);
	assert_int_equal(daemon_.hello.verb, VERB_RESET);
	assert_int_equal(daemon_.limits.first_ms, 5000);
	assert_int_equal(daemon_.limits.step_ms, 5000);
	assert_int_equal(daemon_.limits.worker_ms, 35000);
	assert_string_equal(person.seen, "Code: ");
}

static void
a_daemon_that_goes_away_is_reported([[maybe_unused]] void **state)
{
	daemon_.asks = 1;
	daemon_.talk = SSPR_GONE;
	assert_int_equal(reset(&ssh), SSPR_GONE);
	assert_string_equal(person.seen,
	    "Code: \nReset not completed: service not reachable (SSPR-11). "
	    "Nothing was changed. Press Enter: ");
}

static void
after_a_worker_both_passwords_are_to_be_tried([[maybe_unused]] void **state)
{
	daemon_.talk = SSPR_UNCERTAIN;
	assert_int_equal(reset(&ssh), SSPR_UNCERTAIN);
	assert_string_equal(person.seen,
	    "\nReset not completed: password may have been changed (SSPR-25). "
	    "Try the new one, then the old one. Press Enter: ");
}

static void
a_refusal_is_told_if_the_daemon_has_not([[maybe_unused]] void **state)
{
	daemon_.result = SSPR_BUSY;
	assert_int_equal(reset(&ssh), SSPR_BUSY);
	assert_non_null(strstr(person.seen, "(SSPR-10). Nothing was changed."));
	setup(NULL);
	daemon_.result = SSPR_DENIED;
	daemon_.asks = 1;
	assert_int_equal(reset(&ssh), SSPR_DENIED);
	assert_string_equal(person.seen, "Code: ");
}

/* DESIGN.md section 4: login's alarm waits for the dialogue. */
static void
the_alarm_of_login_is_put_back([[maybe_unused]] void **state)
{
	(void)alarm(100);
	daemon_.passed = 30;
	assert_int_equal(reset(&tty), SSPR_OK);
	assert_in_range(daemon_.pending, ALARM_S - 1, ALARM_S);
	assert_in_range(alarm(0), 69, 71);
	(void)alarm(20);
	daemon_.talk = SSPR_GONE;
	assert_int_equal(reset(&tty), SSPR_GONE);
	assert_int_equal(alarm(0), 1);
}

static void
no_other_alarm_is_touched([[maybe_unused]] void **state)
{
	(void)alarm(100);
	assert_int_equal(reset(&ssh), SSPR_OK);
	assert_in_range(daemon_.pending, 99, 100);
	assert_in_range(alarm(0), 99, 100);
	assert_int_equal(reset(&tty), SSPR_OK);
	assert_int_equal(daemon_.pending, 0);
	assert_int_equal(alarm(0), 0);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_offer_is_quiet),
		TEST(an_offer_may_take_a_second),
		TEST(six_to_eight_bytes_take_the_offer),
		TEST(an_empty_line_declines),
		TEST(what_is_not_understood_is_asked_once_more),
		TEST(the_offer_waits_as_long_as_it_says),
		TEST(a_pointer_elsewhere_is_never_taken),
		TEST(a_pointer_says_the_rest_once_it_is_answered),
		TEST(a_reset_is_relayed_within_its_limits),
		TEST(a_daemon_that_goes_away_is_reported),
		TEST(after_a_worker_both_passwords_are_to_be_tried),
		TEST(a_refusal_is_told_if_the_daemon_has_not),
		TEST(the_alarm_of_login_is_put_back),
		TEST(no_other_alarm_is_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
