/* SPDX-License-Identifier: MIT */
#include "dies.h"
#include "people.h"

#define CONN 5u

static struct session *s;
static int pair[2]; /* the client: [0] is the vault's duplicate */

static int
set_up(void **state)
{
	(void)lab_open(state);
	s = lab.v->session[0] = seal_alloc(sizeof(*s));
	assert_non_null(s);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	s->conn = CONN;
	s->front = lab.v->front;
	s->fd = pair[0];
	s->hand = -1;
	s->verb = VERB_RESET;
	return 0;
}

static int
tear_down(void **state)
{
	close(pair[1]);
	return lab_close(state);
}

static bool
flush(void)
{
	const bool over = say_flush(lab.v, s, lab.ms);

	lab_hear();
	return over;
}

static void
what_is_said_leaves_in_its_order_and_nothing_of_it_stays(void **state)
{
	static const uint8_t zero[sizeof(s->output)];

	(void)state;
	say_show(s, PROTO_INFO, "one");
	say_ask(s, true, "two");
	assert_false(flush());
	assert_string_equal(lab.told[CONN].text, "show: one\nask: two\n");
	assert_int_equal(s->outputs, 0);
	assert_memory_equal(s->output, zero, sizeof(zero));
	assert_false(flush());
	say_end(s, SSPR_OK, 0);
	assert_true(flush());
	assert_string_equal(lab.told[CONN].text,
	    "show: one\nask: two\nend: 0\n");
}

/* R-DUR-2: not before its audit batch is durable. */
static void
nothing_leaves_before_its_batch_is_synced(void **state)
{
	(void)state;
	vault_audit(lab.v, s, "code.refused", SSPR_DENIED);
	assert_int_equal(s->batch, lab.v->batch + 1);
	say_show(s, PROTO_INFO, "one");
	lab.v->batch = 1;
	assert_false(flush());
	assert_string_equal(lab.told[CONN].text, "");
	lab.v->synced = 1;
	assert_false(flush());
	assert_string_equal(lab.told[CONN].text, "show: one\n");
}

static void
the_batch_of_another_lets_nothing_go(void **state)
{
	struct ipc_msg m = { .type = IPC_SYNCED };

	(void)state;
	s->batch = 8;
	lab.v->batch = 9;
	say_end(s, SSPR_OK, 0);
	for (m.as.synced.batch = 5; m.as.synced.batch < 8;
	     m.as.synced.batch++) {
		lab_parent_says(m, -1);
		inbox_parent(lab.v);
		assert_false(flush());
	}
	lab_parent_says(m, -1);
	inbox_parent(lab.v);
	assert_true(flush());
}

/* R-ENUM-2 */
static void
nothing_leaves_before_the_beat(void **state)
{
	(void)state;
	say_end(s, SSPR_DENIED, 0);
	s->due_ms = lab.ms + 250;
	for (int i = 0; i < 250; i++) {
		assert_false(flush());
		lab.ms++;
	}
	assert_string_equal(lab.told[CONN].text, "");
	assert_true(flush());
	assert_string_equal(lab.told[CONN].text, "end: 1\n");
}

/* The same with vault.c's rounds: every answer on the beat of its request. */
static void
a_strangers_answer_leaves_a_whole_beat_after_it_asked(void **state)
{
	static const uint64_t late[] = { 0, 999, 1001 };
	uint64_t asked, want;

	(void)state;
	lab.v->conf.answer_floor_ms = 1000;
	for (uint32_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		lab_begin(10 + i, 0, VERB_RESET, "nobody", 0, 0);
		lab_answers(10 + i, "123456");
		asked = lab.ms;
		lab_round();
		lab_hear();
		lab.told[10 + i].text[0] = '\0';
		lab.hold_sync = true;
		lab.ms += late[i];
		lab_round();
		want = asked + (late[i] / 1000 + 1) * 1000;
		lab.hold_sync = false;
		for (; lab.told[10 + i].text[0] == '\0'; lab.ms++) {
			assert_true(lab.ms <= want + 1);
			lab_round();
			lab_hear();
		}
		lab.ms += 7;
	}
}

static void
an_end_tells_a_stranger_what_may_be_told(void **state)
{
	(void)state;
	for (int e = 0; e <= SSPR_UNTOLD; e++) {
		s->outputs = 0;
		lab.told[CONN].ended = false;
		say_end(s, (enum sspr_err)e, 17);
		assert_true(flush());
		assert_int_equal(lab.told[CONN].end.result,
		    err_told((enum sspr_err)e));
		assert_int_equal(lab.told[CONN].end.retry_after, 17);
	}
}

