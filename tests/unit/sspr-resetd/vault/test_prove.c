/* SPDX-License-Identifier: MIT */
#include "dialogue.h"

#define BIT(m) METHOD_BIT(METHOD_##m)

static char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE], pass[CODE_PASS_SIZE];

static int
set_up(void **state)
{
	(void)dialogue_open(state);
	(void)people_sheet(ALICE, sheet);
	(void)people_address(ALICE, METHOD_SMS, POST_NUMBER);
	(void)people_address(ALICE, METHOD_LANDLINE, POST_CALL);
	(void)people_address(ALICE, METHOD_EMAIL, POST_MAIL);
	return 0;
}

static int
set_up_two(void **state)
{
	(void)set_up(state);
	lab.v->conf.methods_required = 2;
	return 0;
}

static void
where_one_is_needed_all_that_is_enabled_is_offered(void **state)
{
	(void)state;
	prompt(1);
	assert_true(shows(1,
	    "ask: Reset the password of alice on web1. Nothing changes until "
	    "the end.\nType the 6-digit code from your app, a backup code or "
	    "a helpdesk-pass. Or type sms, email or phone-call to be sent "
	    "one. Enter = stop: "));
	snprintf(lab.v->conf.methods, sizeof(lab.v->conf.methods), "app sms");
	prompt(2);
	assert_true(shows(2,
	    "Type the 6-digit code from your app. Or type sms "
	    "to be sent one. Enter = stop: "));
}

/* DESIGN section 5: what sends nothing comes first. */
static void
where_two_are_needed_no_word_sends_anything_at_first(void **state)
{
	static const char *const words[] = { "sms", "email", "phone-call",
		"questions" };

	(void)state;
	prompt(1);
	assert_true(shows(1,
	    "Type the 6-digit code from your app, a backup "
	    "code or a helpdesk-pass. Enter = stop: "));
	assert_false(shows(1, "sms"));
	for (size_t i = 0; i < 4; i++) {
		(void)answer(1, words[i]);
		assert_true(shows(1, "ask: That is not a code. "));
	}
	assert_int_equal(post.n, 0);
	assert_int_equal(post_messages(), 0);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM challenge"),
	    0);
	assert_int_equal(lab_session(1)->state, STATE_CODE);
}

static void
two_are_what_sends_nothing_and_then_a_message(void **state)
{
	(void)state;
	prompt(1);
	assert_true(is_refused(1, people_wrong(ALICE)));
	assert_true(is_first_of_two(1, app_now()));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	assert_true(shows(1,
	    "Now another method. Type a backup code. Or type "
	    "sms, email or phone-call to be sent one."));
	assert_false(is_refused(1, have_sent(1, "sms")));
	assert_int_equal(lab.worker.methods, BIT(APP) | BIT(SMS));
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    2);
}

static void
after_the_first_only_what_the_account_has_is_named(void **state)
{
	(void)state;
	people_enrol(BOB, "bob");
	(void)people_pass(BOB, false, 7, pass);
	lab_begin(1, 0, VERB_RESET, "bob", LAB_FOUND, BOB);
	assert_true(is_first_of_two(1, pass));
	assert_true(shows(1, "Type the 6-digit code from your app. Enter"));
	(void)answer(1, "sms");
	assert_true(shows(1, "That is not a code."));
	assert_int_equal(post_messages(), 0);
	assert_false(is_refused(1, people_code(BOB, LAB_STEP)));
}

static void
who_has_one_method_only_is_told_that_two_are_needed(void **state)
{
	(void)state;
	people_enrol(BOB, "bob");
	lab_begin(1, 0, VERB_RESET, "bob", LAB_FOUND, BOB);
	(void)answer(1, people_code(BOB, LAB_STEP));
	assert_true(shows(1, "two enrolled methods are needed"));
	assert_int_equal(lab.workers, 0);
	assert_int_equal(lab_end(1), SSPR_TWO_NEEDED);
}

/* R-VER-8 */
static void
a_method_is_not_taken_twice(void **state)
{
	(void)state;
	prompt(1);
	assert_true(is_first_of_two(1, app_now()));
	later(30);
	(void)answer(1, app_now());
	assert_true(shows(1, "That is not a code."));
	(void)answer(1, "sms");
	(void)answer(1, app_now()); /* where a sent code is asked */
	assert_true(shows(1, "Not accepted."));
	assert_int_equal(lab.workers, 0);
	(void)answer(1, "");
	assert_false(is_refused(1, sheet[0]));
}

