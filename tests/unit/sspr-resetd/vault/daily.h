/* SPDX-License-Identifier: MIT */
/*
 * daily.h - what wrong tries of an account are by the day, and in the end.
 */
#ifndef SSPR_TESTS_VAULT_DAILY_H
#define SSPR_TESTS_VAULT_DAILY_H

#include "dialogue.h"

/* R-THR-7 */
static void
ninety_quiet_days_forget_wrong_tries(void **state)
{
	const struct limit l = { 30, LAB_S - 3600 };

	(void)state;
	people_set_failures(ALICE, METHOD_APP, l);
	later(89 * 86400);
	prompt(1);
	assert_true(is_refused(1, app_now()));
	later(2 * 86400);
	prompt(2);
	assert_false(is_refused(2, app_now()));
}

/* REQUIREMENTS 8.4, promise 5: a third of the day is left to known sources. */
static void
an_account_has_its_wrong_tries_of_a_day_by_all_methods(void **state)
{
	(void)state;
	lab.v->conf.failures_per_day = 9;
	lab.v->conf.free_failures = 10;
	for (uint32_t i = 0; i < 6; i++) {
		prompt(i);
		assert_true(is_refused(i, people_wrong(ALICE)));
	}
	prompt(7);
	assert_true(is_refused(7, app_now()));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 6);
	later(86400 + 5760);
	prompt(8);
	assert_false(is_refused(8, app_now()));
	assert_int_equal(people_account(ALICE).recent[0].slot != 0, true);
}

static void
a_right_code_gives_its_try_of_the_day_back(void **state)
{
	struct account a;

	(void)state;
	prompt(1);
	assert_false(is_refused(1, app_now()));
	a = people_account(ALICE);
	assert_int_equal(window_sum(&a.recent[CLASS_STRANGER], LIMIT_DAY_S,
			     LAB_S),
	    1);
	lab_ready(SSPR_OK);
	a = people_account(ALICE);
	assert_int_equal(window_sum(&a.recent[CLASS_STRANGER], LIMIT_DAY_S,
			     LAB_S),
	    0);
}

#endif /* SSPR_TESTS_VAULT_DAILY_H */
