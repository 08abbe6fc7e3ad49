/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vault/session.h"

#define STEPS 1000000u
#define SEED  0x5eed5eed5eed5eedu

/* clang-format off */
enum { STATES = 0
#define STATE(NAME) + 1
#include "vault/session.def"
};
enum { EVENTS = 1
#define EVENT(NAME) + 1
#include "vault/session.def"
};
/* clang-format on */

static struct seal *seal;

/* seal_alloc wants a seal to have been made. */
static int
set_up(void **state)
{
	const uint8_t key[SEAL_KEY] = { 0 };

	(void)state;
	return seal_new(key, &seal) == SSPR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	seal_free(seal);
	return 0;
}

/* xorshift64: the same walk each time. */
static uint32_t
chance(uint64_t *x, uint32_t below)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (uint32_t)((*x >> 11) % below);
}

/* What a walk knows of its conversation. */
struct walk {
	enum proto_verb verb;
	enum session_state state;
	bool matched; /* the last code compared was right */
	bool checked; /* a worker passed its pre-checks after that */
	bool done;    /* a worker said the password was right, or changed */
	uint64_t finds;
};

static void
begin(struct walk *w, enum proto_verb verb)
{
	*w = (struct walk){ .verb = verb, .state = STATE_LOOKUP };
}

/* What must be true when an action runs. */
static void
assert_lawful(const struct walk *w, enum session_action a)
{
	if (w->verb == VERB_RESET && (a == ACTION_accept || a == ACTION_hand))
		assert_true(w->matched && w->checked);
	if (a == ACTION_start_change)
		assert_true(w->verb == VERB_RESET && w->matched);
	if (a == ACTION_permit || a == ACTION_start_check)
		assert_int_not_equal(w->verb, VERB_RESET);
	if (a == ACTION_show_secret || a == ACTION_remove ||
	    a == ACTION_confirm)
		assert_true(w->done && w->verb != VERB_RESET);
	if (a == ACTION_add)
		assert_true(w->done && w->matched && w->verb == VERB_ADD);
	if (a == ACTION_list)
		assert_int_equal(w->verb, VERB_STATUS);
	if (a == ACTION_attempt)
		assert_int_equal(w->verb, VERB_RESET);
}

static void
step(struct walk *w, enum session_event ev)
{
	const struct session_rule *r = session_rule(w->verb, w->state, ev);

	if (r == NULL)
		return;
	assert_int_equal(r->verb, w->verb);
	assert_int_equal(r->state, w->state);
	assert_int_equal(r->event, ev);
	w->finds += ev == EVENT_FOUND;
	assert_true(w->finds <= 1); /* R-IPC-5: whom it is about is fixed */
	if (ev == EVENT_MATCHED)
		w->matched = true;
	else if (ev == EVENT_DIGITS)
		w->matched = w->checked = false;
	else if (ev == EVENT_READY)
		w->checked = true;
	else if (ev == EVENT_DONE)
		w->done = true;
	assert_lawful(w, r->action);
	w->state = r->next;
}

/* R-VER-1: no order of events lets a worker go without a right code. */
static void
on_no_walk_is_a_worker_let_go_without_a_right_code(void **state)
{
	static const enum proto_verb verbs[] = { VERB_RESET, VERB_ADD,
		VERB_REMOVE, VERB_STATUS };
	uint32_t over[VERB_REMOVE + 1] = { 0 };
	uint64_t x = SEED;
	struct walk w;

	(void)state;
	begin(&w, VERB_RESET);
	for (uint32_t i = 0; i < STEPS; i++) {
		step(&w, (enum session_event)(1 + chance(&x, EVENTS - 1)));
		if (w.state != STATE_OVER && chance(&x, 200) != 0)
			continue;
		over[w.verb] += w.state == STATE_OVER;
		begin(&w, verbs[chance(&x, 4)]);
	}
	for (size_t i = 0; i < 4; i++)
		assert_true(over[verbs[i]] > 100);
}

