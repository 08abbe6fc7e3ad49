/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "err.h"

/* clang-format off */

/* The table as it was written down, read a second time. */
static const struct row {
	enum sspr_err e;
	uint32_t number;
	enum sspr_err told;
	int exit;
	const char *text;
} rows[] = {
#define ERR(name, number, told, exit, text) \
	{ SSPR_##name, (number), SSPR_##told, exit, text },
#include "err.def"
};

/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
every_row_gives_its_text_exit_and_what_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(rows[i].e, rows[i].number);
		assert_string_equal(err_text(rows[i].e), rows[i].text);
		assert_int_equal(err_told(rows[i].e), rows[i].told);
		assert_int_equal(err_exit(rows[i].e), rows[i].exit);
	}
}

static void
no_number_is_used_twice_or_too_long_for_the_screen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		assert_true(rows[i].number <= ERR_MAX);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(rows[i].number, rows[j].number);
	}
}

/* Promise 10: who asks for another account cannot tell these apart. */
static void
what_would_tell_a_stranger_something_is_not_told(void **state)
{
	static const enum sspr_err silent[] = { SSPR_NO_USER, SSPR_NOT_ENROLLED,
		SSPR_CODE_WRONG, SSPR_CODE_REPLAY, SSPR_THROTTLED,
		SSPR_EXCLUDED, SSPR_SUSPENDED };

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		assert_int_equal(err_told(silent[i]), SSPR_DENIED);
		assert_int_equal(err_exit(silent[i]), err_exit(SSPR_DENIED));
	}
}

static void
what_is_told_is_told_as_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(err_told(rows[i].told), rows[i].told);
}

/* An unlock was what its owner wished for. */
static void
success_and_nothing_else_exits_with_zero(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(rows[i].exit == 0,
		    rows[i].e == SSPR_OK || rows[i].e == SSPR_UNLOCKED);
		assert_in_range(rows[i].exit, 0, 3);
		assert_true(rows[i].e == SSPR_OK || rows[i].told != SSPR_OK);
	}
}

static void
texts_are_lower_case_phrases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const char *t = rows[i].text;

		assert_true(t[0] >= 'a' && t[0] <= 'z');
		assert_true(strchr(t, '\n') == NULL);
		assert_int_not_equal(t[strlen(t) - 1], '.');
	}
}

static void
a_number_from_the_wire_is_one_of_ours_or_malformed(void **state)
{
	enum sspr_err e;

	(void)state;
	for (uint32_t n = 0; n < 70000; n++) {
		size_t i = 0;

		while (i < ROWS && rows[i].number != n)
			i++;
		e = SSPR_UNCERTAIN;
		if (i < ROWS) {
			assert_int_equal(err_number(n, &e), SSPR_OK);
			assert_int_equal(e, n);
		} else {
			assert_int_equal(err_number(n, &e), SSPR_MALFORMED);
			assert_int_equal(e, SSPR_UNCERTAIN);
		}
	}
	assert_int_equal(err_number(UINT32_MAX, &e), SSPR_MALFORMED);
	assert_int_equal(err_number(0x80000000u, &e), SSPR_MALFORMED);
}

static void
an_unknown_error_is_still_an_error(void **state)
{
	const enum sspr_err odd = (enum sspr_err)98;

	(void)state;
	assert_string_equal(err_text(odd), "unknown error");
	assert_int_not_equal(err_told(odd), SSPR_OK);
	assert_int_not_equal(err_exit(odd), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_row_gives_its_text_exit_and_what_is_told),
		cmocka_unit_test(
		    no_number_is_used_twice_or_too_long_for_the_screen),
		cmocka_unit_test(
		    what_would_tell_a_stranger_something_is_not_told),
		cmocka_unit_test(what_is_told_is_told_as_itself),
		cmocka_unit_test(success_and_nothing_else_exits_with_zero),
		cmocka_unit_test(texts_are_lower_case_phrases),
		cmocka_unit_test(
		    a_number_from_the_wire_is_one_of_ours_or_malformed),
		cmocka_unit_test(an_unknown_error_is_still_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
