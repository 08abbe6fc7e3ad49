/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gate.h"
#include "gate_oracle.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ALL      UINT32_MAX
#define BIT(m)   METHOD_BIT(METHOD_##m)
#define STEPS    1000000

/* The needs that the cases are about. */
static const struct gate_need
    one = { .count = 1, .network = true, .enabled = ALL },
    two = { .count = 2, .network = true, .enabled = ALL },
    two_here = { .count = 2, .enabled = ALL },
    admin = { .count = 1, .admin = true, .enabled = ALL },
    lost = { .count = 1, .pass_alone = true, .enabled = ALL },
    lost_admin = { .count = 1,
	    .admin = true,
	    .pass_alone = true,
	    .enabled = ALL },
    login_app = { .count = 1,
	    .network = true,
	    .enabled = ALL,
	    .login = BIT(APP) },
    no_sms = { .count = 1, .enabled = ALL & ~BIT(SMS) };

/* Verified in this order, to addresses that all differ. */
static struct gate_set
set_of(const enum method *m, size_t n)
{
	struct gate_set set = { .n = n };

	for (size_t i = 0; i < n; i++) {
		set.at[i].method = (uint8_t)m[i];
		memset(set.at[i].destination, (int)i + 1, GATE_DESTINATION);
	}
	return set;
}

static const struct {
	const struct gate_need *need;
	enum method proofs[GATE_PROOFS_MAX];
	size_t n;
	bool open;
} cases[] = {
	/* One method. */
	{ &one, { METHOD_UNKNOWN }, 0, false },
	{ &one, { METHOD_APP }, 1, true },
	{ &one, { METHOD_BACKUP }, 1, true },
	{ &one, { METHOD_SMS }, 1, true },
	{ &one, { METHOD_SMS, METHOD_EMAIL }, 2, true },
	{ &one, { METHOD_NOTICE }, 1, false },
	{ &one, { METHOD_UNKNOWN }, 1, false },
	{ &one, { METHOD_COUNT }, 1, false },
	/* R-VER-8: two, and at most one by message from the network. */
	{ &two, { METHOD_APP }, 1, false },
	{ &two, { METHOD_APP, METHOD_BACKUP }, 2, true },
	{ &two, { METHOD_APP, METHOD_SMS }, 2, true },
	{ &two, { METHOD_SMS, METHOD_APP }, 2, true },
	{ &two, { METHOD_SMS, METHOD_EMAIL }, 2, false },
	{ &two, { METHOD_SMS, METHOD_LANDLINE }, 2, false },
	{ &two, { METHOD_APP, METHOD_APP }, 2, false },
	{ &two, { METHOD_APP, METHOD_NOTICE }, 2, false },
	{ &two_here, { METHOD_SMS, METHOD_EMAIL }, 2, true },
	{ &two_here, { METHOD_SMS, METHOD_SMS }, 2, false },
	/* R-VER-7: questions. */
	{ &one, { METHOD_QUESTIONS }, 1, false },
	{ &two, { METHOD_APP, METHOD_QUESTIONS }, 2, true },
	{ &two, { METHOD_QUESTIONS, METHOD_APP }, 2, false },
	{ &two_here, { METHOD_QUESTIONS, METHOD_QUESTIONS }, 2, false },
	{ &admin, { METHOD_APP, METHOD_QUESTIONS }, 2, false },
	{ &admin, { METHOD_APP, METHOD_BACKUP, METHOD_QUESTIONS }, 3, false },
	/* R-POL-1: administrators, also where one would be enough. */
	{ &admin, { METHOD_APP }, 1, false },
	{ &admin, { METHOD_APP, METHOD_BACKUP }, 2, true },
	{ &admin, { METHOD_APP, METHOD_PASS }, 2, true },
	{ &admin, { METHOD_BACKUP, METHOD_EMAIL }, 2, true },
	{ &admin, { METHOD_SMS, METHOD_EMAIL }, 2, false },
	{ &admin, { METHOD_APP, METHOD_SMS, METHOD_EMAIL }, 3, false },
	{ &lost_admin, { METHOD_PASS }, 1, false },
	/* R-ADM-2: the helpdesk-pass. */
	{ &one, { METHOD_PASS }, 1, false },
	{ &one, { METHOD_PASS, METHOD_SMS }, 2, true },
	{ &two, { METHOD_PASS, METHOD_QUESTIONS }, 2, true },
	{ &lost, { METHOD_PASS }, 1, true },
	/* R-VER-8: not only what the login asks for. */
	{ &login_app, { METHOD_APP }, 1, false },
	{ &login_app, { METHOD_SMS }, 1, true },
	{ &login_app, { METHOD_APP, METHOD_SMS }, 2, true },
	{ &login_app, { METHOD_APP, METHOD_PASS }, 2, true },
	/* What is not enabled does not count. */
	{ &no_sms, { METHOD_SMS }, 1, false },
	{ &no_sms, { METHOD_SMS, METHOD_EMAIL }, 2, true },
	{ &no_sms, { METHOD_SMS, METHOD_QUESTIONS }, 2, false },
};

