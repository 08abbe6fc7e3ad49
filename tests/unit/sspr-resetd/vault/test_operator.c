/* SPDX-License-Identifier: MIT */
#include "desk.h"
#include "vault/operator.h"

static struct session *s;

/* An operator of the helpdesk, with a reason, and alice. */
static int
set_up(void **state)
{
	(void)state;
	if (lab_open(state) != 0 || (s = calloc(1, sizeof(*s))) == NULL)
		return -1;
	s->may_act = true;
	s->peer = OPERATOR;
	s->uid = ALICE;
	s->flags = LAB_FOUND;
	s->verb = VERB_ISSUE;
	memcpy(s->hello.reason, "why not", 8);
	return 0;
}

static int
tear_down(void **state)
{
	free(s);
	return lab_close(state);
}

static enum operator_no
may(void)
{
	return operator_may_act(lab.v, s);
}

static void
an_operator_with_a_reason_may(void **state)
{
	(void)state;
	assert_int_equal(may(), OPERATOR_MAY);
	assert_int_equal(operator_may_see(s), OPERATOR_MAY);
}

/* R-IPC-4 */
static void
who_is_no_operator_may_nothing(void **state)
{
	(void)state;
	s->may_act = false;
	assert_int_equal(may(), OPERATOR_NONE);
	assert_int_equal(operator_may_see(s), OPERATOR_NONE);
	s->peer = 0;
	assert_int_equal(may(), OPERATOR_NONE);
}

static void
a_decoy_is_nobody(void **state)
{
	(void)state;
	s->decoy = true;
	assert_int_equal(may(), OPERATOR_NOBODY);
	assert_int_equal(operator_may_see(s), OPERATOR_NOBODY);
}

/* R-ADM-1 */
static void
each_action_needs_a_reason_that_can_be_shown(void **state)
{
	static const char *const bad[] = { "", " ", "    ", "a\tb", "a\nb",
		"\x1b[2J", "\xc3", "\xe2\x80\xae" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(s->hello.reason, 0, sizeof(s->hello.reason));
		memcpy(s->hello.reason, bad[i], strlen(bad[i]));
		assert_int_equal(may(), OPERATOR_REASON);
		assert_int_equal(operator_may_see(s), OPERATOR_MAY);
	}
	memset(s->hello.reason, 'x', PROTO_REASON_MAX);
	assert_int_equal(may(), OPERATOR_MAY);
}

/* R-ADM-1 */
static void
nobody_acts_on_the_own_account(void **state)
{
	(void)state;
	s->peer = s->uid;
	assert_int_equal(may(), OPERATOR_SELF);
	assert_int_equal(operator_may_see(s), OPERATOR_MAY);
}

/* R-ADM-2 */
static void
administrators_and_helpdesk_take_root(void **state)
{
	static const uint16_t flags[] = { ACCOUNT_ADMIN, ACCOUNT_DESK,
		ACCOUNT_ADMIN | ACCOUNT_DESK };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		s->flags = (uint16_t)(LAB_FOUND | flags[i]);
		s->peer = OPERATOR;
		assert_int_equal(may(), OPERATOR_ABOVE);
		s->peer = 0;
		assert_int_equal(may(), OPERATOR_MAY);
	}
}

/* R-ADM-1 */
static void
excluded_accounts_are_nobodys_to_touch(void **state)
{
	(void)state;
	for (uint32_t peer = 0; peer <= OPERATOR; peer += OPERATOR) {
		s->peer = peer;
		s->flags = LAB_FOUND | ACCOUNT_NEVER;
		assert_int_equal(may(), OPERATOR_EXCLUDED);
		s->flags = LAB_FOUND | ACCOUNT_ADMIN;
		lab.v->conf.admin_reset = CONF_ADMIN_NEVER;
		assert_int_equal(may(), OPERATOR_EXCLUDED);
		assert_true(operator_is_excluded(lab.v, s));
		s->flags = LAB_FOUND;
		assert_int_equal(may(), OPERATOR_MAY);
		assert_false(operator_is_excluded(lab.v, s));
		lab.v->conf.admin_reset = CONF_ADMIN_TWO;
	}
}

/* Operators are no strangers. */
static void
each_refusal_is_told_openly_and_audited(void **state)
{
	struct proto_msg m;

	(void)state;
	for (enum operator_no why = OPERATOR_MAY + 1; why <= OPERATOR_UNTOLD;
	     why++) {
		s->outputs = 0;
		lab.v->audits = 0;
		memset(&lab.v->refusals, 0, sizeof(lab.v->refusals));
		operator_refuse(lab.v, s, why);
		assert_int_equal(s->outputs, 2);
		assert_true(s->closing);
		assert_int_equal(proto_decode(s->output[0].frame,
				     s->output[0].len, PROTO_DOWN, &m),
		    SSPR_OK);
		assert_int_equal(m.type, MSG_SHOW);
		assert_true(strlen(m.as.show.text) > 10);
		assert_int_equal(proto_decode(s->output[1].frame,
				     s->output[1].len, PROTO_DOWN, &m),
		    SSPR_OK);
		assert_int_equal(m.type, MSG_END);
		assert_int_not_equal(m.as.end.result, SSPR_OK);
		assert_int_not_equal(m.as.end.result, SSPR_DENIED);
		assert_int_not_equal(m.as.end.result, SSPR_BUSY);
		assert_int_equal(lab.v->audits, 1);
		assert_string_equal(lab.v->audit[0].event, "helpdesk.refused");
		assert_int_not_equal(lab.v->audit[0].result, SSPR_OK);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_operator_with_a_reason_may),
		TEST(who_is_no_operator_may_nothing),
		TEST(a_decoy_is_nobody),
		TEST(each_action_needs_a_reason_that_can_be_shown),
		TEST(nobody_acts_on_the_own_account),
		TEST(administrators_and_helpdesk_take_root),
		TEST(excluded_accounts_are_nobodys_to_touch),
		TEST(each_refusal_is_told_openly_and_audited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
