/* SPDX-License-Identifier: MIT */
#include "daily.h"
#include "folded.h"

#define FAILURES                                               \
	"SELECT coalesce(max(failures), 0) FROM budget WHERE " \
	"method=1"
#define BUCKETS "SELECT coalesce(sum(failures), 0) FROM bucket"

/* What was written so far is committed, as round.c does. */
static void
commit(void)
{
	assert_true(lab.v->writing);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	lab.v->writing = false;
}

/* R-THR-1: read from what a crash between debit and comparison leaves. */
static void
a_try_is_on_disk_before_it_is_compared(void **state)
{
	const char *const codes[] = { people_wrong(ALICE), app_now() };

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		prompt(i);
		lab_answers(i, codes[i]);
		inbox_front(lab.v, lab.v->front);
		attempt_debit_all(lab.v);
		assert_int_equal(disk_number(&lab.disk, FAILURES), i);
		commit();
		assert_int_equal(lab_session(i)->state, STATE_ATTEMPT);
		assert_int_equal(disk_number(&lab.disk, FAILURES), i + 1);
		attempt_compare_all(lab.v);
		assert_int_equal(lab_session(i)->state,
		    i == 0 ? STATE_CODE : STATE_CHECKS);
	}
}

static void
a_decoys_try_is_on_disk_likewise(void **state)
{
	(void)state;
	prompt_decoy(1);
	assert_int_equal(disk_number(&lab.disk, BUCKETS), 0);
	lab_answers(1, "123456");
	inbox_front(lab.v, lab.v->front);
	attempt_debit_all(lab.v);
	commit();
	assert_int_equal(disk_number(&lab.disk, BUCKETS), 1);
	assert_int_equal(lab_session(1)->state, STATE_ATTEMPT);
}

/* R-DUR-1, R-DUR-5 */
static void
what_cannot_be_debited_is_not_compared(void **state)
{
	(void)state;
	prompt(1);
	prompt_decoy(2);
	lab_answers(1, people_code(ALICE, LAB_STEP));
	lab_answers(2, "123456");
	disk_fails = 1;
	lab_run();
	disk_fails = 0;
	assert_int_equal(lab.workers, 0);
	assert_string_equal(lab.events, "");
	for (uint32_t i = 1; i <= 2; i++) {
		assert_int_equal(lab_end(i), SSPR_BUSY);
	}
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	prompt(3);
	assert_false(is_refused(3, people_code(ALICE, LAB_STEP)));
}

static void
five_wrong_codes_are_free_and_the_sixth_must_wait(void **state)
{
	uint64_t at = 0;

	(void)state;
	prompt(1);
	for (uint32_t n = 1; n <= 6; n++) {
		at = lab.ms;
		assert_true(is_refused(1, people_wrong(ALICE)));
		assert_int_equal(people_failures(ALICE, METHOD_APP), n);
	}
	assert_true(is_refused(1, app_now()));
	assert_non_null(strstr(lab.events, "code.refused 6\n"));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 6);
	lab.ms = at + 29999;
	assert_true(is_refused(1, app_now()));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 6);
	lab.ms = at + 30000;
	assert_false(is_refused(1, app_now()));
}

/* R-TIME-1: nobody waits less because the wall clock was set. */
static void
a_clock_that_is_set_makes_no_wait_shorter(void **state)
{
	const struct limit l = { 6, LAB_S };

	(void)state;
	people_set_failures(ALICE, METHOD_APP, l);
	prompt(1);
	lab.s += 10 * 86400;
	assert_true(is_refused(1, app_now()));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 6);
}

/* R-DEL-6: and its owner hears of it, once. */
static void
what_is_too_much_switches_the_app_off_and_is_told(void **state)
{
	const struct limit l = { 19, LAB_S - 3600 };

	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	people_set_failures(ALICE, METHOD_APP, l);
	prompt(1);
	assert_true(is_refused(1, people_wrong(ALICE)));
	assert_int_equal(post.n, 1);
	assert_string_equal(post.at[0].address, POST_MAIL);
	assert_non_null(strstr(post_text(0), "after too many wrong"));
	lab.ms += 800000;
	assert_true(is_refused(1, app_now()));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 20);
	assert_int_equal(post.n, 1);
	later(89 * 86400);
	prompt(2);
	assert_true(is_refused(2, app_now()));
}

