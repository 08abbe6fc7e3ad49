/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "vault/code.h"
#include "vault/policy.h"

static int
set_up(void **state)
{
	if (lab_open(state) != 0)
		return -1;
	people_enrol(ALICE, "alice");
	return 0;
}

/* R-ADM-1 */
static void
a_pass_is_shown_audited_told_and_right(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);
	const struct account_factor *f;
	struct account a;
	struct record r;

	(void)state;
	desk_keeps_messages();
	(void)records_address(ALICE, METHOD_EMAIL, "alice@example.com");
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	a = people_account(ALICE);
	f = records_of(&a, METHOD_PASS);
	assert_int_equal(account_open(lab.v->seal, &a, f, &r), SSPR_OK);
	assert_int_equal(strlen(desk_shown(1).code), CODE_PASS);
	assert_int_equal(code_check_pass(lab.v->seal, &r.as.pass,
			     desk_shown(1).code, CODE_PASS),
	    SSPR_OK);
	assert_int_equal(r.as.pass.issuer, OPERATOR);
	assert_int_equal(r.as.pass.alone, 0);
	assert_true(account_is_usable(f, vault_now(lab.v)));
	assert_int_equal(f->ends, f->created + 60 * 60);
	assert_int_equal(desk_shown(1).until, f->ends);
	assert_int_equal(desk_shown(1).usable_from, f->usable_from);
	assert_string_equal(lab.events, "helpdesk.pass 0\n");
	assert_string_equal(lab.v->audit[0].reason, h.reason);
	assert_int_equal(lab.v->audit[0].actor, OPERATOR);
	assert_int_equal(lab.v->audit[0].subject, ALICE);
	assert_int_equal(desk_notices(), 1);
}

static void
root_is_an_operator(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	assert_int_equal(desk_does(1, 0, &h), SSPR_OK);
	assert_int_equal(lab.v->audit[0].actor, 0);
	desk_says(2, 0, &h, LAB_FOUND | ACCOUNT_ADMIN, ALICE);
	assert_int_equal(lab.told[2].end.result, SSPR_OK);
}

/* R-ADM-1, R-ADM-2 */
static void
what_an_operator_may_not_changes_nothing(void **state)
{
	static const enum proto_verb verbs[] = { VERB_ISSUE, VERB_UNLOCK };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct proto_hello h = desk_hello(verbs[i]);

		desk_refuses(1, ALICE, &h, SSPR_NOT_OPERATOR);
		h.reason[0] = '\0';
		desk_refuses(2, OPERATOR, &h, SSPR_USAGE);
		desk_refuses(3, 0, &h, SSPR_USAGE);
		h = desk_hello(verbs[i]);
		desk_says(4, OPERATOR, &h, LAB_FOUND | ACCOUNT_ADMIN, ALICE);
		assert_int_equal(lab.told[4].end.result, SSPR_NOT_OPERATOR);
		assert_non_null(strstr(lab.told[4].text, "only root"));
		desk_says(5, 0, &h, LAB_FOUND | ACCOUNT_NEVER, ALICE);
		assert_int_equal(lab.told[5].end.result, SSPR_ACCOUNT);
		assert_int_equal(people_account(ALICE).nfactors, 1);
	}
}

static void
an_account_with_nothing_enrolled_gets_a_pass(void **state)
{
	struct proto_hello h = desk_hello(VERB_ISSUE);
	struct account a;
	struct record r;

	(void)state;
	memcpy(h.user, "bob", 4);
	/* It would be all it takes, and nobody would hear of it (R-ADM-2). */
	desk_says(3, OPERATOR, &h, LAB_FOUND, BOB);
	assert_int_equal(lab.told[3].end.result, SSPR_UNTOLD);
	desk_says(1, 0, &h, LAB_FOUND, BOB);
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
	assert_int_equal(strlen(desk_shown(1).code), CODE_PASS);
	a = people_account(BOB);
	assert_int_equal(desk_passes(&a), 1);
	assert_int_equal(account_open_owner(lab.v->seal, &a, &r), SSPR_OK);
	assert_string_equal(r.as.owner.name, "bob");
	memcpy(lab.v->conf.notify_fallback, "it@example.com", 15);
	desk_keeps_messages();
	desk_says(2, OPERATOR, &h, LAB_FOUND, BOB);
	assert_int_equal(lab.told[2].end.result, SSPR_OK);
	assert_true(desk_shown(2).usable_from >= LAB_S + POLICY_ALONE_S);
}

