/* SPDX-License-Identifier: MIT */
#include "people.h"

/* A reset of alice up to the prompt for a code. */
static void
prompt(uint32_t conn)
{
	lab_begin(conn, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
}

static void
prompt_decoy(uint32_t conn)
{
	lab_begin(conn, 0, VERB_RESET, "alice", 0, 0);
}

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	return 0;
}

/* What is told for one answer, from here on. */
static const char *
answer(uint32_t conn, const char *text)
{
	lab.told[conn].text[0] = '\0';
	lab.told[conn].len = 0;
	lab_answers(conn, text);
	lab_run();
	return lab.told[conn].text;
}

static bool
is_refused(uint32_t conn, const char *code)
{
	const size_t workers = lab.workers;
	const bool is = strstr(answer(conn, code), "Not accepted.") != NULL;

	assert_int_equal(lab.workers, is ? workers : workers + 1);
	return is;
}

#define FAILURES                                               \
	"SELECT coalesce(max(failures), 0) FROM budget WHERE " \
	"method=1"

/* R-THR-1: read from what a crash between debit and comparison leaves. */
static void
a_try_is_on_disk_before_it_is_compared(void **state)
{
	const char *const codes[] = { people_wrong(ALICE),
		people_code(ALICE, LAB_STEP) };

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		prompt(i);
		lab_answers(i, codes[i]);
		inbox_front(lab.v);
		attempt_debit_all(lab.v);
		assert_int_equal(disk_number(&lab.disk, FAILURES), i);
		lab_settle();
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
	static const char sum[] = "SELECT sum(failures) FROM bucket";

	(void)state;
	prompt_decoy(1);
	assert_int_equal(disk_number(&lab.disk, sum), 0);
	lab_answers(1, "123456");
	inbox_front(lab.v);
	attempt_debit_all(lab.v);
	lab_settle();
	assert_int_equal(disk_number(&lab.disk, sum), 1);
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
	(void)state;
	prompt(1);
	for (uint32_t n = 1; n <= 6; n++) {
		assert_true(is_refused(1, people_wrong(ALICE)));
		assert_int_equal(people_failures(ALICE, METHOD_APP), n);
	}
	assert_true(is_refused(1, people_code(ALICE, LAB_STEP)));
	assert_non_null(strstr(lab.events, "code.refused 6\n"));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 6);
	lab.s += 29;
	assert_true(is_refused(1, people_code(ALICE, LAB_STEP)));
	lab.s += 1;
	assert_false(is_refused(1, people_code(ALICE, LAB_STEP + 1)));
}

static void
thirty_wrong_codes_switch_the_app_off(void **state)
{
	const struct limit l = { 29, LAB_S - 3600 };

	(void)state;
	people_set_failures(ALICE, METHOD_APP, l);
	prompt(1);
	assert_true(is_refused(1, people_wrong(ALICE)));
	lab.s += 100 * 86400;
	assert_true(is_refused(1, people_code(ALICE, lab.s / 30)));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 30);
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
		assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	}
	assert_non_null(strstr(lab.events, "code.refused 5\n"));
	assert_true(is_refused(2, people_code(ALICE, LAB_STEP - 1)));
	assert_true(is_refused(2, people_wrong(ALICE)));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 1);
	assert_true(is_refused(2, people_code(ALICE, LAB_STEP)));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 1);
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

static void
while_a_right_code_waits_for_its_worker_the_others_wait(void **state)
{
	(void)state;
	prompt(1);
	prompt(2);
	assert_false(is_refused(1, people_code(ALICE, LAB_STEP)));
	assert_string_equal(answer(2, people_code(ALICE, LAB_STEP + 1)), "");
	assert_int_equal(lab_session(2)->attempt.phase, ATTEMPT_WAITS);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 1);
	lab_ready(SSPR_OK);
	lab_run();
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
	(void)answer(2, people_wrong(ALICE));
	lab_says(1, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_null(lab_session(1));
	assert_int_equal(lab.drops, 1);
	assert_non_null(strstr(lab.told[2].text, "Not accepted."));
}

/* Promise 10: also with the code of the seed a decoy is compared with. */
static void
a_decoy_is_never_accepted(void **state)
{
	const uint8_t zero[TOTP_SEED] = { 0 };
	char code[9];

	(void)state;
	prompt_decoy(1);
	for (uint64_t s = LAB_STEP - 1; s <= LAB_STEP + 1; s++) {
		assert_int_equal(oath_totp_generate((const char *)zero,
				     sizeof(zero), (time_t)(30 * s), 30, 0, 6,
				     code),
		    OATH_OK);
		assert_true(is_refused(1, code));
	}
	assert_true(is_refused(1, people_code(ALICE, LAB_STEP)));
	assert_int_equal(lab.workers, 0);
}

/* R-ENUM-1: what one is told for a wrong code is what the other is. */
static void
a_decoy_is_told_the_same_bytes_at_the_same_time(void **state)
{
	static const char *const lines[] = { "", "12345", "1234567", "x",
		"123456", "12345678", "abcdef", "123456", "123456", "123456",
		"123456", "123456", "123456" };
	uint64_t due[2];

	(void)state;
	for (uint32_t i = 1; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (i == 1) {
			prompt(1);
			prompt_decoy(2);
		}
		for (uint32_t c = 1; c <= 2; c++) {
			lab_answers(c, lines[i]);
			for (int n = 0; n < 4; n++) {
				lab_round();
				lab_hear(); /* SYNCED */
			}
			due[c - 1] = lab_session(c)->due_ms - lab.ms;
			lab_run();
		}
		assert_int_equal(due[0], due[1]);
		assert_int_equal(lab.told[1].len, lab.told[2].len);
		assert_memory_equal(lab.told[1].raw, lab.told[2].raw,
		    lab.told[1].len);
	}
	assert_int_equal(people_failures(ALICE, METHOD_APP), 6);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT sum(failures) FROM bucket"),
	    6);
}

static void
an_app_that_is_not_usable_yet_is_not_compared(void **state)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	(void)state;
	a.factor[0].usable_from = LAB_S + 1;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	prompt(1);
	assert_true(is_refused(1, people_code(ALICE, LAB_STEP)));
	lab.s++;
	assert_false(is_refused(1, people_code(ALICE, LAB_STEP)));
}

static void
an_app_removed_meanwhile_is_worth_nothing(void **state)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	(void)state;
	prompt(1);
	assert_int_equal(account_remove(&a, 1), SSPR_OK);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_try_is_on_disk_before_it_is_compared),
		TEST(a_decoys_try_is_on_disk_likewise),
		TEST(what_cannot_be_debited_is_not_compared),
		TEST(five_wrong_codes_are_free_and_the_sixth_must_wait),
		TEST(thirty_wrong_codes_switch_the_app_off),
		TEST(the_codes_of_three_steps_are_right_and_no_other),
		TEST(
		    a_code_accepted_before_is_refused_and_its_debit_given_back),
		TEST(of_fifty_that_offer_one_code_exactly_one_is_let_go),
		TEST(while_a_right_code_waits_for_its_worker_the_others_wait),
		TEST(a_client_that_goes_away_lets_the_next_one_try),
		TEST(a_decoy_is_never_accepted),
		TEST(a_decoy_is_told_the_same_bytes_at_the_same_time),
		TEST(an_app_that_is_not_usable_yet_is_not_compared),
		TEST(an_app_removed_meanwhile_is_worth_nothing),
		TEST(a_record_tampered_with_meanwhile_is_a_wrong_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
