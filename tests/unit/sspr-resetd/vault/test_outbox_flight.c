/* SPDX-License-Identifier: MIT */
#include "dies.h"
#include "letters.h"

/* R-DEL-4: taken, durably, before the courier hears of it. */
static void
a_message_is_durably_taken_before_it_is_sent(void **state)
{
	(void)state;
	add_code();
	outbox_take(lab.v);
	outbox_send(lab.v); /* nothing is committed yet */
	assert_int_equal(outbox_wait_ms(lab.v), UINT64_MAX);
	post_run();
	assert_int_equal(post.n, 1);
	assert_int_equal(post.at[0].method, METHOD_SMS);
	assert_string_equal(post.at[0].address, POST_NUMBER);
	assert_string_equal(post.at[0].subject, "Code for web1");
	assert_non_null(
	    strstr((const char *)post.at[0].text.at, "Code 12345678 for web1"));
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT state FROM message WHERE tries = 1"),
	    STORE_TAKEN);
}

static void
what_was_delivered_is_forgotten(void **state)
{
	(void)state;
	add_code();
	post_run();
	post_says(0, SSPR_OK);
	assert_int_equal(post_messages(), 0);
	later(DAY);
	assert_int_equal(post.n, 1);
}

static void
what_failed_is_not_sent_again(void **state)
{
	(void)state;
	add_code();
	add_notice();
	post_run();
	post_says(0, SSPR_UNSENT);
	post_says(1, SSPR_TIMEOUT);
	assert_int_equal(post_messages(), 0);
	later(DAY);
	assert_int_equal(post.n, 2);
}

/* R-DEL-4: one retry of a code, while it can still be used. */
static void
a_code_that_was_surely_not_delivered_is_tried_once_more(void **state)
{
	(void)state;
	add_code();
	post_run();
	post_says(0, SSPR_BUSY);
	assert_int_equal(post.n, 1);
	assert_true(outbox_wait_ms(lab.v) <= 5000);
	assert_true(outbox_wait_ms(lab.v) > 0);
	later(5);
	assert_int_equal(post.n, 2);
	assert_int_equal(post.at[1].id, post.at[0].id);
	post_says(1, SSPR_BUSY);
	later(5);
	assert_int_equal(post.n, 2);
	assert_int_equal(post_messages(), 0);
}

static void
a_code_that_has_ended_is_not_sent(void **state)
{
	(void)state;
	close(lab.v->courier);
	lab.v->courier = -1;
	add_code();
	post_run();
	assert_int_equal(outbox_wait_ms(lab.v), UINT64_MAX);
	lab.ms += SEND_LIFE_S * 1000;
	close(lab.courier);
	lab_link(&lab.v->courier, &lab.courier);
	post_run();
	assert_int_equal(post.n, 0);
	assert_int_equal(post_messages(), 0);
	add_code();
	post_run();
	lab.ms += (SEND_LIFE_S - 4) * 1000;
	post_says(0, SSPR_BUSY); /* too late for another */
	assert_int_equal(post_messages(), 0);
}

static void
a_notice_is_tried_for_a_day_with_growing_pauses(void **state)
{
	static const uint32_t pauses[] = { 60, 300, 900, 3600, 3600 };
	size_t n = 1;

	(void)state;
	add_notice();
	post_run();
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++, n++) {
		post_says(n - 1, SSPR_BUSY);
		later(pauses[i] - 1);
		assert_int_equal(post.n, n);
		later(1);
		assert_int_equal(post.n, n + 1);
		assert_int_equal(post.at[n].id, post.at[0].id);
	}
	for (; n < 100 && post_messages() > 0; n++) {
		post_says(n - 1, SSPR_BUSY);
		later(3600);
	}
	assert_int_equal(post_messages(), 0);
	assert_in_range(post.n, 24, 30);
}

static void
what_a_dead_courier_had_is_not_sent_again(void **state)
{
	(void)state;
	add_code();
	add_notice();
	post_run();
	assert_int_equal(post.n, 2);
	post_kill_courier();
	add_notice();
	post_run();
	assert_int_equal(post.n, 3);
	assert_int_equal(post_messages(), 1);
	later(DAY);
	assert_int_equal(post.n, 3);
}

