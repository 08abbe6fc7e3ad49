/* SPDX-License-Identifier: MIT */
/*
 * gate_oracle.h - the rules of the gates once more, as sentences, without any
 * table, mask or line of gate.c: what test_gate.c believes.
 */
#ifndef SSPR_TESTS_GATE_ORACLE_H
#define SSPR_TESTS_GATE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "gate.h"

/* What was proved, and where its message went (0: nowhere known). */
struct said {
	enum method m;
	int to;
};

static bool
is_message(enum method m)
{
	return m == METHOD_SMS || m == METHOD_LANDLINE || m == METHOD_EMAIL;
}

static bool
is_strong(enum method m)
{
	return m == METHOD_APP || m == METHOD_BACKUP || m == METHOD_PASS;
}

static bool
is_on(const struct gate_need *need, enum method m)
{
	return (is_message(m) || is_strong(m) || m == METHOD_QUESTIONS) &&
	    (need->enabled >> m & 1) == 1;
}

/* Another message before said[i] that may have gone to the same place. */
static bool
is_doubled(const struct gate_need *need, const struct said *said, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_message(said[i].m) && is_message(said[j].m) &&
		    is_on(need, said[i].m) && is_on(need, said[j].m) &&
		    (said[i].to == 0 || said[j].to == 0 ||
			said[i].to == said[j].to))
			return true;
	return false;
}

/* How many different methods there are of each sort. */
struct tally {
	unsigned int all, messages, strong, other, fresh;
	bool asked, asked_first, doubled;
};

static struct tally
tally(const struct gate_need *need, const struct said *said, size_t n)
{
	bool seen[METHOD_COUNT] = { false };
	struct tally t = { 0 };

	for (size_t i = 0; i < n; i++) {
		const enum method m = said[i].m;

		t.doubled = t.doubled || is_doubled(need, said, i);
		if (!is_on(need, m) || seen[m])
			continue;
		seen[m] = true;
		if (m == METHOD_QUESTIONS) {
			t.asked = true;
			t.asked_first = t.all == 0;
		}
		t.all++;
		t.messages += is_message(m);
		t.strong += is_strong(m);
		t.other += m != METHOD_PASS;
		t.fresh += (need->login >> m & 1) == 0;
	}
	return t;
}

static bool
oracle(const struct gate_need *need, const struct said *said, size_t n)
{
	const struct tally t = tally(need, said, n);

	if (t.all == 0 || t.all < need->count || t.doubled || t.asked_first)
		return false;
	if (need->admin && (t.all < 2 || t.strong == 0 || t.messages > 1))
		return false;
	if (need->admin && t.asked)
		return false;
	if (need->count == 2 && need->network && t.messages > 1)
		return false;
	if (t.other == 0 && !need->pass_alone)
		return false;
	return need->login == 0 || t.fresh > 0;
}

/* Whether up to two more methods, in any order, would open it. */
static bool
oracle_can(const struct gate_need *need, const struct said *said, size_t n)
{
	struct said s[GATE_PROOFS_MAX + 2];

	memcpy(s, said, n * sizeof(*said));
	for (int a = 0; a <= METHOD_NOTICE; a++)
		for (int b = 0; b <= METHOD_NOTICE; b++) {
			s[n] = (struct said){ (enum method)a, 101 };
			s[n + 1] = (struct said){ (enum method)b, 102 };
			if (oracle(need, s, n) || oracle(need, s, n + 1) ||
			    oracle(need, s, n + 2))
				return true;
		}
	return false;
}

#endif /* SSPR_TESTS_GATE_ORACLE_H */
