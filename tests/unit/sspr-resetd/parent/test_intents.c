/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parent/intents.h"

#define A "00112233445566778899aabbccddeeff"
#define B "ff112233445566778899aabbccddeeff"

#define LINE(event, id, more)                                         \
	"{\"seq\":1,\"time\":\"2026-01-01T00:00:00Z\",\"boot_ms\":1," \
	"\"event\":\"" event "\",\"correlation\":\"" id "\"," more    \
	"\"service\":\"sshd\",\"source\":\"pts\",\"code\":0,"         \
	"\"result\":\"success\"}\n"
#define END(event, id, uid) LINE("reset." event, id, "\"subject\":" #uid ",")
#define INTENT(id, uid)             \
	LINE("reset.intent", id,    \
	    "\"subject\":" #uid "," \
	    "\"digest\":\"$5$x$y\",")

static struct intents in;

static size_t
find(const char *text)
{
	memset(&in, 0, sizeof(in));
	intents_take(&in, text, strlen(text));
	return in.count;
}

/* R-DUR-4 */
static void
an_intent_without_an_end_is_open(void **state)
{
	(void)state;
	assert_int_equal(find(INTENT(A, 1000)), 1);
	assert_int_equal(in.at[0].uid, 1000);
	assert_string_equal(in.at[0].correlation, A);
	assert_string_equal(in.at[0].digest, "$5$x$y");
	assert_string_equal(in.at[0].source, "pts");
}

static void
each_kind_of_end_closes_it(void **state)
{
	(void)state;
	assert_int_equal(find(""), 0);
	assert_int_equal(find(INTENT(A, 1000) END("done", A, 1000)), 0);
	assert_int_equal(find(INTENT(A, 1000) END("failed", A, 1000)), 0);
	assert_int_equal(find(INTENT(A, 1000) END("resolved", A, 1000)), 0);
	assert_int_equal(find(INTENT(A, 1000) END("unlocked", A, 1000)), 0);
	assert_int_equal(find(INTENT(A, 1000) END("unknown", A, 1000)), 1);
	assert_int_equal(find(INTENT(A, 1000) LINE("code.matched", A, "")), 1);
	assert_int_equal(find(INTENT(A, 1000) END("", A, 1000)), 1);
}

static void
the_end_of_another_closes_nothing(void **state)
{
	(void)state;
	assert_int_equal(find(INTENT(A, 1000) END("done", B, 1000)), 1);
	assert_int_equal(find(INTENT(A, 1000) INTENT(B, 1001)
				 END("done", A, 1000)),
	    1);
	assert_int_equal(in.at[0].uid, 1001);
	/* A vault that is taken over may use a correlation twice. */
	assert_int_equal(find(INTENT(A, 1000) END("done", A, 1001)), 1);
}

static void
a_second_intent_after_an_end_is_open(void **state)
{
	(void)state;
	assert_int_equal(find(INTENT(A, 1000) END("failed", A, 1000)
				 INTENT(A, 1000)),
	    1);
	assert_int_equal(find(END("done", A, 1000) INTENT(A, 1000)), 1);
}

static void
what_a_stranger_typed_is_no_field(void **state)
{
	(void)state;
	/* "event":"reset.done" inside a value, as audit_append escapes it. */
	assert_int_equal(find(INTENT(A, 1000) LINE("code.refused", A,
			     "\"source\":\"\\u0022event\\u0022:"
			     "\\u0022reset.done\\u0022\",")),
	    1);
	assert_int_equal(find(LINE("code.refused", A,
			     "\"x\":\"event:reset.intent\",")),
	    0);
}

