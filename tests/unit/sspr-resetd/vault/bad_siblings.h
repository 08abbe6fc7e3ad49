/* SPDX-License-Identifier: MIT */
/*
 * bad_siblings.h - what a sibling role that is taken over might do, each for a
 * process of its own (dies.h).
 */
#ifndef SSPR_TESTS_VAULT_BAD_SIBLINGS_H
#define SSPR_TESTS_VAULT_BAD_SIBLINGS_H

#include "dies.h"
#include "people.h"

static void
hear_all(void)
{
	inbox_parent(lab.v);
	if (lab.v->names != -1)
		inbox_names(lab.v);
	if (lab.v->courier != -1)
		inbox_courier(lab.v);
	inbox_front(lab.v, lab.v->front);
	inbox_front(lab.v, lab.v->desk);
}

/* A sibling says something; the vault takes it in. */
static void
hear(int link, const struct ipc_msg *m, int fd)
{
	if (ipc_send(link, m, fd) != SSPR_OK)
		_exit(97);
	hear_all();
}

/* Bytes that are no message, from each; a message that is not its to say. */
static void
garbage(int link)
{
	if (send(link, "\377\377\0\0", 4, 0) != 4)
		_exit(97);
	hear_all();
}

static void
garbage_of_parent(void)
{
	garbage(lab.parent);
}

static void
garbage_of_front(void)
{
	garbage(lab.front);
}

static void
garbage_of_names(void)
{
	garbage(lab.names);
}

static void
garbage_of_desk(void)
{
	garbage(lab.desk);
}

static void
garbage_of_courier(void)
{
	garbage(lab.courier);
}

static void
set_of_courier(void)
{
	const struct ipc_msg m = { .type = IPC_SET };

	hear(lab.courier, &m, -1);
}

static void
account_of_desk(void)
{
	const struct ipc_msg m = { .type = IPC_ACCOUNT };

	hear(lab.desk, &m, -1);
}

static void
delivered_of_front(void)
{
	const struct ipc_msg m = { .type = IPC_DELIVERED };

	hear(lab.front, &m, -1);
}

/* Of a message that was never given to it; of one with an odd result. */
static void
delivered_unknown(void)
{
	const struct ipc_msg m = { .type = IPC_DELIVERED,
		.as.delivered.id = 7 };

	hear(lab.courier, &m, -1);
}

static void
delivered_oddly(void)
{
	struct ipc_msg m = { .type = IPC_DELIVERED };

	lab.v->outbox.flight[0].phase = OUTBOX_SENT;
	lab.v->outbox.flight[0].m.id = 7;
	m.as.delivered.id = 7;
	m.as.delivered.err = 98;
	hear(lab.courier, &m, -1);
}

static void
delivered_as_it_should_be(void)
{
	struct ipc_msg m = { .type = IPC_DELIVERED };

	lab.v->outbox.flight[0].phase = OUTBOX_SENT;
	lab.v->outbox.flight[0].m.id = 7;
	m.as.delivered.id = 7;
	hear(lab.courier, &m, -1);
	if (lab.v->outbox.flight[0].phase != OUTBOX_ENDED)
		_exit(1);
}

static void
key_of_front(void)
{
	const struct ipc_msg m = { .type = IPC_KEY };

	hear(lab.front, &m, -1);
}

static void
granted_of_front(void)
{
	const struct ipc_msg m = { .type = IPC_GRANTED };

	hear(lab.front, &m, lab.front);
}

static void
set_of_names(void)
{
	const struct ipc_msg m = { .type = IPC_SET };

	hear(lab.names, &m, -1);
}

static void
open_of_names(void)
{
	const struct ipc_msg m = { .type = IPC_OPEN };

	hear(lab.names, &m, lab.names);
}

static void
open_again(void)
{
	const struct proto_hello h = lab_hello(VERB_RESET, "x");

	lab_says_hello(1, &h);
	inbox_front(lab.v, lab.v->front);
}

static void
open_with(uint8_t verb)
{
	struct proto_hello h = lab_hello(VERB_RESET, "x");

	h.verb = verb;
	lab_says_hello(9, &h);
	inbox_front(lab.v, lab.v->front);
}

/* The verbs of one socket over the other's link. */
static void
issue_of_front(void)
{
	open_with(VERB_ISSUE);
}

static void
user_of_front(void)
{
	open_with(VERB_USER);
}

static void
open_at_desk(uint8_t verb)
{
	struct proto_hello h = lab_hello(VERB_RESET, "x");

	h.verb = verb;
	lab.hears = lab.desk;
	lab_says_hello(9, &h);
	inbox_front(lab.v, lab.v->desk);
}

static void
reset_of_desk(void)
{
	open_at_desk(VERB_RESET);
}

static void
status_of_desk(void)
{
	lab.peer = ALICE;
	open_at_desk(VERB_STATUS);
}

static void
offer_of_desk(void)
{
	open_at_desk(VERB_OFFER);
}

static void
unlock_of_desk(void)
{
	open_at_desk(VERB_UNLOCK);
}

static void
open_offer(void)
{
	open_with(VERB_OFFER);
}

static void
open_unknown_verb(void)
{
	open_with(99);
}