/* R-VER-1, R-VER-7, R-VER-8, R-POL-1, R-ADM-2 */
static void
a_set_is_open_as_the_rules_say(void **state)
{
	struct gate_set set;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		set = set_of(cases[i].proofs, cases[i].n);
		if (gate_is_open(cases[i].need, &set) != cases[i].open)
			fail_msg("case %zu", i);
	}
}

/* R-VER-8 */
static void
two_messages_must_have_gone_to_different_destinations(void **state)
{
	const enum method both[] = { METHOD_SMS, METHOD_LANDLINE };
	struct gate_set set = set_of(both, 2);

	(void)state;
	assert_true(gate_is_open(&two_here, &set));
	set.at[1] = set.at[0];
	set.at[1].method = METHOD_LANDLINE;
	assert_false(gate_is_open(&two_here, &set));
	assert_false(gate_is_open(&one, &set));
}

/* What is not known to differ might be the same. */
static void
an_unknown_destination_differs_from_none(void **state)
{
	const enum method both[] = { METHOD_SMS, METHOD_EMAIL };
	struct gate_set set = set_of(both, 2);

	(void)state;
	memset(set.at[1].destination, 0, GATE_DESTINATION);
	assert_false(gate_is_open(&two_here, &set));
	set.n = 1;
	assert_true(gate_takes(&two_here, &set, METHOD_EMAIL, NULL));
	assert_false(gate_add(&two_here, &set, METHOD_EMAIL, NULL));
	assert_int_equal(set.n, 1);
}

static void
a_set_of_garbage_is_not_open(void **state)
{
	const enum method both[] = { METHOD_APP, METHOD_BACKUP };
	struct gate_set set = set_of(both, 2);

	(void)state;
	set.n = GATE_PROOFS_MAX + 1;
	assert_false(gate_is_open(&one, &set));
	assert_false(gate_takes(&one, &set, METHOD_EMAIL, NULL));
	assert_false(gate_add(&one, &set, METHOD_EMAIL, NULL));
}

static const struct {
	const struct gate_need *need;
	enum method proofs[GATE_PROOFS_MAX];
	size_t n;
	enum method m;
	bool takes, sends;
} turns[] = {
	/* DESIGN.md section 5: what sends nothing comes first of two. */
	{ &one, { METHOD_UNKNOWN }, 0, METHOD_SMS, true, true },
	{ &two, { METHOD_UNKNOWN }, 0, METHOD_SMS, true, false },
	{ &two_here, { METHOD_UNKNOWN }, 0, METHOD_SMS, true, false },
	{ &two, { METHOD_APP }, 1, METHOD_SMS, true, true },
	{ &two, { METHOD_PASS }, 1, METHOD_EMAIL, true, true },
	{ &two_here, { METHOD_SMS }, 1, METHOD_EMAIL, true, false },
	{ &admin, { METHOD_UNKNOWN }, 0, METHOD_SMS, true, false },
	{ &admin, { METHOD_BACKUP }, 1, METHOD_SMS, true, true },
	{ &login_app, { METHOD_UNKNOWN }, 0, METHOD_SMS, true, true },
	/* What cannot open any more is not begun. */
	{ &two, { METHOD_SMS }, 1, METHOD_EMAIL, false, false },
	{ &two, { METHOD_SMS }, 1, METHOD_APP, true, false },
	{ &admin, { METHOD_APP }, 1, METHOD_QUESTIONS, false, false },
	{ &admin, { METHOD_APP, METHOD_SMS }, 2, METHOD_EMAIL, false, false },
	/* In its turn, once, and only a proof. */
	{ &two, { METHOD_UNKNOWN }, 0, METHOD_QUESTIONS, false, false },
	{ &two, { METHOD_APP }, 1, METHOD_QUESTIONS, true, false },
	{ &one, { METHOD_APP }, 1, METHOD_APP, false, false },
	{ &one, { METHOD_SMS }, 1, METHOD_SMS, false, false },
	{ &one, { METHOD_UNKNOWN }, 0, METHOD_NOTICE, false, false },
	{ &one, { METHOD_UNKNOWN }, 0, METHOD_UNKNOWN, false, false },
	{ &no_sms, { METHOD_UNKNOWN }, 0, METHOD_SMS, false, false },
	{ &no_sms, { METHOD_SMS }, 1, METHOD_QUESTIONS, false, false },
	{ &one, { METHOD_APP, METHOD_BACKUP, METHOD_SMS, METHOD_EMAIL }, 4,
	    METHOD_PASS, false, false },
};