/* R-VER-3: one step to either side and no more. */
static void
the_codes_of_three_steps_are_right_and_no_other(void **state)
{
	uint32_t conn = 0;

	(void)state;
	for (uint64_t s = LAB_STEP - 3; s <= LAB_STEP + 3; s++) {
		const bool in = s + 1 >= LAB_STEP && s <= LAB_STEP + 1;

		prompt(++conn);
		assert_int_equal(is_refused(conn, people_code(ALICE, s)), !in);
		if (in)
			lab_ready(SSPR_ACCOUNT); /* it stays good */
	}
}

/* All tries with the app that count, whoever made them. */
static uint32_t
tries(void)
{
	const struct account a = people_account(ALICE);

	return account_failures(&a, METHOD_APP);
}

/* R-VER-5 */
static void
a_code_accepted_before_is_refused_and_its_debit_given_back(void **state)
{
	(void)state;
	prompt(1);
	assert_false(is_refused(1, people_code(ALICE, LAB_STEP)));
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	prompt(2);
	for (int i = 0; i < 10; i++) {
		assert_true(is_refused(2, people_code(ALICE, LAB_STEP)));
		assert_int_equal(tries(), 0);
	}
	assert_non_null(strstr(lab.events, "code.refused 5\n"));
	assert_true(is_refused(2, people_code(ALICE, LAB_STEP - 1)));
	assert_true(is_refused(2, people_wrong(ALICE)));
	assert_int_equal(tries(), 1);
	assert_true(is_refused(2, people_code(ALICE, LAB_STEP)));
	assert_int_equal(tries(), 1);
}

/* R-VER-5, promise 4 */
static void
of_fifty_that_offer_one_code_exactly_one_is_let_go(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 50; i++)
		prompt(i);
	for (uint32_t i = 0; i < 50; i++)
		lab_answers(i, people_code(ALICE, LAB_STEP));
	for (int n = 0; n < 60 && lab.workers < 1; n++)
		lab_run();
	assert_int_equal(lab.workers, 1);
	lab_ready(SSPR_OK);
	while (lab.v->again)
		lab_run();
	assert_int_equal(lab.workers, 1);
	assert_int_equal(lab.gos, 1);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    1);
	for (uint32_t i = 0; i < 50; i++)
		assert_true(lab_session(i)->state == STATE_CODE ||
		    lab_session(i)->grant == lab.go);
}

/* R-ENUM-2: to wait would show, a beat later, that there is a worker. */
/* A decoy's answer waits for no worker, so nobody's does (R-ENUM-2). */
static void
while_a_right_code_has_its_worker_no_other_is_compared(void **state)
{
	(void)state;
	prompt(1);
	prompt(2);
	assert_false(is_refused(1, people_code(ALICE, LAB_STEP)));
	assert_true(is_refused(2, people_code(ALICE, LAB_STEP + 1)));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 1);
	lab_ready(SSPR_OK);
	assert_false(is_refused(2, people_code(ALICE, LAB_STEP + 1)));
	assert_int_equal(lab_session(2)->state, STATE_CHECKS);
	assert_int_equal(lab.workers, 2);
}

static void
a_client_that_goes_away_lets_the_next_one_try(void **state)
{
	(void)state;
	prompt(1);
	prompt(2);
	assert_false(is_refused(1, people_code(ALICE, LAB_STEP)));
	assert_true(is_refused(2, people_code(ALICE, LAB_STEP)));
	lab_says(1, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_null(lab_session(1));
	assert_int_equal(lab.drops, 1);
	assert_false(is_refused(2, people_code(ALICE, LAB_STEP)));
}

static void
an_app_that_is_not_usable_yet_is_not_compared(void **state)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	(void)state;
	a.factor[0].usable_from = LAB_S + 10;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	post_give(ALICE, METHOD_EMAIL, POST_MAIL); /* or it is a decoy */
	prompt(1);
	assert_true(is_refused(1, people_code(ALICE, LAB_STEP)));
	lab.ms += 10000;
	assert_false(is_refused(1, people_code(ALICE, LAB_STEP)));
}

