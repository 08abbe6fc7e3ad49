/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "fake_pam.h"
#include "worker/check.h"

#define ANSWERS(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static int
right_is_secret(pam_handle_t *h)
{
	char *typed = NULL;
	int rc = fake_say(h, PAM_PROMPT_ECHO_OFF, "Password: ", &typed);

	if (rc != PAM_SUCCESS)
		return PAM_AUTH_ERR;
	rc = strcmp(typed, "secret") == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
	free(typed);
	return rc;
}

static int
everybody(pam_handle_t *h)
{
	(void)h;
	return PAM_SUCCESS;
}

static int
out_of_order(pam_handle_t *h)
{
	(void)h;
	return PAM_AUTHINFO_UNAVAIL;
}

static enum sspr_err
check(int (*phase)(pam_handle_t *), int account, const char *const *answers)
{
	struct client c;
	enum sspr_err e;

	fake.phase = phase;
	fake.account = account;
	client_start(&c, answers);
	e = check_run("sspr-enroll", "alice", &c.relay);
	client_stop(&c);
	assert_int_equal(fake.open, 0);
	return e;
}

/* R-ENR-1 */
static void
the_right_password_passes_the_wrong_does_not(void **state)
{
	(void)state;
	assert_int_equal(check(right_is_secret, PAM_SUCCESS, ANSWERS("secret")),
	    SSPR_OK);
	assert_int_equal(check(right_is_secret, PAM_SUCCESS,
			     ANSWERS("Secret", "secret")),
	    SSPR_PASSWORD);
	assert_int_equal(check(right_is_secret, PAM_SUCCESS, ANSWERS("")),
	    SSPR_PASSWORD);
}

static int
never(pam_handle_t *h)
{
	(void)h;
	fail_msg("the stack was started");
	return PAM_AUTH_ERR;
}

/* R-THR-6: who stops has not failed to log in, pam_faillock hears nothing. */
static void
without_an_answer_the_stack_is_not_started(void **state)
{
	(void)state;
	assert_int_equal(check(never, PAM_SUCCESS, ANSWERS(CLIENT_CANCELS)),
	    SSPR_CANCELLED);
}

static void
the_account_phase_has_its_say(void **state)
{
	(void)state;
	assert_int_equal(check(right_is_secret, PAM_ACCT_EXPIRED,
			     ANSWERS("secret")),
	    SSPR_ACCOUNT);
	assert_int_equal(check(right_is_secret, PAM_NEW_AUTHTOK_REQD,
			     ANSWERS("secret")),
	    SSPR_OK);
	assert_int_equal(check(right_is_secret, PAM_ACCT_EXPIRED,
			     ANSWERS("Secret")),
	    SSPR_PASSWORD);
}

/* Nothing was proved by anyone. */
static void
a_stack_that_accepts_without_asking_is_refused(void **state)
{
	(void)state;
	assert_int_equal(check(everybody, PAM_SUCCESS, ANSWERS("secret")),
	    SSPR_CONFIG);
}

static void
faults_of_the_stack_and_the_person_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(check(out_of_order, PAM_SUCCESS, ANSWERS("secret")),
	    SSPR_SYSTEM);
	assert_int_equal(check(right_is_secret, PAM_SUCCESS,
			     ANSWERS(CLIENT_CANCELS)),
	    SSPR_CANCELLED);
	assert_int_equal(check(right_is_secret, PAM_SUCCESS,
			     (const char *const[]){ NULL }),
	    SSPR_GONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_passes_the_wrong_does_not),
		cmocka_unit_test(without_an_answer_the_stack_is_not_started),
		cmocka_unit_test(the_account_phase_has_its_say),
		cmocka_unit_test(
		    a_stack_that_accepts_without_asking_is_refused),
		cmocka_unit_test(
		    faults_of_the_stack_and_the_person_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
