/* SPDX-License-Identifier: MIT */
#include "people.h"

#define PROMPT "ask: Code the app shows now (Enter = stop): \n"

/* Somebody's own conversation up to what follows the look-up. */
static void
begin(uint32_t conn, enum proto_verb verb)
{
	lab_begin(conn, ALICE, verb, "alice", LAB_FOUND, ALICE);
}

/* The worker of the last request runs, its client answers, and it ends so. */
static void
check_password(enum sspr_err e)
{
	uint8_t hand[8];

	lab_ready(SSPR_OK);
	lab_granted(lab.front);
	for (uint32_t i = 0; i < LAB_CONNS; i++)
		if (lab.client[i] != -1)
			(void)recv(lab.client[i], hand, sizeof(hand),
			    MSG_DONTWAIT); /* its descriptor is closed */
	lab_outcome(e);
}

static const char *
answer(uint32_t conn, const char *text)
{
	lab.told[conn].text[0] = '\0';
	lab_answers(conn, text);
	lab_run();
	return lab.told[conn].text;
}

/* What the app of conversation conn shows in the step; from the QR's words. */
static const char *
shown(uint32_t conn, uint64_t step)
{
	const char *text = lab.told[conn].qr.secret;
	static char code[9];
	char *seed;
	size_t len;

	assert_int_equal(oath_base32_decode(text, strlen(text), &seed, &len),
	    OATH_OK);
	assert_int_equal(len, TOTP_SEED);
	assert_int_equal(oath_totp_generate(seed, len, (time_t)(30 * step), 30,
			     0, 6, code),
	    OATH_OK);
	free(seed);
	return code;
}

static const char *
not_shown(uint32_t conn)
{
	static char wrong[9];

	snprintf(wrong, sizeof(wrong), "%s", shown(conn, LAB_STEP));
	do
		wrong[5] = (char)(wrong[5] == '9' ? '0' : wrong[5] + 1);
	while (strcmp(wrong, shown(conn, LAB_STEP - 1)) == 0 ||
	    strcmp(wrong, shown(conn, LAB_STEP + 1)) == 0);
	return wrong;
}

static int64_t
factors(void)
{
	return disk_number(&lab.disk, "SELECT count(*) FROM factor");
}

/* Enrol an app in conversation conn. */
static void
add(uint32_t conn)
{
	begin(conn, VERB_ADD);
	check_password(SSPR_OK);
	assert_non_null(
	    strstr(answer(conn, shown(conn, lab.s / 30)), "end: 0\n"));
}