static void
an_app_removed_meanwhile_is_worth_nothing(void **state)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	(void)state;
	prompt(1);
	assert_int_equal(account_end(&a, 1, vault_now(lab.v), vault_now(lab.v)),
	    SSPR_OK);
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	assert_true(is_refused(1, people_code(ALICE, LAB_STEP)));
}

/* R-KEY-2: found out at the try, where it was sound at the look-up. */
static void
a_record_tampered_with_meanwhile_is_a_wrong_code(void **state)
{
	struct account a = people_account(ALICE);

	(void)state;
	prompt(1);
	a.mac[0] ^= 1;
	a.generation++;
	people_put(&a, a.generation - 1);
	assert_true(is_refused(1, people_code(ALICE, LAB_STEP)));
	assert_non_null(strstr(lab.events, "code.refused 8\n"));
}

static uint32_t
chance(uint64_t *x, uint32_t below)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (uint32_t)((*x >> 11) % below);
}

/* Failures of one class. */
static uint32_t tries_of(enum account_class class)
{
	struct account a = people_account(ALICE);

	return account_budget(&a, METHOD_APP, (uint8_t) class)->limit.failures;
}

/* One try from somewhere, in a conversation of its own. */
static void
try_from(const char *rhost, bool right)
{
	static uint32_t conn;
	const uint32_t mine = tries_of(CLASS_KNOWN), all = tries();
	const bool known = strcmp(rhost, HERE) == 0;

	conn = (conn + 1) % LAB_CONNS;
	later(60); /* no wait is longer: what stops is max_failures */
	dialogue_from(conn, LAB_FOUND, rhost);
	if (is_refused(conn, right ? app_now() : people_wrong(ALICE))) {
		assert_true(!right || all >= 12 ||
		    (!known && all - mine >= 12 - 12 / 3));
	} else {
		assert_true(right);
		lab_ready(SSPR_OK);
		lab_outcome(SSPR_CANCELLED);
		assert_int_equal(tries(), 0);
	}
	lab_says(conn, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_true(tries() <= 12);
	assert_true(tries_of(CLASS_STRANGER) <= 12 - 12 / 3);
	assert_true(known || tries_of(CLASS_KNOWN) == mine || right);
}

/* As the helpdesk does. */
static void
unlock(void)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	for (size_t i = 0; i < a.nbudgets; i++)
		a.budget[i].limit = (struct limit){ 0 };
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

/*
 * R-THR-6, promise 5: however they take turns, there are no more than
 * max_failures between two successes, and a third of it is the owner's alone.
 */
static void
strangers_leave_the_owner_a_third_of_all_tries(void **state)
{
	uint64_t x = 0x5eed5eed5eed5eedu;
	size_t full = 0;

	(void)state;
	lab.v->conf.max_failures = 12;
	lab.v->conf.last_wait_s = 60;
	try_from(HERE, true);
	assert_int_equal(people_account(ALICE).nknown, 1);
	for (int i = 0; i < 600; i++) {
		const bool owner = chance(&x, 4) == 0;

		try_from(owner ? HERE : THERE, owner && chance(&x, 3) == 0);
		if (tries() < 12)
			continue;
		unlock();
		full++;
	}
	assert_true(full > 3);
}

static char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];

/* What is typed for a method in conversation c, up to the code itself. */
static void
right_for(uint32_t c, enum method m, char code[static CODE_BACKUP_SIZE])
{
	const char *text = m == METHOD_APP ? app_now() : sheet[c % 10];

	if (method_row(m)->kind == METHOD_BORNE) {
		(void)answer(c, method_row(m)->word);
		text = code_sent();
	}
	(void)snprintf(code, CODE_BACKUP_SIZE, "%.19s", text);
}

