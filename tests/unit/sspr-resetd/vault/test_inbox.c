/* SPDX-License-Identifier: MIT */
#include "links.h"

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	lab_begin(1, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	return 0;
}

/* R-IPC-6 */
static void
a_siblings_bad_bytes_end_the_daemon(void **state)
{
	(void)state;
	DIES(garbage_of_parent);
	DIES(garbage_of_front);
	DIES(garbage_of_names);
	DIES(garbage_of_desk);
	DIES(garbage_of_courier);
	DIES(set_of_courier);
	DIES(account_of_desk);
	DIES(delivered_of_front);
	DIES(key_of_front);
	DIES(granted_of_front);
	DIES(set_of_names);
	DIES(open_of_names);
}

static void
what_front_must_not_pass_on_ends_the_daemon(void **state)
{
	(void)state;
	DIES(open_again);
	DIES(open_offer);
	DIES(open_unknown_verb);
	DIES(open_cancel);
	DIES(open_garbage);
	DIES(input_garbage);
	DIES(input_end);
	DIES(input_hello);
}

/* R-ADM-1: what only operators may do comes over the admin socket's link. */
static void
verbs_of_the_other_socket_end_the_daemon(void **state)
{
	(void)state;
	DIES(issue_of_front);
	DIES(user_of_front);
	DIES(reset_of_desk);
	DIES(status_of_desk);
	DIES(offer_of_desk);
	LIVES(unlock_of_desk);
}

/* R-IPC-6 */
static void
what_the_courier_cannot_know_ends_the_daemon(void **state)
{
	(void)state;
	DIES(delivered_unknown);
	DIES(delivered_oddly);
	LIVES(delivered_as_it_should_be);
}

static void
what_cannot_happen_ends_the_daemon(void **state)
{
	(void)state;
	DIES(answer_out_of_turn);
	DIES(two_answers);
	DIES(answer_while_comparing);
	DIES(answer_while_checking);
	DIES(answer_while_at_work);
	DIES(answer_after_the_end);
	DIES(ready_unknown);
	DIES(ready_and_unlocked);
	DIES(ready_and_partly);
	DIES(outcome_unknown);
	DIES(synced_too_far);
	LIVES(outcome_before_go); /* of a worker that is no more */
	LIVES(ready_as_it_should_be);
}

static void
a_bad_key_or_option_ends_the_daemon(void **state)
{
	(void)state;
	DIES(second_key);
	DIES(short_key);
	DIES(unknown_option);
	DIES(bad_value);
}

/* Parent has said why it ends; the death of names is not the vault's. */
static void
without_parent_it_ends_quietly_without_front_loudly(void **state)
{
	(void)state;
	assert_int_equal(dies_with(no_parent), 0);
	DIES(no_front);
	DIES(no_desk);
	close(lab.v->names);
	lab.v->names = dead_link();
	inbox_names(lab.v);
	assert_int_equal(lab.v->names, -1);
	lab.v->names = dup(lab.front);
}

static void
options_count_from_apply_on_and_go_down_the_chain(void **state)
{
	struct ipc_msg m = { .type = IPC_SET };
	int fd;

	(void)state;
	m.as.set.option = CONF_CONVERSATIONS_PER_SOURCE;
	memcpy(m.as.set.value, "9", 2);
	hear(lab.parent, &m, -1);
	assert_int_equal(ipc_recv(lab.front, ROLE_VAULT, ROLE_FRONT, &m, &fd),
	    SSPR_OK);
	assert_string_equal(m.as.set.value, "9");
	m.as.set.option = CONF_UID_MIN;
	memcpy(m.as.set.value, "2000", 5);
	hear(lab.parent, &m, -1);
	assert_int_equal(ipc_recv(lab.front, ROLE_VAULT, ROLE_FRONT, &m, &fd),
	    SSPR_BUSY);
	assert_int_equal(lab.v->conf.uid_min, 1000);
	m = (struct ipc_msg){ .type = IPC_APPLY, .as.apply.last = 1 };
	hear(lab.parent, &m, -1);
	assert_int_equal(lab.v->conf.uid_min, 2000);
	assert_int_equal(ipc_recv(lab.front, ROLE_VAULT, ROLE_FRONT, &m, &fd),
	    SSPR_OK);
	assert_int_equal(m.type, IPC_APPLY);
	told_all(lab.names, ROLE_NAMES, 'N', CONF_NEVER_GROUPS, "sspr-admin");
	told_all(lab.courier, ROLE_COURIER, 'C', CONF_SMS_COMMAND, "");
}

