/* SPDX-License-Identifier: MIT */
#include "post.h"
#include "vault/pump.h"

#define HERE  "192.0.2.7"
#define THERE "198.51.100.9"

static int
set_up(void **state)
{
	(void)post_open(state);
	people_enrol(ALICE, "alice");
	people_enrol(BOB, "bob");
	return 0;
}

/* One message for somebody at a place, by a method. */
static enum sspr_err
ask(uint32_t uid, const char *from, enum method m, const char *to)
{
	struct session *s = post_session(uid, "x", from);
	enum sspr_err e;

	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	e = pump_debit(lab.v, s, m, to);
	vault_forget(lab.v, s);
	lab_round();
	return e;
}

static enum sspr_err
ask_alice(void)
{
	return ask(ALICE, HERE, METHOD_SMS, POST_NUMBER);
}

static void
pass(uint64_t s)
{
	lab.ms += s * 1000;
}

/* As if no cap of the host or of a person held. */
static void
lift_caps(void)
{
	struct conf *c = &lab.v->conf;

	c->sms_hour = c->sms_day = c->sms_source_hour = c->sms_host_day = 1000;
	c->email_hour = c->email_day = c->email_source_hour = 1000;
}

/* R-DEL-3 */
static void
sends_to_an_account_are_a_minute_apart_and_more_each_time(void **state)
{
	static const uint32_t pauses[] = { 60, 120, 240, 480, 960, 960 };

	(void)state;
	lift_caps();
	assert_int_equal(ask_alice(), SSPR_OK);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		pass(pauses[i] - 1);
		assert_int_equal(ask_alice(), SSPR_THROTTLED);
		pass(1);
		assert_int_equal(ask_alice(), SSPR_OK);
	}
}

static void
a_request_in_vain_does_not_lengthen_the_pause(void **state)
{
	(void)state;
	assert_int_equal(ask_alice(), SSPR_OK);
	for (int i = 0; i < 59; i++) {
		pass(1);
		assert_int_equal(ask_alice(), SSPR_THROTTLED);
	}
	pass(1);
	assert_int_equal(ask_alice(), SSPR_OK);
}

/* Story 3: the address changed with the train; once without the wait. */
static void
from_another_source_one_send_need_not_wait(void **state)
{
	(void)state;
	assert_int_equal(ask_alice(), SSPR_OK);
	assert_int_equal(ask_alice(), SSPR_THROTTLED);
	assert_int_equal(ask(ALICE, THERE, METHOD_SMS, POST_NUMBER), SSPR_OK);
	assert_int_equal(ask(ALICE, THERE, METHOD_SMS, POST_NUMBER),
	    SSPR_THROTTLED);
	assert_int_equal(ask(ALICE, "203.0.113.1", METHOD_SMS, POST_NUMBER),
	    SSPR_THROTTLED);
	pass(120);
	assert_int_equal(ask(ALICE, "203.0.113.1", METHOD_SMS, POST_NUMBER),
	    SSPR_OK);
}

/* Mail costs nothing: five an hour, as fast as they are asked for. */
static void
mail_need_not_wait(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(ask(ALICE, HERE, METHOD_EMAIL, POST_MAIL),
		    SSPR_OK);
	assert_int_equal(ask(ALICE, THERE, METHOD_EMAIL, POST_MAIL),
	    SSPR_THROTTLED);
	pass(3601);
	assert_int_equal(ask(ALICE, HERE, METHOD_EMAIL, POST_MAIL), SSPR_OK);
}

static void
an_account_has_three_in_an_hour_and_six_in_a_day(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++, pass(960))
		assert_int_equal(ask_alice(), SSPR_OK);
	assert_int_equal(ask_alice(), SSPR_THROTTLED); /* 48 minutes later */
	pass(3600 - 3 * 960 + 1);
	for (int i = 0; i < 3; i++, pass(1300))
		assert_int_equal(ask_alice(), SSPR_OK);
	pass(3600);
	assert_int_equal(ask_alice(), SSPR_THROTTLED);
	pass(86400);
	assert_int_equal(ask_alice(), SSPR_OK);
}

