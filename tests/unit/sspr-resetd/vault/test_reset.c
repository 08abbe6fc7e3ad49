/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "people.h"

#define STEPS 4000u
#define SEED  0x5eed5eed5eed5eedu

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	return 0;
}

static void
prompt(uint32_t conn)
{
	lab_begin(conn, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
}

static const char *
answer(uint32_t conn, const char *text)
{
	lab.told[conn].text[0] = '\0';
	lab_answers(conn, text);
	lab_run();
	return lab.told[conn].text;
}

/* Up to a worker that waits for its pre-checks. */
static void
offer_right_code(uint32_t conn)
{
	prompt(conn);
	assert_string_equal(answer(conn, people_code(ALICE, LAB_STEP)), "");
	assert_int_equal(lab_session(conn)->state, STATE_CHECKS);
}

/* Take what came on the client's own descriptor: HAND and its descriptor. */
static int
take_hand(uint32_t conn, struct proto_msg *m)
{
	union {
		struct cmsghdr head;
		char at[CMSG_SPACE(sizeof(int))];
	} c;
	uint8_t buf[WIRE_FRAME_MAX];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	int fd = -1;
	ssize_t n = recvmsg(lab.client[conn], &h, MSG_DONTWAIT);

	assert_true(n > 0);
	assert_int_equal(proto_decode(buf, (size_t)n, PROTO_DOWN, m), SSPR_OK);
	assert_non_null(CMSG_FIRSTHDR(&h));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(fd));
	return fd;
}

/* A worker's two ends: [0] goes to the client. */
static void
give_hand(int pair[static 2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	lab_granted(pair[0]);
	close(pair[0]);
}

static void
a_reset_goes_from_the_code_to_the_last_words(void **state)
{
	struct proto_msg m;
	int pair[2], hand;

	(void)state;
	offer_right_code(1);
	assert_int_equal(lab.worker.job, PROTO_CHANGE);
	assert_int_equal(lab.worker.uid, ALICE);
	assert_string_equal(lab.worker.name, "alice");
	assert_int_equal(lab.gos, 0);
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	assert_int_equal(lab.go, lab.worker.grant);
	give_hand(pair);
	hand = take_hand(1, &m);
	assert_int_equal(m.type, MSG_HAND);
	assert_int_equal(m.as.hand.job, PROTO_CHANGE);
	assert_int_equal(send(hand, "x", 1, 0), 1); /* they are connected */
	assert_int_equal(recv(pair[1], &m, 1, MSG_DONTWAIT), 1);
	close(hand);
	lab_outcome(SSPR_OK);
	assert_non_null(
	    strstr(lab.told[1].text, "ask: Your password is changed."));
	assert_string_equal(answer(1, ""), "end: 0\n");
	assert_null(lab_session(1));
	close(pair[1]);
	assert_string_equal(lab.events, "code.accepted 0\n");
}

/* R-DUR-2 S2, R-VER-1: what is on disk when parent hears GO. */
static void
code_proof_and_permit_are_one_transaction_before_go(void **state)
{
	struct account a = people_account(ALICE);

	(void)state;
	offer_right_code(1);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    0);
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	assert_int_equal(disk_number(&lab.disk, "SELECT last_step FROM factor"),
	    LAB_STEP);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM proof WHERE challenge=1 "
			     "AND factor=1 AND method=1"),
	    1);
	assert_int_equal(disk_number(&lab.disk, "SELECT id FROM permit"),
	    (int64_t)lab.go);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
	assert_int_equal(people_account(ALICE).factor[0].last_used, LAB_S);
	assert_true(people_account(ALICE).generation > a.generation);
}

/* R-DUR-1: each sync of the acceptance fails once. */
static void
what_cannot_be_committed_lets_no_worker_go(void **state)
{
	(void)state;
	offer_right_code(1);
	disk_fails = 1;
	lab_ready(SSPR_OK);
	disk_fails = 0;
	assert_int_equal(lab.gos, 0);
	assert_int_equal(lab.drops, 1);
	assert_int_equal(lab.drop, lab.worker.grant);
	assert_int_equal(lab_end(1), SSPR_BUSY);
	assert_null(strstr(lab.events, "code.accepted"));
	assert_int_equal(people_account(ALICE).factor[0].last_step, 0);
	offer_right_code(2); /* the code is as good as before */
}

static void
a_worker_that_refuses_gives_code_and_debit_back(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 8; i++) {
		offer_right_code(i);
		assert_int_equal(people_failures(ALICE, METHOD_APP), 1);
		lab_ready(SSPR_ACCOUNT);
		assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
		assert_non_null(strstr(lab.told[i].text,
		    "not changed: this account cannot be reset here"));
		assert_string_equal(answer(i, "123456"), "end: 26\n");
	}
	assert_int_equal(lab.gos, 0);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    0);
	assert_int_equal(people_account(ALICE).factor[0].last_step, 0);
}

