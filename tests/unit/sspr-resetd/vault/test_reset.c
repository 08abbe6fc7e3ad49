/* SPDX-License-Identifier: MIT */
#include "working.h"

static void
a_reset_goes_from_the_code_to_the_last_words(void **state)
{
	struct proto_msg m;
	int pair[2], hand;

	(void)state;
	offer_right_code(1);
	assert_int_equal(lab.worker.job, PROTO_CHANGE);
	assert_int_equal(lab.worker.uid, ALICE);
	assert_string_equal(lab.worker.name, "alice");
	assert_int_equal(lab.gos, 0);
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	assert_int_equal(lab.go, lab.worker.grant);
	give_hand(pair);
	hand = take_hand(1, &m);
	assert_int_equal(m.type, MSG_HAND);
	assert_int_equal(m.as.hand.job, PROTO_CHANGE);
	assert_int_equal(send(hand, "x", 1, 0), 1); /* they are connected */
	assert_int_equal(recv(pair[1], &m, 1, MSG_DONTWAIT), 1);
	close(hand);
	lab_outcome(SSPR_OK);
	assert_non_null(
	    strstr(lab.told[1].text, "ask: Your password is changed."));
	assert_string_equal(answer(1, ""), "end: 0\n");
	assert_null(lab_session(1));
	close(pair[1]);
	assert_string_equal(lab.events, "code.accepted 0\n");
}

/* R-DUR-2 S2, R-VER-1: what is on disk when parent hears GO. */
static void
code_proof_and_permit_are_one_transaction_before_go(void **state)
{
	struct account a = people_account(ALICE);

	(void)state;
	offer_right_code(1);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    0);
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	assert_int_equal(disk_number(&lab.disk, "SELECT used FROM factor"),
	    LAB_STEP);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM proof WHERE challenge=1 "
			     "AND factor=1 AND method=1"),
	    1);
	assert_int_equal(disk_number(&lab.disk, "SELECT id FROM permit"),
	    (int64_t)lab.go);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	assert_in_range(people_account(ALICE).factor[0].last_used, LAB_S,
	    vault_now(lab.v));
	assert_true(people_account(ALICE).generation > a.generation);
}

/* R-DUR-1: each sync of the acceptance fails once. */
static void
what_cannot_be_committed_lets_no_worker_go(void **state)
{
	(void)state;
	offer_right_code(1);
	disk_fails = 1;
	lab_ready(SSPR_OK);
	disk_fails = 0;
	assert_int_equal(lab.gos, 0);
	assert_int_equal(lab.drops, 1);
	assert_int_equal(lab.drop, lab.worker.grant);
	assert_int_equal(lab_end(1), SSPR_BUSY);
	assert_null(strstr(lab.events, "code.accepted"));
	assert_int_equal(people_account(ALICE).factor[0].used, 0);
	offer_right_code(2); /* the code is as good as before */
}

static void
a_worker_that_refuses_gives_code_and_debit_back(void **state)
{
	enum sspr_err e;

	(void)state;
	for (uint32_t i = 1; i <= ERR_MAX; i++) {
		if (!is_refusal(i, &e))
			continue;
		offer_right_code(i);
		assert_int_equal(people_failures(ALICE, METHOD_APP), 1);
		lab_ready(e);
		assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
		assert_non_null(strstr(lab.told[i % LAB_CONNS].text,
		    " The last code you typed is not used up."));
		(void)answer(i, "123456");
		assert_int_equal(lab_end(i), err_told(e));
	}
	assert_int_equal(lab.gos, 0);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    0);
	assert_int_equal(people_account(ALICE).factor[0].used, 0);
	assert_false(is_ours(ALICE));
	assert_int_equal(post.n, 0);
}

