/* SPDX-License-Identifier: MIT */
#include "dialogue.h"
#include "vault/origin.h"

static int
set_up(void **state)
{
	(void)dialogue_open(state);
	lab.v->conf.source_failures = 5;
	lab.v->conf.source_accounts = 3;
	lab.v->conf.free_failures = 10;
	return 0;
}

/* A reset of a name that nobody has, from an address. */
static void
prompt_of(uint32_t conn, const char *user, const char *rhost)
{
	struct proto_hello h = lab_hello(VERB_RESET, user);

	snprintf(h.rhost, sizeof(h.rhost), "%s", rhost);
	lab.peer = 0;
	lab_says_hello(conn, &h);
	lab_round();
	lab_hear();
	lab_found(0, 0, "");
	lab_run();
}

/* Whether a conversation does not even begin, for its source's sake. */
static bool
is_turned_away(uint32_t conn)
{
	return lab.told[conn].ended && lab.told[conn].end.result == SSPR_SOURCE;
}

static bool
ends_for_source(uint32_t conn, const char *code)
{
	return strstr(answer(conn, code), "Too many tries from this address") !=
	    NULL;
}

/* Story 13. */
static void
too_many_tries_are_told_openly_with_a_time(void **state)
{
	(void)state;
	prompt(1);
	for (uint32_t i = 0; i < 5; i++)
		assert_true(is_refused(1, people_wrong(ALICE)));
	assert_true(ends_for_source(1, app_now()));
	assert_non_null(strstr(lab.told[1].text,
	    "Too many tries from this address. Next try at "));
	assert_non_null(strstr(lab.told[1].text, " (SSPR-21). Help: "));
	assert_non_null(strstr(lab.events, "source.refused 21\n"));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 5);
	prompt(2);
	assert_true(is_turned_away(2));
	assert_in_range(lab.told[2].end.retry_after, 880, 900);
	dialogue_from(3, LAB_FOUND, THERE);
	assert_false(is_turned_away(3));
	later(901);
	prompt(4);
	assert_false(is_refused(4, app_now()));
}

/* R-THR-7: of nobody, of alice, and while hers is not even compared. */
static void
every_try_counts_alike(void **state)
{
	static const unsigned int found[] = { 0, LAB_FOUND, LAB_FOUND };
	const struct limit off = { 30, LAB_S };

	(void)state;
	for (uint32_t kind = 0; kind < 3; kind++) {
		if (kind == 2)
			people_set_failures(ALICE, METHOD_APP, off);
		dialogue_from(kind, found[kind], THERE);
		for (uint32_t i = 0; i < 5; i++)
			assert_true(is_refused(kind, people_wrong(ALICE)));
		assert_true(ends_for_source(kind, people_wrong(ALICE)));
		later(86400);
	}
}

/* Else whoever has a code that was used would know it from a wrong one. */
static void
a_code_that_was_used_counts(void **state)
{
	char code[9];

	(void)state;
	snprintf(code, sizeof(code), "%s", app_now());
	prompt(1);
	assert_false(is_refused(1, code));
	lab_ready(SSPR_OK);
	lab_outcome(SSPR_CANCELLED);
	dialogue_from(2, LAB_FOUND, THERE);
	for (uint32_t i = 0; i < 5; i++)
		assert_true(is_refused(2, code));
	assert_true(ends_for_source(2, code));
}

static void
a_right_code_does_not_count(void **state)
{
	(void)state;
	prompt(1);
	for (uint32_t i = 0; i < 4; i++)
		assert_true(is_refused(1, people_wrong(ALICE)));
	assert_false(is_refused(1, app_now()));
	lab_ready(SSPR_OK);
	lab_outcome(SSPR_CANCELLED);
	later(60);
	prompt(2);
	assert_true(is_refused(2, people_wrong(ALICE)));
	assert_true(ends_for_source(2, people_wrong(ALICE)));
}

/* The worker would not: a right code was no guess. */
static void
one_that_was_refunded_does_not_count(void **state)
{
	(void)state;
	prompt(1);
	for (uint32_t i = 0; i < 4; i++)
		assert_true(is_refused(1, people_wrong(ALICE)));
	assert_false(is_refused(1, app_now()));
	lab_ready(SSPR_ACCOUNT);
	prompt(2);
	assert_false(is_refused(2, app_now()));
}

/* REQUIREMENTS 8.4: spraying; R-THR-3: a spelling is no other name. */
static void
a_fourth_name_is_not_tried(void **state)
{
	static const char *const spellings[] = { "nobody1", "Nobody1 ",
		" NOBODY1", "nobody2", "nobody3" };

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		prompt_of(i, spellings[i], THERE);
		assert_false(is_turned_away(i));
		if (i % 2 == 0 || i == 3)
			assert_true(is_refused(i, "123456"));
	}
	prompt_of(6, "nobody4", THERE);
	assert_true(is_turned_away(6));
	assert_in_range(lab.told[6].end.retry_after, 3500, 3600);
	prompt_of(7, "nobody2", THERE);
	assert_false(is_turned_away(7));
	prompt_of(8, "nobody4", HERE);
	assert_false(is_turned_away(8));
	later(3601);
	prompt_of(9, "nobody4", THERE);
	assert_false(is_turned_away(9));
}

