/* SPDX-License-Identifier: MIT */
/*
 * folded.h - alice, in a directory that takes Alice and ALICE for her name, and
 * the tests of it.
 */
#ifndef SSPR_TESTS_VAULT_FOLDED_H
#define SSPR_TESTS_VAULT_FOLDED_H

#include "dialogue.h"

#define FOLDED_MAX 16384u

/* A reset of a name as it is typed; is_there: the directory has her. */
static void
folded_prompt(uint32_t conn, const char *typed, bool is_there)
{
	const struct proto_hello h = lab_hello(VERB_RESET, typed);

	lab.peer = 0;
	lab_says_hello(conn, &h);
	lab_round();
	lab_hear();
	assert_string_equal(lab.lookup.name, typed);
	lab_found(is_there ? LAB_FOUND : 0, is_there ? ALICE : 0,
	    is_there ? "alice" : "");
	lab_run();
}

/* What was said, but for the references, which are all different. */
static void
folded_add(char told[static FOLDED_MAX], const char *more)
{
	static const char reference[] = "Reference ";
	char *at = told + strlen(told);

	snprintf(at, FOLDED_MAX - (size_t)(at - told), "%s", more);
	while ((at = strstr(at, reference)) != NULL) {
		at += sizeof(reference) - 1;
		memset(at, '?', strcspn(at, "."));
	}
}

/* All that a stranger is told who tries names, sms and codes by turns. */
static void
folded_transcript(bool is_there, char told[static FOLDED_MAX])
{
	static const struct {
		const char *typed;
		uint64_t after_s;
		size_t wrong;
	} steps[] = { { "alice", 0, 1 }, { "ALICE", 180, 1 },
		{ "Alice", 60, 0 }, { "alice", 60, 0 }, { "ALICE", 60, 2 },
		{ "ALICE", 60, 9 }, { "alice", 60, 9 }, { "ALICE", 60, 1 },
		{ "alice", 600, 0 } };

	told[0] = '\0';
	for (uint32_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		later(steps[i].after_s);
		folded_prompt(i, steps[i].typed, is_there);
		folded_add(told, lab.told[i].text);
		folded_add(told, answer(i, "sms"));
		for (size_t n = 0; n < steps[i].wrong; n++)
			folded_add(told, answer(i, "00000000"));
	}
}

/* R-ENUM-1: that a spelling is hers must not show. */
[[maybe_unused]] static void
another_spelling_is_told_what_a_stranger_is_told(void **state)
{
	static char hers[FOLDED_MAX], nobodys[FOLDED_MAX];

	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	folded_transcript(true, hers);
	assert_true(post.n > 0);
	(void)lab_close(state);
	(void)dialogue_open(state);
	folded_transcript(false, nobodys);
	assert_int_equal(post.n, 0);
	assert_string_equal(hers, nobodys);
}

/* R-THR-3, R-IPC-5: however it is typed, it is one account. */
[[maybe_unused]] static void
all_spellings_have_one_budget_and_one_worker(void **state)
{
	static const char *const typed[] = { "alice", "ALICE", "Alice" };

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		folded_prompt(i, typed[i], true);
		assert_true(is_refused(i, people_wrong(ALICE)));
		assert_int_equal(people_failures(ALICE, METHOD_APP), i + 1);
	}
	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	folded_prompt(4, "ALICE", true);
	(void)answer(4, "sms");
	assert_false(is_refused(4, post_code()));
	assert_string_equal(lab.worker.name, "alice");
	assert_int_equal(lab.worker.uid, ALICE);
	lab_ready(SSPR_OK);
	lab_granted(lab.front);
	lab_outcome(SSPR_OK);
	post_run();
	assert_non_null(
	    strstr(post_text(post.n - 1), "password of alice on web1"));
}

#endif /* SSPR_TESTS_VAULT_FOLDED_H */
