/* SPDX-License-Identifier: MIT */
#include "enrolling.h"

#define HOUR    3600u
#define A_DAY   (24 * HOUR)
#define MONTH_S ((uint64_t)ACCOUNT_MEMORY_S)

static void
set_no_factors(struct account *a)
{
	memset(a->factor, 0, sizeof(a->factor));
	a->nfactors = 0;
}

static void
set_fresh(struct account *a)
{
	a->reset_at = vault_now(lab.v) - 10;
}

/* R-ENR-1, R-VER-3 */
static void
an_app_takes_password_and_code_and_the_step_is_used(void **state)
{
	const uint64_t step = LAB_STEP + 1;
	struct account a;

	(void)state;
	wants(1, VERB_ADD, "app", 0);
	assert_int_equal(lab.worker.job, PROTO_CHECK);
	assert_int_equal(lab.worker.uid, ALICE);
	assert_string_equal(lab.told[1].text, "");
	check_password(SSPR_OK);
	assert_string_equal(lab.told[1].text,
	    "qr\nask: Code the app shows now (Enter = stop): \n");
	assert_int_equal(factors(), 0);
	assert_non_null(strstr(answer(1, shown(1, step)), "It is enrolled."));
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
	a = people_account(ALICE);
	assert_int_equal(a.nfactors, 1);
	assert_int_equal(a.factor[0].used, step);
	assert_string_equal(lab.events, "enrol.added 0\n");
	/* The confirming code cannot be used for a reset. */
	prompt(2);
	assert_true(is_refused(2, shown(1, step)));
}

/* R-ENR-1: good for five minutes. */
static void
a_password_checked_too_long_ago_proves_nothing(void **state)
{
	(void)state;
	(void)begins(1, VERB_ADD, "app", 0);
	lab.ms += SESSION_PROOF_S * 1000;
	assert_non_null(strstr(answer(1, shown(1, LAB_STEP)), "end: 14\n"));
	assert_int_equal(factors(), 0);
}

/* What is left of the wait, when the last HELLO was heard. */
static uint32_t
left_to_wait(void)
{
	struct account a = people_account(ALICE);
	const uint64_t heard = vault_now(lab.v) - 1;

	return (uint32_t)(account_budget(&a, METHOD_PASSWORD, CLASS_STRANGER)
			      ->limit.last +
	    15 * 60 - heard);
}

/* R-ENR-1: 5 in 15 minutes. */
static void
five_wrong_passwords_wait_a_quarter_of_an_hour(void **state)
{
	uint32_t conn = 0;

	(void)state;
	for (; conn < 5; conn++) {
		wants(conn, VERB_ADD, "app", 0);
		check_password(SSPR_PASSWORD);
		assert_int_equal(lab.told[conn].end.result, SSPR_PASSWORD);
		assert_int_equal(lab.told[conn].end.retry_after, 0);
	}
	later(100);
	assert_int_equal(refusal(++conn, VERB_ADD, "app", 0), SSPR_PASSWORD);
	assert_int_equal(lab.told[conn].end.retry_after, left_to_wait());
	assert_in_range(left_to_wait(), 700, 800);
	later(left_to_wait() - 3);
	assert_int_equal(refusal(++conn, VERB_TEST, "", 0), SSPR_PASSWORD);
	later(3);
	wants(++conn, VERB_ADD, "app", 0);
	assert_int_equal(lab.workers, 6);
	check_password(SSPR_PASSWORD);
	assert_int_equal(refusal(++conn, VERB_ADD, "app", 0), SSPR_PASSWORD);
	later(900);
	(void)begins(++conn, VERB_ADD, "app", 0);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 0);
}

/* The try is on disk before a worker is asked for. */
static void
a_password_try_is_counted_before_it_is_made(void **state)
{
	(void)state;
	wants(1, VERB_ADD, "app", 0);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 1);
	lab_says(1, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 1);
	disk_fails = 1;
	wants(2, VERB_ADD, "app", 0);
	disk_fails = 0;
	assert_int_equal(lab.told[2].end.result, SSPR_BUSY);
	assert_int_equal(lab.workers, 1);
}

static void
what_is_no_wrong_password_gives_the_try_back(void **state)
{
	static const enum sspr_err not_wrong[] = { SSPR_CANCELLED, SSPR_TIMEOUT,
		SSPR_BUSY, SSPR_SYSTEM };

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		wants(i, VERB_ADD, "app", 0);
		check_password(not_wrong[i % 4]);
		assert_int_equal(lab.told[i].end.result,
		    err_told(not_wrong[i % 4]));
		assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 0);
		wants(10 + i, VERB_TEST, "", 0);
		lab_ready(SSPR_EXCLUDED);
		assert_int_equal(lab.told[10 + i].end.result, SSPR_DENIED);
		assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 0);
	}
	assert_int_equal(lab.gos, 8);
}