static void
what_the_worker_said_is_told_and_kept(void **state)
{
	static const struct {
		enum sspr_err e;
		const char *words;
	} ends[] = {
		{ SSPR_WEAK, "is not changed: new password refused" },
		{ SSPR_UNCERTAIN, "may have been changed" },
		{ SSPR_NO_MEMORY, "is not changed: busy" },
		{ SSPR_CANCELLED, "is not changed: stopped" },
	};
	int pair[2];

	(void)state;
	for (uint32_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		lab.s += 60;
		prompt(i);
		(void)answer(i, people_code(ALICE, lab.s / 30));
		lab_ready(SSPR_OK);
		if (i % 2 == 0) {
			give_hand(pair);
			close(pair[1]);
		}
		lab_outcome(ends[i].e);
		assert_non_null(strstr(lab.told[i].text, ends[i].words));
		assert_int_equal(disk_number(&lab.disk,
				     "SELECT max(result) FROM permit WHERE "
				     "ended=(SELECT max(ended) FROM permit)"),
		    ends[i].e);
	}
}

static void
a_client_that_leaves_ends_the_worker_before_go_only(void **state)
{
	int pair[2];
	char c;

	(void)state;
	offer_right_code(1);
	lab_says(1, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_int_equal(lab.drops, 1);
	lab_ready(SSPR_OK); /* crossed on its way */
	assert_int_equal(lab.gos, 0);
	offer_right_code(2);
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 1);
	lab_says(2, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_int_equal(lab.drops, 1);
	give_hand(pair);
	assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), 0);
	close(pair[1]);
	lab_outcome(SSPR_CANCELLED);
	assert_int_equal(disk_number(&lab.disk, "SELECT result FROM permit"),
	    SSPR_CANCELLED);
}

static void
enter_stops_and_odd_answers_are_asked_again_twenty_times(void **state)
{
	(void)state;
	prompt(1);
	assert_string_equal(answer(1, ""), "end: 15\n");
	assert_null(lab_session(1));
	prompt(2);
	for (uint32_t i = 0; i < SESSION_REPEATS; i++)
		assert_string_equal(answer(2, "what?"),
		    "ask: That is not a code. " WORDS_CODE "\n");
	assert_non_null(strstr(answer(2, "what?"), "not changed: stopped"));
	assert_int_equal(lab_end(2), SSPR_CANCELLED);
	assert_null(lab_session(2));
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
}

static void
twenty_wrong_codes_end_it(void **state)
{
	(void)state;
	lab_begin(1, 0, VERB_RESET, "nobody", 0, 0);
	for (uint32_t i = 0; i < SESSION_REPEATS; i++)
		assert_non_null(strstr(answer(1, "123456"), "Not accepted."));
	assert_non_null(strstr(answer(1, "123456"), "not changed: not acc"));
	assert_int_equal(lab_end(1), SSPR_DENIED);
	/* One record for all that were not compared. */
	assert_non_null(strstr(lab.events, "code.refused 6\n"));
	assert_null(
	    strstr(strstr(lab.events, "code.refused 6\n") + 1, "code.refused"));
}

/* The outcome is told though the books cannot be closed. */
static void
a_change_is_told_also_when_the_disk_is_full_by_then(void **state)
{
	int pair[2];

	(void)state;
	offer_right_code(1);
	lab_ready(SSPR_OK);
	give_hand(pair);
	close(pair[1]);
	disk_fails = 1;
	lab_outcome(SSPR_OK);
	disk_fails = 0;
	assert_non_null(strstr(lab.told[1].text, "Your password is changed."));
	assert_int_equal(lab_end(1), SSPR_OK);
}

/* R-PAM-5: a limit forbids a further step; an answer of Enter is heard. */
static void
after_a_quarter_of_an_hour_nothing_new_is_begun(void **state)
{
	(void)state;
	prompt(1);
	prompt(2);
	lab.ms += 15 * 60 * 1000;
	assert_non_null(strstr(answer(1, people_code(ALICE, LAB_STEP)),
	    "not changed: time ran out"));
	assert_int_equal(lab_end(1), SSPR_TIMEOUT);
	assert_string_equal(answer(2, ""), "end: 15\n");
	assert_int_equal(lab.workers, 0);
	assert_int_equal(people_failures(ALICE, METHOD_APP), 0);
}

