/* SPDX-License-Identifier: MIT */
/*
 * quiz.c - security questions, where one method was proved already.
 *
 * Which questions are asked is drawn by a keyed hash of the account and of
 * what it has gone through, so nobody can tell, and asking again, from
 * anywhere, MUST draw the same: another draw costs a wrong answer, or comes
 * with a success.  Without questions, an account is asked some of the site's
 * in the same way, and no answer is right.
 *
 * All answers MUST be right, and it does not show which is not.
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "paths.h"
#include "vault/catalog.h"
#include "vault/quiz.h"
#include "vault/vault.h"

void
quiz_load(struct vault *v)
{
	const char *why;
	const enum sspr_err e = catalog_open(PATH_QUESTIONS, &v->quiz, &why);

	if (e == SSPR_CONFIG)
		log_err(PATH_QUESTIONS " %s; it is not taken over", why);
	if (e == SSPR_NO_FACTOR || v->quiz.n == 0)
		catalog_ours(&v->quiz);
}

/* The old set ends when the new one can be used. */
static void
end_all(struct account *a, uint64_t now, uint64_t ends)
{
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].method == METHOD_QUESTIONS &&
		    a->factor[i].ends == 0 &&
		    account_is_enrolled(&a->factor[i], now))
			(void)account_end(a, a->factor[i].id, ends, now);
}

enum sspr_err
quiz_store(struct vault *v, struct session *s, uint64_t usable_from)
{
	struct session_questions *q = &s->new.quest;
	const uint64_t now = vault_now(v);
	enum sspr_err e = SSPR_OK;
	struct account_factor *f;

	end_all(&s->account, now, usable_from);
	for (size_t i = 0; i < q->n && e == SSPR_OK; i++) {
		struct record r = { .type = RECORD_QUESTION };
		struct record_question *to = &r.as.question;

		memcpy(to->text, q->text[i], sizeof(to->text));
		to->salt.len = ANSWER_SALT;
		memcpy(to->salt.at, q->answer[i].salt, ANSWER_SALT);
		to->hash.len = ANSWER_HASH;
		memcpy(to->hash.at, s->new.hash[i], ANSWER_HASH);
		e = account_add(v->seal, &s->account, METHOD_QUESTIONS, &r, now,
		    usable_from, &f);
	}
	secret_zero(q, sizeof(*q));
	secret_zero(s->new.hash, sizeof(s->new.hash));
	return e;
}

/* What can be asked, and where it stands. */
struct lots {
	size_t n;
	struct lot {
		uint32_t id; /* of a factor, or its number among the site's */
		uint8_t rank[SEAL_HASH];
	} at[CATALOG_MAX];
};

/* Put a question in, at the place it has as things are now. */
static void
put_lot(struct vault *v, const struct session *s, uint32_t id, struct lots *l)
{
	const struct account *a = &s->account;
	struct {
		uint8_t account[ACCOUNT_KEY];
		uint64_t id, failures, reset_at, last_used;
	} in = { .id = id,
		.failures = account_failures(a, METHOD_QUESTIONS),
		.reset_at = a->reset_at };

	memcpy(in.account, s->key, sizeof(in.account));
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].method == METHOD_QUESTIONS &&
		    a->factor[i].last_used > in.last_used)
			in.last_used = a->factor[i].last_used;
	seal_hash(v->seal, SEAL_INDEX, &in, sizeof(in), l->at[l->n].rank);
	l->at[l->n++].id = id;
}

/* Take the lowest out. */
static uint32_t
draw_one(struct lots *l)
{
	size_t low = 0;
	uint32_t id;

	for (size_t i = 1; i < l->n; i++)
		if (memcmp(l->at[i].rank, l->at[low].rank, SEAL_HASH) < 0)
			low = i;
	id = l->at[low].id;
	l->at[low] = l->at[--l->n];
	return id;
}

/* The next question to ask: one of the account. */
static void
add_own(struct vault *v, struct session *s, uint32_t id)
{
	struct session_questions *q = &s->quest;
	const struct account_factor *f = account_factor(&s->account, id);
	struct record r;

	if (f == NULL || account_open(v->seal, &s->account, f, &r) != SSPR_OK) {
		vault_alarm(v, s);
		return;
	}
	q->factor[q->wanted] = id;
	memcpy(q->text[q->wanted], r.as.question.text,
	    sizeof(r.as.question.text));
	q->wanted++;
	record_wipe(&r);
}

/* One of the site: no factor, so no answer is right. */
static void
add_other(const struct vault *v, struct session *s, uint32_t number)
{
	struct session_questions *q = &s->quest;

	q->factor[q->wanted] = 0;
	memcpy(q->text[q->wanted++], v->quiz.text[number],
	    sizeof(v->quiz.text[number]));
}