static void
calls_are_counted_with_sms_and_mail_is_not(void **state)
{
	(void)state;
	assert_int_equal(ask_alice(), SSPR_OK);
	assert_int_equal(ask(ALICE, HERE, METHOD_LANDLINE, POST_CALL),
	    SSPR_THROTTLED);
	assert_int_equal(ask(ALICE, HERE, METHOD_EMAIL, POST_MAIL), SSPR_OK);
}

/* R-DEL-3: six a day to one number, over all accounts. */
static void
a_destination_has_six_in_a_day_over_all_accounts(void **state)
{
	uint32_t uid;

	(void)state;
	for (uid = 3000; uid < 3006; uid++, pass(900))
		assert_int_equal(ask(uid, HERE, METHOD_SMS, POST_NUMBER),
		    SSPR_OK);
	assert_int_equal(ask(uid, THERE, METHOD_SMS, POST_NUMBER),
	    SSPR_THROTTLED);
	assert_int_equal(ask(uid, THERE, METHOD_SMS, "+4915199999999"),
	    SSPR_OK);
}

static void
a_mailbox_has_its_cap_however_it_is_spelt(void **state)
{
	(void)state;
	lab.v->conf.email_day = 2;
	assert_int_equal(ask(1, HERE, METHOD_EMAIL, "v@example.org"), SSPR_OK);
	assert_int_equal(ask(2, HERE, METHOD_EMAIL, "V+1@example.org"),
	    SSPR_OK);
	assert_int_equal(ask(3, HERE, METHOD_EMAIL, "v+2@Example.org"),
	    SSPR_THROTTLED);
}

static void
a_source_has_five_in_an_hour(void **state)
{
	char number[24];
	uint32_t uid;

	(void)state;
	for (uid = 3000; uid < 3005; uid++) {
		snprintf(number, sizeof(number), "+4915112%06u", uid);
		assert_int_equal(ask(uid, HERE, METHOD_SMS, number), SSPR_OK);
	}
	assert_int_equal(ask(uid, HERE, METHOD_SMS, "+4915199"),
	    SSPR_THROTTLED);
	assert_int_equal(ask(uid, THERE, METHOD_SMS, "+4915199"), SSPR_OK);
	pass(3601);
	assert_int_equal(ask(uid + 1, HERE, METHOD_SMS, "+4915198"), SSPR_OK);
}

static void
a_source_of_many_people_has_no_such_cap(void **state)
{
	struct session *s;
	char number[24];

	(void)state;
	for (uint32_t uid = 3000; uid < 3010; uid++) {
		snprintf(number, sizeof(number), "+4915112%06u", uid);
		s = post_session(uid, "x", HERE);
		s->source.shared = true;
		assert_int_equal(vault_write(lab.v, s), SSPR_OK);
		assert_int_equal(pump_debit(lab.v, s, METHOD_SMS, number),
		    SSPR_OK);
		vault_forget(lab.v, s);
		lab_round();
	}
}

/* A place of its own for each request. */
static const char *
place(uint32_t n)
{
	static char address[32];

	snprintf(address, sizeof(address), "10.%u.%u.%u", n >> 16 & 255,
	    n >> 8 & 255, n & 255);
	return address;
}

static const char *
number(uint32_t n)
{
	static char to[24];

	snprintf(to, sizeof(to), "+4915112%06u", n);
	return to;
}

/* Make a place one from where alice was reset before. */
static void
meet_alice(const char *address)
{
	struct session *s = post_session(ALICE, "alice", address);
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	account_meet(&a, s->source_hash, LAB_S);
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	vault_forget(lab.v, s);
}