/* R-ADM-2 */
static void
an_account_has_one_live_pass(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);
	struct account a;
	uint32_t first;

	(void)state;
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	a = people_account(ALICE);
	first = records_of(&a, METHOD_PASS)->id;
	assert_int_equal(desk_does(2, OPERATOR, &h), SSPR_OK);
	a = people_account(ALICE);
	assert_int_equal(desk_passes(&a), 1);
	assert_false(
	    account_is_enrolled(account_factor(&a, first), vault_now(lab.v)));
	assert_string_not_equal(desk_shown(1).code, desk_shown(2).code);
}

/* R-ADM-2 */
static void
a_pass_is_good_for_as_long_as_was_said(void **state)
{
	struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	lab.v->conf.pass_min = 7;
	assert_int_equal(desk_does(1, 0, &h), SSPR_OK);
	assert_int_equal(desk_shown(1).until,
	    desk_shown(1).usable_from + 7 * 60);
	h.minutes = 1440;
	assert_int_equal(desk_does(2, 0, &h), SSPR_OK);
	assert_int_equal(desk_shown(2).until,
	    desk_shown(2).usable_from + 86400);
	h.minutes = 1441;
	desk_refuses(3, 0, &h, SSPR_USAGE);
	h.minutes = UINT32_MAX;
	desk_refuses(4, 0, &h, SSPR_USAGE);
}

/* R-ADM-2 */
static void
an_operator_has_so_many_passes_a_day(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	lab.v->conf.passes_per_day = 2;
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	assert_int_equal(desk_does(2, OPERATOR, &h), SSPR_OK);
	desk_refuses(3, OPERATOR, &h, SSPR_PASSES);
	assert_int_equal(desk_does(4, OPERATOR + 1, &h), SSPR_OK);
	lab.ms += 86400 * 1000;
	assert_int_equal(desk_does(5, OPERATOR, &h), SSPR_OK);
}

/* Two in one round count each other. */
static void
passes_asked_for_together_are_counted_apart(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	lab.v->conf.passes_per_day = 1;
	lab.hears = lab.desk;
	lab.peer = 0;
	lab_says_hello(1, &h);
	lab_round();
	lab_hear();
	lab_found(LAB_FOUND, ALICE, "alice");
	lab_says_hello(2, &h);
	inbox_front(lab.v, lab.v->desk);
	lab_hear();
	lab_found(LAB_FOUND, ALICE, "alice");
	lab_run();
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
	assert_int_equal(lab.told[2].end.result, SSPR_PASSES);
}

/* R-ADM-2 */
static void
a_pass_that_stands_alone_waits_for_its_notice(void **state)
{
	struct proto_hello h = desk_hello(VERB_ISSUE);
	struct account a;
	struct record r;

	(void)state;
	h.flags = PROTO_ALONE;
	h.minutes = 30;
	desk_keeps_messages();
	(void)records_address(ALICE, METHOD_NOTICE, "alice@example.com");
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	a = people_account(ALICE);
	assert_int_equal(account_open(lab.v->seal, &a,
			     records_of(&a, METHOD_PASS), &r),
	    SSPR_OK);
	assert_int_equal(r.as.pass.alone, 1);
	assert_int_equal(desk_shown(1).usable_from,
	    records_of(&a, METHOD_PASS)->created + 15 * 60);
	assert_int_equal(desk_shown(1).until,
	    desk_shown(1).usable_from + 30 * 60);
	assert_false(
	    account_is_usable(records_of(&a, METHOD_PASS), vault_now(lab.v)));
	assert_int_equal(desk_notices(), 1);
}

/* R-ADM-2 */
static void
no_pass_stands_alone_where_nobody_hears_of_it(void **state)
{
	struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	h.flags = PROTO_ALONE;
	desk_refuses(1, OPERATOR, &h, SSPR_UNTOLD);
	/* An address that nothing can be sent to is none. */
	(void)records_address(ALICE, METHOD_NOTICE, "alice@example.com");
	desk_refuses(2, OPERATOR, &h, SSPR_UNTOLD);
	memcpy(lab.v->conf.notify_fallback, "it@example.com", 15);
	desk_refuses(3, OPERATOR, &h, SSPR_UNTOLD);
	desk_keeps_messages();
	assert_int_equal(desk_does(4, OPERATOR, &h), SSPR_OK);
	h.flags = 0;
	lab.v->conf.email_command[0] = '\0';
	assert_int_equal(desk_does(5, OPERATOR, &h), SSPR_OK);
}

static void
a_site_without_passes_issues_none(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	memcpy(lab.v->conf.methods, "app backup", 11);
	desk_refuses(1, 0, &h, SSPR_NO_METHOD);
}

