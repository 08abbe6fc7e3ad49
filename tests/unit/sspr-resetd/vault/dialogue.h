/* SPDX-License-Identifier: MIT */
/*
 * dialogue.h - resets of alice, answer by answer, at a site that has every
 * method and where one is enough unless the test says otherwise.
 */
#ifndef SSPR_TESTS_VAULT_DIALOGUE_H
#define SSPR_TESTS_VAULT_DIALOGUE_H

#include "post.h"
#include "vault/catalog.h"

#define HERE  "192.0.2.7"
#define THERE "198.51.100.9"

[[maybe_unused]] static int
dialogue_open(void **state)
{
	struct conf *c;

	(void)post_open(state);
	c = &lab.v->conf;
	snprintf(c->methods, sizeof(c->methods),
	    "app backup helpdesk-pass sms landline email questions");
	c->methods_required = 1;
	catalog_ours(&lab.v->quiz);
	people_enrol(ALICE, "alice");
	return 0;
}

/* A reset of alice from an address; flags of names, 0: nobody there. */
[[maybe_unused]] static void
dialogue_from(uint32_t conn, unsigned int flags, const char *rhost)
{
	struct proto_hello h = lab_hello(VERB_RESET, "alice");

	snprintf(h.rhost, sizeof(h.rhost), "%s", rhost);
	lab.peer = 0;
	lab_says_hello(conn, &h);
	lab_round();
	lab_hear();
	lab_found(flags, ALICE, "alice");
	lab_run();
}

[[maybe_unused]] static void
prompt(uint32_t conn)
{
	dialogue_from(conn, LAB_FOUND, HERE);
}

[[maybe_unused]] static void
prompt_decoy(uint32_t conn)
{
	dialogue_from(conn, 0, HERE);
}

/* What is told for one answer, from here on. */
[[maybe_unused]] static const char *
answer(uint32_t conn, const char *text)
{
	lab.told[conn].text[0] = '\0';
	lab.told[conn].len = 0;
	lab_answers(conn, text);
	lab_run();
	post_run();
	return lab.told[conn].text;
}

/* Whether a proof is refused; else a worker is asked for. */
[[maybe_unused]] static bool
is_refused(uint32_t conn, const char *code)
{
	const size_t workers = lab.workers;
	const bool is = strstr(answer(conn, code), "Not accepted.") != NULL;

	assert_int_equal(lab.workers, is ? workers : workers + 1);
	return is;
}

/* Whether it was right, and another method is asked for. */
[[maybe_unused]] static bool
is_first_of_two(uint32_t conn, const char *code)
{
	const size_t workers = lab.workers;

	(void)answer(conn, code);
	assert_int_equal(lab.workers, workers);
	return strstr(lab.told[conn].text, "Accepted: 1 of 2.") != NULL;
}

/* So much later, by all clocks. */
[[maybe_unused]] static void
later(uint64_t seconds)
{
	lab.s += seconds;
	lab.ms += seconds * 1000;
}

/* What their app shows now. */
[[maybe_unused]] static const char *
app_now(void)
{
	return people_code(ALICE, lab.s / 30);
}

/* The last code that went out; one that is spoken has its digits apart. */
[[maybe_unused]] static const char *
code_sent(void)
{
	static char code[CODE_SENT_SIZE];
	const char *at;
	size_t n = 0;

	assert_true(post.n > 0);
	if (post.at[post.n - 1].method != METHOD_LANDLINE)
		return post_code();
	at = strstr(post_text(post.n - 1), "The code is: ");
	assert_non_null(at);
	for (; n < CODE_SENT; at++)
		if (*at >= '0' && *at <= '9')
			code[n++] = *at;
	return code;
}

/* The threads are done with the answers of one conversation. */
[[maybe_unused]] static void
questions_hashed(void)
{
	const struct timespec t = { .tv_nsec = 1000000 };
	struct answer_job job;

	while (answer_take(lab.v->answers, &job) != SSPR_OK)
		nanosleep(&t, NULL);
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (lab.v->session[i] != NULL &&
		    lab.v->session[i]->job == job.id) {
			lab.v->session[i]->job = 0;
			attempt_hashed(lab.v, lab.v->session[i], &job);
		}
	secret_zero(&job, sizeof(job));
	lab_run();
}

/* One digit is not what it should be. */
[[maybe_unused]] static const char *
spoilt(const char *code)
{
	static char bad[CODE_BACKUP_SIZE];

	snprintf(bad, sizeof(bad), "%s", code);
	bad[2] = bad[2] == '7' ? '8' : '7';
	return bad;
}

[[maybe_unused]] static bool
shows(uint32_t conn, const char *what)
{
	return strstr(lab.told[conn].text, what) != NULL;
}

/* Ask for a code by word, and give it. */
[[maybe_unused]] static const char *
have_sent(uint32_t conn, const char *word)
{
	const size_t n = post.n;

	(void)answer(conn, word);
	assert_true(shows(conn, "is on its way"));
	assert_int_equal(post.n, n + 1);
	return code_sent();
}

#endif /* SSPR_TESTS_VAULT_DIALOGUE_H */
