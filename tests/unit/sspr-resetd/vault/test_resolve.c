/* SPDX-License-Identifier: MIT */
#include "people.h"

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	people_enrol(BOB, "bob");
	return 0;
}

/* Say HELLO and let names be asked. */
static void
hello(uint32_t conn, uid_t peer, enum proto_verb verb, const char *user)
{
	const struct proto_hello h = lab_hello(verb, user);

	lab.peer = peer;
	lab_says_hello(conn, &h);
	lab_round();
	lab_hear();
}

static bool
is_decoy(uint32_t conn)
{
	struct session *s = lab_session(conn);

	assert_non_null(s);
	assert_int_equal(s->state, STATE_CODE);
	assert_int_equal(s->challenge, 1);
	return s->decoy;
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
	} cases[] = {
		{ 0, 0 },                               /* nobody */
		{ 0, ALICE }, { ACCOUNT_FOUND, ALICE }, /* no shell */
		{ ACCOUNT_SHELL, ALICE }, { LAB_FOUND, 0 },
		{ LAB_FOUND, 999 }, /* below uid_min */
		{ LAB_FOUND | ACCOUNT_ADMIN, ALICE },
		{ LAB_FOUND, 4711 }, /* nothing enrolled */
		{ LAB_FOUND, BOB },  /* a record of another name */
	};

	(void)state;
	people_enrol(0,
	    "alice"); /* nothing but their numbers is against them */
	people_enrol(999, "alice");
	lab_begin(20, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_false(is_decoy(20));
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		lab_begin(i, 0, VERB_RESET, "alice", cases[i].flags,
		    cases[i].uid);
		assert_true(is_decoy(i));
		assert_int_equal(lab.told[i].len, lab.told[20].len);
		assert_memory_equal(lab.told[i].raw, lab.told[20].raw,
		    lab.told[i].len);
	}
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
	memcpy(m.as.account.backend, "files", 6);
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
	hello(10, ALICE, VERB_STATUS, "alice");
	lab.ms += SESSION_LOOKUP_MS;
	lab_run();
	assert_int_equal(lab.told[10].end.result, SSPR_BUSY);
}

static void
reopen(void)
{
	uint8_t check[SEAL_HASH];
	const char *why;

	seal_hash(lab.v->seal, SEAL_CHECK, "sspr", 4, check);
	assert_int_equal(store_open(lab.disk.db, check, &lab.v->store, &why),
	    SSPR_OK);
}

/* R-KEY-2, promise 5: what somebody without the key can do to a row. */
static const char *const edits[] = {
	"UPDATE account SET generation=generation+1",
	"UPDATE account SET next_factor=next_factor+1",
	"UPDATE account SET owner=zeroblob(length(owner))",
	"UPDATE account SET mac=zeroblob(32)",
	"CREATE TEMP TABLE b AS SELECT key, mac FROM account; "
	"UPDATE account SET mac=(SELECT mac FROM b WHERE b.key<>account.key)",
	"CREATE TEMP TABLE b AS SELECT key, owner FROM account; UPDATE account "
	"SET owner=(SELECT owner FROM b WHERE b.key<>account.key)",
	"UPDATE factor SET id=id+1",
	"UPDATE factor SET id=id+(1<<32)",
	"UPDATE factor SET method=method+256",
	"UPDATE factor SET last_step=last_step+0.5",
	"UPDATE factor SET created=created||'x'",
	"UPDATE account SET next_factor=next_factor+(1<<32)",
	"UPDATE budget SET failures=failures+(1<<32)",
	"UPDATE budget SET class=256",
	"UPDATE factor SET method=2",
	"UPDATE factor SET last_step=last_step-1",
	"UPDATE factor SET last_step=last_step+1",
	"UPDATE factor SET created=created+1",
	"UPDATE factor SET last_used=last_used+1",
	"UPDATE factor SET usable_from=0",
	"UPDATE factor SET generation=generation+1",
	"CREATE TEMP TABLE b AS SELECT account, sealed FROM factor; "
	"UPDATE factor SET sealed=(SELECT sealed FROM b WHERE "
	"b.account<>factor.account)",
	"UPDATE factor SET id=2, account=(SELECT key FROM account WHERE "
	"key<>factor.account)",
	"DELETE FROM factor",
	"INSERT INTO factor SELECT account, 2, method, last_step, created, "
	"last_used, usable_from, generation, sealed FROM factor",
	"UPDATE budget SET failures=0",
	"UPDATE budget SET last=last-1",
	"UPDATE budget SET class=1",
	"UPDATE budget SET method=2",
	"DELETE FROM budget",
	"INSERT INTO budget SELECT key, 9, 0, 0, 0 FROM account",
};

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
		assert_int_equal(lab.told[2].end.result, SSPR_DENIED);
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
	    "UPDATE factor SET last_step=1 WHERE account=(SELECT min(key) FROM "
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
		TEST(the_key_of_a_decoy_is_that_of_its_name),
		TEST(the_key_of_an_account_is_that_of_its_uid),
		TEST(names_that_take_too_long_make_a_decoy),
		TEST(an_answer_nobody_waits_for_changes_nothing),
		TEST(who_is_not_uid_0_is_looked_up_by_uid_and_served_for_that),
		TEST(owners_are_told_openly_why_not),
		TEST(any_row_edited_makes_a_decoy),
		TEST(an_edited_row_suspends_one_account_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