/* R-ENR-1, R-VER-3 */
static void
an_app_takes_password_and_code_and_the_step_is_used(void **state)
{
	struct account a;
	struct record r;

	(void)state;
	begin(1, VERB_ADD);
	assert_int_equal(lab.worker.job, PROTO_CHECK);
	assert_int_equal(lab.worker.uid, ALICE);
	assert_string_equal(lab.told[1].text, "");
	check_password(SSPR_OK);
	assert_string_equal(lab.told[1].text, "qr\n" PROMPT);
	assert_int_equal(factors(), 0);
	assert_non_null(
	    strstr(answer(1, shown(1, LAB_STEP + 1)), "The app is enrolled."));
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
	a = people_account(ALICE);
	assert_int_equal(a.nfactors, 1);
	assert_int_equal(a.factor[0].last_step, LAB_STEP + 1);
	assert_int_equal(a.factor[0].created, LAB_S);
	assert_int_equal(account_open_app(lab.v->seal, &a, &a.factor[0], &r),
	    SSPR_OK);
	assert_string_equal(r.as.app.label, "phone");
	assert_string_equal(lab.events, "enrol.added 0\n");
	/* The confirming code cannot be used for a reset. */
	lab_begin(2, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_non_null(
	    strstr(answer(2, shown(1, LAB_STEP + 1)), "Not accepted."));
}

/* R-ENR-1 */
static void
nothing_is_stored_before_a_code_was_verified(void **state)
{
	(void)state;
	begin(1, VERB_ADD);
	check_password(SSPR_OK);
	(void)answer(1, not_shown(1));
	(void)answer(1, "x");
	assert_int_equal(factors(), 0);
	assert_int_equal(lab.audits, 0);
	assert_non_null(strstr(answer(1, ""), "end: 15\n"));
	assert_int_equal(factors(), 0);
	assert_null(lab_session(1));
}

static void
five_wrong_confirmations_end_it(void **state)
{
	(void)state;
	begin(1, VERB_ADD);
	check_password(SSPR_OK);
	for (int i = 0; i < 4; i++)
		assert_non_null(
		    strstr(answer(1, i % 2 == 0 ? not_shown(1) : "nope"),
			PROMPT));
	assert_non_null(strstr(answer(1, not_shown(1)), "end: 31\n"));
	assert_null(lab_session(1));
	assert_int_equal(factors(), 0);
}

static void
each_enrolment_has_a_secret_of_its_own(void **state)
{
	struct proto_qr qr;

	(void)state;
	begin(1, VERB_ADD);
	check_password(SSPR_OK);
	qr = lab.told[1].qr;
	assert_non_null(strstr(qr.uri, qr.secret));
	assert_int_equal(strlen(qr.secret), 32); /* R-VER-3: 160 bits */
	begin(2, VERB_ADD);
	check_password(SSPR_OK);
	assert_string_not_equal(lab.told[2].qr.secret, qr.secret);
}

/* R-ENR-1: good for five minutes. */
static void
a_password_checked_too_long_ago_proves_nothing(void **state)
{
	(void)state;
	begin(1, VERB_ADD);
	check_password(SSPR_OK);
	lab.ms += SESSION_PROOF_S * 1000;
	assert_non_null(strstr(answer(1, shown(1, LAB_STEP)), "end: 14\n"));
	assert_int_equal(factors(), 0);
}

/* R-ENR-1: 5 in 15 minutes. */
static void
five_wrong_passwords_wait_a_quarter_of_an_hour(void **state)
{
	uint32_t conn = 0;

	(void)state;
	for (; conn < 5; conn++) {
		begin(conn, VERB_ADD);
		check_password(SSPR_PASSWORD);
		assert_int_equal(lab.told[conn].end.result, SSPR_PASSWORD);
		assert_int_equal(lab.told[conn].end.retry_after, 0);
	}
	lab.s += 100;
	begin(++conn, VERB_ADD);
	assert_int_equal(lab.workers, 5);
	assert_int_equal(lab.told[conn].end.result, SSPR_PASSWORD);
	assert_int_equal(lab.told[conn].end.retry_after, 15 * 60 - 100);
	lab.s += 799;
	begin(++conn, VERB_REMOVE);
	assert_int_equal(lab.workers, 5);
	lab.s++;
	begin(++conn, VERB_ADD);
	assert_int_equal(lab.workers, 6);
	check_password(SSPR_PASSWORD);
	begin(++conn, VERB_ADD);
	assert_int_equal(lab.told[conn].end.retry_after, 15 * 60);
	lab.s += 900;
	begin(++conn, VERB_ADD);
	check_password(SSPR_OK);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 0);
}

/* The try is on disk before a worker is asked for. */
static void
a_password_try_is_counted_before_it_is_made(void **state)
{
	(void)state;
	begin(1, VERB_ADD);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 1);
	lab_says(1, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 1);
	begin(2, VERB_ADD);
	disk_fails = 1;
	begin(3, VERB_ADD);
	disk_fails = 0;
	assert_int_equal(lab.told[3].end.result, SSPR_BUSY);
	assert_int_equal(lab.workers, 2);
}

static void
what_is_no_wrong_password_gives_the_try_back(void **state)
{
	static const enum sspr_err not_wrong[] = { SSPR_CANCELLED, SSPR_TIMEOUT,
		SSPR_BUSY, SSPR_SYSTEM };

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		begin(i, VERB_ADD);
		check_password(not_wrong[i % 4]);
		assert_int_equal(lab.told[i].end.result,
		    err_told(not_wrong[i % 4]));
		assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 0);
		begin(10 + i, VERB_ADD);
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
	begin(1, VERB_ADD);
	first = lab.worker;
	lab_ready(SSPR_OK);
	begin(2, VERB_ADD);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 2);
	check_password(SSPR_PASSWORD);
	lab.worker = first;
	lab_outcome(SSPR_CANCELLED);
	assert_int_equal(lab_end(1), SSPR_CANCELLED);
	assert_int_equal(people_failures(ALICE, METHOD_PASSWORD), 1);
}

/* R-THR-2: proved by the password and a code, the app counts anew. */
static void
an_enrolment_forgets_the_wrong_codes(void **state)
{
	const struct limit off = { 30, LAB_S };

	(void)state;
	add(1);
	people_set_failures(ALICE, METHOD_APP, off);
	lab.s += 60;
	add(2);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
}

static void
five_apps_are_the_most_and_all_of_them_are_listed(void **state)
{
	char want[128] = "";

	(void)state;
	for (uint32_t i = 1; i <= ACCOUNT_APPS_MAX; i++) {
		add(i);
		snprintf(want + strlen(want), sizeof(want) - strlen(want),
		    "factor: %u phone\n", i);
		begin(20 + i, VERB_STATUS);
		assert_memory_equal(lab.told[20 + i].text, want, strlen(want));
		assert_string_equal(lab.told[20 + i].text + strlen(want),
		    "end: 0\n");
	}
	begin(10, VERB_ADD);
	assert_int_equal(lab.told[10].end.result, SSPR_FULL);
	assert_int_equal(lab.workers, ACCOUNT_APPS_MAX);
}