/* R-ADM-1, R-DUR-1 */
static void
without_a_disk_nothing_is_issued_or_shown(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	disk_fails = 1;
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_BUSY);
	assert_int_equal(records_count(1, MSG_PASS), 0);
	assert_int_equal(people_account(ALICE).nfactors, 1);
	assert_int_equal(desk_notices(), 0);
	assert_int_equal(lab.audits, 0);
}

/* Promise 6 */
static void
without_an_audit_log_no_pass_is_shown(void **state)
{
	const struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	lab.sync_err = SSPR_AUDIT;
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_BUSY);
	assert_int_equal(records_count(1, MSG_PASS), 0);
}

/* R-KEY-2 */
static void
what_does_not_verify_is_told_and_not_touched(void **state)
{
	static const enum proto_verb verbs[] = { VERB_ISSUE, VERB_UNLOCK };
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;
	struct proto_msg m;
	struct proto_hello h;

	(void)state;
	account_touch(lab.v->seal, &a);
	a.mac[0] ^= 1;
	people_put(&a, was);
	for (uint32_t i = 0; i < 2; i++) {
		h = desk_hello(verbs[i]);
		assert_int_equal(desk_does(i, OPERATOR, &h), SSPR_DAMAGED);
		assert_non_null(strstr(lab.told[i].text, "not verify"));
	}
	h = desk_hello(VERB_USER);
	assert_int_equal(desk_does(3, OPERATOR, &h), SSPR_OK);
	assert_true(records_find(3, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.state, "suspended");
	assert_int_equal(records_count(3, MSG_FACTOR), 0);
	assert_int_equal(records_count(3, MSG_COUNT), 0);
}

/* R-ENR-4 */
static void
an_account_of_another_name_is_not_touched(void **state)
{
	struct proto_hello h = desk_hello(VERB_ISSUE);

	(void)state;
	memcpy(h.user, "bob", 4);
	desk_says(1, OPERATOR, &h, LAB_FOUND, ALICE);
	assert_int_equal(lab.told[1].end.result, SSPR_DAMAGED);
	assert_int_equal(people_account(ALICE).nfactors, 1);
	h.verb = VERB_UNLOCK;
	desk_says(2, OPERATOR, &h, LAB_FOUND, ALICE);
	assert_int_equal(lab.told[2].end.result, SSPR_DAMAGED);
}

static void
fail_some(void)
{
	const struct limit l = { 9, LAB_S };

	people_set_failures(ALICE, METHOD_APP, l);
	people_set_failures(ALICE, METHOD_BACKUP, l);
	people_set_failures(ALICE, METHOD_PASSWORD, l);
}

/* R-THR-2, R-ADM-1 */
static void
unlock_forgets_the_tries_of_one_method(void **state)
{
	struct proto_hello h = desk_hello(VERB_UNLOCK);

	(void)state;
	desk_keeps_messages();
	fail_some();
	memcpy(h.method, "backup", 7);
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	assert_int_equal(people_failures(ALICE, METHOD_BACKUP), 0);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 9);
	assert_string_equal(lab.events, "helpdesk.unlock 0\n");
	assert_string_equal(lab.v->audit[0].reason, h.reason);
	assert_int_equal(desk_notices(), 1);
	memcpy(h.method, "password", 9);
	assert_int_equal(desk_does(2, OPERATOR, &h), SSPR_OK);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 0);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 9);
}

/* Promise 5: else the helpdesk could guess for ever. */
static void
the_helpdesk_unlocks_an_account_twice_a_day(void **state)
{
	const struct proto_hello h = desk_hello(VERB_UNLOCK);

	(void)state;
	for (uint32_t i = 10; i < 13; i++) {
		assert_int_equal(desk_does(i, OPERATOR, &h), SSPR_OK);
		fail_some(); /* only what is forgotten counts */
	}
	desk_refuses(3, OPERATOR, &h, SSPR_PASSES);
	assert_int_equal(desk_does(4, 0, &h), SSPR_OK);
	lab.ms += 86401000;
	assert_int_equal(desk_does(5, OPERATOR, &h), SSPR_OK);
}

static void
unlock_without_a_method_forgets_all(void **state)
{
	const struct proto_hello h = desk_hello(VERB_UNLOCK);
	struct account a;

	(void)state;
	fail_some();
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	a = people_account(ALICE);
	for (size_t i = 0; i < a.nbudgets; i++)
		assert_int_equal(a.budget[i].limit.failures, 0);
}

static void
nothing_to_forget_is_no_news_to_the_user(void **state)
{
	const struct proto_hello h = desk_hello(VERB_UNLOCK);
	const uint64_t was = people_account(ALICE).generation;

	(void)state;
	desk_keeps_messages();
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	assert_non_null(strstr(lab.told[1].text, "no wrong tries"));
	assert_int_equal(people_account(ALICE).generation, was);
	assert_int_equal(desk_notices(), 0);
	assert_string_equal(lab.events, "helpdesk.unlock 0\n");
}