/* R-ENR-1: one that is stopped does not take back what another guessed. */
static void
of_two_at_once_each_gives_its_own_try_back(void **state)
{
	struct ipc_worker first;

	(void)state;
	wants(1, VERB_ADD, "app", 0);
	first = lab.worker;
	lab_ready(SSPR_OK);
	wants(2, VERB_ADD, "app", 0);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 2);
	check_password(SSPR_PASSWORD);
	lab.worker = first;
	lab_outcome(SSPR_CANCELLED);
	assert_int_equal(lab_end(1), SSPR_CANCELLED);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 1);
}

static void
five_apps_are_the_most(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= ACCOUNT_APPS_MAX; i++)
		adds_app(i);
	assert_int_equal(refusal(10, VERB_ADD, "app", 0), SSPR_FULL);
	assert_int_equal(factors(), ACCOUNT_APPS_MAX);
	/* One that is on its way out may still be kept. */
	(void)begins(11, VERB_REMOVE, "", 1);
	assert_int_equal(refusal(12, VERB_ADD, "app", 0), SSPR_FULL);
	later(A_DAY);
	adds_app(13);
}

/* Two that began with room for one. */
static void
no_race_makes_a_sixth_app(void **state)
{
	(void)state;
	for (uint32_t i = 1; i < ACCOUNT_APPS_MAX; i++)
		adds_app(i);
	for (uint32_t conn = 10; conn < 12; conn++) {
		(void)begins(conn, VERB_ADD, "app", 0);
		(void)answer(conn, "");
	}
	assert_non_null(strstr(answer(10, shown(10, LAB_STEP)), "end: 0\n"));
	assert_non_null(strstr(answer(11, shown(11, LAB_STEP)), "end: 20\n"));
	assert_int_equal(factors(), ACCOUNT_APPS_MAX);
}

/* R-LOG-2: what a label shows, it shows on somebody's terminal. */
static void
an_odd_label_is_a_usage_error(void **state)
{
	static const char *const odd[] = { "a\033[2J", "\377", "a\nb",
		"\xe2\x80\xae" };
	struct proto_hello h = lab_hello(VERB_ADD, "alice");

	(void)state;
	for (uint32_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(h.label, sizeof(h.label), "%s", odd[i]);
		says(i, &h, LAB_FOUND);
		assert_int_equal(lab_end(i), SSPR_USAGE);
	}
	assert_int_equal(lab.workers, 0);
}