static void
a_failure_takes_back_what_was_queued(void **state)
{
	(void)state;
	s->verb = VERB_REMOVE;
	say_show(s, PROTO_INFO, "It is removed.");
	say_end(s, SSPR_OK, 0);
	say_failure(lab.v, s, SSPR_NO_MEMORY, 0);
	assert_int_equal(s->state, STATE_OVER);
	assert_true(flush());
	assert_string_equal(lab.told[CONN].text,
	    "show: Stopped: busy, try again in a minute. (SSPR-10) Help: your "
	    "administrator\nend: 10\n");
}

/* sshd keeps to itself what it is told last; R-PAM-4: but no prompt first. */
static void
a_reset_that_has_asked_ends_with_a_prompt(void **state)
{
	(void)state;
	say_failure(lab.v, s, SSPR_AUDIT, 0);
	assert_int_equal(s->state, STATE_OVER);
	s->closing = false;
	s->challenge = 1;
	say_show(s, PROTO_INFO, "one");
	say_failure(lab.v, s, SSPR_AUDIT, 0);
	assert_int_equal(s->state, STATE_LAST);
	assert_false(flush());
	assert_string_equal(lab.told[CONN].text,
	    "ask: Your password is not changed: busy, try again in a minute. "
	    "(SSPR-10) Help: your administrator. Reference 0000. Press Enter: "
	    "\n");
}

/* What the worker did is true however the rest goes. */
static void
a_failure_after_the_worker_says_what_the_worker_did(void **state)
{
	(void)state;
	s->challenge = 1;
	s->went = true;
	s->outcome = SSPR_OK;
	say_failure(lab.v, s, SSPR_TIMEOUT, 0);
	assert_int_equal(s->state, STATE_LAST);
	assert_int_equal(s->outcome, SSPR_OK);
	assert_false(flush());
	assert_non_null(strstr(lab.told[CONN].text,
	    "show: Stopped: time ran out. (SSPR-14) Help: your administrator\n"
	    "ask: Your password is changed."));
	lab.told[CONN].text[0] = '\0';
	s->grant = 7; /* nobody knows yet */
	say_failure(lab.v, s, SSPR_AUDIT, 0);
	assert_int_equal(s->outcome, SSPR_AUDIT);
	assert_false(flush());
	assert_non_null(strstr(lab.told[CONN].text, "is not changed: busy"));
}

/* The frame the client was sent past front. */
static struct proto_msg
past_front(void)
{
	struct proto_msg m = { 0 };
	uint8_t buf[WIRE_FRAME_MAX];
	ssize_t n = recv(pair[1], buf, sizeof(buf), MSG_DONTWAIT);

	assert_true(n > 0);
	assert_int_equal(proto_decode(buf, (size_t)n, PROTO_DOWN, &m), SSPR_OK);
	return m;
}

/* Front is the first a stranger meets: no seed or code is for its eyes. */
static void
a_secret_goes_past_front(void **state)
{
	const struct proto_msg secrets[] = {
		{ .type = MSG_QR, .as.qr.uri = "otpauth" },
		{ .type = MSG_CODE, .as.code.code = "ABCD-EFGH-JKMN-PQRS" },
		{ .type = MSG_PASS, .as.pass.code = "ABCDEFGHJKMN" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		say_record(s, &secrets[i]);
	say_ask(s, true, "Code: ");
	assert_false(flush());
	assert_string_equal(lab.told[CONN].text, "ask: Code: \n");
	assert_string_equal(past_front().as.qr.uri, "otpauth");
	assert_string_equal(past_front().as.code.code, "ABCD-EFGH-JKMN-PQRS");
	assert_string_equal(past_front().as.pass.code, "ABCDEFGHJKMN");
}

/* A client that reads nothing loses them; nobody waits for it. */
static void
a_secret_for_who_does_not_read_is_lost(void **state)
{
	const struct proto_msg code = { .type = MSG_CODE,
		.as.code.code = "ABCD-EFGH-JKMN-PQRS" };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		say_record(s, &code);
		assert_false(say_flush(lab.v, s, lab.ms));
	}
	assert_string_equal(past_front().as.code.code, "ABCD-EFGH-JKMN-PQRS");
}

static void
what_came_by_the_desk_is_answered_there(void **state)
{
	struct ipc_msg m;
	int fd;

	(void)state;
	s->front = lab.v->desk;
	say_end(s, SSPR_OK, 0);
	assert_true(say_flush(lab.v, s, lab.ms));
	assert_int_not_equal(ipc_recv(lab.front, ROLE_VAULT, ROLE_FRONT, &m,
				 &fd),
	    SSPR_OK);
	assert_int_equal(ipc_recv(lab.desk, ROLE_VAULT, ROLE_FRONT, &m, &fd),
	    SSPR_OK);
	assert_int_equal(m.type, IPC_OUTPUT);
	assert_int_equal(m.as.output.conn, CONN);
}

static void
the_hand_goes_to_the_client_itself_and_is_closed_here(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct proto_msg m;
	int worker[2];
	ssize_t n;

	(void)state;
	for (int i = 0; i < 2; i++) {
		s->work = i == 0 ? PROTO_CHANGE : PROTO_CHECK;
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, worker),
		    0);
		s->hand = worker[0];
		assert_false(flush());
		assert_int_equal(s->hand, -1);
		assert_int_equal(fcntl(worker[0], F_GETFD), -1);
		n = recv(pair[1], buf, sizeof(buf), MSG_DONTWAIT);
		assert_true(n > 0);
		assert_int_equal(proto_decode(buf, (size_t)n, PROTO_DOWN, &m),
		    SSPR_OK);
		assert_int_equal(m.type, MSG_HAND);
		assert_int_equal(m.as.hand.job,
		    i == 0 ? PROTO_CHANGE : PROTO_CHECK);
		/* Not taken: it closed when the message was dropped. */
		assert_int_equal(recv(worker[1], buf, 1, MSG_DONTWAIT), 0);
		close(worker[1]);
	}
	assert_string_equal(lab.told[CONN].text, "");
}