/* Two that began with room for one. */
static void
no_race_makes_a_sixth_app(void **state)
{
	(void)state;
	for (uint32_t i = 1; i < ACCOUNT_APPS_MAX; i++)
		add(i);
	begin(10, VERB_ADD);
	check_password(SSPR_OK);
	begin(11, VERB_ADD);
	check_password(SSPR_OK);
	assert_non_null(strstr(answer(10, shown(10, LAB_STEP)), "end: 0\n"));
	assert_non_null(strstr(answer(11, shown(11, LAB_STEP)), "end: 20\n"));
	assert_int_equal(factors(), ACCOUNT_APPS_MAX);
}

static void
an_app_is_removed_by_password_and_no_other(void **state)
{
	struct proto_hello h = lab_hello(VERB_REMOVE, "alice");

	(void)state;
	add(1);
	add(2);
	for (h.factor = 0; h.factor < 4; h.factor++) {
		lab.peer = ALICE;
		lab_says_hello(10 + h.factor, &h);
		lab_round();
		lab_hear();
		lab_found(LAB_FOUND, ALICE, "alice");
		lab_run();
		if (h.factor != 2) {
			lab_says(10 + h.factor, MSG_CANCEL, NULL, 0);
			lab_run();
			continue;
		}
		assert_int_equal(factors(), 2);
		check_password(SSPR_PASSWORD);
		assert_int_equal(factors(), 2);
		lab_says_hello(5, &h);
		lab_round();
		lab_hear();
		lab_found(LAB_FOUND, ALICE, "alice");
		lab_run();
		check_password(SSPR_OK);
		assert_string_equal(lab.told[5].text,
		    "show: It is removed.\nend: 0\n");
		assert_int_equal(factors(), 1);
	}
	assert_int_equal(lab.told[10].end.result, SSPR_NO_FACTOR);
	assert_int_equal(lab.told[13].end.result, SSPR_NO_FACTOR);
	assert_int_equal(people_account(ALICE).factor[0].id, 1);
}

/* R-LOG-2: what a label shows, it shows on somebody's terminal. */
static void
an_unknown_method_and_an_odd_label_are_usage_errors(void **state)
{
	static const struct {
		const char *method, *label;
	} odd[] = { { "apple", "" }, { "", "" }, { "app", "a\033[2J" },
		{ "app", "\377" }, { "app", "a\nb" } };
	struct proto_hello h = lab_hello(VERB_ADD, "alice");

	(void)state;
	lab.peer = ALICE;
	for (uint32_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(h.method, sizeof(h.method), "%s", odd[i].method);
		snprintf(h.label, sizeof(h.label), "%s", odd[i].label);
		lab_says_hello(i, &h);
		lab_round();
		lab_hear();
		lab_found(LAB_FOUND, ALICE, "alice");
		lab_run();
		assert_int_equal(lab_end(i), SSPR_USAGE);
	}
	assert_int_equal(lab.workers, 0);
}

/* R-DUR-1: told busy, and nothing of it is there. */
static void
what_cannot_be_committed_is_not_enrolled(void **state)
{
	(void)state;
	begin(1, VERB_ADD);
	check_password(SSPR_OK);
	disk_fails = 1;
	assert_non_null(strstr(answer(1, shown(1, LAB_STEP)), "end: 10\n"));
	disk_fails = 0;
	assert_int_equal(people_account(ALICE).nfactors, 0);
	assert_int_equal(lab.audits, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, lab_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_app_takes_password_and_code_and_the_step_is_used),
		TEST(nothing_is_stored_before_a_code_was_verified),
		TEST(five_wrong_confirmations_end_it),
		TEST(each_enrolment_has_a_secret_of_its_own),
		TEST(a_password_checked_too_long_ago_proves_nothing),
		TEST(five_wrong_passwords_wait_a_quarter_of_an_hour),
		TEST(a_password_try_is_counted_before_it_is_made),
		TEST(what_is_no_wrong_password_gives_the_try_back),
		TEST(of_two_at_once_each_gives_its_own_try_back),
		TEST(an_enrolment_forgets_the_wrong_codes),
		TEST(five_apps_are_the_most_and_all_of_them_are_listed),
		TEST(no_race_makes_a_sixth_app),
		TEST(an_app_is_removed_by_password_and_no_other),
		TEST(an_unknown_method_and_an_odd_label_are_usage_errors),
		TEST(what_cannot_be_committed_is_not_enrolled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