/* A frame of the client's in OPEN or INPUT, as front sends it. */
static void
client_frame(enum ipc_type type, const void *p, size_t len)
{
	struct ipc_msg m = { .type = type };

	if (type == IPC_OPEN) {
		m.as.open.conn = 9;
		m.as.open.frame.len = (uint16_t)len;
		memcpy(m.as.open.frame.at, p, len);
	} else {
		m.as.input.conn = 1;
		m.as.input.frame.len = (uint16_t)len;
		memcpy(m.as.input.frame.at, p, len);
	}
	hear(lab.front, &m, type == IPC_OPEN ? lab.front : -1);
}

static void
open_cancel(void)
{
	client_frame(IPC_OPEN, "\0\003\0\004\0\0\0\0", 8);
}

static void
open_garbage(void)
{
	client_frame(IPC_OPEN, "garbage", 7);
}

static void
input_garbage(void)
{
	client_frame(IPC_INPUT, "\0\002\0\001\0", 5);
}

static void
input_end(void)
{
	client_frame(IPC_INPUT, "\0\024\0\010\0\0\0\0\0\0\0\0", 12);
}

static void
input_hello(void)
{
	struct proto_msg m = { .type = MSG_HELLO };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	if (proto_encode(&m, buf, &len) == SSPR_OK)
		client_frame(IPC_INPUT, buf, len);
}

static void
answer_out_of_turn(void)
{
	const struct proto_hello h = lab_hello(VERB_RESET, "x");

	lab_says_hello(9, &h);
	lab_says(9, MSG_ANSWER, "123456", 6);
	inbox_front(lab.v, lab.v->front);
}

static void
two_answers(void)
{
	lab_says(1, MSG_ANSWER, "123456", 6);
	lab_says(1, MSG_ANSWER, "123456", 6);
	inbox_front(lab.v, lab.v->front);
}

/* An answer in a state where none is due. */
static void
answer_while(enum session_state state)
{
	lab_session(1)->state = state;
	lab_says(1, MSG_ANSWER, "123456", 6);
	hear_all();
}

static void
answer_while_comparing(void)
{
	answer_while(STATE_ATTEMPT);
}

static void
answer_while_checking(void)
{
	answer_while(STATE_CHECKS);
}

static void
answer_while_at_work(void)
{
	answer_while(STATE_WORK);
}

static void
answer_after_the_end(void)
{
	answer_while(STATE_OVER);
}

/* A session that waits for its worker, and what parent says of it. */
static void
parent_says_of_worker(enum ipc_type type, uint32_t err)
{
	struct ipc_msg m = { .type = type };
	struct session *s = lab_session(1);

	s->grant = 7;
	s->state = STATE_CHECKS;
	if (type == IPC_READY) {
		m.as.ready.grant = 7;
		m.as.ready.err = err;
	} else if (type == IPC_OUTCOME) {
		m.as.outcome.grant = 7;
		m.as.outcome.err = err;
	} else {
		m.as.synced.batch = lab.v->batch + 1;
		m.as.synced.err = err;
	}
	hear(lab.parent, &m, -1);
}

static void
ready_unknown(void)
{
	parent_says_of_worker(IPC_READY, 98);
}

/* What only a worker at work can have done. */
static void
ready_and_unlocked(void)
{
	parent_says_of_worker(IPC_READY, SSPR_UNLOCKED);
}

static void
ready_and_partly(void)
{
	parent_says_of_worker(IPC_READY, SSPR_PARTLY);
}

static void
outcome_unknown(void)
{
	parent_says_of_worker(IPC_OUTCOME, 98);
}

static void
outcome_before_go(void)
{
	parent_says_of_worker(IPC_OUTCOME, SSPR_OK);
	if (lab_session(1)->state != STATE_CHECKS || lab_session(1)->proved)
		_exit(1);
}

static void
synced_too_far(void)
{
	parent_says_of_worker(IPC_SYNCED, SSPR_OK);
}

static void
ready_as_it_should_be(void)
{
	parent_says_of_worker(IPC_READY, SSPR_ACCOUNT);
}

static void
second_key(void)
{
	struct ipc_msg m = { .type = IPC_KEY };

	m.as.key.key.len = IPC_KEY_LEN;
	hear(lab.parent, &m, -1);
}

static void
short_key(void)
{
	struct ipc_msg m = { .type = IPC_KEY };

	lab.v->seal = NULL;
	m.as.key.key.len = IPC_KEY_LEN - 1;
	hear(lab.parent, &m, -1);
}

static void
unknown_option(void)
{
	struct ipc_msg m = { .type = IPC_SET };

	m.as.set.option = CONF_COUNT;
	hear(lab.parent, &m, -1);
}

static void
bad_value(void)
{
	struct ipc_msg m = { .type = IPC_SET };

	m.as.set.option = CONF_UID_MIN;
	memcpy(m.as.set.value, "99", 3);
	hear(lab.parent, &m, -1);
}

static void
no_parent(void)
{
	lab.v->parent = dead_link();
	inbox_parent(lab.v);
}

static void
no_front(void)
{
	inbox_front(lab.v, dead_link());
}

/* It has a front of its own, and dies with it. */
static void
no_desk(void)
{
	lab.v->desk = dead_link();
	inbox_front(lab.v, lab.v->desk);
}

#endif /* SSPR_TESTS_VAULT_BAD_SIBLINGS_H */
