/* SPDX-License-Identifier: MIT */
/* Hosts whose conversation means ill, with a daemon that means well. */
#include <errno.h>
#include <security/pam_appl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "faults.h"
#include "host.h"
#include "stage.h"

#define PROMPTS 5 /* of HOST_RESETS */

static void
caught([[maybe_unused]] int signal)
{
}

static int
setup([[maybe_unused]] void **state)
{
	memset(&faults, 0, sizeof(faults));
	stage_up(NULL, NULL);
	return 0;
}

static int
teardown([[maybe_unused]] void **state)
{
	stage_down();
	return 0;
}

/* The daemon hears of it a moment after the module has returned. */
static void
wait_for_cancel(void)
{
	const struct timespec moment = { 0, 1000000 };

	for (int i = 0; i < 2000 && stage_heard->cancels == 0; i++)
		(void)nanosleep(&moment, NULL);
	assert_int_equal(stage_heard->cancels, 1);
	assert_int_equal(stage_heard->cancelled, SSPR_CANCELLED);
}

/* R-PAM-3: it ends at once, without another word. */
static void
ends_at_once(enum host_trick trick)
{
	for (size_t at = 0; at < PROMPTS; at++) {
		struct host h = { .trick = trick,
			.at = at,
			.answers = HOST_RESETS };

		stage_down();
		stage_up(NULL, NULL);
		host_logs_in(&h);
		assert_int_equal(h.prompts, at + 1);
		assert_int_equal(stage_heard->resets, at == 0 ? 0 : 1);
		if (at > 0)
			wait_for_cancel();
	}
}

static void
a_failed_conversation_ends_it([[maybe_unused]] void **state)
{
	ends_at_once(HOST_FAILS);
}

static void
no_response_ends_it([[maybe_unused]] void **state)
{
	ends_at_once(HOST_NO_RESPONSE);
}

static void
a_response_without_an_answer_ends_it([[maybe_unused]] void **state)
{
	ends_at_once(HOST_NO_ANSWER);
}

static void
an_answer_of_513_bytes_ends_it([[maybe_unused]] void **state)
{
	ends_at_once(HOST_TOO_LONG);
}

/* R-PAM-6: signals are the host's own. */
static void
signals_are_survived([[maybe_unused]] void **state)
{
	const struct sigaction a = { .sa_handler = caught };

	(void)sigaction(SIGUSR1, &a, NULL);
	for (size_t at = 0; at < PROMPTS; at++) {
		struct host h = { .trick = HOST_INTERRUPTED,
			.at = at,
			.answers = HOST_RESETS };

		host_logs_in(&h);
		assert_int_equal(h.prompts, PROMPTS);
	}
}

/* R-PAM-3: a locker that gives the password to every prompt. */
static void
a_host_that_repeats_the_password_gets_nowhere([[maybe_unused]] void **state)
{
	struct host h = { .service = "i3lock",
		.args = "services=i3lock",
		.trick = HOST_REPEATS,
		.password = "hunter2" };

	host_logs_in(&h);
	assert_string_equal(h.seen, "Offer: |");
	assert_int_equal(stage_heard->resets, 0);
}

static void
the_daemon_dies(size_t prompt)
{
	if (prompt == 1)
		stage_kill();
}

/* The person answers a daemon that is no more. */
static void
an_answer_to_a_dead_daemon_is_told([[maybe_unused]] void **state)
{
	struct host h = { .answers = HOST_RESETS, .asked = the_daemon_dies };

	host_logs_in(&h);
	assert_string_equal(h.seen,
	    "Offer: |Code: |\nReset not completed: service not reachable "
	    "(SSPR-11). Nothing was changed. Press Enter: |");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_failed_conversation_ends_it),
		TEST(no_response_ends_it),
		TEST(a_response_without_an_answer_ends_it),
		TEST(an_answer_of_513_bytes_ends_it),
		TEST(signals_are_survived),
		TEST(a_host_that_repeats_the_password_gets_nowhere),
		TEST(an_answer_to_a_dead_daemon_is_told),
	};

	host_modules(argc, argv);
	stage_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
