/* SPDX-License-Identifier: MIT */
#include "records.h"

static struct session *s;

static int
set_up(void **state)
{
	if (lab_open(state) != 0 || (s = seal_alloc(sizeof(*s))) == NULL)
		return -1;
	catalog_ours(&lab.v->quiz);
	s->verb = VERB_ADD;
	s->state = STATE_PICK;
	s->hand = -1;
	return 0;
}

static int
tear_down(void **state)
{
	seal_free_memory(s);
	return lab_close(state);
}

/* Message n of what was said; from the end if it is negative. */
static struct proto_msg
said(int n)
{
	struct proto_msg m;
	const size_t i = n < 0 ? s->outputs - (size_t)-n : (size_t)n;

	assert_true(i < s->outputs);
	assert_int_equal(proto_decode(s->output[i].frame, s->output[i].len,
			     PROTO_DOWN, &m),
	    SSPR_OK);
	return m;
}

static const char *
prompt(void)
{
	static struct proto_msg m;

	m = said(-1);
	assert_int_equal(m.type, MSG_ASK);
	return m.as.ask.prompt;
}

/* The first thing shown. */
static const char *
shown(void)
{
	static struct proto_msg m;

	m = said(0);
	assert_int_equal(m.type, MSG_SHOW);
	return m.as.show.text;
}

/* An answer in the state of s, by the rules, as the client gives it. */
static void
types(const char *text)
{
	const size_t len = strlen(text);

	s->outputs = 0;
	assert_int_equal(secret_set(&s->text, text, len), SSPR_OK);
	vault_event(lab.v, s, session_classify(s->state, len));
	assert_int_equal(len == 0 ? 0 : s->text.len, 0);
}

/* Question n, counted from 1, with an answer. */
static void
enrols(int n, const char *answer)
{
	char number[8];

	snprintf(number, sizeof(number), "%d", n);
	types(number);
	assert_int_equal(s->state, STATE_REPLY);
	types(answer);
}

static void
the_sites_questions_are_listed(void **state)
{
	(void)state;
	action_pick(lab.v, s);
	assert_int_equal(s->outputs, 13);
	assert_string_equal(shown(),
	    " 1  What was the name of your first teacher?");
	assert_string_equal(prompt(),
	    "Question 1 of at least 3. Choose a number (Enter = done): ");
}

/* FEATURES.md section 1: no duplicates */
static void
a_question_is_picked_once(void **state)
{
	(void)state;
	enrols(2, "Ada Lovelace");
	assert_int_equal(s->state, STATE_PICK);
	assert_int_equal(s->outputs, 12);
	assert_int_equal(s->new.quest.n, 1);
	assert_ptr_equal(strstr(prompt(), "Question 2 of at least 3."),
	    prompt());
	types("2");
	assert_int_equal(s->state, STATE_PICK);
	assert_string_equal(shown(), "That question has its answer.");
	assert_int_equal(s->new.quest.n, 1);
}

static void
what_is_no_number_of_a_question_is_asked_again(void **state)
{
	static const char *const bad[] = { "0", "13", "x", "-1", "1 ", " 1",
		"4294967297", "99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		types(bad[i]);
		assert_int_equal(s->state, STATE_PICK);
		assert_string_equal(shown(),
		    "That is not the number of a question.");
		assert_non_null(strstr(prompt(), "Choose a number"));
	}
	assert_int_equal(s->new.quest.n, 0);
}

static void
enter_in_place_of_an_answer_picks_anew(void **state)
{
	(void)state;
	types("3");
	assert_string_equal(prompt(),
	    "In what street did you live when you were seven?\n"
	    "Your answer (Enter = another question): ");
	types("");
	assert_int_equal(s->state, STATE_PICK);
	assert_int_equal(s->new.quest.n, 0);
	assert_int_equal(s->outputs, 13);
}

/* R-VER-7 */
static void
an_answer_that_is_none_says_why_and_asks_the_same(void **state)
{
	static const char *const bad[] = { "ab", "  a  ", "\xff\xff\xff",
		"01234567890123456789012345678901234567890" };

	(void)state;
	types("3");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		types(bad[i]);
		assert_int_equal(s->state, STATE_REPLY);
		assert_string_equal(shown(),
		    "An answer has 3 to 40 characters that can be shown.");
		assert_non_null(strstr(prompt(), "In what street"));
		assert_int_equal(s->new.quest.n, 0);
	}
	types("Elm Street");
	assert_int_equal(s->new.quest.n, 1);
}

/* FEATURES.md section 1: no duplicates */
static void
no_two_answers_are_alike(void **state)
{
	(void)state;
	enrols(1, "Ada Lovelace");
	enrols(2, "  ADA   lovelace ");
	assert_int_equal(s->state, STATE_REPLY);
	assert_non_null(strstr(shown(), "another question of yours"));
	types("Ada Lovelace 2");
	assert_int_equal(s->new.quest.n, 2);
}

static void
no_answer_stands_in_its_question(void **state)
{
	static const char *const bad[] = { "first", "FIRST Teacher", "her?",
		"What was the name of your first teacher?", " of  your " };

	(void)state;
	types("1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		types(bad[i]);
		assert_int_equal(s->state, STATE_REPLY);
		assert_non_null(strstr(shown(), "gives that answer away"));
	}
	types("firsts");
	assert_int_equal(s->new.quest.n, 1);
}

