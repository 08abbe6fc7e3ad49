/* SPDX-License-Identifier: MIT */
#include "dialogue.h"
#include "vault/compare.h"

#define OTHER "+4915187654321"

static struct session *s;
static char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE], pass[CODE_PASS_SIZE];

static int
set_up(void **state)
{
	(void)dialogue_open(state);
	(void)people_sheet(ALICE, sheet);
	(void)people_pass(ALICE, false, BOB, pass);
	(void)people_address(ALICE, METHOD_SMS, POST_NUMBER);
	(void)people_address(ALICE, METHOD_LANDLINE, POST_CALL);
	(void)people_address(ALICE, METHOD_EMAIL, POST_MAIL);
	s = post_session(ALICE, "alice", HERE);
	s->need = (struct gate_need){ .count = 1,
		.enabled = ~METHOD_BIT(METHOD_NOTICE) };
	return 0;
}

/* The account as it is now; what is typed for a method. */
static enum sspr_err
compare(enum method m, const char *code)
{
	s->account = people_account(ALICE);
	s->attempt = (struct session_attempt){ .method = m };
	assert_int_equal(secret_set(&s->attempt.code, code, strlen(code)),
	    SSPR_OK);
	return compare_code(lab.v, s);
}

/* Change a factor as it is stored. */
static void
change(uint32_t id, uint64_t used, uint64_t usable_from, uint64_t ends)
{
	struct account a = people_account(ALICE);
	struct account_factor *f = account_factor(&a, id);
	const uint64_t was = a.generation;

	f->used = used;
	f->usable_from = usable_from;
	f->ends = ends;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

/* Have a code sent by m, to the address it goes to. */
static const char *
sent(enum method m)
{
	const size_t n = post.n;
	uint64_t until;

	s->account = people_account(ALICE);
	assert_int_equal(send_code(lab.v, s, m, compare_factor(lab.v, s, m),
			     &until),
	    SSPR_OK);
	post_run();
	assert_int_equal(post.n, n + 1);
	return code_sent();
}

static void
a_code_of_the_app_is_right_once(void **state)
{
	(void)state;
	assert_int_equal(compare(METHOD_APP, app_now()), SSPR_OK);
	assert_int_equal(s->attempt.factor, 1);
	assert_int_equal(s->attempt.used, LAB_STEP);
	assert_int_equal(compare(METHOD_APP, people_wrong(ALICE)),
	    SSPR_CODE_WRONG);
	change(1, LAB_STEP, 0, 0);
	assert_int_equal(compare(METHOD_APP, app_now()), SSPR_CODE_REPLAY);
	assert_int_equal(compare(METHOD_APP, people_code(ALICE, LAB_STEP - 1)),
	    SSPR_CODE_REPLAY);
	assert_int_equal(compare(METHOD_APP, people_code(ALICE, LAB_STEP + 1)),
	    SSPR_OK);
}

/* R-VER-3 */
static void
a_strict_site_refuses_the_code_of_the_coming_step(void **state)
{
	(void)state;
	lab.v->conf.strict_window = true;
	assert_int_equal(compare(METHOD_APP, people_code(ALICE, LAB_STEP + 1)),
	    SSPR_CODE_WRONG);
	assert_int_equal(compare(METHOD_APP, app_now()), SSPR_OK);
	assert_int_equal(compare(METHOD_APP, people_code(ALICE, LAB_STEP - 1)),
	    SSPR_OK);
}

static void
each_of_several_apps_is_tried(void **state)
{
	struct record r = { .type = RECORD_APP,
		.as.app = { .hash = TOTP_SHA1, .digits = 6, .period = 30 } };
	uint32_t id;

	(void)state;
	r.as.app.seed.len = TOTP_SEED;
	people_seed(BOB, r.as.app.seed.at);
	id = people_add(ALICE, METHOD_APP, r);
	assert_int_equal(compare(METHOD_APP, people_code(BOB, LAB_STEP)),
	    SSPR_OK);
	assert_int_equal(s->attempt.factor, id);
	change(id, LAB_STEP, 0, 0);
	assert_int_equal(compare(METHOD_APP, people_code(BOB, LAB_STEP)),
	    SSPR_CODE_REPLAY);
	assert_int_equal(compare(METHOD_APP, people_code(ALICE, LAB_STEP)),
	    SSPR_OK);
	assert_int_equal(s->attempt.factor, 1);
	assert_int_equal(s->attempt.used, LAB_STEP);
}

/* R-VER-6 */
static void
each_recovery_code_is_right_once_and_forgivingly(void **state)
{
	char typed[CODE_BACKUP_SIZE];

	(void)state;
	for (uint32_t n = 1; n <= CODE_BACKUPS; n++) {
		memcpy(typed, sheet[n - 1], sizeof(typed));
		for (char *c = typed; *c != '\0'; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
		assert_int_equal(compare(METHOD_BACKUP, typed), SSPR_OK);
		assert_int_equal(s->attempt.number, n);
		assert_int_equal(s->attempt.used, (1u << n) - 1);
		change(s->attempt.factor, s->attempt.used, 0, 0);
		if (n < CODE_BACKUPS)
			assert_int_equal(compare(METHOD_BACKUP, typed),
			    SSPR_CODE_REPLAY);
	}
	assert_int_equal(compare(METHOD_BACKUP, sheet[0]), SSPR_CODE_WRONG);
	assert_int_equal(compare(METHOD_BACKUP, spoilt(sheet[9])),
	    SSPR_CODE_WRONG);
}

static void
recovery_codes_left_are_those_not_used(void **state)
{
	(void)state;
	assert_int_equal(compare_left(0), CODE_BACKUPS);
	assert_int_equal(compare_left(1), 9);
	assert_int_equal(compare_left(0x208), 8);
	assert_int_equal(compare_left(0x3ff), 0);
}

/* R-ADM-2 */
static void
a_pass_is_right_once_and_not_for_who_issued_it(void **state)
{
	(void)state;
	assert_int_equal(compare(METHOD_PASS, spoilt(pass)), SSPR_CODE_WRONG);
	assert_int_equal(compare(METHOD_PASS, pass), SSPR_OK);
	assert_int_equal(s->attempt.used, 1);
	change(s->attempt.factor, 1, 0, 0);
	assert_int_not_equal(compare(METHOD_PASS, pass), SSPR_OK);
	change(3, 1, 0, vault_now(lab.v));
	(void)people_pass(ALICE, true, ALICE, pass);
	assert_int_equal(compare(METHOD_PASS, pass), SSPR_CODE_WRONG);
	assert_false(s->need.pass_alone);
}

static void
a_pass_of_root_is_as_good(void **state)
{
	(void)state;
	change(3, 0, 0, vault_now(lab.v));
	(void)people_pass(ALICE, false, 0, pass);
	assert_int_equal(compare(METHOD_PASS, pass), SSPR_OK);
}

/* R-ADM-2: what a pass makes of a need for two methods. */
static void
a_pass_goes_with_another_method_unless_there_is_none(void **state)
{
	const struct gate_need need = { .count = 2,
		.network = true,
		.enabled = METHOD_BIT(METHOD_PASS) | METHOD_BIT(METHOD_APP) };

	(void)state;
	s->need = need;
	assert_int_equal(compare(METHOD_PASS, pass), SSPR_OK);
	assert_int_equal(s->need.count, 2);
	assert_false(s->need.pass_alone);
	assert_int_equal(compare(METHOD_PASS, spoilt(pass)), SSPR_CODE_WRONG);
	s->need.enabled = METHOD_BIT(METHOD_PASS); /* the app is not usable */
	assert_int_equal(compare(METHOD_PASS, spoilt(pass)), SSPR_CODE_WRONG);
	assert_false(s->need.pass_alone);
	assert_int_equal(compare(METHOD_PASS, pass), SSPR_OK);
	assert_int_equal(s->need.count, 1);
	assert_true(s->need.pass_alone);
}

static void
who_lost_everything_needs_no_more_than_the_pass(void **state)
{
	const struct gate_need need = { .count = 2,
		.enabled = METHOD_BIT(METHOD_PASS) | METHOD_BIT(METHOD_APP) };

	(void)state;
	change(3, 0, 0, vault_now(lab.v));
	(void)people_pass(ALICE, true, BOB, pass);
	s->need = need;
	s->need.admin = true;
	assert_int_equal(compare(METHOD_PASS, pass), SSPR_OK);
	assert_int_equal(s->need.count, 2);
	assert_false(s->need.pass_alone);
	s->need.admin = false;
	assert_int_equal(compare(METHOD_PASS, pass), SSPR_OK);
	assert_int_equal(s->need.count, 1);
	assert_true(s->need.pass_alone);
}

static const enum method borne[] = { METHOD_SMS, METHOD_LANDLINE,
	METHOD_EMAIL };

static void
a_sent_code_is_right_by_its_method_only(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		later(3600);
		assert_int_equal(compare(borne[i], "12345678"),
		    SSPR_CODE_WRONG); /* none was asked for */
		memcpy(code, sent(borne[i]), sizeof(code));
		for (size_t j = 0; j < 3; j++) {
			assert_int_equal(compare(borne[j], code),
			    i == j ? SSPR_OK : SSPR_CODE_WRONG);
			if (i == j)
				assert_int_equal(s->attempt.factor, 4 + i);
		}
		assert_int_equal(compare(borne[i], spoilt(code)),
		    SSPR_CODE_WRONG);
		assert_int_equal(compare(METHOD_APP, code), SSPR_CODE_WRONG);
	}
}

/* R-VER-4: bound to the source that asked for it. */
static void
a_code_of_another_source_is_wrong(void **state)
{
	struct session *there = post_session(ALICE, "alice", THERE);
	char code[CODE_SENT_SIZE];

	(void)state;
	memcpy(code, sent(METHOD_SMS), sizeof(code));
	assert_int_equal(compare(METHOD_SMS, code), SSPR_OK);
	s = there;
	assert_int_equal(compare(METHOD_SMS, code), SSPR_CODE_WRONG);
}

/* R-VER-8: while a number is being replaced there are two. */
static void
the_destination_is_where_the_code_went(void **state)
{
	uint8_t old[GATE_DESTINATION], new[GATE_DESTINATION];
	char code[CODE_SENT_SIZE];
	uint32_t id;

	(void)state;
	change(4, 0, 0, vault_now(lab.v) + 86400);
	id = people_address(ALICE, METHOD_SMS, OTHER);
	memcpy(code, sent(METHOD_SMS), sizeof(code));
	assert_string_equal(post.at[0].address, POST_NUMBER);
	assert_int_equal(compare(METHOD_SMS, code), SSPR_OK);
	assert_int_equal(s->attempt.factor, 4);
	compare_destination(lab.v, s, old);
	s->attempt.factor = id;
	compare_destination(lab.v, s, new);
	assert_memory_not_equal(old, new, sizeof(old));
	change(4, 0, 0, vault_now(lab.v));
	assert_int_equal(compare(METHOD_SMS, code), SSPR_CODE_WRONG);
}

static void
only_what_is_sent_has_a_destination(void **state)
{
	const uint8_t none[GATE_DESTINATION] = { 0 };
	uint8_t at[GATE_DESTINATION], again[GATE_DESTINATION];

	(void)state;
	assert_int_equal(compare(METHOD_APP, app_now()), SSPR_OK);
	compare_destination(lab.v, s, at);
	assert_memory_equal(at, none, sizeof(at));
	assert_int_equal(compare(METHOD_EMAIL, sent(METHOD_EMAIL)), SSPR_OK);
	compare_destination(lab.v, s, at);
	assert_memory_not_equal(at, none, sizeof(at));
	compare_destination(lab.v, s, again);
	assert_memory_equal(at, again, sizeof(at));
	s->attempt.factor = 0;
	compare_destination(lab.v, s, at);
	assert_memory_equal(at, none, sizeof(at));
}

/* What a person would type for each method, all of it right for alice. */
static const char *
right_for(enum method m)
{
	if (m == METHOD_APP)
		return app_now();
	if (m == METHOD_BACKUP)
		return sheet[0];
	if (m == METHOD_PASS)
		return pass;
	later(3600);
	return sent(m);
}

static const enum method typed[] = { METHOD_APP, METHOD_BACKUP, METHOD_PASS,
	METHOD_SMS, METHOD_LANDLINE, METHOD_EMAIL };

/* Promise 10: not even if it has alice's account in its hands. */
static void
a_decoy_is_never_right_by_any_method(void **state)
{
	const uint8_t zero[TOTP_SEED] = { 0 };
	char code[CODE_BACKUP_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		snprintf(code, sizeof(code), "%s", right_for(typed[i]));
		assert_int_equal(compare(typed[i], code), SSPR_OK);
		s->decoy = true;
		assert_int_equal(compare(typed[i], code), SSPR_CODE_WRONG);
		assert_int_equal(s->attempt.factor, 0);
		assert_null(compare_factor(lab.v, s, typed[i]));
		s->decoy = false;
	}
	s->decoy = true;
	assert_int_equal(oath_totp_generate((const char *)zero, sizeof(zero),
			     (time_t)lab.s, 30, 0, 6, code),
	    OATH_OK);
	assert_int_equal(compare(METHOD_APP, code), SSPR_CODE_WRONG);
	assert_false(s->need.pass_alone);
}

static void
what_is_not_usable_is_not_right(void **state)
{
	const uint64_t soon = vault_now(lab.v) + 10;
	char code[CODE_BACKUP_SIZE];

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		snprintf(code, sizeof(code), "%s", right_for(typed[i]));
		change(i + 1, 0, soon, 0);
		assert_int_equal(compare(typed[i], code), SSPR_CODE_WRONG);
		assert_null(compare_factor(lab.v, s, typed[i]));
		change(i + 1, 0, 0, vault_now(lab.v));
		assert_int_equal(compare(typed[i], code), SSPR_CODE_WRONG);
		change(i + 1, 0, 0, soon);
		assert_int_equal(compare(typed[i], code), SSPR_OK);
		assert_ptr_equal(compare_factor(lab.v, s, typed[i]),
		    account_factor(&s->account, i + 1));
	}
}