static void
a_method_is_taken_and_sent_in_its_turn(void **state)
{
	struct gate_set set;

	(void)state;
	for (size_t i = 0; i < COUNT(turns); i++) {
		set = set_of(turns[i].proofs, turns[i].n);
		if (gate_takes(turns[i].need, &set, turns[i].m, NULL) !=
		    turns[i].takes)
			fail_msg("turn %zu is taken or not", i);
		if (gate_sends(turns[i].need, &set, turns[i].m) !=
		    turns[i].sends)
			fail_msg("turn %zu is sent or not", i);
	}
}

/* R-VER-8: a code of what the login asks for opens nothing by itself. */
static void
what_the_login_asks_for_is_sent_only_beside_another(void **state)
{
	const struct gate_need need = { .count = 1,
		.enabled = ALL,
		.login = BIT(SMS) };
	const enum method app = METHOD_APP;
	struct gate_set set = { 0 };

	(void)state;
	assert_false(gate_sends(&need, &set, METHOD_SMS));
	assert_true(gate_sends(&need, &set, METHOD_EMAIL));
	set = set_of(&app, 1);
	assert_true(gate_sends(&need, &set, METHOD_SMS));
}

static void
nothing_is_taken_where_nothing_can_open(void **state)
{
	struct gate_need need = two;
	struct gate_set set = { 0 };

	(void)state;
	need.enabled = BIT(APP);
	assert_false(gate_takes(&need, &set, METHOD_APP, NULL));
	need.enabled = BIT(SMS) | BIT(EMAIL) | BIT(NOTICE) | 1;
	assert_false(gate_takes(&need, &set, METHOD_SMS, NULL));
	need.enabled = BIT(PASS);
	need.count = 1;
	assert_false(gate_takes(&need, &set, METHOD_PASS, NULL));
	need.pass_alone = true;
	assert_true(gate_takes(&need, &set, METHOD_PASS, NULL));
	need.count = 3;
	need.enabled = BIT(APP) | BIT(BACKUP);
	assert_false(gate_takes(&need, &set, METHOD_APP, NULL));
}

static void
a_mask_becomes_a_set_with_questions_last(void **state)
{
	struct gate_set set;

	(void)state;
	gate_of_mask(BIT(QUESTIONS) | BIT(PASS), &set);
	assert_int_equal(set.n, 2);
	assert_true(gate_is_open(&two, &set));
	assert_int_equal(gate_mask(&set), BIT(QUESTIONS) | BIT(PASS));
	gate_of_mask(BIT(SMS) | BIT(EMAIL), &set);
	assert_true(gate_is_open(&two_here, &set));
	assert_false(gate_is_open(&two, &set));
}

static void
a_mask_of_too_much_or_of_no_proof_is_an_empty_set(void **state)
{
	static const uint32_t bad[] = { 0, 1, BIT(NOTICE),
		BIT(APP) | BIT(NOTICE), BIT(APP) | 1u << METHOD_COUNT,
		BIT(APP) | 1u << 31, ALL,
		BIT(APP) | BIT(BACKUP) | BIT(SMS) | BIT(EMAIL) | BIT(PASS) };
	struct gate_set set;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		memset(&set, 0xff, sizeof(set));
		gate_of_mask(bad[i], &set);
		assert_int_equal(set.n, 0);
	}
}

/* xorshift32: the same walk every time. */
static uint32_t
draw(uint32_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % below;
}

static struct gate_need
draw_need(uint32_t *seed)
{
	struct gate_need need = { .count = 1 + draw(seed, 2),
		.network = draw(seed, 2) == 1,
		.admin = draw(seed, 4) == 1,
		.pass_alone = draw(seed, 4) == 1,
		.enabled = ALL };

	if (draw(seed, 2) == 1)
		need.enabled = draw(seed, 1u << METHOD_COUNT);
	if (draw(seed, 3) == 1)
		need.login = draw(seed, 1u << METHOD_COUNT);
	return need;
}

static struct said
draw_proof(uint32_t *seed, uint8_t destination[static GATE_DESTINATION])
{
	struct said s = { (enum method)draw(seed, METHOD_COUNT + 1),
		(int)draw(seed, 4) };

	memset(destination, s.to, GATE_DESTINATION);
	return s;
}

