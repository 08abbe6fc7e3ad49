/* SPDX-License-Identifier: MIT */
#include "paths.h"
#include "quizzed.h"

static int
set_up(void **state)
{
	if (lab_open(state) != 0 || (s = seal_alloc(sizeof(*s))) == NULL)
		return -1;
	catalog_ours(&lab.v->quiz);
	return 0;
}

static int
tear_down(void **state)
{
	seal_free_memory(s);
	return lab_close(state);
}

static void
our_own_are_taken_where_a_site_has_none(void **state)
{
	(void)state;
	memset(&lab.v->quiz, 0, sizeof(lab.v->quiz));
	if (access(PATH_QUESTIONS, F_OK) == 0)
		skip();
	quiz_load(lab.v);
	assert_int_equal(lab.v->quiz.n, 12);
	lab.v->quiz.n = 5;
	quiz_load(lab.v);
	assert_int_equal(lab.v->quiz.n, 12);
}

/* R-VER-7 */
static void
all_right_answers_are_right(void **state)
{
	(void)state;
	make_session(4, true);
	action_question(lab.v, s);
	assert_int_equal(s->quest.wanted, 3);
	assert_int_equal(s->challenge, 1);
	answer_all(9, "");
	assert_int_equal(s->attempt.method, METHOD_QUESTIONS);
	assert_int_equal(s->attempt.phase, ATTEMPT_WAITS);
	assert_int_equal(judge(), SSPR_OK);
	assert_int_equal(s->attempt.factor, s->quest.factor[0]);
	assert_int_equal(s->challenge, 1);
}

/* R-VER-7 */
static void
one_wrong_answer_is_wrong(void **state)
{
	static const char *const wrong[] = { "answer 9", "x", "",
		"\xff\xff\xff", "\x1b[2J" };

	(void)state;
	make_session(3, true);
	for (size_t i = 0; i < 3; i++) {
		s->outputs = 0;
		s->attempt.factor = 0;
		action_question(lab.v, s);
		answer_all(i % 3, wrong[i]);
		assert_int_equal(judge(), SSPR_CODE_WRONG);
		assert_int_equal(s->attempt.factor, 0);
	}
}

static void
each_question_says_which_of_how_many(void **state)
{
	const char *text;

	(void)state;
	lab.v->conf.questions_asked = 5;
	make_session(5, false);
	action_question(lab.v, s);
	text = prompt();
	assert_ptr_equal(strstr(text, "Question 1 of 5: Question number "),
	    text);
	assert_non_null(strstr(text, "?\nAnswer (Enter = another way): "));
	assert_int_equal(reply("whatever"), EVENT_MORE);
	action_question(lab.v, s);
	text = prompt();
	assert_ptr_equal(strstr(text, "Question 2 of 5: "), text);
}

static void
fewer_than_are_asked_are_all_asked(void **state)
{
	(void)state;
	lab.v->conf.questions_asked = 5;
	make_session(3, true);
	action_question(lab.v, s);
	assert_int_equal(s->quest.wanted, 3);
	answer_all(9, "");
	assert_int_equal(judge(), SSPR_OK);
}

/* The ids of what is asked, as one number. */
static uint32_t
drawn(void)
{
	uint32_t id = 0;

	s->outputs = 0;
	s->quest.more = false;
	action_question(lab.v, s);
	for (size_t i = 0; i < s->quest.wanted; i++)
		id = id << 8 | s->quest.factor[i];
	return id;
}

static void
asking_again_draws_the_same_until_an_answer_was_wrong(void **state)
{
	uint32_t first;
	size_t other = 0;

	(void)state;
	make_session(5, false);
	first = drawn();
	for (int i = 0; i < 20; i++)
		assert_int_equal(drawn(), first);
	for (uint32_t i = 1; i <= 10; i++) {
		account_budget(&s->account, METHOD_QUESTIONS, CLASS_STRANGER)
		    ->limit.failures = i;
		other += drawn() != first;
		assert_int_equal(drawn(), drawn());
	}
	assert_in_range(other, 5, 10);
}