static void
what_the_site_does_not_offer_is_not_enrolled(void **state)
{
	static const char *const unknown[] = { "apple", "", "helpdesk-pass",
		"APP", "password" };

	(void)state;
	for (uint32_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(refusal(i, VERB_ADD, unknown[i], 0),
		    SSPR_NO_METHOD);
	snprintf(lab.v->conf.methods, sizeof(lab.v->conf.methods), "app");
	for (uint32_t m = METHOD_BACKUP; m < METHOD_NOTICE; m++)
		assert_int_equal(refusal(10 + m, VERB_ADD, method_row(m)->name,
				     0),
		    SSPR_NO_METHOD);
	wants(30, VERB_ADD, "notice", 0);
	assert_int_equal(lab.workers, 1);
}

/* R-POL-1: they could never use it; a notice is no method. */
static void
who_is_never_reset_enrols_an_address_for_notices_only(void **state)
{
	struct proto_hello h = lab_hello(VERB_ADD, "alice");

	(void)state;
	says(1, &h, LAB_FOUND | ACCOUNT_NEVER);
	assert_int_equal(lab_end(1), SSPR_INELIGIBLE);
	says(2, &h, LAB_FOUND | ACCOUNT_ADMIN);
	assert_false(lab.told[2].ended);
	lab.v->conf.admin_reset = CONF_ADMIN_NEVER;
	says(3, &h, LAB_FOUND | ACCOUNT_ADMIN);
	assert_int_equal(lab_end(3), SSPR_INELIGIBLE);
	snprintf(h.method, sizeof(h.method), "notice");
	says(4, &h, LAB_FOUND | ACCOUNT_NEVER);
	assert_false(lab.told[4].ended);
	h = lab_hello(VERB_TEST, "alice");
	says(5, &h, LAB_FOUND | ACCOUNT_NEVER);
	assert_int_equal(lab_end(5), SSPR_ACCOUNT);
}

/* R-VER-7: never for administrators. */
static void
questions_are_not_for_administrators(void **state)
{
	struct proto_hello h = lab_hello(VERB_ADD, "alice");

	(void)state;
	snprintf(h.method, sizeof(h.method), "questions");
	says(1, &h, LAB_FOUND | ACCOUNT_ADMIN);
	assert_int_equal(lab_end(1), SSPR_NO_METHOD);
	says(2, &h, LAB_FOUND);
	assert_false(lab.told[2].ended);
}

/* R-ENR-3 */
static void
sms_is_not_the_first_and_not_beside_what_is_switched_off(void **state)
{
	(void)state;
	assert_int_equal(refusal(1, VERB_ADD, "sms", 0), SSPR_ALONE);
	assert_int_equal(refusal(2, VERB_ADD, "landline", 0), SSPR_ALONE);
	adds_address(3, "email", POST_MAIL);
	assert_int_equal(refusal(4, VERB_ADD, "sms", 0), SSPR_ALONE);
	lab.v->conf.sms_alone = true;
	wants(5, VERB_ADD, "sms", 0);
	lab.v->conf.sms_alone = false;
	adds_app(6); /* and cools off, which is no matter */
	wants(7, VERB_ADD, "sms", 0);
	assert_int_equal(lab.workers, 4);
	(void)begins(8, VERB_LOST, "", 0);
	assert_int_equal(refusal(9, VERB_ADD, "sms", 0), SSPR_ALONE);
	adds_sheet(10);
	wants(11, VERB_ADD, "landline", 0);
	assert_false(lab.told[11].ended);
}

/* R-ENR-2: the first. */
static void
the_first_method_can_be_used_when_the_site_says(void **state)
{
	(void)state;
	adds_app(1);
	assert_true(is_usable(1));
	edit(set_no_factors);
	lab.v->conf.first = CONF_FIRST_COOLING;
	assert_non_null(begins(2, VERB_ADD, "app", 0));
	assert_non_null(strstr(answer(2, shown(2, LAB_STEP)), "from"));
	assert_false(is_usable(2));
	later(A_DAY);
	assert_true(is_usable(2));
}

/* R-ENR-2 */
static void
the_first_may_need_a_pass_and_there_is_no_way_round(void **state)
{
	char code[CODE_PASS_SIZE];

	(void)state;
	lab.v->conf.first = CONF_FIRST_PASS;
	assert_non_null(
	    strstr(begins(1, VERB_ADD, "app", 0), "pass from the helpdesk"));
	assert_non_null(strstr(answer(1, ""), "end: 15\n"));
	people_pass(ALICE, false, 2000, code);
	assert_non_null(strstr(begins(2, VERB_ADD, "backup", 0),
	    "Type a helpdesk-pass. Enter = stop"));
	assert_true(is_refused(2, spoilt(code)));
	assert_non_null(strstr(answer(2, "123456"), "That is not a code."));
	assert_int_equal(records_count(2, MSG_CODE), 0);
	assert_non_null(strstr(answer(2, code), "Type yes"));
	(void)answer(2, "yes");
	assert_true(is_usable(2));
	/* It is used up; and one more is no first. */
	assert_non_null(strstr(begins(3, VERB_ADD, "app", 0), "Enter = later"));
}

/* R-ENR-2: a pass that nobody used makes no account an old one. */
static void
a_pass_is_no_method_that_one_had(void **state)
{
	char code[CODE_PASS_SIZE];

	(void)state;
	wants(1, VERB_ADD, "app", 0);
	people_pass(ALICE, false, 2000, code);
	adds_app(2);
	assert_true(is_usable(2));
}

/* R-ENR-2 */
static void
a_second_one_cools_off_unless_an_older_is_proved(void **state)
{
	(void)state;
	adds_app(1);
	assert_non_null(strstr(begins(2, VERB_ADD, "backup", 0),
	    "Prove a method you have"));
	assert_non_null(strstr(lab.told[2].text, "6-digit"));
	assert_null(strstr(lab.told[2].text, "email"));
	later(60);
	assert_non_null(strstr(answer(2, shown(1, lab.s / 30)), "Type yes"));
	assert_non_null(strstr(answer(2, "yes"), "It is enrolled. If"));
	assert_true(is_usable(2));
	adds_address(3, "email", POST_MAIL);
	assert_non_null(strstr(lab.told[3].text, "can be used from"));
	assert_false(is_usable(3));
	later(A_DAY - 5);
	assert_false(is_usable(3));
	later(6);
	assert_true(is_usable(3));
	lab.v->conf.cooling_off_h = 0;
	adds_app(4);
	assert_true(is_usable(4));
}

/* R-ENR-2: one that cools off itself proves nothing; nor does a wrong code. */
static void
what_cannot_be_used_proves_no_new_one(void **state)
{
	(void)state;
	adds_app(1);
	adds_app(2);
	(void)begins(3, VERB_ADD, "app", 0);
	later(60);
	assert_true(is_refused(3, shown(2, lab.s / 30)));
	assert_true(is_refused(3, not_shown(1)));
	assert_non_null(strstr(answer(3, ""), "qr\n"));
	(void)answer(3, shown(3, lab.s / 30));
	assert_false(is_usable(3));
}

/* R-ENR-2: 30 days. */
static void
what_comes_after_a_removal_cools_off(void **state)
{
	(void)state;
	adds_app(1);
	(void)begins(2, VERB_REMOVE, "", 1);
	later(A_DAY + MONTH_S - HOUR);
	adds_app(3);
	assert_false(is_usable(2));
	(void)begins(4, VERB_REMOVE, "", 2);
	later(MONTH_S + HOUR);
	adds_app(5);
	assert_true(is_usable(3));
}

/* R-ENR-1: a day. */
static void
a_password_we_set_is_no_proof_and_two_methods_are(void **state)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	people_enrol(ALICE, "alice");
	edit(set_fresh);
	wants(1, VERB_ADD, "notice", 0);
	assert_non_null(strstr(lab.told[1].text, "two of your methods do"));
	assert_non_null(strstr(answer(1, app_now()), "end: 41\n"));
	(void)people_sheet(ALICE, sheet);
	later(60);
	wants(2, VERB_ADD, "app", 0);
	assert_true(is_first_of_two(2, app_now()));
	assert_non_null(strstr(answer(2, ""), "end: 15\n"));
	later(60);
	wants(3, VERB_ADD, "app", 0);
	assert_true(is_first_of_two(3, app_now()));
	assert_non_null(strstr(answer(3, sheet[0]), "qr\n"));
	(void)answer(3, shown(3, lab.s / 30));
	assert_true(is_usable(3));
	assert_int_equal(lab.workers, 0);
	later(A_DAY);
	wants(4, VERB_ADD, "app", 0);
	assert_int_equal(lab.workers, 1);
}

