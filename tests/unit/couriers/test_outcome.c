/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "outcome.h"

/* What outcome_end writes; its status goes to *status. */
static const char *
said(const struct outcome *o, enum sspr_err e, int *status)
{
	static char line[512];
	int ends[2];
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	*status = outcome_end(o, e, "sms-x", ends[1]);
	close(ends[1]);
	n = read(ends[0], line, sizeof(line) - 1);
	assert_true(n >= 0);
	line[n] = '\0';
	close(ends[0]);
	return line;
}

static void
the_status_says_what_the_daemon_may_do(void **state)
{
	static const struct {
		enum sspr_err err;
		int status;
	} rows[] = { { SSPR_BUSY, 75 }, { SSPR_MALFORMED, 65 },
		{ SSPR_USAGE, 64 }, { SSPR_CONFIG, 78 }, { SSPR_DENIED, 69 },
		{ SSPR_SYSTEM, 69 }, { SSPR_NO_MEMORY, 69 },
		{ SSPR_TIMEOUT, 69 } };
	const struct outcome o = { 0 };
	int status;

	(void)state;
	assert_string_equal(said(&o, SSPR_OK, &status), "");
	assert_int_equal(status, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_not_equal(said(&o, rows[i].err, &status), "");
		assert_int_equal(status, rows[i].status);
	}
}

static void
one_line_says_why(void **state)
{
	struct outcome o = { 0 };
	int status;

	(void)state;
	assert_string_equal(said(&o, SSPR_MALFORMED, &status),
	    "sms-x: malformed message\n");
	assert_int_equal(outcome_note(&o, SSPR_BUSY, "it answered %d", 503),
	    SSPR_BUSY);
	assert_int_equal(outcome_note(&o, SSPR_DENIED, "later"), SSPR_DENIED);
	assert_string_equal(said(&o, SSPR_BUSY, &status),
	    "sms-x: it answered 503\n");
}

static void
a_long_reason_is_cut(void **state)
{
	struct outcome o = { 0 };
	char text[1000];
	int status;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(outcome_note(&o, SSPR_CONFIG, "%s", text),
	    SSPR_CONFIG);
	assert_int_equal(strlen(said(&o, SSPR_CONFIG, &status)),
	    strlen("sms-x: ") + sizeof(o.why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_says_what_the_daemon_may_do),
		cmocka_unit_test(one_line_says_why),
		cmocka_unit_test(a_long_reason_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
