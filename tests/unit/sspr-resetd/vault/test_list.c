/* SPDX-License-Identifier: MIT */
#include "records.h"
#include "vault/list.h"

static int
set_up(void **state)
{
	if (lab_open(state) != 0)
		return -1;
	people_enrol(ALICE, "alice");
	return 0;
}

/* Change what is stored of alice's factor of a method. */
#define CHANGE(method, field, value)                       \
	do {                                               \
		struct account a = people_account(ALICE);  \
		const uint64_t was = a.generation;         \
                                                           \
		records_of(&a, (method))->field = (value); \
		account_touch(lab.v->seal, &a);            \
		people_put(&a, was);                       \
	} while (0)

static void
list(uint32_t conn, unsigned int flags)
{
	lab_begin(conn, ALICE, VERB_STATUS, "alice", flags, ALICE);
}

static struct proto_policy
policy(uint32_t conn)
{
	struct proto_msg m;

	assert_true(records_find(conn, MSG_POLICY, 0, &m));
	return m.as.policy;
}

static struct record
labelled(enum record_type type, const char *label)
{
	struct record r = { .type = type };

	snprintf(type == RECORD_BACKUP ? r.as.backup.label : r.as.app.label,
	    PROTO_LABEL_MAX + 1, "%s", label);
	return r;
}

static void
policy_first_then_factors_then_the_end(void **state)
{
	const uint8_t *raw = lab.told[1].raw;

	(void)state;
	list(1, LAB_FOUND);
	assert_int_equal(raw[1], MSG_POLICY);
	assert_int_equal(records_count(1, MSG_POLICY), 1);
	assert_int_equal(records_count(1, MSG_FACTOR), 1);
	assert_true(lab.told[1].ended);
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
	assert_string_equal(records_factor(1, "app").label, "phone");
	assert_string_equal(records_factor(1, "app").state, "ready");
	assert_int_equal(records_factor(1, "app").created, LAB_S - 9999);
	assert_int_equal(records_factor(1, "app").id, 1);
}

static void
nothing_enrolled_is_a_policy_and_the_end(void **state)
{
	(void)state;
	lab_begin(1, BOB, VERB_STATUS, "bob", LAB_FOUND, BOB);
	assert_int_equal(records_count(1, MSG_POLICY), 1);
	assert_int_equal(records_count(1, MSG_FACTOR), 0);
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
}

static void
addresses_are_shown_in_part(void **state)
{
	(void)state;
	(void)records_address(ALICE, METHOD_SMS, "+15551234567");
	(void)records_address(ALICE, METHOD_NOTICE, "alice@example.com");
	list(1, LAB_FOUND);
	assert_string_equal(records_factor(1, "sms").hint, "+1555***67");
	assert_string_equal(records_factor(1, "notice").hint,
	    "a***@example.com");
	assert_string_equal(records_factor(1, "app").hint, "");
	for (size_t i = 0; i + 12 < lab.told[1].len; i++)
		assert_memory_not_equal(lab.told[1].raw + i, "+15551234567",
		    12);
}

static void
a_state_is_in_the_words_of_the_protocol(void **state)
{
	(void)state;
	CHANGE(METHOD_APP, usable_from, lab.s + 999);
	list(1, LAB_FOUND);
	assert_string_equal(records_factor(1, "app").state, "waits");
	assert_int_equal(records_factor(1, "app").usable_from, lab.s + 999);
	CHANGE(METHOD_APP, ends, lab.s + 5000);
	list(2, LAB_FOUND);
	assert_string_equal(records_factor(2, "app").state, "ended");
	assert_int_equal(records_factor(2, "app").ends, lab.s + 5000);
	CHANGE(METHOD_APP, off, 1);
	list(3, LAB_FOUND);
	assert_string_equal(records_factor(3, "app").state, "off");
	CHANGE(METHOD_APP, ends, lab.s - 1);
	list(4, LAB_FOUND);
	assert_int_equal(records_count(4, MSG_FACTOR), 0);
}

static void
backup_codes_are_counted(void **state)
{
	(void)state;
	(void)records_give(ALICE, METHOD_BACKUP,
	    labelled(RECORD_BACKUP, "safe"));
	list(1, LAB_FOUND);
	assert_int_equal(records_factor(1, "backup").left, CODE_BACKUPS);
	assert_string_equal(records_factor(1, "backup").label, "safe");
	CHANGE(METHOD_BACKUP, used, 0x209);
	list(2, LAB_FOUND);
	assert_int_equal(records_factor(2, "backup").left, 7);
	assert_string_equal(records_factor(2, "backup").state, "ready");
	CHANGE(METHOD_BACKUP, used, 0x3ff);
	list(3, LAB_FOUND);
	assert_int_equal(records_factor(3, "backup").left, 0);
	assert_string_equal(records_factor(3, "backup").state, "used");
	assert_int_equal(records_factor(3, "app").left, 0);
}

static void
a_pass_is_listed_while_it_lives(void **state)
{
	const struct record pass = { .type = RECORD_PASS };

	(void)state;
	(void)records_give(ALICE, METHOD_PASS, pass);
	CHANGE(METHOD_PASS, ends, lab.s + 600);
	list(1, LAB_FOUND);
	assert_string_equal(records_factor(1, "helpdesk-pass").state, "ready");
	assert_int_equal(records_factor(1, "helpdesk-pass").ends, lab.s + 600);
	lab.ms += 600 * 1000;
	list(2, LAB_FOUND);
	assert_int_equal(records_count(2, MSG_FACTOR), 1);
	(void)records_give(ALICE, METHOD_PASS, pass);
	CHANGE(METHOD_PASS, used, 1);
	list(3, LAB_FOUND);
	assert_int_equal(records_count(3, MSG_FACTOR), 1);
}