static void
each_draw_is_of_different_questions_and_reaches_all(void **state)
{
	uint32_t seen = 0;

	(void)state;
	make_session(5, false);
	for (uint32_t i = 0; i < 50; i++) {
		s->account.reset_at = i;
		(void)drawn();
		assert_int_not_equal(s->quest.factor[0], s->quest.factor[1]);
		assert_int_not_equal(s->quest.factor[0], s->quest.factor[2]);
		assert_int_not_equal(s->quest.factor[1], s->quest.factor[2]);
		for (size_t j = 0; j < 3; j++)
			seen |= 1u << s->quest.factor[j];
	}
	assert_int_equal(seen, 0x7c); /* the app is 1 */
}

/* R-VER-7 */
static void
an_account_without_questions_is_asked_the_sites(void **state)
{
	char first[PROTO_TEXT_MAX + 1];
	bool known = false;

	(void)state;
	make_session(2, false);
	action_question(lab.v, s);
	assert_int_equal(s->quest.wanted, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(s->quest.factor[i], 0);
	snprintf(first, sizeof(first), "%s", prompt());
	for (size_t i = 0; i < lab.v->quiz.n; i++)
		known = known || strstr(first, lab.v->quiz.text[i]) != NULL;
	assert_true(known);
	s->quest.more = false;
	action_question(lab.v, s);
	assert_string_equal(prompt(), first);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(reply("answer 0"), EVENT_MORE);
		action_question(lab.v, s);
	}
	assert_int_equal(reply("answer 0"), EVENT_NONE);
	assert_int_equal(s->attempt.phase, ATTEMPT_WAITS);
	assert_int_equal(judge(), SSPR_CODE_WRONG);
}

/* R-VER-7: never alone, never first, never for administrators */
static void
nobody_is_asked_where_questions_do_not_count(void **state)
{
	(void)state;
	make_session(3, false);
	s->set.n = 0;
	action_question(lab.v, s);
	assert_int_equal(s->next, EVENT_MORE);
	assert_int_equal(s->outputs, 0);
	s->set.n = 1;
	s->need.admin = true;
	action_question(lab.v, s);
	assert_int_equal(s->next, EVENT_MORE);
	s->need.admin = false;
	s->need.enabled = METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_BACKUP);
	action_question(lab.v, s);
	assert_int_equal(s->next, EVENT_MORE);
	assert_int_equal(s->quest.wanted, 0);
}

static void
a_question_that_is_gone_meanwhile_is_wrong(void **state)
{
	(void)state;
	make_session(3, true);
	action_question(lab.v, s);
	answer_all(9, "");
	account_factor(&s->account, s->quest.factor[1])->ends = lab.s - 1;
	assert_int_equal(judge(), SSPR_CODE_WRONG);
	s->outputs = 0;
	s->account = people_account(ALICE);
	action_question(lab.v, s);
	answer_all(9, "");
	account_factor(&s->account, s->quest.factor[2])->usable_from =
	    lab.s + 999;
	assert_int_equal(judge(), SSPR_CODE_WRONG);
}

static void
a_job_that_is_not_of_these_answers_is_wrong(void **state)
{
	struct answer_job job = { .n = 2 };

	(void)state;
	make_session(3, false);
	assert_int_equal(quiz_compare(lab.v, s, &job), SSPR_CODE_WRONG);
	action_question(lab.v, s);
	assert_int_equal(quiz_compare(lab.v, s, &job), SSPR_CODE_WRONG);
	job.n = 3;
	job.err = SSPR_NO_MEMORY;
	assert_int_equal(quiz_compare(lab.v, s, &job), SSPR_NO_MEMORY);
}

static void
answers_are_kept_while_the_threads_are_busy(void **state)
{
	const struct answer_job job = { .n = 0 };

	(void)state;
	make_session(3, false);
	action_question(lab.v, s);
	answer_all(9, "");
	for (size_t i = 0; i < ANSWER_JOBS; i++)
		assert_int_equal(answer_ask(lab.v->answers, &job), SSPR_OK);
	assert_int_equal(quiz_start(lab.v, s), SSPR_BUSY);
	assert_int_equal(s->job, 0);
	assert_int_not_equal(s->quest.answer[0].len, 0);
}