static void
letters_of_several_bytes_are_found_in_a_question_too(void **state)
{
	(void)state;
	memcpy(lab.v->quiz.text[0],
	    "Wo war \xc3\x9c"
	    "bung eins?",
	    20);
	types("1");
	types("\xc3\xbc"
	      "bung");
	assert_int_equal(s->state, STATE_REPLY);
	assert_non_null(strstr(shown(), "gives that answer away"));
}

static void
too_few_go_on_and_none_stops(void **state)
{
	(void)state;
	enrols(1, "aaa");
	enrols(2, "bbb");
	types("");
	assert_int_equal(s->state, STATE_PICK);
	assert_string_equal(shown(), "At least 3 questions are needed.");
	assert_int_equal(s->job, 0);
	s->new.quest.n = 0;
	types("");
	assert_int_equal(s->state, STATE_OVER);
	assert_int_equal(said(0).type, MSG_END);
	assert_int_equal(said(0).as.end.result, SSPR_CANCELLED);
	assert_true(s->closing);
}

/* What was typed in vain ends at some time. */
static void
nobody_types_in_vain_for_ever(void **state)
{
	int n = 0;

	(void)state;
	for (; s->state == STATE_PICK; n++)
		types("x");
	assert_int_equal(n, SESSION_REPEATS + 1);
	assert_int_equal(s->state, STATE_OVER);
	assert_int_equal(said(-1).as.end.result, SSPR_CANCELLED);
}

static struct answer_job
taken(void)
{
	struct timespec t = { .tv_nsec = 1000000 };
	struct answer_job job;

	while (answer_take(lab.v->answers, &job) != SSPR_OK)
		nanosleep(&t, NULL);
	assert_int_equal(job.id, s->job);
	return job;
}

/* R-VER-7, R-KEY-3 */
static void
answers_are_hashed_each_with_its_salt_and_forgotten(void **state)
{
	const struct session_questions *q = &s->new.quest;
	const char none[ANSWER_BYTES] = "";
	uint8_t hash[ANSWER_HASH];
	struct answer_job job;

	(void)state;
	enrols(1, "Aaa");
	enrols(2, "bbb");
	enrols(3, "ccc");
	types("");
	assert_int_equal(s->state, STATE_HASHING);
	assert_int_equal(s->outputs, 0);
	job = taken();
	assert_int_equal(job.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_memory_equal(job.answer[i].salt, q->answer[i].salt,
		    ANSWER_SALT);
		assert_memory_equal(q->answer[i].text, none, ANSWER_BYTES);
	}
	assert_memory_not_equal(q->answer[0].salt, q->answer[1].salt,
	    ANSWER_SALT);
	assert_int_equal(seal_stretch("aaa", 3, q->answer[0].salt, hash),
	    SSPR_OK);
	assert_memory_equal(hash, job.hash[0], ANSWER_HASH);
}

static void
five_are_as_many_as_can_be(void **state)
{
	const char *const answers[] = { "aaa", "bbb", "ccc", "ddd", "eee" };

	(void)state;
	for (int i = 0; i < 5; i++)
		enrols(i + 1, answers[i]);
	assert_int_equal(s->state, STATE_HASHING);
	assert_int_not_equal(s->job, 0);
	(void)taken();
}

static void
without_a_thread_or_memory_nothing_is_enrolled(void **state)
{
	struct answer_job job = { .n = 0 };

	(void)state;
	for (size_t i = 0; i < ANSWER_JOBS; i++)
		assert_int_equal(answer_ask(lab.v->answers, &job), SSPR_OK);
	for (int i = 1; i <= 3; i++)
		enrols(i, i == 1 ? "aaa" : i == 2 ? "bbb" : "ccc");
	types("");
	assert_int_equal(s->state, STATE_OVER);
	assert_int_equal(said(-1).as.end.result, SSPR_BUSY);
	assert_int_equal(s->job, 0);
	s->state = STATE_HASHING;
	job = (struct answer_job){ .n = s->new.quest.n, .err = SSPR_NO_MEMORY };
	enrol_hashed(lab.v, s, &job);
	assert_int_equal(s->state, STATE_OVER);
	assert_int_equal(said(-1).as.end.result, SSPR_BUSY);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_sites_questions_are_listed),
		TEST(a_question_is_picked_once),
		TEST(what_is_no_number_of_a_question_is_asked_again),
		TEST(enter_in_place_of_an_answer_picks_anew),
		TEST(an_answer_that_is_none_says_why_and_asks_the_same),
		TEST(no_two_answers_are_alike),
		TEST(no_answer_stands_in_its_question),
		TEST(letters_of_several_bytes_are_found_in_a_question_too),
		TEST(too_few_go_on_and_none_stops),
		TEST(nobody_types_in_vain_for_ever),
		TEST(answers_are_hashed_each_with_its_salt_and_forgotten),
		TEST(five_are_as_many_as_can_be),
		TEST(without_a_thread_or_memory_nothing_is_enrolled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