/* What was typed first was used up when the second was asked. */
static void
of_two_codes_the_last_comes_back(void **state)
{
	char codes[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	lab.v->conf.methods_required = 2;
	(void)people_sheet(ALICE, codes);
	prompt(1);
	assert_true(is_first_of_two(1, app_now()));
	assert_false(is_refused(1, codes[0]));
	lab_ready(SSPR_DIRECTORY);
	assert_int_equal(lab_end(1), SSPR_DIRECTORY);
	assert_int_equal(people_failures(ALICE, METHOD_BACKUP), 0);
	prompt(2);
	assert_true(is_refused(2, app_now()));
	assert_true(is_first_of_two(2, codes[0]));
}

/* R-POL-1 */
static void
what_the_worker_sees_of_administrators_is_kept(void **state)
{
	(void)state;
	offer_right_code(1);
	lab_ready(SSPR_ADMIN);
	assert_in_range(people_account(ALICE).admin_at, LAB_S,
	    vault_now(lab.v));
}

static void
what_the_worker_said_is_told_and_kept(void **state)
{
	static const struct {
		enum sspr_err e;
		const char *words;
	} ends[] = {
		{ SSPR_WEAK, "is not changed. No new one" },
		{ SSPR_UNCERTAIN, "unknown, try both" },
		{ SSPR_NO_MEMORY, "is not changed: busy" },
		{ SSPR_BUSY, "is not changed. Somebody else" },
		{ SSPR_UNLOCKED, "is unlocked" },
		{ SSPR_PARTLY, "changed in one place" },
		{ SSPR_CANCELLED, "is not changed: stopped" },
	};
	int pair[2];

	(void)state;
	for (uint32_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		lab.s += 60;
		prompt(i);
		(void)answer(i, people_code(ALICE, lab.s / 30));
		lab_ready(SSPR_OK);
		if (i % 2 == 0) {
			give_hand(pair);
			close(pair[1]);
		}
		lab_outcome(ends[i].e);
		assert_non_null(strstr(lab.told[i].text, ends[i].words));
		assert_int_equal(disk_number(&lab.disk,
				     "SELECT max(result) FROM permit WHERE "
				     "ended=(SELECT max(ended) FROM permit)"),
		    ends[i].e);
	}
}

static void
a_client_that_leaves_ends_the_worker_before_go_only(void **state)
{
	int pair[2];
	char c;

	(void)state;
	offer_right_code(1);
	lab_says(1, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_int_equal(lab.drops, 1);
	lab_ready(SSPR_OK); /* crossed on its way */
	assert_int_equal(lab.gos, 0);
	offer_right_code(2);
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	lab_says(2, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_int_equal(lab.drops, 1);
	give_hand(pair);
	assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), 0);
	close(pair[1]);
	assert_int_not_equal(people_account(ALICE).reset_at, 0);
	lab_outcome(SSPR_CANCELLED);
	assert_int_equal(disk_number(&lab.disk, "SELECT result FROM permit"),
	    SSPR_CANCELLED);
	assert_int_equal(people_account(ALICE).reset_at, 0);
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		assert_null(lab.v->session[i]);
}

static void
enter_stops_and_odd_answers_are_asked_again_twenty_times(void **state)
{
	(void)state;
	prompt(1);
	assert_string_equal(answer(1, ""), "end: 15\n");
	assert_null(lab_session(1));
	prompt(2);
	for (uint32_t i = 0; i < SESSION_REPEATS; i++)
		assert_string_equal(answer(2, "what is this?"),
		    "ask: That is not a code. Type the 6-digit code from your "
		    "app, a backup code or a helpdesk-pass. Or type sms, email "
		    "or phone-call to be sent one. Enter = stop: \n");
	assert_non_null(
	    strstr(answer(2, "what is this?"), "not changed: stopped"));
	assert_int_equal(lab_end(2), SSPR_CANCELLED);
	assert_null(lab_session(2));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
}

static void
twenty_wrong_codes_end_it(void **state)
{
	(void)state;
	lab_begin(1, 0, VERB_RESET, "nobody", 0, 0);
	for (uint32_t i = 0; i < SESSION_REPEATS; i++)
		assert_non_null(strstr(answer(1, "123456"), "Not accepted."));
	assert_non_null(strstr(answer(1, "123456"), "not changed: not acc"));
	assert_int_equal(lab_end(1), SSPR_DENIED);
	/* One record for all that were not compared. */
	assert_non_null(strstr(lab.events, "code.refused 6\n"));
	assert_null(
	    strstr(strstr(lab.events, "code.refused 6\n") + 1, "code.refused"));
}

/* The outcome is told though the books cannot be closed. */
static void
a_change_is_told_also_when_the_disk_is_full_by_then(void **state)
{
	int pair[2];

	(void)state;
	offer_right_code(1);
	lab_ready(SSPR_OK);
	give_hand(pair);
	close(pair[1]);
	disk_fails = 1;
	lab_outcome(SSPR_OK);
	disk_fails = 0;
	assert_non_null(strstr(lab.told[1].text, "Your password is changed."));
	assert_int_equal(lab_end(1), SSPR_OK);
}

/* Story 8 */
static void
after_a_recovery_code_the_phone_can_be_switched_off(void **state)
{
	char codes[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	(void)people_sheet(ALICE, codes);
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	reset_by_sheet(1, codes[3], SSPR_OK);
	assert_string_equal(lab.told[1].text,
	    "ask: Code 4 used, 9 left. Phone lost? Type lost to switch off app "
	    "and sms now, or Enter: \n");
	assert_non_null(strstr(answer(1, ""), "ask: Your password is changed"));
	assert_false(is_off(METHOD_APP));
	reset_by_sheet(2, codes[0], SSPR_OK);
	assert_non_null(strstr(lab.told[2].text, "Code 1 used, 8 left."));
	assert_non_null(strstr(answer(2, "Lost"), "switched off.\nask: Your "));
	assert_true(is_off(METHOD_APP));
	assert_false(is_off(METHOD_EMAIL));
	assert_non_null(strstr(lab.events, "enrol.lost 0\n"));
	assert_non_null(strstr(post_text(post.n - 1), "switched off"));
	assert_int_equal(lab_end(2), SSPR_OK);
}

/* What the worker did is told, whatever fails afterwards. */
static void
a_password_that_was_changed_is_never_called_unchanged(void **state)
{
	char codes[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	(void)people_sheet(ALICE, codes);
	for (uint32_t i = 1; i <= 2; i++) {
		reset_by_sheet(i, codes[i], SSPR_OK);
		disk_fails = i == 1;
		lab.sync_err = i == 2 ? SSPR_AUDIT : SSPR_OK;
		(void)answer(i, "lost");
		disk_fails = 0;
		lab.sync_err = SSPR_OK;
		assert_non_null(strstr(lab.told[i].text, "Stopped: busy"));
		assert_non_null(
		    strstr(lab.told[i].text, "Your password is changed."));
		assert_null(strstr(lab.told[i].text, "not changed"));
		assert_int_equal(lab_end(i), SSPR_OK);
	}
}

/* R-ENR-1: it was not set by us after all. */
static void
a_password_not_changed_is_as_good_a_proof_as_before(void **state)
{
	static const struct {
		enum sspr_err e;
		bool ours;
	} ends[] = {
		{ SSPR_WEAK, false },
		{ SSPR_UNLOCKED, false },
		{ SSPR_DIRECTORY, false },
		{ SSPR_PARTLY, true },
		{ SSPR_UNCERTAIN, true },
		{ SSPR_OK, true },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		reset_to(i, ends[i].e);
		assert_int_equal(is_ours(ALICE), ends[i].ours);
		assert_int_equal(lab_end(i), ends[i].e);
		assert_int_equal(is_ours(ALICE), ends[i].ours);
	}
}

/* An unlock is a success like any other; who owns the account is told. */
static void
an_unlock_uses_the_codes_up_and_is_told(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	prompt(0);
	assert_true(is_refused(0, people_wrong(ALICE)));
	reset_to(1, SSPR_UNLOCKED);
	assert_non_null(strstr(lab.told[1].text,
	    "ask: Your account is unlocked; your old password works again."));
	assert_string_equal(answer(1, "my password"), "end: 49\n");
	assert_int_equal(people_account(ALICE).factor[0].used, lab.s / 30);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	assert_int_equal(people_account(ALICE).nknown, 1);
	assert_int_equal(post.n, 1);
	assert_string_equal(post.at[0].subject,
	    "Account alice on web1 was unlocked");
	assert_non_null(strstr(post_text(0), "its password is unchanged"));
	prompt(2);
	assert_true(is_refused(2, app_now()));
}

/* Story 8; and what another reset did since is not undone. */
static void
after_an_unlock_by_sheet_the_phone_can_be_switched_off(void **state)
{
	char codes[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	(void)people_sheet(ALICE, codes);
	reset_by_sheet(1, codes[3], SSPR_UNLOCKED);
	assert_non_null(strstr(lab.told[1].text, "ask: Code 4 used, 9 left."));
	assert_false(is_ours(ALICE));
	reset_to(2, SSPR_OK);
	assert_non_null(strstr(answer(1, "lost"),
	    "switched off.\nask: Your account is unlocked"));
	assert_true(is_off(METHOD_APP));
	assert_true(is_ours(ALICE));
	assert_int_equal(lab_end(1), SSPR_UNLOCKED);
	assert_true(is_ours(ALICE));
}

/* R-PAM-5: a limit forbids a further step; an answer of Enter is heard. */
static void
after_a_quarter_of_an_hour_nothing_new_is_begun(void **state)
{
	(void)state;
	prompt(1);
	prompt(2);
	lab.ms += 15 * 60 * 1000;
	assert_non_null(strstr(answer(1, people_code(ALICE, LAB_STEP)),
	    "not changed: time ran out"));
	assert_int_equal(lab_end(1), SSPR_TIMEOUT);
	assert_string_equal(answer(2, ""), "end: 15\n");
	assert_int_equal(lab.workers, 0);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
}

/* People type the new password where Enter is asked. */
static void
a_slow_person_is_told_the_same_outcome_to_the_end(void **state)
{
	(void)state;
	offer_right_code(1);
	lab_ready(SSPR_OK);
	lab_granted(lab.front);
	lab.ms += 16 * 60 * 1000;
	lab_outcome(SSPR_OK);
	assert_non_null(strstr(lab.told[1].text, "Your password is changed."));
	assert_string_equal(answer(1, "my new password"), "end: 0\n");
}

/* Promise 6: its worker may be under way, but nobody gets to talk to it. */
static void
without_an_audit_record_there_is_no_reset(void **state)
{
	int pair[2];
	char c;

	(void)state;
	offer_right_code(1);
	lab.sync_err = SSPR_AUDIT;
	lab_ready(SSPR_OK);
	assert_int_equal(lab_end(1), SSPR_BUSY);
	assert_null(lab_session(1));
	give_hand(pair);
	assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), 0);
	assert_int_equal(recv(lab.client[1], &c, 1, MSG_DONTWAIT), 0);
	close(pair[1]);
}

/* R-VER-7: never first, one try for all, counted like any other. */
static void
questions_are_a_second_method_and_right_only_all_together(void **state)
{
	(void)state;
	lab.v->conf.methods_required = 2;
	give_questions();
	prompt(1);
	assert_non_null(strstr(answer(1, "questions"), "not a code"));
	assert_true(is_first_of_two(1, app_now()));
	for (int try = 0; try < 2; try++) {
		assert_non_null(
		    strstr(answer(1, "questions"), "Question 1 of"));
		(void)answer(1, "Rover");
		(void)answer(1, try == 0 ? "nobody" : " ROVER ");
		lab_answers(1, "rover");
		lab_run();
		assert_int_equal(lab_session(1)->attempt.phase, ATTEMPT_HASHES);
		assert_int_equal(people_failures(ALICE, METHOD_QUESTIONS),
		    try + 1);
		questions_hashed();
		assert_int_equal(lab.workers, try);
	}
	assert_int_equal(lab.worker.methods,
	    METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_QUESTIONS));
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
}

/* R-VER-1: what only our memory says was never verified. */
static void
what_is_not_in_the_database_opens_nothing(void **state)
{
	(void)state;
	lab.v->conf.methods_required = 2;
	prompt(1);
	lab_session(1)->set.n = 1;
	lab_session(1)->set.at[0].method = METHOD_BACKUP;
	assert_false(is_refused(1, app_now()));
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 0);
	assert_int_equal(lab.drops, 1);
	assert_int_equal(people_account(ALICE).factor[0].used, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, dialogue_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reset_goes_from_the_code_to_the_last_words),
		TEST(code_proof_and_permit_are_one_transaction_before_go),
		TEST(what_cannot_be_committed_lets_no_worker_go),
		TEST(a_worker_that_refuses_gives_code_and_debit_back),
		TEST(of_two_codes_the_last_comes_back),
		TEST(what_the_worker_sees_of_administrators_is_kept),
		TEST(what_the_worker_said_is_told_and_kept),
		TEST(a_client_that_leaves_ends_the_worker_before_go_only),
		TEST(enter_stops_and_odd_answers_are_asked_again_twenty_times),
		TEST(twenty_wrong_codes_end_it),
		TEST(a_change_is_told_also_when_the_disk_is_full_by_then),
		TEST(after_a_quarter_of_an_hour_nothing_new_is_begun),
		TEST(a_slow_person_is_told_the_same_outcome_to_the_end),
		TEST(without_an_audit_record_there_is_no_reset),
		TEST(what_is_not_in_the_database_opens_nothing),
		TEST(questions_are_a_second_method_and_right_only_all_together),
		TEST(after_a_recovery_code_the_phone_can_be_switched_off),
		TEST(a_password_that_was_changed_is_never_called_unchanged),
		TEST(a_password_not_changed_is_as_good_a_proof_as_before),
		TEST(an_unlock_uses_the_codes_up_and_is_told),
		TEST(after_an_unlock_by_sheet_the_phone_can_be_switched_off),
	};

	return PEOPLE_OF_BOTH(tests);
}
