/* SPDX-License-Identifier: MIT */
#include "post.h"

#define HERE  "192.0.2.7"
#define THERE "198.51.100.9"

static struct session *s;

static int
set_up(void **state)
{
	(void)post_open(state);
	people_enrol(ALICE, "alice");
	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	s = post_session(ALICE, "alice", HERE);
	return 0;
}

static void
pass(uint64_t seconds)
{
	lab.ms += seconds * 1000;
}

/* Ask for a code; when it ends. */
static uint64_t
ask(struct session *who, enum method m)
{
	uint64_t until = 0;

	assert_int_equal(send_code(lab.v, who, m,
			     who->decoy ? NULL : post_factor(&who->account, m),
			     &until),
	    SSPR_OK);
	post_run();
	return until;
}

/* Type a code that was asked for by m. */
static enum sspr_err
try(struct session *who, enum method m, const char *code)
{
	struct store_challenge c;
	enum sspr_err e;

	assert_int_equal(secret_set(&who->attempt.code, code, strlen(code)),
	    SSPR_OK);
	e = send_debit(lab.v, who, m);
	lab_round();
	return e == SSPR_OK ? send_compare(lab.v, who, m, &c) : e;
}

static const char *
wrong(void)
{
	static char code[CODE_SENT_SIZE];

	memcpy(code, post_code(), sizeof(code));
	code[0] = code[0] == '9' ? '0' : (char)(code[0] + 1);
	return code;
}

/* R-VER-2: to the address of the stored factor. */
static void
a_code_goes_to_the_stored_address_and_is_right(void **state)
{
	(void)state;
	assert_int_equal(ask(s, METHOD_SMS), LAB_S + SEND_LIFE_S);
	assert_int_equal(post.n, 1);
	assert_int_equal(post.at[0].method, METHOD_SMS);
	assert_string_equal(post.at[0].address, POST_NUMBER);
	assert_int_equal(try(s, METHOD_SMS, wrong()), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, "1234567"), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_OK);
}

static void
the_challenge_is_what_store_accept_sent_takes(void **state)
{
	struct store_proof p = { .factor = 2,
		.method = METHOD_SMS,
		.at = LAB_S };
	struct store_challenge c;

	(void)state;
	(void)ask(s, METHOD_SMS);
	assert_int_equal(secret_set(&s->attempt.code, post_code(), CODE_SENT),
	    SSPR_OK);
	assert_int_equal(send_compare(lab.v, s, METHOD_SMS, &c), SSPR_OK);
	memcpy(p.account, s->key, sizeof(p.account));
	assert_int_equal(store_begin(lab.v->store), SSPR_OK);
	assert_int_equal(store_accept_sent(lab.v->store, &p, &c), SSPR_OK);
	assert_int_equal(store_accept_sent(lab.v->store, &p, &c),
	    SSPR_CODE_REPLAY);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	assert_int_equal(send_compare(lab.v, s, METHOD_SMS, &c),
	    SSPR_CODE_WRONG);
}

/* R-VER-4, story 3: the same prompt, no second message, the same code. */
static void
asking_again_sends_nothing_and_the_code_stays(void **state)
{
	const char *code;
	uint64_t until;

	(void)state;
	until = ask(s, METHOD_SMS);
	code = post_code();
	vault_forget(lab.v, s);
	pass(90);
	s = post_session(ALICE, "alice", HERE);
	assert_int_equal(ask(s, METHOD_SMS), until);
	pass(400);
	assert_int_equal(ask(s, METHOD_SMS), until);
	assert_int_equal(post.n, 1);
	assert_int_equal(try(s, METHOD_SMS, code), SSPR_OK);
}

/* R-VER-4: a code is good where it was asked for, and is not replaced. */
static void
a_code_is_bound_to_its_source(void **state)
{
	struct session *other = post_session(ALICE, "alice", THERE);
	char code[CODE_SENT_SIZE];

	(void)state;
	(void)ask(s, METHOD_SMS);
	memcpy(code, post_code(), sizeof(code));
	assert_int_equal(try(other, METHOD_SMS, code), SSPR_CODE_WRONG);
	(void)ask(other, METHOD_SMS);
	assert_int_equal(post.n, 2);
	assert_int_equal(try(other, METHOD_SMS, code), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, code), SSPR_OK);
	assert_int_equal(try(other, METHOD_SMS, post_code()), SSPR_OK);
}

