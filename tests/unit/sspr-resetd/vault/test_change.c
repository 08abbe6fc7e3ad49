/* SPDX-License-Identifier: MIT */
#include "enrolling.h"

#define A_DAY   86400u
#define MONTH_S ((uint64_t)ACCOUNT_MEMORY_S)
#define APP     1u /* her factor */

static uint32_t
left(uint32_t id)
{
	return (uint32_t)(factor(id).ends - vault_now(lab.v));
}

/* R-ENR-2 */
static void
a_removal_takes_effect_after_the_cooling_off(void **state)
{
	(void)state;
	assert_non_null(strstr(begins(1, VERB_REMOVE, "", APP),
	    "sspr-enroll keep 1 undoes this"));
	PASSES(1);
	assert_in_range(left(APP), A_DAY - 9, A_DAY);
	assert_true(is_usable(APP));
	prompt(2);
	assert_false(is_refused(2, app_now()));
	lab_outcome(SSPR_CANCELLED);
	later(A_DAY);
	assert_false(is_usable(APP));
	prompt(3);
	assert_true(is_refused(3, app_now()));
	assert_int_equal(refusal(4, VERB_KEEP, "", APP), SSPR_NO_FACTOR);
	assert_int_equal(refusal(5, VERB_REMOVE, "", APP), SSPR_NO_FACTOR);
}

/* R-ENR-2 */
static void
until_then_it_can_be_kept(void **state)
{
	(void)state;
	(void)begins(1, VERB_REMOVE, "", APP);
	later(A_DAY - 20);
	assert_non_null(strstr(begins(2, VERB_KEEP, "", APP), "It is kept."));
	PASSES(2);
	assert_int_equal(factor(APP).ends, 0);
	later(A_DAY);
	assert_true(is_usable(APP));
	assert_string_equal(lab.events, "enrol.removed 0\nenrol.kept 0\n");
}

/* What was removed is not there longer for being removed once more. */
static void
a_second_removal_puts_nothing_off(void **state)
{
	uint64_t ends;

	(void)state;
	(void)begins(1, VERB_REMOVE, "", APP);
	ends = factor(APP).ends;
	later(3600);
	(void)begins(2, VERB_REMOVE, "", APP);
	PASSES(2);
	assert_int_equal(factor(APP).ends, ends);
}

static void
change_nothing_yet(struct account *a)
{
	a->factor[0].usable_from = vault_now(lab.v) + 3600;
}

static void
use_all(struct account *a)
{
	a->factor[a->nfactors - 1].used = (1u << CODE_BACKUPS) - 1;
}

/* What a stranger has just enrolled goes at once. */
static void
what_cannot_be_used_is_removed_at_once(void **state)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];
	const uint32_t id = people_sheet(ALICE, sheet);

	(void)state;
	edit(use_all);
	edit(change_nothing_yet);
	for (uint32_t f = APP; f <= id; f++) {
		assert_string_equal(begins(f, VERB_REMOVE, "", f),
		    "show: It is removed.\nend: 0\n");
		assert_in_range(factor(f).ends, 1, vault_now(lab.v));
	}
	assert_int_equal(refusal(9, VERB_KEEP, "", APP), SSPR_NO_FACTOR);
}

/* It is told of things, and can be missed. */
static void
an_address_for_notices_can_be_kept_as_well(void **state)
{
	const uint32_t id = people_address(ALICE, METHOD_NOTICE, POST_MAIL);

	(void)state;
	(void)begins(1, VERB_REMOVE, "", id);
	assert_in_range(left(id), A_DAY - 9, A_DAY);
	(void)begins(2, VERB_KEEP, "", id);
	assert_int_equal(factor(id).ends, 0);
}

static void
end_pass(struct account *a)
{
	a->factor[a->nfactors - 1].ends = vault_now(lab.v) + 600;
}

/* R-ADM-2: valid for an hour, whatever its holder does. */
static void
a_pass_is_neither_kept_nor_made_to_last(void **state)
{
	char code[CODE_PASS_SIZE];
	const uint32_t id = people_pass(ALICE, true, 2000, code);

	(void)state;
	edit(end_pass);
	assert_int_equal(refusal(1, VERB_KEEP, "", id), SSPR_NO_FACTOR);
	assert_in_range(left(id), 500, 600);
	assert_string_equal(begins(2, VERB_REMOVE, "", id),
	    "show: It is removed.\nend: 0\n");
	assert_false(is_usable(id));
	prompt(3);
	assert_true(is_refused(3, code));
}