/* R-DEL-3, R-THR-6: the host's cap, of which a third is for known sources. */
static void
the_host_has_a_hundred_a_day_a_third_for_known_sources(void **state)
{
	uint32_t n;

	(void)state;
	meet_alice(HERE);
	lab.v->conf.sms_host_day = 20; /* fewer than the use is judged by */
	for (n = 0; n < 14; n++)
		assert_int_equal(ask(3000 + n, place(n), METHOD_SMS, number(n)),
		    SSPR_OK);
	assert_int_equal(ask(3000 + n, place(n), METHOD_SMS, number(n)),
	    SSPR_THROTTLED);
	assert_int_equal(ask_alice(), SSPR_OK);
	pass(86401);
	assert_int_equal(ask(3000 + n, place(n), METHOD_SMS, number(n)),
	    SSPR_OK);
}

/* R-THR-6: a stranger cannot use up what the owner has. */
static void
strangers_leave_a_third_to_the_owner(void **state)
{
	(void)state;
	meet_alice(HERE);
	for (uint32_t n = 0; n < 2; n++, pass(960))
		assert_int_equal(ask(ALICE, place(n), METHOD_SMS, POST_NUMBER),
		    SSPR_OK);
	assert_int_equal(ask(ALICE, place(9), METHOD_SMS, POST_NUMBER),
	    SSPR_THROTTLED);
	assert_int_equal(ask_alice(), SSPR_OK);
	pass(960);
	assert_int_equal(ask_alice(), SSPR_THROTTLED); /* three in all */
}

static enum sspr_err
redeem(uint32_t uid)
{
	struct session *s = post_session(uid, "x", HERE);
	enum sspr_err e;

	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	e = store_redeem(lab.v->store, METHOD_SMS, s->key);
	vault_forget(lab.v, s);
	lab_round();
	return e;
}

/* R-DEL-3: fewer than a tenth of the last 30 used: no more. */
static void
what_nobody_uses_is_suspended(void **state)
{
	uint32_t n;

	(void)state;
	meet_alice(HERE);
	for (n = 0; n < 30; n++) {
		assert_int_equal(ask(3000 + n, place(n), METHOD_SMS, number(n)),
		    SSPR_OK);
		if (n < 2)
			assert_int_equal(redeem(3000 + n), SSPR_OK);
	}
	assert_int_equal(lab.v->pumped, 0);
	assert_int_equal(ask(3030, place(30), METHOD_SMS, number(30)),
	    SSPR_THROTTLED);
	assert_int_equal(lab.v->pumped, METHOD_BIT(METHOD_SMS));
	assert_int_equal(ask(3030, place(30), METHOD_EMAIL, POST_MAIL),
	    SSPR_OK);
	assert_int_equal(ask_alice(), SSPR_OK); /* whom we know */
	assert_int_equal(redeem(ALICE), SSPR_OK);
	assert_int_equal(redeem(3029), SSPR_OK); /* three of them now */
	assert_int_equal(ask(3030, place(30), METHOD_SMS, number(30)), SSPR_OK);
	assert_int_equal(lab.v->pumped, 0);
}

static void
a_suspension_ends_with_the_day(void **state)
{
	uint32_t n;

	(void)state;
	for (n = 0; n < 30; n++)
		assert_int_equal(ask(3000 + n, place(n), METHOD_SMS, number(n)),
		    SSPR_OK);
	assert_int_equal(ask(3030, place(30), METHOD_SMS, number(30)),
	    SSPR_THROTTLED);
	pass(86401);
	assert_int_equal(ask(3030, place(30), METHOD_SMS, number(30)), SSPR_OK);
}

/* R-KEY-3: numbers cannot be read, nor tried out. */
static void
the_ledger_has_keyed_hashes_only(void **state)
{
	(void)state;
	assert_int_equal(ask_alice(), SSPR_OK);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT length(account) + length(source)"
			     " + length(destination) FROM send"),
	    3 * STORE_KEY);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM send WHERE"
			     " instr(destination, CAST('4915' AS BLOB))"),
	    0);
}