static void
what_the_courier_did_not_take_is_sent_to_the_next(void **state)
{
	(void)state;
	add_notice();
	outbox_take(lab.v);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	lab.v->writing = false;
	close(lab.courier);
	outbox_send(lab.v); /* the kernel says that nobody is there */
	assert_int_equal(outbox_wait_ms(lab.v), 0);
	close(lab.v->courier);
	lab_link(&lab.v->courier, &lab.courier);
	post_run();
	assert_int_equal(post.n, 0);
	later(60);
	assert_int_equal(post.n, 1);
}

static void
while_there_is_no_courier_messages_wait(void **state)
{
	(void)state;
	close(lab.courier);
	lab_round();
	add_code();
	post_run();
	assert_int_equal(post_messages(), 1);
	lab_link(&lab.v->courier, &lab.courier);
	post_run();
	assert_int_equal(post.n, 1);
}

/* A gateway that hangs must not keep codes of another from going. */
static void
one_method_does_not_block_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * OUTBOX_EACH; i++)
		add_notice();
	post_run();
	assert_int_equal(post.n, OUTBOX_EACH);
	assert_int_equal(outbox_wait_ms(lab.v), 1000);
	add_code();
	post_run();
	assert_int_equal(post.n, OUTBOX_EACH + 1);
	assert_int_equal(post.at[OUTBOX_EACH].method, METHOD_SMS);
	post_says(0, SSPR_OK);
	assert_int_equal(post.n, OUTBOX_EACH + 2);
}

static void
the_log_needs_no_courier_s_answer(void **state)
{
	(void)state;
	add(NOTICE_ADDED, METHOD_UNKNOWN, "", 0);
	post_run();
	assert_int_equal(post.n, 0);
	assert_int_equal(post_messages(), 0);
}

/* R-DUR-1: a commit that fails sends nothing, and is not retried busily. */
static void
a_round_that_failed_sends_nothing(void **state)
{
	(void)state;
	add_code();
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	lab.v->writing = false;
	disk_fails = 1;
	lab_round();
	disk_fails = 0;
	post_run();
	assert_int_equal(post.n, 0);
	assert_in_range(outbox_wait_ms(lab.v), 1, 1000);
	later(1);
	assert_int_equal(post.n, 1);
	assert_int_equal(post.at[0].id, 1);
}

/* The state of the only message there is. */
static int
state_now(void)
{
	static const enum store_state all[] = { STORE_HELD, STORE_QUEUED,
		STORE_TAKEN };
	struct store_message m;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (store_next_message(lab.v->store, all[i], 0, INT64_MAX,
			&m) == SSPR_OK)
			return (int)all[i];
	return 0;
}

static void
an_outcome_that_could_not_be_written_is_written_later(void **state)
{
	struct ipc_msg m = { .type = IPC_DELIVERED };

	(void)state;
	add_code();
	post_run();
	m.as.delivered.id = post.at[0].id;
	m.as.delivered.err = SSPR_BUSY;
	assert_int_equal(ipc_send(lab.courier, &m, -1), SSPR_OK);
	disk_fails = 1;
	lab_round();
	disk_fails = 0;
	post_run();
	assert_int_equal(state_now(), STORE_TAKEN);
	later(1);
	assert_int_equal(state_now(), STORE_QUEUED);
	later(5);
	assert_int_equal(post.n, 2);
}

static void
unknown_answer(void)
{
	outbox_delivered(lab.v, 4711, SSPR_OK);
}

static void
second_answer(void)
{
	outbox_delivered(lab.v, post.at[0].id, SSPR_OK);
	outbox_delivered(lab.v, post.at[0].id, SSPR_OK);
}

/* R-IPC-6 */
static void
an_answer_to_what_was_not_sent_ends_the_daemon(void **state)
{
	(void)state;
	add_code();
	post_run();
	DIES(unknown_answer);
	DIES(second_answer);
}