static void
unlock_needs_a_method_there_is_and_an_account(void **state)
{
	struct proto_hello h = desk_hello(VERB_UNLOCK);

	(void)state;
	memcpy(h.method, "telepathy", 10);
	desk_refuses(1, OPERATOR, &h, SSPR_USAGE);
	h = desk_hello(VERB_UNLOCK);
	memcpy(h.user, "bob", 4);
	desk_says(2, OPERATOR, &h, LAB_FOUND, BOB);
	assert_int_equal(lab.told[2].end.result, SSPR_NO_FACTOR);
}

/* R-ADM-1, story 11 */
static void
an_account_is_shown_with_counts_and_without_secrets(void **state)
{
	const struct proto_hello h = desk_hello(VERB_USER);
	const struct limit off = { 99, LAB_S };
	struct proto_msg m;

	(void)state;
	(void)records_address(ALICE, METHOD_SMS, "+15551234567");
	fail_some();
	people_set_failures(ALICE, METHOD_SMS, off);
	assert_int_equal(desk_does(1, OPERATOR, &h), SSPR_OK);
	assert_int_equal(lab.told[1].raw[1], MSG_USER);
	assert_true(records_find(1, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.name, "alice");
	assert_int_equal(m.as.user.uid, ALICE);
	assert_string_equal(m.as.user.state, "enrolled");
	assert_int_equal(m.as.user.admin, 0);
	assert_string_equal(records_factor(1, "sms").hint, "+1555***67");
	assert_int_equal(records_count(1, MSG_COUNT), 4);
	for (size_t n = 0; records_find(1, MSG_COUNT, n, &m); n++) {
		const struct proto_count *c = &m.as.count;

		assert_string_equal(c->source, "stranger");
		if (strcmp(c->method, "sms") == 0)
			assert_int_equal(c->wait, UINT32_MAX);
		else if (strcmp(c->method, "password") == 0)
			assert_in_range(c->wait, 800, 900);
		else
			assert_in_range(c->wait, 200, 240);
	}
	assert_string_equal(lab.events, "helpdesk.show 0\n");
}

static void
an_account_that_is_not_there_is_shown_as_such(void **state)
{
	struct proto_hello h = desk_hello(VERB_USER);
	struct proto_msg m;

	(void)state;
	h.reason[0] = '\0';
	memcpy(h.user, "bob", 4);
	desk_says(1, OPERATOR, &h, LAB_FOUND | ACCOUNT_ADMIN, BOB);
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
	assert_true(records_find(1, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.state, "none");
	assert_int_equal(m.as.user.admin, 1);
	assert_int_equal(records_count(1, MSG_FACTOR), 0);
	desk_says(2, OPERATOR, &h, LAB_FOUND | ACCOUNT_NEVER, BOB);
	assert_true(records_find(2, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.state, "excluded");
	desk_says(3, OPERATOR, &h, 0, 0);
	assert_int_equal(lab.told[3].end.result, SSPR_UNKNOWN_USER);
	assert_int_equal(records_count(3, MSG_USER), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pass_is_shown_audited_told_and_right),
		TEST(root_is_an_operator),
		TEST(what_an_operator_may_not_changes_nothing),
		TEST(an_account_with_nothing_enrolled_gets_a_pass),
		TEST(an_account_has_one_live_pass),
		TEST(a_pass_is_good_for_as_long_as_was_said),
		TEST(an_operator_has_so_many_passes_a_day),
		TEST(passes_asked_for_together_are_counted_apart),
		TEST(a_pass_that_stands_alone_waits_for_its_notice),
		TEST(no_pass_stands_alone_where_nobody_hears_of_it),
		TEST(a_site_without_passes_issues_none),
		TEST(without_a_disk_nothing_is_issued_or_shown),
		TEST(without_an_audit_log_no_pass_is_shown),
		TEST(what_does_not_verify_is_told_and_not_touched),
		TEST(an_account_of_another_name_is_not_touched),
		TEST(unlock_forgets_the_tries_of_one_method),
		TEST(the_helpdesk_unlocks_an_account_twice_a_day),
		TEST(unlock_without_a_method_forgets_all),
		TEST(nothing_to_forget_is_no_news_to_the_user),
		TEST(unlock_needs_a_method_there_is_and_an_account),
		TEST(an_account_is_shown_with_counts_and_without_secrets),
		TEST(an_account_that_is_not_there_is_shown_as_such),
	};

	return PEOPLE_OF_BOTH(tests);
}
