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
#define STATE(NAME, reads) + 1
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

/* What a walk knows of its conversation, and of what it needs. */
struct walk {
	enum proto_verb verb;
	enum session_state state;
	struct gate_need need;
	struct gate_set set; /* as the vault keeps it */
	uint32_t proved;     /* METHOD_BITs, as the test keeps them */
	uint32_t trying;     /* the one that is tried, and whether it is */
	bool right;          /* the right one */
	bool borne_first;    /* a message was the first proof */
	bool checked;        /* a worker passed its pre-checks after that */
	bool done;           /* the password was right, or was changed */
	bool two;            /* gates in place of the password */
	uint64_t finds;
};

#define STRONG                                                \
	(METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_BACKUP) | \
	    METHOD_BIT(METHOD_PASS))
#define BORNE                                                   \
	(METHOD_BIT(METHOD_SMS) | METHOD_BIT(METHOD_LANDLINE) | \
	    METHOD_BIT(METHOD_EMAIL))
#define WEAK METHOD_BIT(METHOD_QUESTIONS)

static unsigned int
bits(uint32_t mask)
{
	return (unsigned int)__builtin_popcount(mask);
}

/*
 * The gates of DESIGN section 5 and R-VER-7, R-VER-8, R-POL-1 and R-ADM-2 in
 * other words than gate.c has them.
 */
static bool
is_enough(const struct walk *w)
{
	const bool admin = w->need.admin;
	const unsigned int count = admin ? 2 : w->need.count;

	if (bits(w->proved) < count || (w->proved & ~WEAK) == 0)
		return false;
	if (admin && ((w->proved & WEAK) != 0 || (w->proved & STRONG) == 0))
		return false;
	if (count == 2 && (admin || w->need.network) &&
	    bits(w->proved & BORNE) > 1)
		return false;
	return w->need.pass_alone || w->proved != METHOD_BIT(METHOD_PASS);
}

static void
begin(struct walk *w, enum proto_verb verb, uint64_t *x)
{
	*w = (struct walk){ .verb = verb, .state = STATE_LOOKUP };
	w->need = (struct gate_need){ .count = 1 + chance(x, 2),
		.network = chance(x, 2),
		.admin = chance(x, 4) == 0,
		.pass_alone = chance(x, 4) == 0,
		.enabled = STRONG | BORNE | WEAK };
}

/* What a try of a random method comes to, as attempt.c decides it. */
static enum session_event
judge(struct walk *w, uint64_t *x)
{
	const enum method m = (enum method)(1 + chance(x, METHOD_PASS));
	uint8_t destination[GATE_DESTINATION] = { 0 };
	struct gate_set set = w->set;

	memset(destination, (int)m, sizeof(destination));
	w->trying = METHOD_BIT(m);
	if (chance(x, 3) == 0)
		return EVENT_REFUSED; /* wrong */
	if (!gate_add(&w->need, &set, m, destination))
		return EVENT_REFUSED; /* right, but of no help */
	return gate_is_open(&w->need, &set) ? EVENT_ENOUGH : EVENT_MATCHED;
}

/* The proof that matched is used up: so it is only where its row is made. */
static void
prove(struct walk *w)
{
	uint8_t destination[GATE_DESTINATION];
	unsigned int m = (unsigned int)__builtin_ctz(w->trying);

	memset(destination, (int)m, sizeof(destination));
	assert_true(gate_add(&w->need, &w->set, (enum method)m, destination));
	assert_int_equal(w->proved & w->trying, 0); /* a different one */
	w->proved |= w->trying;
}

static bool
is_change(enum proto_verb v)
{
	return v == VERB_ADD || v == VERB_REMOVE || v == VERB_KEEP ||
	    v == VERB_LOST;
}

/* What must be true when an action runs (R-VER-1). */
static void
assert_lawful(struct walk *w, enum session_action a, enum session_event ev)
{
	if (a == ACTION_next_gate) {
		prove(w);
		assert_false(is_enough(w)); /* else it would be ENOUGH */
	}
	if (a == ACTION_accept) {
		assert_int_equal(w->verb, VERB_RESET);
		prove(w);
		assert_true(is_enough(w));
	}
	if (a == ACTION_hand && w->verb == VERB_RESET)
		assert_true(is_enough(w) && w->checked);
	if (a == ACTION_start_change)
		assert_int_equal(w->verb, VERB_RESET);
	if (a == ACTION_permit || a == ACTION_start_check)
		assert_int_not_equal(w->verb, VERB_RESET);
	if (a == ACTION_change || a == ACTION_begin || a == ACTION_rehearsed) {
		assert_true(is_change(w->verb) || w->verb == VERB_TEST);
		if (ev == EVENT_ENOUGH && w->trying != 0)
			prove(w);
		assert_true(w->done || is_enough(w));
	}
	if (a == ACTION_rehearsed)
		assert_true(w->done && is_enough(w));
	if (a == ACTION_add || a == ACTION_show_secret ||
	    a == ACTION_show_sheet || a == ACTION_take_address)
		assert_true(w->verb == VERB_ADD && (w->done || is_enough(w)));
	if (a == ACTION_list)
		assert_int_equal(w->verb, VERB_STATUS);
}

