/* SPDX-License-Identifier: MIT */
#include "excluded.h"
#include "placed.h"

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	people_enrol(BOB, "bob");
	return 0;
}

static void
an_enrolled_account_with_a_shell_is_served(void **state)
{
	(void)state;
	hello(1, 0, VERB_RESET, "alice");
	assert_string_equal(lab.lookup.name, "alice");
	lab_found(LAB_FOUND, ALICE, "alice");
	lab_run();
	assert_false(is_decoy(1));
	assert_int_equal(lab_session(1)->uid, ALICE);
}

/* R-ENUM-3, R-POL-1: the same bytes for all of them. */
static void
whoever_may_not_be_reset_is_a_decoy_and_cannot_tell(void **state)
{
	static const struct {
		unsigned int flags;
		uint32_t uid;
		void (*before)(void);
	} cases[] = {
		{ 0, 0, NULL }, /* nobody */
		{ 0, ALICE, NULL },
		{ ACCOUNT_FOUND, ALICE, NULL }, /* no shell */
		{ ACCOUNT_SHELL, ALICE, NULL },
		{ LAB_FOUND, 0, NULL },
		{ LAB_FOUND, 999, NULL },  /* below uid_min */
		{ LAB_FOUND, 4711, NULL }, /* nothing enrolled */
		{ LAB_FOUND, BOB, NULL },  /* a record of another name */
		{ LAB_FOUND | ACCOUNT_NEVER, ALICE, NULL },
		{ LAB_FOUND | ACCOUNT_ADMIN, ALICE, set_admin_never },
		{ LAB_FOUND | ACCOUNT_ENABLED, ALICE, enable_none },
		{ LAB_FOUND, ALICE, enable_selected },
		{ LAB_FOUND, ALICE, disable_apps },
		{ LAB_FOUND, ALICE, switch_off },
		{ LAB_FOUND, ALICE, let_cool_off },
		{ LAB_FOUND, ALICE, remove_all },
		{ LAB_FOUND, ALICE, have_notices_only },
		{ LAB_FOUND, ALICE, go_missing },
	};

	(void)state;
	people_enrol(0,
	    "alice"); /* nothing but their numbers is against them */
	people_enrol(999, "alice");
	lab_begin(20, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_false(is_decoy(20));
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].before != NULL)
			cases[i].before();
		lab_begin(i, 0, VERB_RESET, "alice", cases[i].flags,
		    cases[i].uid);
		restore();
		if (!is_decoy(i))
			fail_msg("case %u is no decoy", i);
		assert_int_equal(lab_session(i)->flags, 0);
		assert_string_equal(lab_session(i)->name, "");
		assert_int_equal(lab_session(i)->account.nfactors, 0);
		if (cases[i].before == disable_apps)
			continue; /* another site, other words */
		assert_int_equal(lab.told[i].len, lab.told[20].len);
		assert_memory_equal(lab.told[i].raw, lab.told[20].raw,
		    lab.told[i].len);
	}
}

static void
whom_the_site_enables_is_served(void **state)
{
	(void)state;
	enable_selected();
	lab_begin(1, 0, VERB_RESET, "alice", LAB_FOUND | ACCOUNT_ENABLED,
	    ALICE);
	assert_false(is_decoy(1));
	lab.v->conf.enable = CONF_ENABLE_ALL;
	lab_begin(2, 0, VERB_RESET, "alice", LAB_FOUND | ACCOUNT_ADMIN, ALICE);
	assert_false(is_decoy(2));
	assert_true(lab_session(2)->need.admin);
	assert_int_equal(lab_session(2)->need.count, 2);
	lab.v->conf.methods_required = 1;
	lab_begin(3, 0, VERB_RESET, "alice", LAB_FOUND | ACCOUNT_TWO, ALICE);
	assert_int_equal(lab_session(3)->need.count, 2);
	assert_int_equal(lab_session(3)->open_count, 1);
}