static void
lines_that_are_not_whole_or_not_ours_are_passed_over(void **state)
{
	char text[600];

	(void)state;
	assert_int_equal(find("\n\n{}\nnonsense\n\"event\":\"\n"), 0);
	assert_int_equal(find(LINE("reset.intent", A, "")), 0);
	assert_int_equal(find(LINE("reset.intent", A, "\"subject\":1,")), 0);
	assert_int_equal(find(INTENT("", 1000)), 0);
	assert_int_equal(find(INTENT(A "0", 1000)), 0);
	assert_int_equal(find(INTENT("\\u0041", 1000)), 0);
	assert_int_equal(find(INTENT(A, -1)), 0);
	assert_int_equal(find(INTENT(A, 4294967295)), 0);
	assert_int_equal(find(INTENT(A, 99999999999999999999999)), 0);
	assert_int_equal(find(INTENT(A, 10x)), 0);
	for (size_t len = 0; len < sizeof(INTENT(A, 1000)) - 1; len++) {
		snprintf(text, sizeof(text), "%.*s", (int)len, INTENT(A, 1000));
		assert_int_equal(find(text), 0);
	}
}

static void
a_line_without_its_newline_is_never_read_past(void **state)
{
	static const char line[] = INTENT(A, 1000);
	char text[sizeof(line)];

	(void)state;
	for (size_t len = 0; len < sizeof(line); len++) {
		memset(text, '"', sizeof(text));
		memcpy(text, line, len);
		memset(&in, 0, sizeof(in));
		intents_take(&in, text, len);
		assert_int_equal(in.count, len == sizeof(line) - 1);
	}
}

static void
take(const char *text)
{
	intents_take(&in, text, strlen(text));
}

/* The log is read from its end. */
static void
an_end_closes_what_an_older_part_began(void **state)
{
	(void)state;
	assert_int_equal(find(END("done", A, 1000) INTENT(B, 1001)), 1);
	take(END("failed", B, 1001) INTENT(A, 1000) INTENT(A, 1001));
	assert_int_equal(in.count, 2);
	assert_int_equal(in.at[0].uid, 1001);
	assert_string_equal(in.at[0].correlation, A);
	assert_string_equal(in.at[1].correlation, B);
	take(INTENT(B, 1001) INTENT(A, 1000));
	assert_int_equal(in.count, 3); /* that end had its beginning */
	assert_string_equal(in.at[0].correlation, A);
	assert_int_equal(in.at[0].uid, 1000);
}

static void
of_too_many_ends_none_closes_another(void **state)
{
	char line[600];

	(void)state;
	memset(&in, 0, sizeof(in));
	for (unsigned int i = 0; i < INTENTS_MAX + 3; i++) {
		snprintf(line, sizeof(line),
		    "{\"event\":\"reset.done\",\"correlation\":\"%032u\","
		    "\"subject\":%u,\"code\":0}\n",
		    i, 1000 + i);
		take(line);
	}
	take(INTENT(A, 1000));
	assert_int_equal(in.count, 1);
}

static void
of_too_many_the_last_are_kept(void **state)
{
	static char text[INTENTS_MAX * 600];
	size_t at = 0;

	(void)state;
	for (unsigned int i = 0; i < INTENTS_MAX + 3; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "{\"event\":\"reset.intent\",\"correlation\":\"%032u\","
		    "\"subject\":%u,\"digest\":\"$5$\"}\n",
		    i, 1000 + i);
	assert_true(at < sizeof(text));
	assert_int_equal(find(text), INTENTS_MAX);
	assert_int_equal(in.at[0].uid, 1003);
	assert_int_equal(in.at[INTENTS_MAX - 1].uid, 1002 + INTENTS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_intent_without_an_end_is_open),
		cmocka_unit_test(each_kind_of_end_closes_it),
		cmocka_unit_test(the_end_of_another_closes_nothing),
		cmocka_unit_test(a_second_intent_after_an_end_is_open),
		cmocka_unit_test(what_a_stranger_typed_is_no_field),
		cmocka_unit_test(
		    lines_that_are_not_whole_or_not_ours_are_passed_over),
		cmocka_unit_test(a_line_without_its_newline_is_never_read_past),
		cmocka_unit_test(an_end_closes_what_an_older_part_began),
		cmocka_unit_test(of_too_many_ends_none_closes_another),
		cmocka_unit_test(of_too_many_the_last_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