/* One conversation of up to eight proofs, by gate_add. */
static unsigned int
walk(uint32_t *seed)
{
	const struct gate_need need = draw_need(seed);
	const unsigned int steps = 1 + draw(seed, 8);
	struct said said[GATE_PROOFS_MAX];
	uint8_t to[GATE_DESTINATION];
	struct gate_set set = { 0 };
	size_t n = 0;

	for (unsigned int i = 0; i < steps; i++) {
		const struct said s = draw_proof(seed, to);
		const bool twice = (gate_mask(&set) >> s.m & 1) == 1;
		const bool open = gate_is_open(&need, &set);
		const uint8_t *where =
		    s.to == 0 && draw(seed, 2) == 0 ? NULL : to;

		if (gate_add(&need, &set, s.m, where)) {
			assert_true(n < GATE_PROOFS_MAX);
			assert_false(twice);
			said[n++] = s;
		} else
			assert_int_equal(gate_is_open(&need, &set), open);
		assert_int_equal(set.n, n);
		if (gate_is_open(&need, &set) != oracle(&need, said, n))
			fail_msg("step %u of a walk", i);
	}
	return steps;
}

/* R-VER-1, R-VER-8 */
static void
a_million_random_steps_open_only_what_the_rules_open(void **state)
{
	uint32_t seed = 20240607;

	(void)state;
	for (unsigned int i = 0; i < STEPS;)
		i += walk(&seed);
}

/* R-VER-1: also of sets that gate_add would not make. */
static void
sets_of_any_content_are_judged_by_the_same_rules(void **state)
{
	struct said said[GATE_PROOFS_MAX];
	uint32_t seed = 4711;

	(void)state;
	for (unsigned int i = 0; i < STEPS / 4; i++) {
		const struct gate_need need = draw_need(&seed);
		struct gate_set set = { .n = draw(&seed, GATE_PROOFS_MAX + 1) };

		for (size_t j = 0; j < set.n; j++) {
			said[j] = draw_proof(&seed, set.at[j].destination);
			set.at[j].method = (uint8_t)said[j].m;
		}
		if (gate_is_open(&need, &set) != oracle(&need, said, set.n))
			fail_msg("set %u", i);
	}
}

/* R-VER-1: the same method twice opens nothing. */
static void
no_set_opens_by_the_same_method_twice(void **state)
{
	uint32_t seed = 99;

	(void)state;
	for (unsigned int i = 0; i < STEPS / 4; i++) {
		const struct gate_need need = draw_need(&seed);
		struct gate_set set = { .n = 1 + draw(&seed, GATE_PROOFS_MAX) };
		bool open;

		set.n -= set.n == GATE_PROOFS_MAX;
		for (size_t j = 0; j < set.n; j++)
			set.at[j].method =
			    (uint8_t)draw_proof(&seed, set.at[j].destination).m;
		open = gate_is_open(&need, &set);
		set.at[set.n] = set.at[draw(&seed, (uint32_t)set.n)];
		(void)draw_proof(&seed, set.at[set.n].destination);
		set.n++;
		assert_true(open || !gate_is_open(&need, &set));
	}
}

/* What is taken leads somewhere, and what leads somewhere is taken. */
static void
what_is_taken_can_still_open(void **state)
{
	struct said said[GATE_PROOFS_MAX];
	uint8_t to[GATE_DESTINATION];
	uint32_t seed = 5;

	(void)state;
	for (unsigned int i = 0; i < STEPS / 200; i++) {
		const struct gate_need need = draw_need(&seed);
		struct gate_set set = { 0 };

		for (unsigned int j = 0; j < 6 && set.n < 2; j++) {
			struct said s = draw_proof(&seed, to);
			const size_t n = set.n;
			const bool fresh = (gate_mask(&set) >> s.m & 1) == 0;

			if (s.to == 0) /* a message went somewhere */
				continue;
			said[n] = s;
			assert_int_equal(gate_add(&need, &set, s.m, to),
			    fresh && is_on(&need, s.m) &&
				oracle_can(&need, said, n + 1));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_open_as_the_rules_say),
		cmocka_unit_test(
		    two_messages_must_have_gone_to_different_destinations),
		cmocka_unit_test(an_unknown_destination_differs_from_none),
		cmocka_unit_test(a_set_of_garbage_is_not_open),
		cmocka_unit_test(a_method_is_taken_and_sent_in_its_turn),
		cmocka_unit_test(
		    what_the_login_asks_for_is_sent_only_beside_another),
		cmocka_unit_test(nothing_is_taken_where_nothing_can_open),
		cmocka_unit_test(a_mask_becomes_a_set_with_questions_last),
		cmocka_unit_test(
		    a_mask_of_too_much_or_of_no_proof_is_an_empty_set),
		cmocka_unit_test(
		    a_million_random_steps_open_only_what_the_rules_open),
		cmocka_unit_test(
		    sets_of_any_content_are_judged_by_the_same_rules),
		cmocka_unit_test(no_set_opens_by_the_same_method_twice),
		cmocka_unit_test(what_is_taken_can_still_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
