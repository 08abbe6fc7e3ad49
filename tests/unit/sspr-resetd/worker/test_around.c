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
#include "conf.h"
#include "counted.h"
#include "worker/around.h"

#define ANSWERS(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}
#define NONE                  \
	(const char *const[]) \
	{                     \
		NULL          \
	}

#define LOST "Type yes to go on, or Enter to stop: "

/* Whoever runs the test, on a host of the test's own. */
static struct {
	struct counted counted;
	struct services services;
	struct around_place place;
	struct around around;
	struct client client;
} t;

static int
setup([[maybe_unused]] void **state)
{
	counted_open(&t.counted, "");
	services_open(&t.services);
	t.place.tally = t.counted.place;
	t.place.wrapped = (struct wrapped_place){ .pamd = &t.services.place,
		.homed = t.services.modules,
		.ecryptfs = t.services.modules };
	t.place.sessions = (struct sessions_place){ .dir = t.services.modules,
		.program = "/usr/bin/true" };
	t.around = (struct around){ .name = t.counted.name,
		.uid = geteuid(),
		.wrapped = "",
		.offer = true,
		.clear = true,
		.sessions = CONF_END_ASK,
		.place = &t.place };
	return 0;
}

static int
teardown([[maybe_unused]] void **state)
{
	services_close(&t.services);
	counted_close(&t.counted);
	return 0;
}

static enum sspr_err
before(const char *const *answers)
{
	enum sspr_err e;

	client_start(&t.client, answers);
	e = around_before(&t.around, &t.client.relay);
	client_stop(&t.client);
	return e;
}

static bool
was_told(const char *text)
{
	return strstr(t.client.told, text) != NULL;
}

static unsigned int
times_asked(void)
{
	unsigned int n = 0;

	for (const char *at = t.client.told;
	     (at = strstr(at, "echo: ")) != NULL; at++)
		n++;
	return n;
}

static void
log_in(void)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", geteuid());
	services_put_in(t.services.modules, name, "");
}

static void
nothing_around_asks_nothing([[maybe_unused]] void **state)
{
	assert_int_equal(before(NONE), SSPR_OK);
	assert_string_equal(t.client.told, "");
	assert_false(t.around.end);
}

static void
who_is_locked_may_unlock_instead([[maybe_unused]] void **state)
{
	counted_add(&t.counted, 3, 0);
	assert_int_equal(before(ANSWERS(" Unlock ")), SSPR_UNLOCKED);
	assert_true(was_told("is locked after too many wrong passwords. Type "
			     "unlock to keep the old password"));
	assert_int_equal(times_asked(), 1);
	assert_int_equal(counted_size(&t.counted), 0);
}

static void
who_is_locked_may_go_on([[maybe_unused]] void **state)
{
	counted_add(&t.counted, 3, 0);
	assert_int_equal(before(ANSWERS("")), SSPR_OK);
	assert_int_equal(times_asked(), 1);
	assert_int_equal(before(ANSWERS("unlok", "unlock me")), SSPR_OK);
	assert_int_equal(times_asked(), 2);
	assert_true(was_told("Not understood. "));
	assert_int_equal(before(ANSWERS("what", "unlock")), SSPR_UNLOCKED);
}

static void
who_leaves_is_left_alone([[maybe_unused]] void **state)
{
	counted_add(&t.counted, 3, 0);
	assert_int_equal(before(ANSWERS(CLIENT_CANCELS)), SSPR_CANCELLED);
	assert_int_equal(before(NONE), SSPR_GONE);
	assert_int_equal(before(ANSWERS("", "unlock")), SSPR_OK);
	assert_true(counted_size(&t.counted) > 0);
}

static void
no_offer_where_the_operator_makes_none([[maybe_unused]] void **state)
{
	counted_add(&t.counted, 3, 0);
	t.around.offer = false;
	assert_int_equal(before(NONE), SSPR_OK);
	assert_string_equal(t.client.told, "");
}

static void
two_wrong_passwords_are_no_lock([[maybe_unused]] void **state)
{
	counted_add(&t.counted, 2, 0);
	assert_int_equal(before(NONE), SSPR_OK);
	assert_string_equal(t.client.told, "");
}