/* R-THR-5 */
static void
all_of_an_ipv6_site_have_four_times_as_many(void **state)
{
	uint32_t conn = 0;

	(void)state;
	lab.v->conf.source_failures = 1;
	for (uint32_t net = 1; net <= 4; net++) {
		char rhost[64];

		snprintf(rhost, sizeof(rhost), "2001:db8:7:%x::1", net + 4);
		dialogue_from(++conn, 0, rhost);
		assert_true(is_refused(conn, "123456"));
		dialogue_from(++conn, 0, rhost);
		assert_true(is_turned_away(conn));
	}
	dialogue_from(++conn, 0, "2001:db8:7:99::1");
	assert_true(is_turned_away(conn));
	dialogue_from(++conn, 0, "2001:db8:8::1");
	assert_false(is_turned_away(conn));
}

static void
a_shared_address_has_figures_of_its_own(void **state)
{
	(void)state;
	snprintf(lab.v->conf.source_shared, sizeof(lab.v->conf.source_shared),
	    "%s", HERE);
	lab.v->conf.shared_failures = 20;
	prompt(1);
	for (uint32_t i = 0; i < 19; i++)
		assert_true(is_refused(1, people_wrong(ALICE)));
	prompt(2);
	assert_true(is_refused(2, people_wrong(ALICE)));
	assert_true(ends_for_source(2, people_wrong(ALICE)));
}

/* REQUIREMENTS 8.4, global: never a stop. */
static void
too_many_on_the_host_are_told_and_ask_two_of_the_network(void **state)
{
	(void)state;
	lab.v->conf.alarm_failures = 4;
	prompt(1);
	for (uint32_t i = 0; i < 4; i++)
		assert_true(is_refused(1, people_wrong(ALICE)));
	assert_false(origin_is_alarmed(lab.v));
	assert_null(strstr(lab.events, "alarm.failures"));
	prompt_of(2, "nobody1", THERE);
	assert_true(is_refused(2, "123456"));
	assert_true(origin_is_alarmed(lab.v));
	assert_non_null(strstr(lab.events, "alarm.failures"));
	prompt_of(3, "nobody1", THERE);
	assert_non_null(
	    strstr(lab.told[3].text, "Two different methods are needed"));
	dialogue_from(4, LAB_FOUND, THERE);
	(void)answer(4, app_now());
	assert_int_equal(lab.workers, 0);
	later(3601);
	prompt_of(5, "nobody1", THERE);
	assert_null(strstr(lab.told[5].text, "Two different methods"));
}

/* R-THR-1: it is durable before the comparison, and a crash keeps it. */
static void
a_try_is_on_disk_before_it_is_compared(void **state)
{
	(void)state;
	prompt(1);
	lab_answers(1, people_wrong(ALICE));
	inbox_front(lab.v, lab.v->front);
	attempt_debit_all(lab.v);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM source"),
	    0);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	lab.v->writing = false;
	assert_int_equal(lab_session(1)->state, STATE_ATTEMPT);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM source"),
	    2); /* its own, the host's */
	attempt_compare_all(lab.v);
}

/* R-DUR-5 */
static void
what_cannot_be_counted_is_not_compared(void **state)
{
	(void)state;
	prompt(1);
	disk_fails = 1;
	(void)answer(1, app_now());
	disk_fails = 0;
	assert_int_equal(lab.workers, 0);
	assert_null(strstr(lab.told[1].text, "Not accepted"));
}

/* Or one site could take the room that all have for codes that are sent. */
static void
all_of_an_ipv6_site_have_one_share_of_sent_codes(void **state)
{
	(void)state;
	for (uint32_t net = 0; net < STORE_CHALLENGES_SOURCE + 6; net++) {
		char rhost[64];

		snprintf(rhost, sizeof(rhost), "2001:db8:7:%x::1", net);
		dialogue_from(net % 8, 0, rhost);
		assert_non_null(
		    strstr(answer(net % 8, "email"), "is on its way"));
		vault_forget(lab.v, lab_session(net % 8));
	}
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM challenge"),
	    STORE_CHALLENGES_SOURCE);
	dialogue_from(9, 0, "2001:db8:8::1");
	assert_non_null(strstr(answer(9, "email"), "is on its way"));
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM challenge"),
	    STORE_CHALLENGES_SOURCE + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    too_many_tries_are_told_openly_with_a_time, set_up,
		    lab_close),
		cmocka_unit_test_setup_teardown(every_try_counts_alike, set_up,
		    lab_close),
		cmocka_unit_test_setup_teardown(a_code_that_was_used_counts,
		    set_up, lab_close),
		cmocka_unit_test_setup_teardown(a_right_code_does_not_count,
		    set_up, lab_close),
		cmocka_unit_test_setup_teardown(
		    one_that_was_refunded_does_not_count, set_up, lab_close),
		cmocka_unit_test_setup_teardown(a_fourth_name_is_not_tried,
		    set_up, lab_close),
		cmocka_unit_test_setup_teardown(
		    all_of_an_ipv6_site_have_four_times_as_many, set_up,
		    lab_close),
		cmocka_unit_test_setup_teardown(
		    all_of_an_ipv6_site_have_one_share_of_sent_codes, set_up,
		    lab_close),
		cmocka_unit_test_setup_teardown(
		    a_shared_address_has_figures_of_its_own, set_up, lab_close),
		cmocka_unit_test_setup_teardown(
		    too_many_on_the_host_are_told_and_ask_two_of_the_network,
		    set_up, lab_close),
		cmocka_unit_test_setup_teardown(
		    a_try_is_on_disk_before_it_is_compared, set_up, lab_close),
		cmocka_unit_test_setup_teardown(
		    what_cannot_be_counted_is_not_compared, set_up, lab_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