static void
a_recovery_code_is_not_taken_beside_another(void **state)
{
	(void)state;
	prompt(1);
	assert_true(is_first_of_two(1, sheet[0]));
	(void)answer(1, sheet[1]);
	assert_true(shows(1, "That is not a code."));
	assert_false(is_refused(1, app_now()));
	assert_int_equal(lab.worker.methods, BIT(APP) | BIT(BACKUP));
}

/*
 * R-VER-8: somebody was in no group that needs two when a code was sent; it is
 * a first method now, and no second message goes out.
 */
static void
two_messages_are_refused_from_the_network(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	prompt(1);
	memcpy(code, have_sent(1, "sms"), sizeof(code));
	dialogue_from(2, LAB_FOUND | ACCOUNT_TWO, HERE);
	(void)answer(2, "sms");
	assert_true(is_first_of_two(2, code));
	later(3600);
	(void)answer(2, "email");
	assert_true(shows(2, "not changed: time ran out"));
	assert_int_equal(post.n, 1);
	dialogue_from(3, LAB_FOUND | ACCOUNT_TWO, HERE);
	(void)answer(3, "sms");
	assert_int_equal(post.n, 1); /* nothing is sent to who needs two */
}

static void
a_second_message_is_not_even_named(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	prompt(1);
	memcpy(code, have_sent(1, "sms"), sizeof(code));
	dialogue_from(2, LAB_FOUND | ACCOUNT_TWO, HERE);
	(void)answer(2, "sms");
	assert_true(is_first_of_two(2, code));
	assert_false(shows(2, "email"));
	(void)answer(2, "email");
	assert_true(shows(2, "That is not a code."));
	(void)answer(2, "phone-call");
	assert_true(shows(2, "That is not a code."));
	assert_int_equal(post.n, 1);
	assert_false(is_refused(2, app_now()));
}

static struct proto_hello
at_console(void)
{
	struct proto_hello h = lab_hello(VERB_RESET, "alice");

	memset(h.rhost, 0, sizeof(h.rhost));
	memcpy(h.service, "login", 6);
	memcpy(h.tty, "tty1", 5);
	return h;
}

static void
prompt_at_console(uint32_t conn, unsigned int flags)
{
	const struct proto_hello h = at_console();

	lab.peer = 0;
	lab_says_hello(conn, &h);
	lab_round();
	lab_hear();
	lab_found(flags, ALICE, "alice");
	lab_run();
}

static void
at_a_console_one_is_enough_where_the_network_needs_two(void **state)
{
	(void)state;
	prompt_at_console(1, LAB_FOUND);
	assert_true(shows(1, "sms"));
	assert_false(is_refused(1, have_sent(1, "email")));
	assert_int_equal(lab.worker.methods, BIT(EMAIL));
}

/* R-POL-1: wherever they are. */
static void
administrators_need_two_and_one_of_them_strong(void **state)
{
	(void)state;
	lab.v->conf.methods_required = 1;
	for (uint32_t i = 1; i <= 2; i++) {
		const unsigned int flags = LAB_FOUND | ACCOUNT_ADMIN;

		later(7200);
		if (i == 1)
			dialogue_from(i, flags, HERE);
		else
			prompt_at_console(i, flags);
		(void)answer(i, "sms");
		assert_int_equal(post.n, i - 1); /* not first */
		(void)answer(i, "");
		assert_true(is_first_of_two(i, app_now()));
		assert_false(shows(i, "questions"));
		(void)answer(i, "questions");
		assert_true(shows(i, "That is not a code."));
		assert_false(is_refused(i, have_sent(i, "sms")));
		assert_int_equal(lab.worker.methods, BIT(APP) | BIT(SMS));
		lab_says(i, MSG_CANCEL, NULL, 0);
		lab_run();
	}
}

static void
once_an_administrator_one_stays_one(void **state)
{
	(void)state;
	lab.v->conf.methods_required = 1;
	dialogue_from(1, LAB_FOUND | ACCOUNT_ADMIN, HERE);
	(void)answer(1, people_wrong(ALICE));
	lab_says(1, MSG_CANCEL, NULL, 0);
	later(89 * 86400);
	prompt(2);
	assert_true(is_first_of_two(2, app_now()));
}