static void
only_what_is_enrolled_is_removed_and_by_the_right_password(void **state)
{
	(void)state;
	assert_int_equal(refusal(1, VERB_REMOVE, "", 0), SSPR_NO_FACTOR);
	assert_int_equal(refusal(2, VERB_REMOVE, "", 2), SSPR_NO_FACTOR);
	assert_int_equal(refusal(3, VERB_KEEP, "", 2), SSPR_NO_FACTOR);
	wants(4, VERB_REMOVE, "", APP);
	check_password(SSPR_PASSWORD);
	assert_int_equal(lab.told[4].end.result, SSPR_PASSWORD);
	assert_int_equal(factor(APP).ends, 0);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 1);
	(void)begins(5, VERB_REMOVE, "", APP);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 0);
}

/* Two conversations about the same factor, and one that is no more. */
static void
what_is_gone_meanwhile_is_not_changed(void **state)
{
	(void)state;
	edit(change_nothing_yet);
	wants(1, VERB_KEEP, "", APP);
	lab_ready(SSPR_OK);
	const struct ipc_worker first = lab.worker;

	(void)begins(2, VERB_REMOVE, "", APP);
	PASSES(2);
	lab.worker = first;
	lab_granted(lab.front);
	lab_outcome(SSPR_OK);
	assert_int_equal(lab.told[1].end.result, SSPR_NO_FACTOR);
	assert_string_equal(lab.events, "enrol.removed 0\n");
}

/* R-ENR-2, story 8 */
static void
what_is_lost_is_switched_off_at_once(void **state)
{
	static const enum method phone[] = { METHOD_SMS, METHOD_LANDLINE };
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	people_address(ALICE, METHOD_SMS, POST_NUMBER);
	people_address(ALICE, METHOD_LANDLINE, POST_CALL);
	people_address(ALICE, METHOD_EMAIL, POST_MAIL);
	(void)people_sheet(ALICE, sheet);
	assert_non_null(
	    strstr(begins(1, VERB_LOST, "", 0), "are switched off"));
	PASSES(1);
	assert_string_equal(lab.events, "enrol.lost 0\n");
	for (uint32_t id = 1; id <= 5; id++)
		assert_int_equal(is_usable(id), id > 3);
	prompt(2);
	assert_true(is_refused(2, app_now()));
	for (size_t i = 0; i < 2; i++) {
		const size_t n = post.n;

		assert_non_null(
		    strstr(answer(2, method_row(phone[i])->word), "If this"));
		assert_int_equal(post.n, n);
		(void)answer(2, "");
	}
	assert_false(is_refused(2, sheet[0]));
	/* Nothing is left to switch off. */
	assert_int_equal(refusal(3, VERB_LOST, "", 0), SSPR_NO_FACTOR);
	assert_string_equal(begins(4, VERB_REMOVE, "", APP),
	    "show: It is removed.\nend: 0\n");
}

/* A code that was sent before is no good after. */
static void
a_code_under_way_does_not_outlive_its_number(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	people_address(ALICE, METHOD_SMS, POST_NUMBER);
	prompt(1);
	(void)answer(1, "sms");
	snprintf(code, sizeof(code), "%s", post_code());
	(void)begins(2, VERB_LOST, "", 0);
	assert_true(is_refused(1, code));
}

static void
set_fresh(struct account *a)
{
	a->reset_at = vault_now(lab.v) - 10;
}

/* R-ENR-1: two methods in place of a password we set; then at once. */
static void
what_two_methods_prove_is_removed_at_once(void **state)
{
	static const enum proto_verb verbs[] = { VERB_REMOVE, VERB_KEEP,
		VERB_LOST };
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	(void)people_sheet(ALICE, sheet);
	edit(set_fresh);
	for (uint32_t i = 0; i < 3; i++) {
		wants(i, verbs[i], "", APP);
		assert_true(is_first_of_two(i, sheet[i]));
		assert_non_null(strstr(answer(i, ""), "end: 15\n"));
	}
	wants(5, VERB_REMOVE, "", APP);
	assert_true(is_first_of_two(5, sheet[5]));
	assert_non_null(strstr(answer(5, app_now()), "It is removed.\n"));
	assert_false(is_usable(APP));
	assert_int_equal(lab.workers, 0);
	wants(6, VERB_REMOVE, "", 2);
	assert_non_null(strstr(answer(6, sheet[6]), "end: 41\n"));
	assert_true(is_usable(2));
}