/* What was changed before it was back is told it with the rest. */
static void
a_role_that_restarts_while_options_come_misses_none(void **state)
{
	struct ipc_msg m = { .type = IPC_NAMES, .as.names.again = 1 };
	int link[2];

	(void)state;
	sets(CONF_NEVER_GROUPS, "one");
	assert_int_equal(ipc_pair(link), SSPR_OK);
	hear(lab.parent, &m, link[0]);
	close(link[0]);
	told_all(link[1], ROLE_NAMES, 'N', CONF_NEVER_GROUPS, "sspr-admin");
	sets(CONF_DESK_GROUPS, "two");
	m = (struct ipc_msg){ .type = IPC_APPLY, .as.apply.last = 1 };
	hear(lab.parent, &m, -1);
	told_all(link[1], ROLE_NAMES, 'N', CONF_NEVER_GROUPS, "one");
	close(link[1]);
}

static void
start_without_key(void)
{
	const struct ipc_msg m = { .type = IPC_APPLY };

	lab.v->seal = NULL;
	lab_parent_says(m, -1);
	inbox_start(lab.v);
}

static void
start_with_key(void)
{
	struct ipc_msg m = { .type = IPC_KEY };

	lab.v->seal = NULL;
	m.as.key.key.len = IPC_KEY_LEN;
	lab_parent_says(m, -1);
	m = (struct ipc_msg){ .type = IPC_APPLY };
	lab_parent_says(m, -1);
	inbox_start(lab.v);
	if (lab.v->seal == NULL)
		_exit(1);
}

/* R-CFG-2 */
static void
it_does_not_start_without_a_key(void **state)
{
	(void)state;
	DIES(start_without_key);
	LIVES(start_with_key);
}

static void
names_that_were_restarted_are_told_their_options(void **state)
{
	struct ipc_msg m = { .type = IPC_NAMES, .as.names.again = 1 };
	int link[2];

	(void)state;
	assert_int_equal(ipc_pair(link), SSPR_OK);
	hear(lab.parent, &m, link[0]);
	close(link[0]);
	told_all(link[1], ROLE_NAMES, 'N', CONF_NEVER_GROUPS, "sspr-admin");
	close(link[1]);
	inbox_names(lab.v);
	assert_int_equal(lab.v->names, -1);
	lab.v->names = dup(lab.front);
}

/* R-DEL-4: what the old one had is known to be uncertain. */
static void
a_courier_that_was_restarted_takes_the_old_ones_place(void **state)
{
	struct ipc_msg m = { .type = IPC_COURIER, .as.courier.again = 1 };
	struct outbox_flight *f = lab.v->outbox.flight;
	int link[2];
	char c;

	(void)state;
	for (int i = 0; i < 2; i++) {
		f->phase = OUTBOX_SENT;
		assert_int_equal(ipc_pair(link), SSPR_OK);
		hear(lab.parent, &m, link[0]);
		close(link[0]);
		assert_int_equal(f->phase, OUTBOX_ENDED);
		assert_int_equal(f->err, SSPR_GONE);
		assert_int_equal(recv(lab.courier, &c, 1, MSG_DONTWAIT), 0);
		close(lab.courier);
		lab.courier = link[1];
		told_all(lab.courier, ROLE_COURIER, 'C', CONF_SMS_COMMAND, "");
	}
	close(lab.courier);
	f->phase = OUTBOX_SENT;
	inbox_courier(lab.v);
	assert_int_equal(lab.v->courier, -1);
	assert_int_equal(f->phase, OUTBOX_ENDED);
	m.type = IPC_APPLY;
	m.as.apply.last = 1;
	hear(lab.parent, &m, -1);
	lab_link(&lab.v->courier, &lab.courier);
}

static void
what_is_only_the_owners_is_not_for_uid_0(void **state)
{
	static const enum proto_verb verbs[] = { VERB_STATUS, VERB_ADD,
		VERB_REMOVE };
	struct proto_hello h;

	(void)state;
	lab.peer = 0;
	for (uint32_t i = 0; i < 3; i++) {
		h = lab_hello(verbs[i], "alice");
		lab_says_hello(10 + i, &h);
		lab_run();
		assert_int_equal(lab.told[10 + i].end.result, SSPR_INELIGIBLE);
	}
	assert_int_equal(lab.lookups, 1);
}