/* R-THR-2: R-VER-6 stays as it is, the code can be used once more. */
static void
a_rehearsal_burns_no_code_and_forgets_wrong_ones(void **state)
{
	const struct limit wrong = { 4, LAB_S - 9 };
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	people_enrol(ALICE, "alice");
	(void)people_sheet(ALICE, sheet);
	people_set_failures(ALICE, METHOD_EMAIL, wrong);
	people_set_failures(ALICE, METHOD_APP, wrong);
	lab.v->conf.methods_required = 2;
	edit(set_fresh);
	assert_non_null(strstr(begins(1, VERB_TEST, "", 0), "Nothing changes"));
	assert_true(is_first_of_two(1, app_now()));
	assert_non_null(strstr(answer(1, app_now()), "That is not a code."));
	assert_non_null(strstr(answer(1, sheet[3]), "Nothing was changed."));
	PASSES(1);
	assert_int_equal(lab.workers, 1);
	assert_int_equal(factor(2).used, 0);
	assert_int_equal(factor(1).used, lab.s / 30);
	assert_int_equal(people_failures(ALICE, METHOD_EMAIL), 0);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	assert_int_equal(post_messages(), 0);
	later(60);
	prompt(2);
	assert_true(is_first_of_two(2, app_now()));
	assert_false(is_refused(2, sheet[3]));
}

/* R-THR-2: not in the list of what forgets them. */
static void
an_enrolment_does_not_forget_wrong_codes(void **state)
{
	const struct limit off = { 30, LAB_S };

	(void)state;
	adds_app(1);
	people_set_failures(ALICE, METHOD_APP, off);
	adds_app(2);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 30);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enrolling_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_app_takes_password_and_code_and_the_step_is_used),
		TEST(a_password_checked_too_long_ago_proves_nothing),
		TEST(five_wrong_passwords_wait_a_quarter_of_an_hour),
		TEST(a_password_try_is_counted_before_it_is_made),
		TEST(what_is_no_wrong_password_gives_the_try_back),
		TEST(of_two_at_once_each_gives_its_own_try_back),
		TEST(five_apps_are_the_most),
		TEST(no_race_makes_a_sixth_app),
		TEST(an_odd_label_is_a_usage_error),
		TEST(what_the_site_does_not_offer_is_not_enrolled),
		TEST(who_is_never_reset_enrols_an_address_for_notices_only),
		TEST(questions_are_not_for_administrators),
		TEST(sms_is_not_the_first_and_not_beside_what_is_switched_off),
		TEST(the_first_method_can_be_used_when_the_site_says),
		TEST(the_first_may_need_a_pass_and_there_is_no_way_round),
		TEST(a_pass_is_no_method_that_one_had),
		TEST(a_second_one_cools_off_unless_an_older_is_proved),
		TEST(what_cannot_be_used_proves_no_new_one),
		TEST(what_comes_after_a_removal_cools_off),
		TEST(a_password_we_set_is_no_proof_and_two_methods_are),
		TEST(a_rehearsal_burns_no_code_and_forgets_wrong_ones),
		TEST(an_enrolment_does_not_forget_wrong_codes),
	};

	return PEOPLE_OF_BOTH(tests);
}