static uint32_t seed;

static uint32_t
pick(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* One send, as the test counts it. */
struct sent {
	uint64_t at; /* seconds of CLOCK_BOOTTIME */
	uint32_t uid, from, to;
};

enum counted { BY_ALL, BY_UID, BY_FROM, BY_TO };

static bool
shares(const struct sent *a, const struct sent *b, enum counted by)
{
	return by == BY_ALL || (by == BY_UID && a->uid == b->uid) ||
	    (by == BY_FROM && a->from == b->from) ||
	    (by == BY_TO && a->to == b->to);
}

/* The most of them within any span that share something. */
static size_t
most(const struct sent *all, size_t n, enum counted by, uint64_t span)
{
	size_t best = 0, some;

	for (size_t i = 0; i < n; i++) {
		some = 0;
		for (size_t j = i; j < n && all[j].at < all[i].at + span; j++)
			some += shares(&all[i], &all[j], by);
		if (some > best)
			best = some;
	}
	return best;
}

/* Reconnects are sessions; the daemon starts anew, clocks are set. */
static void
disturb(void)
{
	static const uint64_t jumps[] = { 100000, 3600, 86400, 0 };

	if (pick(20) == 0)
		post_kill_vault();
	if (pick(10) == 0)
		lab.s = LAB_S + jumps[pick(4)];
	if (pick(10) == 0)
		lab.s = LAB_S - jumps[pick(4)];
	pass(pick(240));
}

/* R-DEL-3: a thousand requests, and no cap is ever over. */
static void
pumping_is_held_to_the_caps(void **state)
{
	static struct sent all[1000];
	struct sent *a;
	size_t n = 0;

	(void)state;
	seed = 11;
	for (int i = 0; i < 1000; i++) {
		a = &all[n];
		*a = (struct sent){ .uid = 3000 + pick(12),
			.from = pick(30),
			.to = pick(9) };
		disturb();
		a->at = lab.ms / 1000;
		if (ask(a->uid, place(a->from), METHOD_SMS, number(a->to)) !=
		    SSPR_OK)
			continue;
		n++;
		if (pick(4) == 0)
			assert_int_equal(redeem(a->uid), SSPR_OK);
	}
	assert_in_range(n, 50, 400);
	assert_in_range(most(all, n, BY_UID, 60), 1, 2); /* story 3 */
	assert_in_range(most(all, n, BY_UID, 3600), 2, 3);
	assert_in_range(most(all, n, BY_UID, 86400), 3, 6);
	assert_in_range(most(all, n, BY_TO, 86400), 3, 6);
	assert_in_range(most(all, n, BY_FROM, 3600), 1, 5);
	assert_in_range(most(all, n, BY_ALL, 86400), 10, 100);
}

#define IN_POST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_POST(
		    sends_to_an_account_are_a_minute_apart_and_more_each_time),
		IN_POST(a_request_in_vain_does_not_lengthen_the_pause),
		IN_POST(from_another_source_one_send_need_not_wait),
		IN_POST(mail_need_not_wait),
		IN_POST(an_account_has_three_in_an_hour_and_six_in_a_day),
		IN_POST(calls_are_counted_with_sms_and_mail_is_not),
		IN_POST(a_destination_has_six_in_a_day_over_all_accounts),
		IN_POST(a_mailbox_has_its_cap_however_it_is_spelt),
		IN_POST(a_source_has_five_in_an_hour),
		IN_POST(a_source_of_many_people_has_no_such_cap),
		IN_POST(the_host_has_a_hundred_a_day_a_third_for_known_sources),
		IN_POST(strangers_leave_a_third_to_the_owner),
		IN_POST(what_nobody_uses_is_suspended),
		IN_POST(a_suspension_ends_with_the_day),
		IN_POST(the_ledger_has_keyed_hashes_only),
		IN_POST(pumping_is_held_to_the_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
