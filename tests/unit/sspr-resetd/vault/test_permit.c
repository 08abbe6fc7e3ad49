/* SPDX-License-Identifier: MIT */
#include "dies.h"
#include "people.h"

static struct session *s;

static int
set_up(void **state)
{
	(void)lab_open(state);
	s = lab.v->session[3] = seal_alloc(sizeof(*s));
	assert_non_null(s);
	s->conn = 5;
	s->fd = dup(lab.front);
	s->hand = -1;
	s->verb = VERB_RESET;
	s->uid = ALICE;
	s->hello = lab_hello(VERB_RESET, "Alice");
	memcpy(s->name, "alice", 6);
	for (uint8_t i = 0; i < sizeof(s->id); i++)
		s->id[i] = i;
	return 0;
}

static void
errands(void)
{
	permit_errands(lab.v);
	lab_hear();
}

/* R-DUR-2: what is asked of parent waits for the round's end. */
static void
a_worker_is_asked_for_once_and_not_before_the_errands(void **state)
{
	(void)state;
	permit_request(lab.v, s, PROTO_CHANGE);
	lab_hear();
	assert_int_equal(lab.workers, 0);
	errands();
	assert_int_equal(lab.workers, 1);
	errands();
	assert_int_equal(lab.workers, 1);
	assert_int_equal(lab.gos, 0);
}

static void
the_request_says_for_whom_and_what(void **state)
{
	(void)state;
	permit_request(lab.v, s, PROTO_CHECK);
	errands();
	assert_int_equal(lab.worker.grant, s->grant);
	assert_int_equal(lab.worker.job, PROTO_CHECK);
	assert_int_equal(lab.worker.uid, ALICE);
	assert_string_equal(lab.worker.name, "alice");
	assert_string_equal(lab.worker.correlation,
	    "000102030405060708090a0b0c0d0e0f");
	assert_string_equal(lab.worker.service, "sshd");
	assert_string_equal(lab.worker.source, "192.0.2.7");
}

static void
a_grant_is_random_and_a_positive_integer_of_sqlite(void **state)
{
	uint64_t seen[200], all = 0;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		permit_request(lab.v, s, PROTO_CHANGE);
		seen[i] = s->grant;
		all |= s->grant;
		assert_true(s->grant > 0 && s->grant <= INT64_MAX);
		for (size_t j = 0; j < i; j++)
			assert_true(seen[i] != seen[j]);
	}
	assert_true(all == INT64_MAX);
}

static void
go_is_said_for_the_grant_and_remembered(void **state)
{
	(void)state;
	s->grant = 4711;
	s->errand = ERRAND_GO;
	assert_false(s->went);
	errands();
	assert_int_equal(lab.gos, 1);
	assert_int_equal(lab.go, 4711);
	assert_true(s->went);
	errands();
	assert_int_equal(lab.gos, 1);
}

static void
a_drop_is_said_before_go_only(void **state)
{
	(void)state;
	permit_drop(lab.v, s);
	lab_hear();
	assert_int_equal(lab.drops, 0); /* there was no worker */
	s->grant = 4711;
	permit_drop(lab.v, s);
	permit_drop(lab.v, s);
	lab_hear();
	assert_int_equal(lab.drops, 1);
	assert_int_equal(lab.drop, 4711);
	assert_int_equal(s->grant, 0);
	s->grant = 4712;
	s->went = true;
	permit_drop(lab.v, s);
	lab_hear();
	assert_int_equal(lab.drops, 1);
	assert_int_equal(s->grant, 4712);
}

static void
a_drop_closes_the_end_that_was_not_handed_over(void **state)
{
	int pair[2];
	char c;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	s->hand = pair[0];
	s->went = true;
	s->grant = 1;
	permit_drop(lab.v, s);
	assert_int_equal(s->hand, -1);
	assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), 0);
	close(pair[1]);
}

static void
go_to_no_parent(void)
{
	lab.v->parent = dead_link();
	s->errand = ERRAND_GO;
	permit_errands(lab.v);
}

static void
without_parent_there_is_no_daemon(void **state)
{
	(void)state;
	DIES(go_to_no_parent);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_worker_is_asked_for_once_and_not_before_the_errands),
		TEST(the_request_says_for_whom_and_what),
		TEST(a_grant_is_random_and_a_positive_integer_of_sqlite),
		TEST(go_is_said_for_the_grant_and_remembered),
		TEST(a_drop_is_said_before_go_only),
		TEST(a_drop_closes_the_end_that_was_not_handed_over),
		TEST(without_parent_there_is_no_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
