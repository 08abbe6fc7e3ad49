/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "verdict.h"

static const char csn[] = "20251123060000.123456Z#000000#000#000000";

static void
every_verdict_survives_its_line(void **state)
{
	char line[VERDICT_LINE_MAX + 1], mark[VERDICT_MARK_MAX + 1];
	enum verdict v;

	(void)state;
	for (int i = 0; i < VERDICT_COUNT; i++) {
		verdict_print((enum verdict)i, csn, line);
		assert_int_equal(verdict_parse(line, strlen(line), &v, mark),
		    SSPR_OK);
		assert_int_equal(v, i);
		assert_string_equal(mark, csn);
		assert_memory_equal(line, verdict_word(v),
		    strlen(verdict_word(v)));
	}
}

static void
the_longest_mark_has_room_in_any_line(void **state)
{
	char line[VERDICT_LINE_MAX + 1], mark[VERDICT_MARK_MAX + 2];
	enum verdict v;

	(void)state;
	memset(mark, 'x', sizeof(mark));
	mark[VERDICT_MARK_MAX] = '\0';
	for (int i = 0; i < VERDICT_COUNT; i++) {
		verdict_print((enum verdict)i, mark, line);
		assert_int_equal(line[strlen(line) - 1], '\n');
		assert_int_equal(verdict_parse(line, strlen(line), &v, mark),
		    SSPR_OK);
	}
	mark[VERDICT_MARK_MAX] = 'x';
	mark[VERDICT_MARK_MAX + 1] = '\0';
	verdict_print(VERDICT_FINE, mark, line);
	assert_string_equal(line, "fine -\n");
}

static void
what_cannot_be_a_mark_is_none(void **state)
{
	static const char *const bad[] = { "", "a b", "a\nb", "\x7f",
		"\xc3\xa4", "a\t", "a\"", "a\\" };
	char line[VERDICT_LINE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		verdict_print(VERDICT_LOCKED, bad[i], line);
		assert_string_equal(line, "locked -\n");
	}
}

static void
any_other_line_is_refused(void **state)
{
	static const char *const bad[] = { "", "\n", " \n", "fine", "fine\n",
		"fine \n", "fine -", "fine -\n\n", "fine - \n", "fine  -\n",
		" fine -\n", "Fine -\n", "fin -\n", "finer -\n", "fine a b\n",
		"fine \x01\n", "fine -\nlocked -\n", "fine \"\n", "fine \\\n" };
	char mark[VERDICT_MARK_MAX + 1] = "as it was";
	char line[] = "fine a\0b\n", most[VERDICT_MARK_MAX + 8];
	enum verdict v = VERDICT_SILENT;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (verdict_parse(bad[i], strlen(bad[i]), &v, mark) !=
		    SSPR_MALFORMED)
			fail_msg("row %zu", i);
	assert_int_equal(verdict_parse(line, sizeof(line) - 1, &v, mark),
	    SSPR_MALFORMED);
	memset(most, 'x', sizeof(most));
	memcpy(most, "fine ", 5);
	most[sizeof(most) - 1] = '\n';
	assert_int_equal(verdict_parse(most, sizeof(most), &v, mark),
	    SSPR_MALFORMED);
	assert_int_equal(v, VERDICT_SILENT);
	assert_string_equal(mark, "as it was");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verdict_survives_its_line),
		cmocka_unit_test(the_longest_mark_has_room_in_any_line),
		cmocka_unit_test(what_cannot_be_a_mark_is_none),
		cmocka_unit_test(any_other_line_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