/* What was enrolled takes the place of the set before (R-KEY-3) */
static void
a_new_set_takes_the_place_of_the_old(void **state)
{
	const struct account_factor *f;
	struct record r;

	(void)state;
	make_session(5, false);
	s->new.quest.n = 3;
	for (size_t i = 0; i < 3; i++) {
		snprintf(s->new.quest.text[i], sizeof(s->new.quest.text[i]),
		    "New %zu?", i);
		memset(s->new.quest.answer[i].salt, SALT(i), ANSWER_SALT);
		memset(s->new.hash[i], (int)i + 1, ANSWER_HASH);
	}
	assert_int_equal(quiz_store(lab.v, s, LAB_S + 777), SSPR_OK);
	assert_int_equal(account_usable(&s->account, METHOD_QUESTIONS,
			     vault_now(lab.v)),
	    5); /* the old set, until the new one can be used (R-ENR-2) */
	assert_int_equal(account_usable(&s->account, METHOD_QUESTIONS,
			     LAB_S + 777),
	    3);
	f = &s->account.factor[s->account.nfactors - 1];
	assert_int_equal(f->usable_from, LAB_S + 777);
	assert_int_equal(account_open(lab.v->seal, &s->account, f, &r),
	    SSPR_OK);
	assert_string_equal(r.as.question.text, "New 2?");
	assert_int_equal(r.as.question.salt.at[15], SALT(2));
	assert_int_equal(r.as.question.hash.at[31], 3);
	assert_int_equal(s->new.quest.n, 0);
	assert_int_equal(s->new.hash[0][0], 0);
}

/* As vault.c does when the threads have hashed. */
static void
hear_answers(struct session *of)
{
	struct timespec t = { .tv_nsec = 1000000 };
	struct answer_job job;

	assert_int_not_equal(of->job, 0);
	while (answer_take(lab.v->answers, &job) != SSPR_OK)
		nanosleep(&t, NULL);
	assert_int_equal(job.id, of->job);
	of->job = 0;
	attempt_hashed(lab.v, of, &job);
	lab_run();
}

/* Alice in a reset, after the code of her app. */
static struct session *
prove_app(uint32_t conn)
{
	memcpy(lab.v->conf.methods, "app questions", 14);
	lab_begin(conn, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	lab_answers(conn, "questions");
	lab_run();
	assert_non_null(strstr(lab.told[conn].text, "That is not a code."));
	lab_answers(conn, people_code(ALICE, lab.s / 30));
	lab_run();
	assert_non_null(strstr(lab.told[conn].text, "1 of 2"));
	return lab_session(conn);
}

/* Type the word, then all answers, each with an end. */
static void
converse(uint32_t conn, const char *end)
{
	char text[32];

	lab.told[conn].text[0] = '\0';
	lab_answers(conn, "questions");
	lab_run();
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "Answer %lu%s",
		    number_in(lab.told[conn].text), end);
		lab.told[conn].text[0] = '\0';
		lab_answers(conn, text);
		lab_run();
	}
}

/* R-VER-7, R-THR-1 */
static void
questions_are_the_second_gate_of_a_reset(void **state)
{
	struct session *c;

	(void)state;
	make_session(3, true);
	c = prove_app(1);
	converse(1, "!");
	assert_int_equal(c->attempt.phase, ATTEMPT_HASHES);
	assert_int_equal(people_failures(ALICE, METHOD_QUESTIONS), 1);
	hear_answers(c);
	assert_non_null(strstr(lab.told[1].text, "Not accepted."));
	assert_int_equal(lab.workers, 0);
	converse(1, "");
	assert_int_equal(people_failures(ALICE, METHOD_QUESTIONS), 2);
	hear_answers(c);
	assert_int_equal(c->state, STATE_CHECKS);
	assert_int_equal(lab.workers, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(our_own_are_taken_where_a_site_has_none),
		TEST(all_right_answers_are_right),
		TEST(one_wrong_answer_is_wrong),
		TEST(each_question_says_which_of_how_many),
		TEST(fewer_than_are_asked_are_all_asked),
		TEST(asking_again_draws_the_same_until_an_answer_was_wrong),
		TEST(each_draw_is_of_different_questions_and_reaches_all),
		TEST(an_account_without_questions_is_asked_the_sites),
		TEST(nobody_is_asked_where_questions_do_not_count),
		TEST(a_question_that_is_gone_meanwhile_is_wrong),
		TEST(a_job_that_is_not_of_these_answers_is_wrong),
		TEST(answers_are_kept_while_the_threads_are_busy),
		TEST(questions_are_the_second_gate_of_a_reset),
		TEST(a_new_set_takes_the_place_of_the_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