static void
draw(struct vault *v, struct session *s)
{
	const struct account *a = &s->account;
	struct lots l = { .n = 0 };
	bool own;

	secret_zero(&s->quest, sizeof(s->quest));
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].method == METHOD_QUESTIONS &&
		    account_is_usable(&a->factor[i], vault_now(v)) &&
		    l.n < CATALOG_MAX)
			put_lot(v, s, a->factor[i].id, &l);
	own = l.n >= QUIZ_LEAST;
	if (!own)
		l.n = 0;
	for (uint32_t i = 0; !own && i < v->quiz.n; i++)
		put_lot(v, s, i, &l);
	for (size_t n = v->conf.questions_asked; n > 0 && l.n > 0; n--)
		if (own)
			add_own(v, s, draw_one(&l));
		else
			add_other(v, s, draw_one(&l));
}

void
action_question(struct vault *v, struct session *s)
{
	struct session_questions *q = &s->quest;
	char buf[PROTO_TEXT_MAX + 1];

	if (!q->more) {
		if (!gate_takes(&s->need, &s->set, METHOD_QUESTIONS, NULL)) {
			s->next = EVENT_MORE;
			return;
		}
		draw(v, s);
		s->challenge++;
	}
	q->more = false;
	if (q->wanted < QUIZ_LEAST) {
		say_failure(v, s, SSPR_SUSPENDED, 0);
		return;
	}
	snprintf(buf, sizeof(buf),
	    "Question %zu of %zu: %s\nAnswer (Enter = another way): ", q->n + 1,
	    q->wanted, q->text[q->n]);
	say_ask(s, true, buf);
}

void
action_reply(struct vault *v, struct session *s)
{
	struct session_questions *q = &s->quest;

	/* What is no answer is no right one. */
	if (answer_read(s->text.at, s->text.len, &q->answer[q->n]) != SSPR_OK)
		q->factor[q->n] = 0;
	secret_wipe(&s->text);
	if (++q->n < q->wanted) {
		q->more = true;
		s->next = EVENT_MORE;
		return;
	}
	s->attempt.method = METHOD_QUESTIONS;
	s->attempt.factor = 0;
	s->attempt.phase = ATTEMPT_WAITS;
	v->again = true;
}

/* The record of a question that was asked; false: there is none any more. */
static bool
open_asked(struct vault *v, struct session *s, size_t i, struct record *r)
{
	const struct account_factor *f =
	    account_factor(&s->account, s->quest.factor[i]);

	if (f == NULL || f->method != METHOD_QUESTIONS ||
	    !account_is_usable(f, vault_now(v)) ||
	    account_open(v->seal, &s->account, f, r) != SSPR_OK)
		return false;
	if (r->as.question.salt.len == ANSWER_SALT &&
	    r->as.question.hash.len == ANSWER_HASH)
		return true;
	record_wipe(r);
	return false;
}

enum sspr_err
quiz_start(struct vault *v, struct session *s)
{
	struct session_questions *q = &s->quest;
	struct answer_job job = { .n = q->wanted };
	enum sspr_err e;
	struct record r;

	do
		seal_random(&job.id, sizeof(job.id));
	while (job.id == 0);
	for (size_t i = 0; i < q->wanted; i++) {
		job.answer[i] = q->answer[i];
		seal_random(job.answer[i].salt, ANSWER_SALT);
		if (!open_asked(v, s, i, &r))
			continue;
		memcpy(job.answer[i].salt, r.as.question.salt.at, ANSWER_SALT);
		record_wipe(&r);
	}
	if ((e = answer_ask(v->answers, &job)) == SSPR_OK) {
		s->job = job.id;
		secret_zero(q->answer, sizeof(q->answer));
	}
	secret_zero(&job, sizeof(job));
	return e;
}

enum sspr_err
quiz_compare(struct vault *v, struct session *s, const struct answer_job *job)
{
	const struct session_questions *q = &s->quest;
	size_t right = 0;
	struct record r;

	if (job->err != SSPR_OK)
		return job->err;
	if (q->wanted < QUIZ_LEAST || job->n != q->wanted)
		return SSPR_CODE_WRONG;
	for (size_t i = 0; i < q->wanted; i++) {
		if (!open_asked(v, s, i, &r))
			continue;
		right += secret_equal(r.as.question.hash.at, job->hash[i],
		    ANSWER_HASH);
		record_wipe(&r);
	}
	if (right != q->wanted)
		return SSPR_CODE_WRONG;
	s->attempt.factor = q->factor[0];
	return SSPR_OK;
}