static void
a_code_is_bound_to_its_method_and_account(void **state)
{
	struct session *bob;

	(void)state;
	people_enrol(BOB, "bob");
	post_give(BOB, METHOD_SMS, "+4915187654321");
	bob = post_session(BOB, "bob", HERE);
	(void)ask(bob, METHOD_SMS);
	(void)ask(s, METHOD_EMAIL);
	(void)ask(s, METHOD_SMS);
	assert_int_equal(try(s, METHOD_EMAIL, post_code()), SSPR_CODE_WRONG);
	assert_int_equal(try(bob, METHOD_SMS, post_code()), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_OK);
}

/* R-VER-4: ten minutes. */
static void
a_code_ends_after_ten_minutes(void **state)
{
	(void)state;
	(void)ask(s, METHOD_SMS);
	pass(SEND_LIFE_S - 1);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_OK);
	pass(1);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_CODE_WRONG);
	assert_int_equal(ask(s, METHOD_SMS), LAB_S + 2 * SEND_LIFE_S);
	assert_int_equal(post.n, 2);
}

/* R-VER-4: three wrong entries; R-THR-1: also over a restart. */
static void
three_wrong_entries_void_it(void **state)
{
	(void)state;
	(void)ask(s, METHOD_SMS);
	assert_int_equal(try(s, METHOD_SMS, wrong()), SSPR_CODE_WRONG);
	(void)ask(s, METHOD_SMS); /* which resets nothing */
	assert_int_equal(try(s, METHOD_SMS, wrong()), SSPR_CODE_WRONG);
	post_kill_vault();
	assert_int_equal(try(s, METHOD_SMS, wrong()), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_CODE_WRONG);
	pass(60);
	(void)ask(s, METHOD_SMS);
	assert_int_equal(post.n, 2);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_OK);
}

static void
the_third_entry_may_still_be_right(void **state)
{
	(void)state;
	(void)ask(s, METHOD_SMS);
	assert_int_equal(try(s, METHOD_SMS, wrong()), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, wrong()), SSPR_CODE_WRONG);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_OK);
}

static void
without_a_challenge_nothing_is_right(void **state)
{
	(void)state;
	assert_int_equal(try(s, METHOD_SMS, "00000000"), SSPR_CODE_WRONG);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM challenge"),
	    0);
}

static uint64_t
rows(const char *table)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return (uint64_t)disk_number(&lab.disk, sql);
}

/* R-ENUM-1, R-ENUM-2: who has none leaves the same behind, but no message. */
static void
a_decoy_gets_a_challenge_that_nothing_answers(void **state)
{
	struct session *decoy = post_session(4000, "nobody", HERE);

	(void)state;
	assert_true(decoy->decoy);
	assert_int_equal(ask(decoy, METHOD_SMS), LAB_S + SEND_LIFE_S);
	assert_int_equal(rows("challenge"), 1);
	assert_int_equal(rows("send"), 0);
	assert_int_equal(post.n, 0);
	pass(60);
	assert_int_equal(ask(decoy, METHOD_SMS), LAB_S + SEND_LIFE_S);
	for (unsigned int i = 0; i < SEND_TRIES; i++)
		assert_int_equal(try(decoy, METHOD_SMS, "00000000"),
		    SSPR_CODE_WRONG);
	assert_int_equal(disk_number(&lab.disk, "SELECT tries FROM challenge"),
	    SEND_TRIES);
	assert_int_equal(ask(decoy, METHOD_SMS),
	    LAB_S + 60 + SEND_LIFE_S); /* as with a real one */
}

static void
who_has_not_the_method_is_like_a_decoy(void **state)
{
	uint64_t until = 0;

	(void)state;
	assert_int_equal(send_code(lab.v, s, METHOD_LANDLINE, NULL, &until),
	    SSPR_OK);
	post_run();
	assert_int_equal(until, LAB_S + SEND_LIFE_S);
	assert_int_equal(rows("challenge"), 1);
	assert_int_equal(post.n, 0);
	assert_int_equal(try(s, METHOD_LANDLINE, "00000000"), SSPR_CODE_WRONG);
}