/* R-POL-1: an administrator stays one for 90 days, and not for ever. */
static void
an_administrator_is_remembered_for_90_days(void **state)
{
	uint64_t at;

	(void)state;
	seen_as_admin(POLICY_ADMIN_S - 99);
	at = people_account(ALICE).admin_at;
	lab_begin(1, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_false(is_decoy(1));
	assert_true(lab_session(1)->need.admin);
	lab_answers(1, people_wrong(ALICE)); /* which is written */
	lab_run();
	assert_int_equal(people_account(ALICE).admin_at, at);
	set_admin_never();
	lab_begin(2, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_true(is_decoy(2));
	lab.ms += 100 * 1000;
	lab_begin(3, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_false(is_decoy(3));
	assert_false(lab_session(3)->need.admin);
	lab.v->conf.admin_reset = CONF_ADMIN_TWO;
	lab_begin(4, 0, VERB_RESET, "alice", LAB_FOUND | ACCOUNT_ADMIN, ALICE);
	lab_answers(4, people_wrong(ALICE));
	lab_run();
	assert_in_range(people_account(ALICE).admin_at, vault_now(lab.v) - 9,
	    vault_now(lab.v));
}

/* R-IPC-4, R-ADM-1: whose group names finds, and nobody else. */
static void
only_operators_get_past_the_desk(void **state)
{
	static const struct {
		unsigned int flags;
		uint32_t uid;
	} cases[] = {
		{ LAB_FOUND, OPERATOR },
		{ 0, OPERATOR },
		{ ACCOUNT_DESK, OPERATOR },
		{ LAB_FOUND | ACCOUNT_DESK, BOB },
		{ LAB_FOUND | ACCOUNT_DESK, 0 },
	};
	const struct proto_hello h = desk_hello(VERB_USER);

	(void)state;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t lookups = lab.lookups;

		lab.hears = lab.desk;
		lab.peer = OPERATOR;
		lab_says_hello(i, &h);
		lab_round();
		lab_hear();
		assert_string_equal(lab.lookup.name, "");
		assert_int_equal(lab.lookup.uid, OPERATOR);
		lab_found(cases[i].flags, cases[i].uid, "operator");
		lab_run();
		assert_int_equal(lab.lookups, lookups + 1);
		assert_int_equal(lab_end(i), SSPR_NOT_OPERATOR);
	}
	assert_int_equal(desk_does(10, OPERATOR, &h), SSPR_OK);
	assert_string_equal(lab.lookup.name, "alice");
	assert_int_equal(desk_does(11, 0, &h), SSPR_OK);
	desk_says(12, 0, &h, 0, 0);
	assert_int_equal(lab_end(12), SSPR_UNKNOWN_USER);
	desk_says(13, OPERATOR, &h, LAB_FOUND, 999);
	assert_int_equal(lab_end(13), SSPR_INELIGIBLE);
}

/* Two operators at once: each hears of the account it asked for. */
static void
the_second_look_up_is_of_its_own_conversation(void **state)
{
	struct proto_hello h = desk_hello(VERB_USER);
	struct ipc_lookup of[2], second[2];
	struct proto_msg m;

	(void)state;
	lab.hears = lab.desk;
	lab.peer = OPERATOR;
	for (uint32_t i = 0; i < 2; i++) {
		snprintf(h.user, sizeof(h.user), "%s",
		    i == 0 ? "alice" : "bob");
		lab_says_hello(i, &h);
		lab_round();
		lab_hear();
		of[i] = lab.lookup;
	}
	for (uint32_t i = 0; i < 2; i++) {
		lab.lookup = of[i];
		lab_found(LAB_FOUND | ACCOUNT_DESK, OPERATOR, "operator");
		lab_found(LAB_FOUND | ACCOUNT_DESK, OPERATOR, "operator");
		lab_round();
		lab_hear();
		second[i] = lab.lookup;
		assert_string_equal(second[i].name, i == 0 ? "alice" : "bob");
		assert_int_not_equal(second[i].id, of[i].id);
	}
	lab.lookup = second[1];
	lab_found(LAB_FOUND, BOB, "bob");
	lab.lookup = second[0];
	lab_found(LAB_FOUND, ALICE, "alice");
	lab_run();
	assert_true(records_find(0, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.name, "alice");
	assert_true(records_find(1, MSG_USER, 0, &m));
	assert_string_equal(m.as.user.name, "bob");
}

static void
each_look_up_of_the_desk_has_its_time(void **state)
{
	const struct proto_hello h = desk_hello(VERB_USER);

	(void)state;
	lab.hears = lab.desk;
	lab.peer = OPERATOR;
	lab_says_hello(1, &h);
	lab_round();
	lab_hear();
	lab.ms += SESSION_LOOKUP_MS - 1;
	lab_found(LAB_FOUND | ACCOUNT_DESK, OPERATOR, "operator");
	lab_round();
	lab_hear();
	lab.ms += SESSION_LOOKUP_MS - 1;
	lab_round();
	assert_int_equal(lab_session(1)->state, STATE_LOOKUP);
	lab.ms++;
	lab_run();
	assert_int_equal(lab.told[1].end.result, SSPR_BUSY);
}

/* R-THR-7: the count goes by the name as typed, not by whom it found. */
static void
the_key_of_a_decoy_is_that_of_its_name(void **state)
{
	uint8_t key[5][ACCOUNT_KEY];

	(void)state;
	lab_begin(0, 0, VERB_RESET, "mallory", 0, 0);
	lab_begin(1, 0, VERB_RESET, "mallory", ACCOUNT_FOUND, ALICE);
	lab_begin(2, 0, VERB_RESET, "mallory", LAB_FOUND, 4711);
	lab_begin(3, 0, VERB_RESET, "mallory", LAB_FOUND, BOB);
	lab_begin(4, 0, VERB_RESET, "Mallory", 0, 0);
	for (uint32_t i = 0; i < 5; i++) {
		assert_true(is_decoy(i));
		memcpy(key[i], lab_session(i)->key, ACCOUNT_KEY);
	}
	for (uint32_t i = 1; i < 4; i++)
		assert_memory_equal(key[0], key[i], ACCOUNT_KEY);
	assert_memory_not_equal(key[0], key[4], ACCOUNT_KEY);
}

/* R-THR-3: two spellings of one account have one count. */
static void
the_key_of_an_account_is_that_of_its_uid(void **state)
{
	(void)state;
	hello(1, 0, VERB_RESET, "ALICE");
	lab_found(LAB_FOUND, ALICE, "alice");
	lab_run();
	assert_false(is_decoy(1));
	lab_begin(2, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_memory_equal(lab_session(1)->key, lab_session(2)->key,
	    ACCOUNT_KEY);
	assert_non_null(strstr(lab.told[1].text, "password of ALICE on web1"));
}

static void
names_that_take_too_long_make_a_decoy(void **state)
{
	(void)state;
	hello(1, 0, VERB_RESET, "alice");
	lab.ms += SESSION_LOOKUP_MS - 1;
	lab_round();
	assert_int_equal(lab_session(1)->state, STATE_LOOKUP);
	lab.ms++;
	lab_round();
	assert_true(is_decoy(1));
	lab_found(LAB_FOUND, ALICE, "alice"); /* too late */
	lab_run();
	assert_true(is_decoy(1));
	close(lab.v->names);
	lab.v->names = -1;
	hello(2, 0, VERB_RESET, "alice");
	lab.ms += SESSION_LOOKUP_MS;
	lab_round();
	assert_true(is_decoy(2));
	lab.v->names = dup(lab.front);
}

/* R-IPC-5: once found, found; and only what was asked for. */
static void
an_answer_nobody_waits_for_changes_nothing(void **state)
{
	struct ipc_msg m = { .type = IPC_ACCOUNT };

	(void)state;
	hello(1, 0, VERB_RESET, "alice");
	m.as.account.flags = LAB_FOUND;
	m.as.account.uid = BOB;
	memcpy(m.as.account.name, "bob", 4);
	memcpy(m.as.account.backend, lab_backend, strlen(lab_backend));
	for (uint32_t id = 0; id < 9; id++) {
		m.as.account.id = id == lab.lookup.id ? 0 : id;
		assert_int_equal(ipc_send(lab.names, &m, -1), SSPR_OK);
	}
	lab_round();
	assert_int_equal(lab_session(1)->state, STATE_LOOKUP);
	lab_found(LAB_FOUND, ALICE, "alice");
	m.as.account.id = lab.lookup.id;
	assert_int_equal(ipc_send(lab.names, &m, -1), SSPR_OK);
	lab_run();
	assert_int_equal(lab_session(1)->uid, ALICE);
	assert_string_equal(lab_session(1)->name, "alice");
}

/* R-IPC-2 */
static void
who_is_not_uid_0_is_looked_up_by_uid_and_served_for_that(void **state)
{
	static const struct {
		const char *typed, *found;
		uint32_t uid;
		uint32_t end;
	} cases[] = {
		{ "alice", "alice", ALICE, SSPR_OK },
		{ "bob", "alice", ALICE, SSPR_NOT_YOURS },
		{ "", "alice", ALICE, SSPR_NOT_YOURS },
		{ "bob", "bob", BOB, SSPR_NOT_YOURS },
		{ "alice", "alice", BOB, SSPR_NOT_YOURS },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hello(i, ALICE, VERB_RESET, cases[i].typed);
		assert_string_equal(lab.lookup.name, "");
		assert_int_equal(lab.lookup.uid, ALICE);
		lab_found(LAB_FOUND, cases[i].uid, cases[i].found);
		lab_run();
		if (cases[i].end == SSPR_OK)
			assert_false(is_decoy(i));
		else
			assert_int_equal(lab_end(i), cases[i].end);
	}
}

static void
owners_are_told_openly_why_not(void **state)
{
	static const struct {
		const char *typed;
		unsigned int flags;
		uint32_t uid;
		uint32_t end;
	} cases[] = {
		{ "alice", LAB_FOUND, ALICE, SSPR_OK },
		{ "", LAB_FOUND, ALICE, SSPR_OK },
		{ "alice", LAB_FOUND | ACCOUNT_ADMIN, ALICE, SSPR_OK },
		{ "alice", LAB_FOUND | ACCOUNT_NEVER, ALICE, SSPR_OK },
		{ "alice", ACCOUNT_FOUND, ALICE, SSPR_INELIGIBLE },
		{ "alice", 0, 0, SSPR_INELIGIBLE },
		{ "alice", LAB_FOUND, BOB, SSPR_INELIGIBLE },
		{ "bob", LAB_FOUND, ALICE, SSPR_NOT_YOURS },
	};

	(void)state;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hello(i, ALICE, VERB_STATUS, cases[i].typed);
		lab_found(cases[i].flags, cases[i].uid, "alice");
		lab_run();
		assert_true(lab.told[i].ended);
		assert_int_equal(lab.told[i].end.result, cases[i].end);
	}
	go_missing();
	lab_begin(9, ALICE, VERB_STATUS, "alice", LAB_FOUND, ALICE);
	assert_int_equal(lab.told[9].end.result, SSPR_MISSING);
	hello(10, ALICE, VERB_STATUS, "alice");
	lab.ms += SESSION_LOOKUP_MS;
	lab_run();
	assert_int_equal(lab.told[10].end.result, SSPR_BUSY);
}

static void
any_row_edited_makes_a_decoy(void **state)
{
	const struct limit l = { 4, LAB_S };

	(void)state;
	people_set_failures(ALICE, METHOD_APP, l);
	people_set_failures(BOB, METHOD_APP, l);
	store_close(lab.v->store);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		disk_copy(lab.disk.db, lab.disk.copy);
		disk_edit(lab.disk.db, edits[i]);
		reopen();
		lab_begin(1, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
		if (!is_decoy(1))
			fail_msg("not noticed: %s", edits[i]);
		lab_begin(2, ALICE, VERB_STATUS, "alice", LAB_FOUND, ALICE);
		assert_int_equal(lab.told[2].end.result, SSPR_DAMAGED);
		lab_says(1, MSG_CANCEL, NULL, 0);
		lab_run();
		store_close(lab.v->store);
		disk_copy(lab.disk.copy, lab.disk.db);
	}
	reopen();
	lab_begin(1, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_false(is_decoy(1));
}

/* Only that account: the other goes on. */
static void
an_edited_row_suspends_one_account_only(void **state)
{
	(void)state;
	store_close(lab.v->store);
	disk_edit(lab.disk.db,
	    "UPDATE factor SET used=1 WHERE account=(SELECT min(key) FROM "
	    "account)");
	reopen();
	lab_begin(1, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	lab_begin(2, 0, VERB_RESET, "bob", LAB_FOUND, BOB);
	assert_int_equal(is_decoy(1) + is_decoy(2), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_enrolled_account_with_a_shell_is_served),
		TEST(whoever_may_not_be_reset_is_a_decoy_and_cannot_tell),
		TEST(whom_the_site_enables_is_served),
		TEST(an_administrator_is_remembered_for_90_days),
		TEST(the_source_is_what_hints_and_names_say),
		TEST(the_source_does_not_depend_on_the_account),
		TEST(only_operators_get_past_the_desk),
		TEST(the_second_look_up_is_of_its_own_conversation),
		TEST(each_look_up_of_the_desk_has_its_time),
		TEST(the_key_of_a_decoy_is_that_of_its_name),
		TEST(the_key_of_an_account_is_that_of_its_uid),
		TEST(names_that_take_too_long_make_a_decoy),
		TEST(an_answer_nobody_waits_for_changes_nothing),
		TEST(who_is_not_uid_0_is_looked_up_by_uid_and_served_for_that),
		TEST(owners_are_told_openly_why_not),
		TEST(any_row_edited_makes_a_decoy),
		TEST(an_edited_row_suspends_one_account_only),
	};

	return PEOPLE_OF_BOTH(tests);
}