/* Each front gives its own numbers. */
static void
conversations_of_the_two_fronts_do_not_mix(void **state)
{
	struct proto_hello h = lab_hello(VERB_UNLOCK, "alice");
	struct ipc_msg m = { .type = IPC_CLOSED, .as.closed.conn = 1 };
	int fd;

	(void)state;
	lab.peer = 0;
	lab.hears = lab.desk;
	lab_says_hello(1, &h);
	lab_round();
	assert_non_null(of_front(lab.v->front, 1));
	assert_non_null(of_front(lab.v->desk, 1));
	assert_int_equal(of_front(lab.v->desk, 1)->verb, VERB_UNLOCK);
	assert_true(of_front(lab.v->desk, 1)->may_act);
	lab.hears = lab.front;
	lab_answers(1, "123456"); /* not for the desk's, where none is due */
	lab_round();
	hear(lab.front, &m, -1);
	assert_null(of_front(lab.v->front, 1));
	assert_non_null(of_front(lab.v->desk, 1));
	h = lab_hello(VERB_RESET, "alice");
	lab_says_hello(1, &h);
	lab_round();
	hear(lab.desk, &m, -1);
	assert_null(of_front(lab.v->desk, 1));
	assert_non_null(of_front(lab.v->front, 1));
	/* What is said to one does not go to the other. */
	while (ipc_recv(lab.desk, ROLE_VAULT, ROLE_FRONT, &m, &fd) == SSPR_OK)
		;
	for (int i = 0; i < 2; i++) {
		lab.ms += 2000;
		lab_round();
	}
	assert_int_equal(ipc_recv(lab.desk, ROLE_VAULT, ROLE_FRONT, &m, &fd),
	    SSPR_BUSY);
	assert_int_equal(ipc_recv(lab.front, ROLE_VAULT, ROLE_FRONT, &m, &fd),
	    SSPR_OK);
}

/* Hints of a client of the admin socket are nothing to go by. */
static void
at_the_desk_there_are_no_hints(void **state)
{
	struct proto_hello h = lab_hello(VERB_USER, "alice");

	(void)state;
	lab.peer = 0;
	lab.hears = lab.desk;
	lab_says_hello(9, &h);
	lab_round();
	assert_string_equal(lab_session(9)->source.key, "unknown");
	assert_string_equal(lab_session(9)->hello.service, "");
}

/* Once it is changed, time that ran out MUST NOT say that it is not. */
static void
a_late_answer_ends_what_is_not_yet_done(void **state)
{
	struct session *s = lab_session(1);

	(void)state;
	s->opened_ms -= 16 * 60 * 1000;
	lab.told[1].text[0] = '\0';
	lab_answers(1, "123456");
	lab_run();
	assert_non_null(strstr(lab.told[1].text, "not changed: time ran out"));
	s->state = STATE_LOST;
	s->outcome = SSPR_OK;
	lab.told[1].text[0] = '\0';
	lab_answers(1, "no");
	lab_run();
	assert_non_null(strstr(lab.told[1].text, "password is changed."));
}

static void
words_for_conversations_that_are_over_are_ignored(void **state)
{
	struct ipc_msg m = { .type = IPC_CLOSED, .as.closed.conn = 77 };
	int pair[2];
	char c;

	(void)state;
	hear(lab.front, &m, -1);
	lab_says(78, MSG_ANSWER, "123456", 6);
	lab_says(79, MSG_CANCEL, NULL, 0);
	lab.worker.grant = 4711;
	lab_ready(SSPR_OK);
	lab_outcome(SSPR_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	lab_granted(pair[0]);
	close(pair[0]);
	assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), 0);
	close(pair[1]);
	assert_int_equal(lab_session(1)->state, STATE_CODE);
	m.as.closed.conn = 1;
	hear(lab.front, &m, -1);
	assert_null(lab_session(1));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_siblings_bad_bytes_end_the_daemon),
		TEST(what_front_must_not_pass_on_ends_the_daemon),
		TEST(verbs_of_the_other_socket_end_the_daemon),
		TEST(what_the_courier_cannot_know_ends_the_daemon),
		TEST(what_cannot_happen_ends_the_daemon),
		TEST(a_bad_key_or_option_ends_the_daemon),
		TEST(without_parent_it_ends_quietly_without_front_loudly),
		TEST(options_count_from_apply_on_and_go_down_the_chain),
		TEST(it_does_not_start_without_a_key),
		TEST(names_that_were_restarted_are_told_their_options),
		TEST(a_courier_that_was_restarted_takes_the_old_ones_place),
		TEST(a_role_that_restarts_while_options_come_misses_none),
		TEST(what_is_only_the_owners_is_not_for_uid_0),
		TEST(conversations_of_the_two_fronts_do_not_mix),
		TEST(at_the_desk_there_are_no_hints),
		TEST(a_late_answer_ends_what_is_not_yet_done),
		TEST(words_for_conversations_that_are_over_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