/* What a message says of its sender's number, "#17". */
static uint32_t
mark_of(const struct ipc_deliver *d)
{
	const char *at = memchr(d->text.at, '#', d->text.len);

	assert_non_null(at);
	return (uint32_t)strtoul(at + 1, NULL, 10);
}

static uint32_t seed;

static uint32_t
pick(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/*
 * Something happens to the vault or its courier, in the midst of a round.
 * Returns whether the courier is another one now.
 */
static bool
mishap(void)
{
	const uint32_t what = pick(12);

	if (what == 0) { /* killed between taking and sending */
		outbox_take(lab.v);
		if (lab.v->writing)
			assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	} else if (what == 1) /* killed before the commit */
		outbox_take(lab.v);
	else if (what == 2)
		post_kill_courier();
	else if (what == 3)
		disk_fails = 1 + pick(3);
	else if (what == 4)
		lab.ms += pick(4000) * 1000;
	else if (what == 5)
		lab.s += pick(4000); /* the wall clock, which counts nothing */
	if (what < 2)
		post_kill_vault();
	return what < 3;
}

/* The courier says of some of what it has how it went. */
static void
answer_some(size_t *answered)
{
	static const enum sspr_err how[] = { SSPR_OK, SSPR_OK, SSPR_UNSENT };
	struct ipc_msg m = { .type = IPC_DELIVERED };

	for (; *answered < post.n && pick(3) > 0; (*answered)++) {
		m.as.delivered.id = post.at[*answered].id;
		m.as.delivered.err = (uint32_t)how[pick(3)];
		assert_int_equal(ipc_send(lab.courier, &m, -1), SSPR_OK);
	}
}

static void
add_marked(uint32_t mark)
{
	struct record_message r = message(NOTICE_ADDED, METHOD_EMAIL, "");

	snprintf(r.user, sizeof(r.user), "#%u ", mark);
	assert_int_equal(vault_write(lab.v, NULL), SSPR_OK);
	assert_int_equal(outbox_add(lab.v, &r, 0), SSPR_OK);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	lab.v->writing = false;
}

/* R-DEL-4: killed anywhere, each message goes out once or not at all. */
static void
whatever_is_killed_no_message_goes_out_twice(void **state)
{
	size_t answered = 0, missing = 0;
	unsigned int seen[400] = { 0 };

	(void)state;
	seed = 4;
	for (uint32_t i = 0; i < 400; i++) {
		add_marked(i);
		if (mishap())
			answered = post.n;
		post_run();
		disk_fails = 0;
		answer_some(&answered);
		post_run();
	}
	for (size_t i = 0; i < post.n; i++)
		seen[mark_of(&post.at[i])]++;
	for (size_t i = 0; i < 400; i++) {
		assert_true(seen[i] <= 1);
		missing += seen[i] == 0;
	}
	assert_in_range(missing, 1, 100);
}

#define IN_POST(f) cmocka_unit_test_setup_teardown(f, post_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_POST(a_message_is_durably_taken_before_it_is_sent),
		IN_POST(what_was_delivered_is_forgotten),
		IN_POST(what_failed_is_not_sent_again),
		IN_POST(
		    a_code_that_was_surely_not_delivered_is_tried_once_more),
		IN_POST(a_code_that_has_ended_is_not_sent),
		IN_POST(a_notice_is_tried_for_a_day_with_growing_pauses),
		IN_POST(what_a_dead_courier_had_is_not_sent_again),
		IN_POST(what_the_courier_did_not_take_is_sent_to_the_next),
		IN_POST(while_there_is_no_courier_messages_wait),
		IN_POST(one_method_does_not_block_another),
		IN_POST(the_log_needs_no_courier_s_answer),
		IN_POST(a_round_that_failed_sends_nothing),
		IN_POST(an_outcome_that_could_not_be_written_is_written_later),
		IN_POST(an_answer_to_what_was_not_sent_ends_the_daemon),
		IN_POST(whatever_is_killed_no_message_goes_out_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