static void
a_question_is_its_start_in_whole_characters(void **state)
{
	struct record r = { .type = RECORD_QUESTION };

	(void)state;
	for (size_t i = 0; i < 63; i++)
		r.as.question.text[i] = 'x';
	memcpy(r.as.question.text + 63, "\xc3\xbc?", 4);
	(void)records_give(ALICE, METHOD_QUESTIONS, r);
	list(1, LAB_FOUND);
	assert_int_equal(strlen(records_factor(1, "questions").label), 63);
	lab_begin(2, ALICE, VERB_STATUS, "alice", LAB_FOUND, ALICE);
	assert_int_equal(lab.told[2].end.result, SSPR_OK);
}

/* R-KEY-2 */
static void
a_record_that_does_not_open_ends_it(void **state)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	(void)state;
	a.factor[0].sealed.at[SEAL_OVERHEAD] ^= 1;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	list(1, LAB_FOUND);
	assert_int_equal(records_count(1, MSG_POLICY), 0);
	assert_int_equal(lab.told[1].end.result, SSPR_DAMAGED);
}

static void
a_full_account_is_listed_whole(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		(void)records_give(ALICE, METHOD_APP,
		    (struct record){ .type = RECORD_APP });
	for (int i = 0; i < 5; i++)
		(void)records_give(ALICE, METHOD_QUESTIONS,
		    (struct record){ .type = RECORD_QUESTION });
	for (enum method m = METHOD_BACKUP; m < METHOD_COUNT; m++)
		if (m == METHOD_BACKUP)
			(void)records_give(ALICE, m,
			    labelled(RECORD_BACKUP, ""));
		else if (m == METHOD_PASS)
			(void)records_give(ALICE, m,
			    (struct record){ .type = RECORD_PASS });
		else if (m != METHOD_QUESTIONS)
			(void)records_address(ALICE, m, "x@example.com");
	list(1, LAB_FOUND);
	assert_int_equal(records_count(1, MSG_FACTOR), 16);
	assert_int_equal(lab.told[1].end.result, SSPR_OK);
}

/* Story 17 */
static void
the_policy_is_what_the_gates_would_want(void **state)
{
	(void)state;
	list(1, LAB_FOUND);
	assert_int_equal(policy(1).needed, 2);
	assert_int_equal(policy(1).console, 1);
	assert_string_equal(policy(1).admin, "");
	assert_string_equal(policy(1).methods, "app backup helpdesk-pass");
	assert_string_equal(policy(1).contact, "your administrator");
	lab.v->conf.methods_required = 1;
	list(2, LAB_FOUND);
	assert_int_equal(policy(2).needed, 1);
	list(3, LAB_FOUND | ACCOUNT_TWO);
	assert_int_equal(policy(3).needed, 2);
	assert_int_equal(policy(3).console, 2);
}

/* R-POL-1 */
static void
administrators_need_two_and_have_no_questions(void **state)
{
	struct ipc_msg m = { .type = IPC_ACCOUNT };
	const struct proto_hello h = lab_hello(VERB_STATUS, "alice");

	(void)state;
	lab.v->conf.methods_required = 1;
	memcpy(lab.v->conf.methods, "questions  email app", 21);
	list(1, LAB_FOUND);
	assert_string_equal(policy(1).methods, "app email questions");
	lab.peer = ALICE;
	lab_says_hello(2, &h);
	lab_round();
	lab_hear();
	m.as.account = (struct ipc_account){ .id = lab.lookup.id,
		.flags = LAB_FOUND | ACCOUNT_ADMIN,
		.uid = ALICE,
		.name = "alice",
		.backend = "files",
		.admin = "sudo" };
	assert_int_equal(ipc_send(lab.names, &m, -1), SSPR_OK);
	lab_run();
	assert_int_equal(policy(2).needed, 2);
	assert_int_equal(policy(2).console, 2);
	assert_string_equal(policy(2).admin, "sudo");
	assert_string_equal(policy(2).methods, "app email");
}

static void
a_long_contact_is_cut_between_characters(void **state)
{
	(void)state;
	memset(lab.v->conf.contact, 0, sizeof(lab.v->conf.contact));
	memset(lab.v->conf.contact, 'x', 62);
	memcpy(lab.v->conf.contact + 62, "\xe2\x82\xac!", 4);
	list(1, LAB_FOUND);
	assert_int_equal(strlen(policy(1).contact), 62);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(policy_first_then_factors_then_the_end),
		TEST(nothing_enrolled_is_a_policy_and_the_end),
		TEST(addresses_are_shown_in_part),
		TEST(a_state_is_in_the_words_of_the_protocol),
		TEST(backup_codes_are_counted),
		TEST(a_pass_is_listed_while_it_lives),
		TEST(a_question_is_its_start_in_whole_characters),
		TEST(a_record_that_does_not_open_ends_it),
		TEST(a_full_account_is_listed_whole),
		TEST(the_policy_is_what_the_gates_would_want),
		TEST(administrators_need_two_and_have_no_questions),
		TEST(a_long_contact_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