static void
what_is_over_stays_over(void **state)
{
	(void)state;
	for (int v = 0; v < 256; v++)
		for (int e = 0; e < EVENTS; e++)
			assert_null(session_rule((enum proto_verb)v, STATE_OVER,
			    (enum session_event)e));
}

static void
no_event_means_two_things(void **state)
{
	/* clang-format off */
	static const struct session_rule rules[] = {
#define RULE(VERB, STATE, EVENT, NEXT, action) \
		{ VERB_##VERB, STATE_##STATE, EVENT_##EVENT, STATE_##NEXT, \
		    ACTION_##action },
#include "vault/session.def"
	};
	/* clang-format on */
	const struct session_rule *r;

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		r = session_rule(rules[i].verb, rules[i].state, rules[i].event);
		assert_non_null(r);
		assert_memory_equal(r, &rules[i], sizeof(*r));
	}
}

static void
a_conversation_about_an_offer_has_no_rules(void **state)
{
	(void)state;
	for (int s = 0; s < STATES; s++)
		for (int e = 0; e < EVENTS; e++)
			assert_null(session_rule(VERB_OFFER,
			    (enum session_state)s, (enum session_event)e));
}

/* R-PAM-2, R-ENUM-1 */
static void
an_answer_is_what_its_length_says(void **state)
{
	(void)state;
	for (size_t len = 0; len <= PROTO_ANSWER_MAX; len++)
		assert_int_equal(session_classify(len),
		    len == 0                   ? EVENT_EMPTY
			: len == 6 || len == 8 ? EVENT_DIGITS
					       : EVENT_OTHER);
}

static void
the_correlation_is_its_bytes_in_hex(void **state)
{
	char buf[IPC_CORRELATION_MAX + 1];
	struct session *s = seal_alloc(sizeof(*s));

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; i < sizeof(s->id); i++)
		s->id[i] = (uint8_t)(i * 17);
	session_correlation(s, buf);
	assert_string_equal(buf, "00112233445566778899aabbccddeeff");
	seal_free_memory(s);
}

static void
assert_source(uid_t peer, const char *rhost, const char *tty, const char *want)
{
	struct session *s = seal_alloc(sizeof(*s));
	char buf[PROTO_HINT_MAX + 1];

	assert_non_null(s);
	s->peer = peer;
	snprintf(s->hello.rhost, sizeof(s->hello.rhost), "%s", rhost);
	snprintf(s->hello.tty, sizeof(s->hello.tty), "%s", tty);
	memset(buf, 'x', sizeof(buf));
	session_source(s, buf);
	assert_string_equal(buf, want);
	seal_free_memory(s);
}

/* R-IPC-2, R-THR-5 */
static void
only_a_peer_of_uid_0_says_where_it_comes_from(void **state)
{
	(void)state;
	assert_source(1000, "192.0.2.1", "tty1", "uid:1000");
	assert_source(4294967294u, "", "", "uid:4294967294");
	assert_source(0, "192.0.2.1", "ssh", "192.0.2.1");
	assert_source(0, "2001:db8::1", "ssh", "2001:db8::1");
	assert_source(0, "", "tty1", "tty1");
	assert_source(0, "", "", "unknown");
}

/* R-THR-5: numeric only, never resolved, anything else the strictest. */
static void
a_host_that_is_no_address_is_unknown(void **state)
{
	static const char *const odd[] = { "host.example.com", "192.0.2.1 ",
		"192.0.2", "192.0.2.256", "uid:0", "::1%eth0", "1", "\n",
		"0x7f.1" };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_source(0, odd[i], "tty1", "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    on_no_walk_is_a_worker_let_go_without_a_right_code),
		cmocka_unit_test(what_is_over_stays_over),
		cmocka_unit_test(no_event_means_two_things),
		cmocka_unit_test(a_conversation_about_an_offer_has_no_rules),
		cmocka_unit_test(an_answer_is_what_its_length_says),
		cmocka_unit_test(the_correlation_is_its_bytes_in_hex),
		cmocka_unit_test(only_a_peer_of_uid_0_says_where_it_comes_from),
		cmocka_unit_test(a_host_that_is_no_address_is_unknown),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