/* Who has the password may not use the owner's changes up. */
static void
what_undoes_a_strangers_change_is_never_refused(void **state)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE], pass[CODE_PASS_SIZE];

	(void)state;
	lab.v->conf.enrol_per_day = 2;
	(void)people_sheet(ALICE, sheet);
	(void)begins(1, VERB_REMOVE, "", APP);
	adds_address(2, "email", "mallory@example.org");
	assert_int_equal(refusal(3, VERB_ADD, "app", 0), SSPR_CHANGES);
	assert_int_equal(refusal(4, VERB_REMOVE, "", 2), SSPR_CHANGES);
	(void)begins(5, VERB_KEEP, "", APP);
	assert_int_equal(factor(APP).ends, 0);
	(void)begins(6, VERB_REMOVE, "", 3);
	assert_in_range(factor(3).ends, 1, vault_now(lab.v));
	(void)begins(7, VERB_LOST, "", 0);
	assert_false(is_usable(APP));
	(void)begins(9, VERB_REMOVE, "", people_pass(ALICE, true, 2000, pass));
	assert_false(is_usable(4));
	later(A_DAY);
	adds_app(8);
}

/* R-DEL-6: also for 30 days after. */
static void
every_change_is_told_to_old_addresses(void **state)
{
	size_t n;

	(void)state;
	people_address(ALICE, METHOD_EMAIL, POST_MAIL);
	people_address(ALICE, METHOD_NOTICE, POST_NUMBER);
	(void)begins(1, VERB_REMOVE, "", 2);
	assert_true(was_told(0, POST_MAIL, "is being removed"));
	assert_true(was_told(0, POST_NUMBER, "is being removed"));
	n = post.n;
	(void)begins(2, VERB_KEEP, "", 2);
	assert_true(was_told(n, POST_MAIL, "is kept"));
	(void)begins(3, VERB_REMOVE, "", 2);
	later(A_DAY + MONTH_S - 60);
	n = post.n;
	(void)begins(4, VERB_LOST, "", 0);
	assert_true(was_told(n, POST_MAIL, "switched off"));
	later(120);
	n = post.n;
	(void)begins(5, VERB_REMOVE, "", 1);
	assert_false(was_told(n, POST_MAIL, "is being removed"));
	assert_true(was_told(n, POST_NUMBER, "is being removed"));
}

/* R-DEL-6, R-DUR-1: no notice, no change. */
static void
what_cannot_be_committed_is_not_changed(void **state)
{
	static const enum proto_verb verbs[] = { VERB_REMOVE, VERB_LOST };

	(void)state;
	people_address(ALICE, METHOD_EMAIL, POST_MAIL);
	for (uint32_t i = 0; i < 2; i++) {
		wants(i, verbs[i], "", APP);
		lab_ready(SSPR_OK);
		disk_fails = 1;
		lab_granted(lab.front);
		lab_outcome(SSPR_OK);
		disk_fails = 0;
		assert_int_equal(lab.told[i].end.result, SSPR_BUSY);
		assert_int_equal(factor(APP).ends, 0);
		assert_int_equal(factor(APP).off, 0);
		wants(10 + i, VERB_TEST, "", 0); /* this is written */
		assert_int_equal(post_messages(), 0);
	}
	assert_int_equal(post.n, 0);
	assert_string_equal(lab.events, "");
}

#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, enrolling_with_app, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_removal_takes_effect_after_the_cooling_off),
		TEST(until_then_it_can_be_kept),
		TEST(a_second_removal_puts_nothing_off),
		TEST(what_cannot_be_used_is_removed_at_once),
		TEST(an_address_for_notices_can_be_kept_as_well),
		TEST(a_pass_is_neither_kept_nor_made_to_last),
		TEST(
		    only_what_is_enrolled_is_removed_and_by_the_right_password),
		TEST(what_is_gone_meanwhile_is_not_changed),
		TEST(what_is_lost_is_switched_off_at_once),
		TEST(a_code_under_way_does_not_outlive_its_number),
		TEST(what_two_methods_prove_is_removed_at_once),
		TEST(what_undoes_a_strangers_change_is_never_refused),
		TEST(every_change_is_told_to_old_addresses),
		TEST(what_cannot_be_committed_is_not_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