/* [reset] two_groups; the prompt tells nobody. */
static void
members_of_a_two_group_need_two_where_others_need_one(void **state)
{
	(void)state;
	prompt(1);
	dialogue_from(2, LAB_FOUND | ACCOUNT_TWO, HERE);
	assert_int_equal(lab.told[1].len, lab.told[2].len);
	assert_memory_equal(lab.told[1].raw, lab.told[2].raw, lab.told[1].len);
	assert_true(is_first_of_two(2, app_now()));
	assert_false(is_refused(2, sheet[0]));
}

/* R-VER-1: what was verified belongs to its conversation. */
static void
what_one_conversation_proved_is_worth_nothing_in_another(void **state)
{
	(void)state;
	prompt(1);
	prompt(2);
	assert_true(is_first_of_two(1, app_now()));
	assert_true(is_first_of_two(2, sheet[0]));
	(void)answer(2, sheet[0]);
	assert_true(shows(2, "That is not a code."));
	assert_int_equal(lab.workers, 0);
	assert_int_equal(lab_session(1)->set.n, 1);
	assert_int_equal(lab_session(2)->set.n, 1);
	lab_says(1, MSG_CANCEL, NULL, 0);
	prompt(3);
	assert_true(is_first_of_two(3, sheet[1]));
	assert_false(is_refused(3, have_sent(3, "sms")));
	assert_int_equal(lab.worker.methods, BIT(BACKUP) | BIT(SMS));
}

/* R-VER-4 */
static void
three_wrong_codes_make_a_sent_code_void(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	prompt(1);
	memcpy(code, have_sent(1, "sms"), sizeof(code));
	for (uint32_t n = 1; n <= 3; n++) {
		assert_true(is_refused(1, spoilt(code)));
		assert_int_equal(people_failures(ALICE, METHOD_SMS), n);
	}
	assert_true(is_refused(1, code));
	(void)answer(1, "");
	later(60);
	memcpy(code, have_sent(1, "sms"), sizeof(code));
	assert_false(is_refused(1, code));
}

/* As the last words say: it is not used up. */
static void
a_sent_code_stays_good_however_often_the_worker_refuses(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	prompt(1);
	memcpy(code, have_sent(1, "sms"), sizeof(code));
	assert_true(is_refused(1, spoilt(code)));
	assert_true(is_refused(1, spoilt(code)));
	for (uint32_t n = 1; n <= 5; n++) {
		assert_false(is_refused(n, code));
		lab_ready(SSPR_DIRECTORY);
		assert_true(shows(n, "The last code you typed is not used up"));
		prompt(n + 1);
		(void)answer(n + 1, "sms");
	}
	assert_int_equal(post.n, 1);
	assert_true(is_refused(6, spoilt(code))); /* the third wrong one */
	assert_true(is_refused(6, code));
}

static void
an_empty_line_goes_back_and_the_code_stays_good(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	prompt(1);
	memcpy(code, have_sent(1, "email"), sizeof(code));
	(void)answer(1, "");
	assert_true(shows(1, "ask: Reset the password of alice"));
	assert_int_equal(lab_session(1)->state, STATE_CODE);
	(void)answer(1, "email");
	assert_true(shows(1, "is on its way"));
	assert_int_equal(post.n, 1); /* R-VER-4: once */
	lab_says(1, MSG_CANCEL, NULL, 0);
	prompt(2); /* story 3 */
	(void)answer(2, "email");
	assert_int_equal(post.n, 1);
	assert_false(is_refused(2, code));
}

static void
a_code_works_only_from_where_it_was_asked_for(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	prompt(1);
	memcpy(code, have_sent(1, "email"), sizeof(code));
	dialogue_from(2, LAB_FOUND, THERE);
	(void)have_sent(2, "email");
	assert_true(is_refused(2, code));
	assert_false(is_refused(1, code)); /* nobody took it away */
}

static void
the_apps_code_is_taken_where_a_sent_one_is_asked(void **state)
{
	(void)state;
	prompt(1);
	(void)answer(1, "sms");
	assert_true(is_refused(1, people_wrong(ALICE)));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 1);
	assert_int_equal(people_failures(ALICE, METHOD_SMS), 0);
	assert_false(is_refused(1, app_now()));
	assert_int_equal(lab.worker.methods, BIT(APP));
}

