/* SPDX-License-Identifier: MIT */
/*
 * pick.c - enrolling security questions: the actions of PICK, REPLY and
 * HASHING (session.def, ADD).
 *
 * No two answers of an account MUST be alike, and no answer stand in its
 * question.  Answers are kept until they are hashed, in guarded memory.
 */
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "text.h"
#include "vault/vault.h"

static bool
is_picked(const struct session_questions *q, const char *text)
{
	for (size_t i = 0; i < q->n; i++)
		if (strcmp(q->text[i], text) == 0)
			return true;
	return false;
}

/* How many the account may have. */
static size_t
most(const struct vault *v)
{
	return v->quiz.n < ANSWER_JOB_MAX ? v->quiz.n : ANSWER_JOB_MAX;
}

void
action_pick(struct vault *v, struct session *s)
{
	const struct session_questions *q = &s->new.quest;
	char buf[PROTO_TEXT_MAX + 1];

	for (size_t i = 0; i < v->quiz.n; i++) {
		if (is_picked(q, v->quiz.text[i]))
			continue;
		snprintf(buf, sizeof(buf), "%2zu  %s", i + 1, v->quiz.text[i]);
		say_show(s, PROTO_INFO, buf);
	}
	snprintf(buf, sizeof(buf),
	    "Question %zu of at least %u. Choose a number (Enter = done): ",
	    q->n + 1, v->conf.questions_min);
	say_ask(s, true, buf);
}

/* Something was typed in vain: say why, and ask the same once more. */
static void
again(struct vault *v, struct session *s, const char *why)
{
	if (++s->repeats > SESSION_REPEATS) {
		say_failure(v, s, SSPR_CANCELLED, 0);
		return;
	}
	say_show(s, PROTO_ERROR, why);
	s->next = EVENT_MORE;
}

void
action_take_pick(struct vault *v, struct session *s)
{
	struct session_questions *q = &s->new.quest;
	uint32_t n = 0;

	if (!number_read((const char *)s->text.at, &n) || n > v->quiz.n)
		again(v, s, "That is not the number of a question.");
	else if (is_picked(q, v->quiz.text[n - 1]))
		again(v, s, "That question has its answer.");
	else {
		memcpy(q->text[q->n], v->quiz.text[n - 1],
		    sizeof(q->text[q->n]));
		action_ask_reply(v, s);
	}
	secret_wipe(&s->text);
}

void
action_ask_reply([[maybe_unused]] struct vault *v, struct session *s)
{
	const struct session_questions *q = &s->new.quest;
	char buf[PROTO_TEXT_MAX + 1];

	snprintf(buf, sizeof(buf),
	    "%s\nYour answer (Enter = another question): ", q->text[q->n]);
	say_ask(s, true, buf);
}

static bool
is_same(const struct answer *a, const struct answer *b)
{
	return a->len == b->len && secret_equal(a->text, b->text, a->len);
}

static size_t
characters(const struct answer *a)
{
	const char *text = (const char *)a->text;
	size_t count = 0, n;
	uint32_t c;

	for (size_t i = 0; i < a->len; i += n, count++)
		if ((n = text_next(text + i, a->len - i, &c)) == 0)
			break;
	return count;
}

/* Bytes of the first so many characters of text, 0 if it has fewer. */
static size_t
stretch(const char *text, size_t count)
{
	const size_t len = strlen(text);
	size_t used = 0, n;
	uint32_t c;

	for (; count > 0; count--, used += n)
		if ((n = text_next(text + used, len - used, &c)) == 0)
			return 0;
	return used;
}

/* Whether an answer stands in a question, in capitals or not. */
static bool
is_in(const struct answer *a, const char *question)
{
	const size_t count = characters(a);
	struct answer part = { 0 };
	size_t len;

	for (; (len = stretch(question, count)) > 0;
	     question += stretch(question, 1))
		if (answer_read(question, len, &part) == SSPR_OK &&
		    is_same(a, &part))
			return true;
	return false;
}

/* Why it is no answer for the question that was picked, or NULL. */
static const char *
fault_of(const struct session_questions *q, const struct answer *a)
{
	if (is_in(a, q->text[q->n]))
		return "The question gives that answer away. Take another.";
	for (size_t i = 0; i < q->n; i++)
		if (is_same(a, &q->answer[i]))
			return "That is the answer to another question of "
			       "yours. Take another.";
	return NULL;
}

void
action_take_reply(struct vault *v, struct session *s)
{
	struct session_questions *q = &s->new.quest;
	struct answer a = { 0 };
	const char *fault;

	if (answer_read(s->text.at, s->text.len, &a) != SSPR_OK)
		fault = "An answer has 3 to 40 characters that can be shown.";
	else
		fault = fault_of(q, &a);
	if (fault != NULL)
		again(v, s, fault);
	else {
		q->answer[q->n++] = a;
		s->repeats = 0;
		if (q->n < most(v))
			action_pick(v, s);
		else
			s->next = EVENT_ENOUGH;
	}
	secret_zero(&a, sizeof(a));
	secret_wipe(&s->text);
}

/* Hash them beside the main loop, each with a salt of its own. */
static void
ask_hashes(struct vault *v, struct session *s)
{
	struct session_questions *q = &s->new.quest;
	struct answer_job job = { .n = q->n };
	enum sspr_err e;

	do
		seal_random(&job.id, sizeof(job.id));
	while (job.id == 0);
	for (size_t i = 0; i < q->n; i++) {
		seal_random(q->answer[i].salt, ANSWER_SALT);
		job.answer[i] = q->answer[i];
		secret_zero(q->answer[i].text, ANSWER_BYTES);
	}
	s->job = job.id;
	if ((e = answer_ask(v->answers, &job)) != SSPR_OK)
		vault_fail(v, s, e);
	secret_zero(&job, sizeof(job));
}

void
action_hash(struct vault *v, struct session *s)
{
	const struct session_questions *q = &s->new.quest;
	char buf[PROTO_TEXT_MAX + 1];

	if (q->n == 0) {
		s->state = STATE_OVER;
		say_end(s, SSPR_CANCELLED, 0);
	} else if (q->n < v->conf.questions_min) {
		snprintf(buf, sizeof(buf), "At least %u questions are needed.",
		    v->conf.questions_min);
		again(v, s, buf);
	} else
		ask_hashes(v, s);
}

void
enrol_hashed(struct vault *v, struct session *s, const struct answer_job *job)
{
	if (job->err != SSPR_OK || job->n != s->new.quest.n) {
		vault_fail(v, s, SSPR_NO_MEMORY);
		return;
	}
	memcpy(s->new.hash, job->hash, sizeof(s->new.hash));
	vault_event(v, s, EVENT_HASHED);
}