static void
the_hand_waits_like_everything_else(void **state)
{
	int worker[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, worker), 0);
	s->hand = worker[0];
	s->batch = 1;
	assert_false(flush());
	assert_int_equal(s->hand, worker[0]);
	s->batch = 0;
	s->due_ms = lab.ms + 1;
	assert_false(flush());
	assert_int_equal(s->hand, worker[0]);
	close(worker[1]);
}

static void
a_client_that_is_gone_harms_nobody(void **state)
{
	int worker[2];
	char c;

	(void)state;
	close(pair[1]);
	pair[1] = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, worker), 0);
	s->hand = worker[0];
	assert_false(flush());
	assert_int_equal(recv(worker[1], &c, 1, MSG_DONTWAIT), 0);
	close(worker[1]);
}

static void
say_too_much(void)
{
	for (size_t i = 0; i <= SESSION_OUTPUTS; i++)
		say_show(s, PROTO_INFO, "more");
}

static void
say_just_enough(void)
{
	for (size_t i = 0; i < SESSION_OUTPUTS; i++)
		say_show(s, PROTO_INFO, "more");
}

static void
say_garbage(void)
{
	const struct proto_msg m = { 0 };

	say_record(s, &m);
}

static void
say_to_no_front(void)
{
	s->front = dead_link();
	say_show(s, PROTO_INFO, "hello?");
	(void)say_flush(lab.v, s, lab.ms);
}

static void
what_cannot_be_our_doing_ends_the_daemon(void **state)
{
	(void)state;
	LIVES(say_just_enough);
	DIES(say_too_much);
	DIES(say_garbage);
	DIES(say_to_no_front);
}

/* R-PAM-4: longer texts are cut, not refused. */
static void
a_long_text_is_cut(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[999] = '\0';
	say_show(s, PROTO_INFO, text);
	say_ask(s, false, text);
	assert_false(flush());
	assert_int_equal(strlen(lab.told[CONN].text),
	    2 * PROTO_TEXT_MAX + strlen("show: \nask: \n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_said_leaves_in_its_order_and_nothing_of_it_stays),
		TEST(nothing_leaves_before_its_batch_is_synced),
		TEST(the_batch_of_another_lets_nothing_go),
		TEST(nothing_leaves_before_the_beat),
		TEST(a_strangers_answer_leaves_a_whole_beat_after_it_asked),
		TEST(an_end_tells_a_stranger_what_may_be_told),
		TEST(a_failure_takes_back_what_was_queued),
		TEST(a_reset_that_has_asked_ends_with_a_prompt),
		TEST(a_failure_after_the_worker_says_what_the_worker_did),
		TEST(a_secret_goes_past_front),
		TEST(a_secret_for_who_does_not_read_is_lost),
		TEST(what_came_by_the_desk_is_answered_there),
		TEST(the_hand_goes_to_the_client_itself_and_is_closed_here),
		TEST(the_hand_waits_like_everything_else),
		TEST(a_client_that_is_gone_harms_nobody),
		TEST(what_cannot_be_our_doing_ends_the_daemon),
		TEST(a_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
