/* SPDX-License-Identifier: MIT */
/* R-ENR-4: until an administrator confirms. */
#include "desk.h"

static void
set_missing(uint64_t at)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	a.missing_at = at;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	snprintf(lab.v->conf.methods, sizeof(lab.v->conf.methods),
	    "app helpdesk-pass");
	set_missing(LAB_S);
	return 0;
}

static void
root_confirms_and_the_user_is_told(void **state)
{
	const struct proto_hello h = desk_hello(VERB_CONFIRM);

	(void)state;
	desk_keeps_messages();
	assert_int_equal(desk_does(1, 0, &h), SSPR_OK);
	assert_non_null(strstr(lab.told[1].text, "works again"));
	assert_int_equal(people_account(ALICE).missing_at, 0);
	assert_int_equal(people_account(ALICE).nfactors, 1);
	assert_string_equal(lab.events, "helpdesk.confirm 0\n");
	assert_string_equal(lab.v->audit[0].reason, h.reason);
	assert_int_equal(lab.v->audit[0].subject, ALICE);
	assert_int_equal(desk_notices(), 1);
	lab_begin(2, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_false(lab_session(2)->decoy);
}

/* R-ADM-1 */
static void
the_helpdesk_cannot_confirm(void **state)
{
	const struct proto_hello h = desk_hello(VERB_CONFIRM);

	(void)state;
	desk_refuses(1, OPERATOR, &h, SSPR_NOT_OPERATOR);
	assert_non_null(strstr(lab.told[1].text, "Only root"));
	assert_int_equal(people_account(ALICE).missing_at, LAB_S);
}

static void
a_reason_is_needed(void **state)
{
	struct proto_hello h = desk_hello(VERB_CONFIRM);

	(void)state;
	memset(h.reason, 0, sizeof(h.reason));
	desk_refuses(1, 0, &h, SSPR_USAGE);
}

static void
who_was_not_missing_is_not_changed(void **state)
{
	struct proto_hello h = desk_hello(VERB_CONFIRM);
	uint64_t was;

	(void)state;
	desk_keeps_messages();
	set_missing(0);
	was = people_account(ALICE).generation;
	assert_int_equal(desk_does(1, 0, &h), SSPR_OK);
	assert_non_null(strstr(lab.told[1].text, "not missing"));
	assert_int_equal(people_account(ALICE).generation, was);
	memcpy(h.user, "bob", 4);
	desk_says(2, 0, &h, LAB_FOUND, BOB);
	assert_int_equal(lab.told[2].end.result, SSPR_OK);
	assert_non_null(strstr(lab.told[2].text, "not missing"));
	assert_int_equal(desk_notices(), 0);
}

static void
what_is_of_another_name_is_not_confirmed(void **state)
{
	struct proto_hello h = desk_hello(VERB_CONFIRM);

	(void)state;
	memcpy(h.user, "heir", 5);
	desk_says(1, 0, &h, LAB_FOUND, ALICE);
	assert_int_equal(lab.told[1].end.result, SSPR_DAMAGED);
	assert_int_equal(people_account(ALICE).missing_at, LAB_S);
}

static void
until_then_it_is_shown_as_missing_and_nothing_is_done(void **state)
{
	static const enum proto_verb verbs[] = { VERB_ISSUE, VERB_UNLOCK };
	struct proto_hello h = desk_hello(VERB_USER);
	struct proto_msg m;

	(void)state;
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	assert_true(records_find(1, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.state, "missing");
	for (uint32_t i = 0; i < 2; i++) {
		h = desk_hello(verbs[i]);
		desk_refuses(2 + i, OPERATOR, &h, SSPR_MISSING);
		assert_non_null(strstr(lab.told[2 + i].text, "user confirm"));
	}
}

/* R-DUR-1, R-ADM-1 */
static void
without_a_disk_or_an_audit_log_it_is_not_said(void **state)
{
	const struct proto_hello h = desk_hello(VERB_CONFIRM);

	(void)state;
	disk_fails = 1;
	assert_int_equal(desk_does(1, 0, &h), SSPR_BUSY);
	assert_int_equal(people_account(ALICE).missing_at, LAB_S);
	assert_int_equal(desk_notices(), 0);
	lab.sync_err = SSPR_AUDIT;
	assert_int_equal(desk_does(2, 0, &h), SSPR_BUSY);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(root_confirms_and_the_user_is_told),
		TEST(the_helpdesk_cannot_confirm),
		TEST(a_reason_is_needed),
		TEST(who_was_not_missing_is_not_changed),
		TEST(what_is_of_another_name_is_not_confirmed),
		TEST(until_then_it_is_shown_as_missing_and_nothing_is_done),
		TEST(without_a_disk_or_an_audit_log_it_is_not_said),
	};

	return PEOPLE_OF_BOTH(tests);
}