/* DESIGN section 5: right, wrong and replayed, by each that does alone. */
static void
each_method_is_good_for_one_reset_with_each_code(void **state)
{
	static const enum method all[] = { METHOD_APP, METHOD_BACKUP,
		METHOD_SMS, METHOD_LANDLINE, METHOD_EMAIL };
	char code[CODE_BACKUP_SIZE];

	(void)state;
	(void)people_sheet(ALICE, sheet);
	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	post_give(ALICE, METHOD_LANDLINE, POST_CALL);
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	for (uint32_t i = 0; i < 5; i++) {
		const enum method m = all[i];

		later(7200);
		prompt(2 * i);
		right_for(2 * i, m, code);
		assert_true(is_refused(2 * i, spoilt(code)));
		assert_false(is_refused(2 * i, code));
		assert_int_equal(lab.worker.methods, METHOD_BIT(m));
		lab_ready(SSPR_OK);
		lab_outcome(SSPR_CANCELLED);
		assert_int_equal(lab_end(2 * i), SSPR_CANCELLED);
		prompt(2 * i + 1);
		if (method_row(m)->kind == METHOD_BORNE)
			(void)answer(2 * i + 1, method_row(m)->word);
		assert_true(is_refused(2 * i + 1, code));
	}
}

/* R-THR-7: for each method, and off after as many. */
static void
a_decoy_waits_as_an_account_does(void **state)
{
	char code[CODE_BACKUP_SIZE];

	(void)state;
	lab.v->conf.max_failures = 6;
	lab.v->conf.last_wait_s = 1;
	(void)people_sheet(ALICE, sheet);
	snprintf(code, sizeof(code), "%.19s", spoilt(sheet[0]));
	prompt(1);
	prompt_decoy(2);
	for (uint32_t n = 1; n <= 8; n++) {
		later(2);
		for (uint32_t c = 1; c <= 2; c++)
			assert_true(is_refused(c, people_wrong(ALICE)));
		assert_int_equal(tries(), n < 4 ? n : 4);
		assert_int_equal(disk_number(&lab.disk, BUCKETS), tries());
	}
	for (uint32_t c = 1; c <= 2; c++)
		assert_true(is_refused(c, code));
	assert_int_equal(people_failures(ALICE, METHOD_BACKUP), 1);
	assert_int_equal(disk_number(&lab.disk, BUCKETS), 5);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, dialogue_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_try_is_on_disk_before_it_is_compared),
		TEST(a_decoys_try_is_on_disk_likewise),
		TEST(what_cannot_be_debited_is_not_compared),
		TEST(five_wrong_codes_are_free_and_the_sixth_must_wait),
		TEST(a_clock_that_is_set_makes_no_wait_shorter),
		TEST(what_is_too_much_switches_the_app_off_and_is_told),
		TEST(ninety_quiet_days_forget_wrong_tries),
		TEST(an_account_has_its_wrong_tries_of_a_day_by_all_methods),
		TEST(a_right_code_gives_its_try_of_the_day_back),
		TEST(the_codes_of_three_steps_are_right_and_no_other),
		TEST(
		    a_code_accepted_before_is_refused_and_its_debit_given_back),
		TEST(of_fifty_that_offer_one_code_exactly_one_is_let_go),
		TEST(while_a_right_code_has_its_worker_no_other_is_compared),
		TEST(a_client_that_goes_away_lets_the_next_one_try),
		TEST(an_app_that_is_not_usable_yet_is_not_compared),
		TEST(an_app_removed_meanwhile_is_worth_nothing),
		TEST(a_record_tampered_with_meanwhile_is_a_wrong_code),
		TEST(strangers_leave_the_owner_a_third_of_all_tries),
		TEST(each_method_is_good_for_one_reset_with_each_code),
		TEST(a_decoy_waits_as_an_account_does),
		TEST(another_spelling_is_told_what_a_stranger_is_told),
		TEST(all_spellings_have_one_budget_and_one_worker),
	};

	return PEOPLE_OF_BOTH(tests);
}
