/* SPDX-License-Identifier: MIT */
/*
 * quizzed.h - somebody who gave one right code, and is asked questions.
 */
#ifndef SSPR_TESTS_VAULT_QUIZZED_H
#define SSPR_TESTS_VAULT_QUIZZED_H

#include "records.h"
#include "vault/quiz.h"

#define SALT(i) ((uint8_t)(0x40 + (i)))

static struct session *s;

/* The record of a question; hashing is slow, and not always needed. */
static struct record
question(size_t number, bool hashed)
{
	struct record r = { .type = RECORD_QUESTION };
	struct record_question *to = &r.as.question;
	char answer[16];

	snprintf(to->text, sizeof(to->text), "Question number %zu?", number);
	snprintf(answer, sizeof(answer), "answer %zu", number);
	to->salt.len = ANSWER_SALT;
	to->hash.len = ANSWER_HASH;
	memset(to->salt.at, SALT(number), ANSWER_SALT);
	if (hashed)
		assert_int_equal(seal_stretch(answer, strlen(answer),
				     to->salt.at, to->hash.at),
		    SSPR_OK);
	return r;
}

/* Alice, who gave a right code, with n questions; their answers are 0.. */
static void
make_session(size_t n, bool hashed)
{
	s->uid = ALICE;
	s->verb = VERB_RESET;
	s->state = STATE_ASKED;
	s->need = (struct gate_need){ .count = 2,
		.network = true,
		.enabled =
		    METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_QUESTIONS) };
	s->set.n = 1;
	s->set.at[0].method = METHOD_APP;
	people_enrol(ALICE, "alice");
	for (size_t i = 0; i < n; i++)
		(void)records_give(ALICE, METHOD_QUESTIONS,
		    question(i, hashed));
	s->account = people_account(ALICE);
	memcpy(s->key, s->account.key, sizeof(s->key));
}

/* The last prompt. */
static const char *
prompt(void)
{
	static struct proto_msg m;

	assert_true(s->outputs > 0);
	assert_int_equal(proto_decode(s->output[s->outputs - 1].frame,
			     s->output[s->outputs - 1].len, PROTO_DOWN, &m),
	    SSPR_OK);
	assert_int_equal(m.type, MSG_ASK);
	assert_int_equal(m.as.ask.echo, 1);
	s->outputs = 0;
	return m.as.ask.prompt;
}

/* What follows an answer. */
static enum session_event
reply(const char *text)
{
	assert_int_equal(secret_set(&s->text, text, strlen(text)), SSPR_OK);
	s->next = EVENT_NONE;
	action_reply(lab.v, s);
	assert_int_equal(s->text.len, 0);
	return s->next;
}

/* The number of the question that a prompt asks. */
static unsigned long
number_in(const char *text)
{
	const char *at = strstr(text, "number ");

	assert_non_null(at);
	return strtoul(at + 7, NULL, 10);
}

/* Go through all questions; the answer to the one that is wrong, if any. */
static void
answer_all(size_t wrong, const char *with)
{
	char text[32];

	for (size_t i = 0; i < s->quest.wanted; i++) {
		if (i > 0)
			action_question(lab.v, s);
		snprintf(text, sizeof(text), " ANSWER  %lu",
		    number_in(prompt()));
		assert_int_equal(reply(i == wrong ? with : text),
		    i + 1 < s->quest.wanted ? EVENT_MORE : EVENT_NONE);
	}
}

/* Have the answers hashed, and judged. */
static enum sspr_err
judge(void)
{
	struct answer_job job;
	struct timespec t = { .tv_nsec = 1000000 };
	enum sspr_err e;

	assert_int_equal(quiz_start(lab.v, s), SSPR_OK);
	assert_int_not_equal(s->job, 0);
	while (answer_take(lab.v->answers, &job) != SSPR_OK)
		nanosleep(&t, NULL);
	assert_int_equal(job.id, s->job);
	e = quiz_compare(lab.v, s, &job);
	secret_zero(&job, sizeof(job));
	return e;
}

#endif /* SSPR_TESTS_VAULT_QUIZZED_H */