/* R-SET-6 */
static void
data_at_stake_is_named_and_asked_about([[maybe_unused]] void **state)
{
	services_put(&t.services, "login", "session optional pam_mount.so\n");
	assert_int_equal(before(ANSWERS("")), SSPR_CANCELLED);
	assert_true(was_told("volumes that are mounted at login"));
	assert_true(was_told(LOST));
	assert_int_equal(before(ANSWERS("no")), SSPR_CANCELLED);
	assert_int_equal(before(ANSWERS("y", "ye")), SSPR_CANCELLED);
	assert_int_equal(before(ANSWERS("YES")), SSPR_OK);
	assert_int_equal(before(ANSWERS("what?", "yes")), SSPR_OK);
}

/* R-SET-6 */
static void
a_keyring_is_only_told_of([[maybe_unused]] void **state)
{
	services_put(&t.services, "login",
	    "session optional pam_gnome_keyring.so\n");
	assert_int_equal(before(NONE), SSPR_OK);
	assert_string_equal(t.client.told,
	    "info: Later, your keyring may ask for the old password once "
	    "more, or has to be made anew.\n");
}

static void
services_that_cannot_be_read_end_it([[maybe_unused]] void **state)
{
	t.services.place.dirs[0] = "/nonexistent";
	assert_int_equal(before(NONE), SSPR_SYSTEM);
}

/* R-POL-2 */
static void
sessions_end_if_the_person_says_so([[maybe_unused]] void **state)
{
	log_in();
	assert_int_equal(before(ANSWERS("")), SSPR_OK);
	assert_true(was_told("is logged in on this machine. End those"));
	assert_false(t.around.end);
	assert_int_equal(before(ANSWERS("no")), SSPR_OK);
	assert_false(t.around.end);
	assert_int_equal(before(ANSWERS("perhaps", "maybe")), SSPR_OK);
	assert_false(t.around.end);
	assert_int_equal(before(ANSWERS("yes")), SSPR_OK);
	assert_true(t.around.end);
	around_after(&t.around);
}

/* R-POL-2 */
static void
sessions_end_as_the_operator_says([[maybe_unused]] void **state)
{
	log_in();
	t.around.sessions = CONF_END_NO;
	assert_int_equal(before(NONE), SSPR_OK);
	assert_false(t.around.end);
	t.around.sessions = CONF_END_YES;
	assert_int_equal(before(NONE), SSPR_OK);
	assert_true(t.around.end);
	assert_string_equal(t.client.told, "");
}

static void
after_a_change_the_count_is_cleared_if_so_configured(
    [[maybe_unused]] void **state)
{
	counted_add(&t.counted, 3, 0);
	t.around.clear = false;
	around_after(&t.around);
	assert_true(counted_size(&t.counted) > 0);
	t.around.clear = true;
	around_after(&t.around);
	assert_int_equal(counted_size(&t.counted), 0);
}

static void
what_fails_afterwards_is_logged_only([[maybe_unused]] void **state)
{
	log_in();
	t.around.end = true;
	t.place.sessions.program = "/usr/bin/false";
	t.place.tally.conf = t.services.dir;
	around_after(&t.around);
}

/* R-SET-6 */
static void
an_account_whose_data_would_be_lost_is_refused([[maybe_unused]] void **state)
{
	const char *why = NULL;

	assert_int_equal(around_check(&t.around, &why), SSPR_OK);
	t.around.wrapped = t.around.name;
	assert_int_equal(around_check(&t.around, &why), SSPR_WRAPPED);
	assert_non_null(why);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_around_asks_nothing),
		TEST(who_is_locked_may_unlock_instead),
		TEST(who_is_locked_may_go_on),
		TEST(who_leaves_is_left_alone),
		TEST(no_offer_where_the_operator_makes_none),
		TEST(two_wrong_passwords_are_no_lock),
		TEST(data_at_stake_is_named_and_asked_about),
		TEST(a_keyring_is_only_told_of),
		TEST(services_that_cannot_be_read_end_it),
		TEST(sessions_end_if_the_person_says_so),
		TEST(sessions_end_as_the_operator_says),
		TEST(after_a_change_the_count_is_cleared_if_so_configured),
		TEST(what_fails_afterwards_is_logged_only),
		TEST(an_account_whose_data_would_be_lost_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