/* R-ENUM-1: a cap is not seen; asked again later, the code comes. */
static void
what_a_cap_kept_back_is_sent_when_it_is_over(void **state)
{
	uint64_t until;

	(void)state;
	(void)ask(s, METHOD_SMS);
	for (unsigned int i = 0; i < SEND_TRIES; i++)
		(void)try(s, METHOD_SMS, wrong());
	pass(30);
	until = ask(s, METHOD_SMS);
	assert_int_equal(until, LAB_S + 30 + SEND_LIFE_S);
	assert_int_equal(post.n, 1);
	pass(30);
	assert_int_equal(ask(s, METHOD_SMS), until);
	assert_int_equal(post.n, 2);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_OK);
	pass(120);
	assert_int_equal(ask(s, METHOD_SMS), until);
	assert_int_equal(post.n, 2);
}

/* R-IPC-5: the destination is fixed when the challenge is made. */
static void
an_address_changed_meanwhile_voids_the_code(void **state)
{
	struct record r = { .type = RECORD_ADDRESS,
		.as.address = { .address = "+4915187654321" } };
	struct account_factor *f;
	uint64_t was;

	(void)state;
	(void)ask(s, METHOD_SMS);
	was = s->account.generation;
	post_factor(&s->account, METHOD_SMS)->ends = LAB_S;
	assert_int_equal(account_add(lab.v->seal, &s->account, METHOD_SMS, &r,
			     LAB_S, LAB_S, &f),
	    SSPR_OK);
	account_touch(lab.v->seal, &s->account);
	people_put(&s->account, was);
	assert_int_equal(try(s, METHOD_SMS, post_code()), SSPR_CODE_WRONG);
}

static void
the_site_s_rules_hold_for_old_addresses_too(void **state)
{
	(void)state;
	snprintf(lab.v->conf.sms_deny, sizeof(lab.v->conf.sms_deny), "+49151");
	assert_false(send_may_go(lab.v, METHOD_SMS, POST_NUMBER));
	(void)ask(s, METHOD_SMS);
	assert_int_equal(post.n, 0);
	assert_int_equal(rows("send"), 0);
	assert_int_equal(rows("challenge"), 1);
}

/* R-DEL-4: the debit is in the transaction of the message. */
static void
a_send_is_debited_with_its_message_or_not_at_all(void **state)
{
	uint64_t until;

	(void)state;
	assert_int_equal(send_code(lab.v, s, METHOD_SMS,
			     post_factor(&s->account, METHOD_SMS), &until),
	    SSPR_OK);
	store_rollback(lab.v->store);
	lab.v->writing = false;
	assert_int_equal(rows("send") + rows("message") + rows("challenge"), 0);
	(void)ask(s, METHOD_SMS);
	assert_int_equal(rows("send"), 1);
	assert_int_equal(rows("message"), 1);
}

static void
fill_challenges(void)
{
	struct store_challenge c = { .method = METHOD_SMS,
		.until = LAB_S + SEND_LIFE_S };

	assert_int_equal(store_begin(lab.v->store), SSPR_OK);
	for (uint32_t i = 0; i < STORE_CHALLENGES; i++) {
		const uint32_t source = i / STORE_CHALLENGES_SOURCE;

		memcpy(c.key, &i, sizeof(i));
		memcpy(c.source, &source, sizeof(source));
		assert_int_equal(store_put_challenge(lab.v->store, &c),
		    SSPR_OK);
	}
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
}

/* As many as can be: everybody is told so alike, and the round goes on. */
static void
when_there_is_no_room_all_are_refused_alike(void **state)
{
	struct session *decoy = post_session(4000, "nobody", HERE);
	uint64_t until = 0;

	(void)state;
	fill_challenges();
	assert_int_equal(send_code(lab.v, s, METHOD_SMS,
			     post_factor(&s->account, METHOD_SMS), &until),
	    SSPR_BUSY);
	assert_int_equal(send_code(lab.v, decoy, METHOD_SMS, NULL, &until),
	    SSPR_BUSY);
	assert_false(lab.v->failed);
	assert_int_equal(until, 0);
	post_run();
	assert_int_equal(post.n, 0);
	pass(SEND_LIFE_S + 1);
	(void)ask(s, METHOD_SMS);
	assert_int_equal(post.n, 1);
}

static enum sspr_err
confirm(enum method m, const char *address, char code[static CODE_SENT_SIZE])
{
	enum sspr_err e;

	memset(code, 0, CODE_SENT_SIZE);
	e = send_confirm(lab.v, s, m, address, code);
	post_run();
	return e;
}

