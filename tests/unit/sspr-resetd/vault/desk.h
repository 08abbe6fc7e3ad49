/* SPDX-License-Identifier: MIT */
/*
 * desk.h - operators at the admin socket of lab.h.
 */
#ifndef SSPR_TESTS_VAULT_DESK_H
#define SSPR_TESTS_VAULT_DESK_H

#include "records.h"

#define OPERATOR 2000u

[[maybe_unused]] static struct proto_hello
desk_hello(enum proto_verb verb)
{
	struct proto_hello h = { .version = PROTO_VERSION,
		.verb = (uint8_t)verb,
		.user = "alice",
		.reason = "called back at +1 555 0100" };

	return h;
}

/*
 * An operator of that uid says HELLO about the account with these flags; whose
 * own group is looked up if it is not root.
 */
[[maybe_unused]] static void
desk_says(uint32_t conn, uid_t peer, const struct proto_hello *h,
    unsigned int flags, uint32_t uid)
{
	lab.hears = lab.desk;
	lab.peer = peer;
	lab_says_hello(conn, h);
	lab_round();
	lab_hear();
	if (peer != 0) {
		lab_found(LAB_FOUND | ACCOUNT_DESK, peer, "operator");
		lab_round();
		lab_hear();
	}
	lab_found(flags, uid, h->user);
	lab_run();
	lab.hears = lab.front;
}

/* The same about alice, as END has it. */
[[maybe_unused]] static uint32_t
desk_does(uint32_t conn, uid_t peer, const struct proto_hello *h)
{
	desk_says(conn, peer, h, LAB_FOUND, ALICE);
	assert_true(lab.told[conn].ended);
	return lab.told[conn].end.result;
}

/* The one pass that was shown. */
[[maybe_unused]] static struct proto_pass
desk_shown(uint32_t conn)
{
	struct proto_msg m;

	assert_int_equal(records_count(conn, MSG_PASS), 1);
	assert_true(records_find(conn, MSG_PASS, 0, &m));
	return m.as.pass;
}

/* What is said on the way to a refusal with this number; nothing is done. */
[[maybe_unused]] static void
desk_refuses(uint32_t conn, uid_t peer, const struct proto_hello *h,
    enum sspr_err e)
{
	const struct account before = people_account(ALICE);

	assert_int_equal(desk_does(conn, peer, h), e);
	assert_int_equal(records_count(conn, MSG_PASS), 0);
	assert_int_equal(people_account(ALICE).generation, before.generation);
	assert_non_null(strstr(lab.events, "helpdesk.refused"));
}

[[maybe_unused]] static size_t
desk_passes(const struct account *a)
{
	return account_count(a, METHOD_PASS, vault_now(lab.v));
}

/* Messages in the outbox. */
[[maybe_unused]] static size_t
desk_notices(void)
{
	static const enum store_state states[] = { STORE_HELD, STORE_QUEUED,
		STORE_TAKEN };
	struct store_message m;
	size_t n = 0;

	for (size_t i = 0; i < 3; i++) {
		m.id = 0;
		while (store_next_message(lab.v->store, states[i], m.id,
			   UINT64_MAX / 2, &m) == SSPR_OK)
			n++;
	}
	return n;
}

/* No courier takes what is queued. */
[[maybe_unused]] static void
desk_keeps_messages(void)
{
	snprintf(lab.v->conf.email_command, sizeof(lab.v->conf.email_command),
	    "/bin/false");
	close(lab.v->courier);
	lab.v->courier = -1;
}

#endif /* SSPR_TESTS_VAULT_DESK_H */
