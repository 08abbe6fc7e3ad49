/* SPDX-License-Identifier: MIT */
/*
 * working.h - the worker of a reset of alice (dialogue.h), played by the test.
 */
#ifndef SSPR_TESTS_VAULT_WORKING_H
#define SSPR_TESTS_VAULT_WORKING_H

#include "dialogue.h"

/* Up to a worker that waits for its pre-checks. */
[[maybe_unused]] static void
offer_right_code(uint32_t conn)
{
	prompt(conn);
	assert_string_equal(answer(conn, people_code(ALICE, LAB_STEP)), "");
	assert_int_equal(lab_session(conn)->state, STATE_CHECKS);
}

/* Take what came on the client's own descriptor: HAND and its descriptor. */
[[maybe_unused]] static int
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
[[maybe_unused]] static void
give_hand(int pair[static 2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	lab_granted(pair[0]);
	close(pair[0]);
}

/* Up to the end of a worker, with a recovery code. */
[[maybe_unused]] static void
reset_by_sheet(uint32_t conn, const char *code, enum sspr_err outcome)
{
	prompt(conn);
	assert_false(is_refused(conn, code));
	lab_ready(SSPR_OK);
	lab_granted(lab.front);
	lab.told[conn].text[0] = '\0';
	lab_outcome(outcome);
	post_run();
}

[[maybe_unused]] static void
give_questions(void)
{
	struct record r;

	for (uint8_t i = 0; i < 3; i++) {
		r = (struct record){ .type = RECORD_QUESTION };
		snprintf(r.as.question.text, sizeof(r.as.question.text),
		    "Question %u?", i);
		r.as.question.salt.len = ANSWER_SALT;
		r.as.question.hash.len = ANSWER_HASH;
		assert_int_equal(seal_stretch("rover", 5, r.as.question.salt.at,
				     r.as.question.hash.at),
		    SSPR_OK);
		(void)people_add(ALICE, METHOD_QUESTIONS, r);
	}
}

/* A reset with the code of now, up to this end of its worker. */
[[maybe_unused]] static void
reset_to(uint32_t conn, enum sspr_err outcome)
{
	later(60);
	prompt(conn);
	assert_false(is_refused(conn, app_now()));
	lab_ready(SSPR_OK);
	lab_granted(lab.front);
	lab.told[conn].text[0] = '\0';
	lab_outcome(outcome);
	post_run();
}

/* Whether their old password is no proof for a day (R-ENR-1). */
[[maybe_unused]] static bool
is_ours(uint32_t uid)
{
	return people_account(uid).reset_at != 0;
}

[[maybe_unused]] static bool
is_off(enum method m)
{
	struct account a = people_account(ALICE);

	return post_factor(&a, m)->off != 0;
}

/* Whether a pre-check, which changes nothing, can end so. */
[[maybe_unused]] static bool
is_refusal(uint32_t number, enum sspr_err *e)
{
	return err_number(number, e) == SSPR_OK && *e != SSPR_OK &&
	    *e != SSPR_UNLOCKED && !reset_may_have_changed(*e) &&
	    *e != SSPR_ADMIN; /* which needs two codes from then on */
}

#endif /* SSPR_TESTS_VAULT_WORKING_H */