static void
what_is_no_code_is_wrong_by_every_method(void **state)
{
	static const char *const odd[] = { "", "0", "1234567890123456789",
		"\xff\xff\xff\xff\xff\xff", "------", "000000", "00000000" };

	(void)state;
	for (unsigned int m = 0; m < METHOD_COUNT; m++)
		for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
			assert_int_equal(compare((enum method)m, odd[i]),
			    SSPR_CODE_WRONG);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_code_of_the_app_is_right_once),
		TEST(a_strict_site_refuses_the_code_of_the_coming_step),
		TEST(each_of_several_apps_is_tried),
		TEST(each_recovery_code_is_right_once_and_forgivingly),
		TEST(recovery_codes_left_are_those_not_used),
		TEST(a_pass_is_right_once_and_not_for_who_issued_it),
		TEST(a_pass_of_root_is_as_good),
		TEST(a_pass_goes_with_another_method_unless_there_is_none),
		TEST(who_lost_everything_needs_no_more_than_the_pass),
		TEST(a_sent_code_is_right_by_its_method_only),
		TEST(a_code_of_another_source_is_wrong),
		TEST(the_destination_is_where_the_code_went),
		TEST(only_what_is_sent_has_a_destination),
		TEST(a_decoy_is_never_right_by_any_method),
		TEST(what_is_not_usable_is_not_right),
		TEST(what_is_no_code_is_wrong_by_every_method),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