/* R-ADM-2 */
static void
a_pass_is_good_once_and_beside_another_method(void **state)
{
	(void)state;
	(void)people_pass(ALICE, false, BOB, pass);
	prompt(1);
	assert_true(is_refused(1, spoilt(pass)));
	assert_true(is_first_of_two(1, pass));
	assert_false(is_refused(1, app_now()));
	prompt(2);
	lab_says(1, MSG_CANCEL, NULL, 0);
	assert_true(is_refused(2, pass));
}

static const char *const script[] = { "12345", "sms", "12345678", "", "123456",
	"654321", "x", "123456", "123456", "123456", "123456", "sms",
	"87654321", "87654321", "", "sms", "", "email", "abcdefgh", "123456" };

#define LINES (sizeof(script) / sizeof(script[0]))

/*
 * R-ENUM-1, R-THR-7: also when the prompt would tell that a code was made void,
 * which takes tries that were not throttled.
 */
static void
a_decoy_is_told_the_same_bytes_at_the_same_time(void **state)
{
	(void)state;
	prompt(1);
	prompt_decoy(2);
	memcpy(lab_session(2)->id, lab_session(1)->id, STORE_CONVERSATION);
	for (size_t i = 0; i < LINES; i++) {
		later(20);
		lab_answers(1, script[i]);
		lab_answers(2, script[i]);
		for (int n = 0; n < 4; n++) {
			lab_round();
			lab_hear();
		}
		assert_int_equal(lab_session(1)->due_ms,
		    lab_session(2)->due_ms);
		lab_run();
		assert_int_equal(lab.told[1].len, lab.told[2].len);
		assert_memory_equal(lab.told[1].raw, lab.told[2].raw,
		    lab.told[1].len);
	}
}

/* R-ENUM-2: each answer waits for as many syncs; messages go out later. */
static void
a_decoys_answers_cost_as_many_syncs(void **state)
{
	const int courier = lab.v->courier;
	unsigned int syncs[2];

	(void)state;
	lab.v->courier = -1;
	prompt(1);
	prompt_decoy(2);
	for (size_t i = 0; i < LINES; i++) {
		for (uint32_t c = 0; c < 2; c++) {
			syncs[c] = disk_syncs;
			lab_answers(c + 1, script[i]);
			lab_round();
			syncs[c] = disk_syncs - syncs[c];
			lab_run();
		}
		assert_int_equal(syncs[0], syncs[1]);
	}
	assert_int_equal(post_messages(), 2);
	lab.v->courier = courier;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)
#define TWO(f)  cmocka_unit_test_setup_teardown(f, set_up_two, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(where_one_is_needed_all_that_is_enabled_is_offered),
		TWO(where_two_are_needed_no_word_sends_anything_at_first),
		TWO(two_are_what_sends_nothing_and_then_a_message),
		TWO(after_the_first_only_what_the_account_has_is_named),
		TWO(who_has_one_method_only_is_told_that_two_are_needed),
		TWO(a_method_is_not_taken_twice),
		TWO(a_recovery_code_is_not_taken_beside_another),
		TEST(two_messages_are_refused_from_the_network),
		TEST(a_second_message_is_not_even_named),
		TWO(at_a_console_one_is_enough_where_the_network_needs_two),
		TWO(administrators_need_two_and_one_of_them_strong),
		TWO(once_an_administrator_one_stays_one),
		TEST(members_of_a_two_group_need_two_where_others_need_one),
		TWO(what_one_conversation_proved_is_worth_nothing_in_another),
		TEST(three_wrong_codes_make_a_sent_code_void),
		TEST(a_sent_code_stays_good_however_often_the_worker_refuses),
		TEST(an_empty_line_goes_back_and_the_code_stays_good),
		TEST(a_code_works_only_from_where_it_was_asked_for),
		TEST(the_apps_code_is_taken_where_a_sent_one_is_asked),
		TEST(a_pass_is_good_once_and_beside_another_method),
		TEST(a_decoy_is_told_the_same_bytes_at_the_same_time),
		TEST(a_decoys_answers_cost_as_many_syncs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