static void
step(struct walk *w, enum session_event ev, uint64_t *x)
{
	const struct session_rule *r;

	if ((w->state == STATE_ATTEMPT || w->state == STATE_TRIAL) &&
	    (ev == EVENT_MATCHED || ev == EVENT_ENOUGH))
		ev = judge(w, x);
	if (w->state == STATE_CODE && ev == EVENT_ENOUGH) {
		if (!w->done)
			return; /* only a right password makes this event */
		w->trying = 0;
	}
	if ((r = session_rule(w->verb, w->state, ev)) == NULL)
		return;
	assert_int_equal(r->verb, w->verb);
	assert_int_equal(r->state, w->state);
	assert_int_equal(r->event, ev);
	w->finds += ev == EVENT_FOUND;
	assert_true(w->finds <= 1); /* R-IPC-5: whom it is about is fixed */
	w->checked = ev == EVENT_READY || (w->checked && ev != EVENT_UNREADY);
	w->done = w->done || ev == EVENT_DONE;
	assert_lawful(w, r->action, ev);
	w->state = r->next;
}

/*
 * R-VER-1: in no order of events is a worker let go, or anything changed,
 * unless the required set of different methods was proved in this
 * conversation; and once it was, it is.
 */
static void
on_no_walk_is_a_worker_let_go_without_what_is_required(void **state)
{
	static const enum proto_verb verbs[] = { VERB_RESET, VERB_RESET,
		VERB_RESET, VERB_ADD, VERB_REMOVE, VERB_KEEP, VERB_LOST,
		VERB_TEST, VERB_STATUS };
	const size_t n = sizeof(verbs) / sizeof(verbs[0]);
	uint32_t over[256] = { 0 }, handed = 0;
	uint64_t x = SEED;
	struct walk w;

	(void)state;
	begin(&w, VERB_RESET, &x);
	for (uint32_t i = 0; i < STEPS; i++) {
		step(&w, (enum session_event)(1 + chance(&x, EVENTS - 1)), &x);
		handed += w.verb == VERB_RESET && w.state == STATE_WORK;
		if (w.state != STATE_OVER && chance(&x, 300) != 0)
			continue;
		over[w.verb] += w.state == STATE_OVER;
		begin(&w, verbs[chance(&x, (uint32_t)n)], &x);
	}
	for (size_t i = 0; i < n; i++)
		assert_true(over[verbs[i]] > 100);
	assert_true(handed > 100);
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
	static const enum session_event want[20] = { [0] = EVENT_EMPTY,
		[3] = EVENT_SMS,
		[5] = EVENT_EMAIL,
		[6] = EVENT_DIGITS,
		[8] = EVENT_DIGITS,
		[9] = EVENT_QUESTIONS,
		[10] = EVENT_CALL,
		[12] = EVENT_PASS,
		[16] = EVENT_SHEET,
		[19] = EVENT_SHEET };

	(void)state;
	for (size_t len = 0; len <= PROTO_ANSWER_MAX; len++) {
		const enum session_event ev =
		    len < 20 && want[len] != 0 ? want[len] : EVENT_OTHER;

		assert_int_equal(session_classify(STATE_CODE, len), ev);
		assert_int_equal(session_classify(STATE_SENT, len), ev);
		assert_int_equal(session_classify(STATE_LAST, len),
		    len == 0 ? EVENT_EMPTY : EVENT_TEXT);
		assert_int_equal(session_classify(STATE_WORK, len), EVENT_NONE);
	}
}

/* What can be said in a state is in its rules, for every verb that has it. */
static void
every_answer_has_a_rule_wherever_one_is_read(void **state)
{
	(void)state;
	for (int verb = 0; verb < 256; verb++)
		for (int st = 0; st < STATES; st++)
			for (size_t len = 0; len < 24; len++) {
				const enum session_event ev =
				    session_classify((enum session_state)st,
					len);
				bool any = false;

				for (int e = 1; e < EVENTS; e++)
					any = any ||
					    session_rule((enum proto_verb)verb,
						(enum session_state)st,
						(enum session_event)e) != NULL;
				if (any && ev != EVENT_NONE)
					assert_non_null(
					    session_rule((enum proto_verb)verb,
						(enum session_state)st, ev));
			}
}

static void
words_and_lengths_belong_to_methods(void **state)
{
	(void)state;
	for (unsigned int m = 1; m < METHOD_COUNT; m++) {
		const size_t len = strlen(method_row(m)->word);

		if (len > 0)
			assert_int_equal(session_method(
					     session_classify(STATE_CODE, len)),
			    m);
	}
	assert_int_equal(session_method(EVENT_DIGITS), METHOD_APP);
	assert_int_equal(session_method(EVENT_SHEET), METHOD_BACKUP);
	assert_int_equal(session_method(EVENT_PASS), METHOD_PASS);
	assert_int_equal(session_method(EVENT_OTHER), METHOD_UNKNOWN);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    on_no_walk_is_a_worker_let_go_without_what_is_required),
		cmocka_unit_test(what_is_over_stays_over),
		cmocka_unit_test(no_event_means_two_things),
		cmocka_unit_test(a_conversation_about_an_offer_has_no_rules),
		cmocka_unit_test(an_answer_is_what_its_length_says),
		cmocka_unit_test(the_correlation_is_its_bytes_in_hex),
		cmocka_unit_test(every_answer_has_a_rule_wherever_one_is_read),
		cmocka_unit_test(words_and_lengths_belong_to_methods),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