/* People type the new password where Enter is asked. */
static void
a_slow_person_is_told_the_same_outcome_to_the_end(void **state)
{
	(void)state;
	offer_right_code(1);
	lab_ready(SSPR_OK);
	lab_granted(lab.front);
	lab.ms += 16 * 60 * 1000;
	lab_outcome(SSPR_OK);
	assert_non_null(strstr(lab.told[1].text, "Your password is changed."));
	assert_string_equal(answer(1, "my new password"), "end: 0\n");
}

/* Promise 6: its worker may be under way, but nobody gets to talk to it. */
static void
without_an_audit_record_there_is_no_reset(void **state)
{
	int pair[2];
	char c;

	(void)state;
	offer_right_code(1);
	lab.sync_err = SSPR_AUDIT;
	lab_ready(SSPR_OK);
	assert_int_equal(lab_end(1), SSPR_BUSY);
	assert_null(lab_session(1));
	give_hand(pair);
	assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), 0);
	assert_int_equal(recv(lab.client[1], &c, 1, MSG_DONTWAIT), 0);
	close(pair[1]);
}

static uint32_t
chance(uint64_t *x, uint32_t below)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (uint32_t)((*x >> 11) % below);
}

/* Say something where a code is asked; true: it is the right one. */
static bool
say_something(uint32_t conn, uint64_t *x)
{
	static const char *const odd[] = { "", "x", "12345", "1234567" };
	const bool right = chance(x, 4) == 0;

	if (!right && chance(x, 3) == 0)
		lab_answers(conn, odd[chance(x, 4)]);
	else
		lab_answers(conn,
		    right ? people_code(ALICE, lab.s / 30)
			  : people_wrong(ALICE));
	lab_run();
	return right;
}

/* One step of a walk; *right is whether the last answer was a right code. */
static void
walk(struct session *s, uint64_t *x, bool *right)
{
	const size_t workers = lab.workers, gos = lab.gos;
	const enum session_state was = s->state;
	const bool is_ready = chance(x, 3) != 0;

	if (was == STATE_CODE || was == STATE_LAST)
		*right = say_something(s->conn, x) && was == STATE_CODE;
	else if (was == STATE_CHECKS)
		lab_ready(is_ready ? SSPR_OK : SSPR_ACCOUNT);
	else if (was == STATE_GRANT && chance(x, 3) != 0)
		lab_granted(lab.front);
	else
		lab_outcome(
		    was == STATE_WORK && is_ready ? SSPR_OK : SSPR_WEAK);
	assert_true(lab.workers == workers || *right);
	assert_true(lab.gos == gos || *right);
	assert_int_equal(lab.gos - gos, was == STATE_CHECKS && is_ready);
}

/* R-VER-1: on every walk GO and its proof come together or not at all. */
static void
a_worker_goes_if_and_only_if_a_code_was_consumed(void **state)
{
	bool decoy = false, right = false;
	uint64_t x = SEED;
	uint32_t conn = 0;
	size_t gos;

	(void)state;
	for (uint32_t i = 0; i < STEPS; i++) {
		struct session *s = lab_session(conn);

		gos = lab.gos;
		if (s != NULL && chance(&x, 50) != 0) {
			walk(s, &x, &right);
			lab.s += chance(&x, 40);
			assert_false(decoy && lab.gos != gos);
			continue;
		}
		if (s != NULL)
			lab_says(conn, MSG_CANCEL, NULL, 0);
		lab.s += 3600;
		conn = (conn + 1) % LAB_CONNS;
		decoy = chance(&x, 4) == 0;
		right = false;
		lab_begin(conn, 0, VERB_RESET, "alice", decoy ? 0 : LAB_FOUND,
		    ALICE);
	}
	assert_true(lab.gos > 50);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    lab.gos);
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM permit JOIN proof USING "
			     "(conversation)"),
	    lab.gos);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reset_goes_from_the_code_to_the_last_words),
		TEST(code_proof_and_permit_are_one_transaction_before_go),
		TEST(what_cannot_be_committed_lets_no_worker_go),
		TEST(a_worker_that_refuses_gives_code_and_debit_back),
		TEST(what_the_worker_said_is_told_and_kept),
		TEST(a_client_that_leaves_ends_the_worker_before_go_only),
		TEST(enter_stops_and_odd_answers_are_asked_again_twenty_times),
		TEST(twenty_wrong_codes_end_it),
		TEST(a_change_is_told_also_when_the_disk_is_full_by_then),
		TEST(after_a_quarter_of_an_hour_nothing_new_is_begun),
		TEST(a_slow_person_is_told_the_same_outcome_to_the_end),
		TEST(without_an_audit_record_there_is_no_reset),
		TEST(a_worker_goes_if_and_only_if_a_code_was_consumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