static void
a_new_address_is_confirmed_by_a_code(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	assert_int_equal(confirm(METHOD_SMS, "+4915187654321", code), SSPR_OK);
	assert_int_equal(post.n, 1);
	assert_string_equal(post.at[0].address, "+4915187654321");
	assert_string_equal(post_code(), code);
	assert_int_equal(confirm(METHOD_NOTICE, "n@example.org", code),
	    SSPR_OK);
	assert_int_equal(post.at[1].method, METHOD_EMAIL);
	assert_string_equal(post_code(), code);
}

static void
a_confirmation_is_capped_like_any_code(void **state)
{
	char code[CODE_SENT_SIZE];

	(void)state;
	assert_int_equal(confirm(METHOD_SMS, "+4915187654321", code), SSPR_OK);
	assert_int_equal(confirm(METHOD_SMS, "+4915187654322", code),
	    SSPR_THROTTLED);
	assert_string_equal(code, "");
	assert_int_equal(post.n, 1);
}

/* R-DEL-2 */
static void
what_is_no_address_here_is_refused(void **state)
{
	static const struct {
		enum method m;
		const char *address;
	} bad[] = {
		{ METHOD_SMS, "+1555;id" },
		{ METHOD_SMS, "+15551234567" }, /* not of our countries */
		{ METHOD_SMS, POST_MAIL },
		{ METHOD_SMS, "" },
		{ METHOD_EMAIL, "$(id)@x" },
		{ METHOD_EMAIL, "-oQ/tmp/x@x" },
		{ METHOD_EMAIL, POST_NUMBER },
		{ METHOD_NOTICE, "a@b.example\n" },
		{ METHOD_APP, POST_NUMBER },
	};
	char code[CODE_SENT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(confirm(bad[i].m, bad[i].address, code),
		    SSPR_USAGE);
	assert_int_equal(post.n, 0);
	assert_int_equal(rows("send"), 0);
}

static void
a_right_code_is_counted_as_used(void **state)
{
	uint32_t n, used;

	(void)state;
	(void)ask(s, METHOD_SMS);
	assert_int_equal(send_redeemed(lab.v, s, METHOD_SMS), SSPR_OK);
	lab_round();
	assert_int_equal(store_redeemed(lab.v->store, METHOD_SMS, 30, &n,
			     &used),
	    SSPR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(used, 1);
	s->new.record = (struct record){ .type = RECORD_ADDRESS,
		.as.address = { .address = POST_MAIL } };
	(void)ask(s, METHOD_EMAIL);
	assert_int_equal(send_redeemed(lab.v, s, METHOD_NOTICE), SSPR_OK);
	lab_round();
	assert_int_equal(store_redeemed(lab.v->store, METHOD_EMAIL, 30, &n,
			     &used),
	    SSPR_OK);
	assert_int_equal(used, 1);
}

#define IN_POST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_POST(a_code_goes_to_the_stored_address_and_is_right),
		IN_POST(the_challenge_is_what_store_accept_sent_takes),
		IN_POST(asking_again_sends_nothing_and_the_code_stays),
		IN_POST(a_code_is_bound_to_its_source),
		IN_POST(a_code_is_bound_to_its_method_and_account),
		IN_POST(a_code_ends_after_ten_minutes),
		IN_POST(three_wrong_entries_void_it),
		IN_POST(the_third_entry_may_still_be_right),
		IN_POST(without_a_challenge_nothing_is_right),
		IN_POST(a_decoy_gets_a_challenge_that_nothing_answers),
		IN_POST(who_has_not_the_method_is_like_a_decoy),
		IN_POST(what_a_cap_kept_back_is_sent_when_it_is_over),
		IN_POST(an_address_changed_meanwhile_voids_the_code),
		IN_POST(the_site_s_rules_hold_for_old_addresses_too),
		IN_POST(a_send_is_debited_with_its_message_or_not_at_all),
		IN_POST(when_there_is_no_room_all_are_refused_alike),
		IN_POST(a_new_address_is_confirmed_by_a_code),
		IN_POST(a_confirmation_is_capped_like_any_code),
		IN_POST(what_is_no_address_here_is_refused),
		IN_POST(a_right_code_is_counted_as_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
