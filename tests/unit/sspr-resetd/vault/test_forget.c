/* SPDX-License-Identifier: MIT */
/* R-KEY-2: the way back for an account that does not verify. */
#include "../../../capture.h"
#include "desk.h"

static struct capture said;

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	people_enrol(BOB, "bob");
	desk_keeps_messages();
	return 0;
}

/* As an editor of the database does it. */
static void
edit(void)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	a.admin_at = LAB_S; /* and the MAC is as it was */
	a.generation++;
	people_put(&a, was);
	assert_int_equal(account_verify(lab.v->seal, &a), SSPR_SUSPENDED);
}

static bool
is_there(uint32_t uid)
{
	uint8_t key[ACCOUNT_KEY];
	struct account a;

	account_key(lab.v->seal, lab_backend, uid, key);
	return store_get(lab.v->store, key, &a) == SSPR_OK;
}

static void
root_forgets_one_that_does_not_verify(void **state)
{
	const struct proto_hello h = desk_hello(VERB_FORGET);

	(void)state;
	edit();
	assert_int_equal(desk_does(1, 0, &h), SSPR_OK);
	assert_non_null(strstr(lab.told[1].text, "enrol anew"));
	assert_false(is_there(ALICE));
	assert_true(is_there(BOB));
	assert_non_null(strstr(lab.events, "helpdesk.forget 0\n"));
	assert_true(desk_notices() > 0);
	lab_begin(2, ALICE, VERB_STATUS, "alice", LAB_FOUND, ALICE);
	assert_int_equal(lab.told[2].end.result, SSPR_OK);
}

static void
until_then_owner_and_helpdesk_are_told_why(void **state)
{
	struct proto_hello h = desk_hello(VERB_USER);
	struct proto_msg m;

	(void)state;
	edit();
	lab_begin(1, ALICE, VERB_STATUS, "alice", LAB_FOUND, ALICE);
	assert_int_equal(lab_end(1), SSPR_DAMAGED);
	assert_int_equal(desk_does(2, OPERATOR, &h), SSPR_OK);
	assert_true(records_find(2, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.state, "suspended");
	h = desk_hello(VERB_UNLOCK);
	assert_int_equal(desk_does(3, OPERATOR, &h), SSPR_DAMAGED);
	assert_non_null(strstr(lab.told[3].text, "user forget"));
	assert_non_null(strstr(lab.events, "account.suspended 54\n"));
}

/* It is no tampering, and whose uid it is now can enrol after it. */
static void
one_of_another_name_is_told_as_that(void **state)
{
	struct proto_hello h = desk_hello(VERB_USER);

	(void)state;
	memcpy(h.user, "heir", sizeof("heir"));
	capture_begin(&said);
	desk_says(1, 0, &h, LAB_FOUND, ALICE);
	capture_end(&said);
	assert_non_null(strstr(said.err, "enrolled by another name"));
	assert_null(strstr(said.err, "does not verify"));
	assert_non_null(strstr(lab.events, "account.suspended 54\n"));
	h.verb = VERB_FORGET;
	desk_says(2, 0, &h, LAB_FOUND, ALICE);
	assert_int_equal(lab.told[2].end.result, SSPR_OK);
	assert_false(is_there(ALICE));
}

static void
root_forgets_a_sound_one_and_its_owner_is_told(void **state)
{
	const struct proto_hello h = desk_hello(VERB_FORGET);

	(void)state;
	assert_int_equal(desk_does(1, 0, &h), SSPR_OK);
	assert_false(is_there(ALICE));
	assert_int_equal(desk_notices(), 1);
	assert_int_equal(desk_does(2, 0, &h), SSPR_OK);
	assert_non_null(strstr(lab.told[2].text, "nothing stored"));
	assert_int_equal(desk_notices(), 1);
}

/* R-ADM-1 */
static void
the_helpdesk_cannot_forget_nor_anybody_without_a_reason(void **state)
{
	struct proto_hello h = desk_hello(VERB_FORGET);

	(void)state;
	desk_refuses(1, OPERATOR, &h, SSPR_NOT_OPERATOR);
	memset(h.reason, 0, sizeof(h.reason));
	desk_refuses(2, 0, &h, SSPR_USAGE);
	assert_true(is_there(ALICE));
}

/* R-DUR-1 */
static void
without_a_disk_it_is_not_forgotten(void **state)
{
	const struct proto_hello h = desk_hello(VERB_FORGET);

	(void)state;
	disk_fails = 1;
	assert_int_equal(desk_does(1, 0, &h), SSPR_BUSY);
	assert_true(is_there(ALICE));
	assert_int_equal(desk_notices(), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(root_forgets_one_that_does_not_verify),
		TEST(until_then_owner_and_helpdesk_are_told_why),
		TEST(one_of_another_name_is_told_as_that),
		TEST(root_forgets_a_sound_one_and_its_owner_is_told),
		TEST(the_helpdesk_cannot_forget_nor_anybody_without_a_reason),
		TEST(without_a_disk_it_is_not_forgotten),
	};

	return PEOPLE_OF_BOTH(tests);
}
