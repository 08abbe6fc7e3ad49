/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/fold.h"

static locale_t rules;

static int
open_rules(void **state)
{
	(void)state;
	return fold_open(&rules) == SSPR_OK ? 0 : -1;
}

static int
close_rules(void **state)
{
	(void)state;
	freelocale(rules);
	return 0;
}

static struct fold
folded(const char *text)
{
	struct fold f;

	assert_int_equal(fold_text(rules, text, strlen(text), &f), SSPR_OK);
	return f;
}

static void
assert_same(const char *a, const char *b)
{
	const struct fold x = folded(a), y = folded(b);

	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.at, y.at, x.len * sizeof(x.at[0]));
}

static void
capitals_are_small_letters(void **state)
{
	(void)state;
	assert_same("ContoSO", "contoso");
	assert_same("abc xyz 23456789 !?", "ABC XYZ 23456789 !?");
	assert_same("", "");
}

static void
what_is_written_for_a_letter_is_that_letter(void **state)
{
	(void)state;
	assert_same("0", "O");
	assert_same("1", "L");
	assert_same("$", "S");
	assert_same("@", "A");
	assert_same("p0LL23fb", "poll23fb");
}

/* Whatever setlocale(3) was told: the worker runs with LC_ALL=C. */
static void
letters_of_other_scripts_have_their_small_ones(void **state)
{
	const struct fold f = folded("\xc3\x84");

	(void)state;
	assert_int_equal(f.len, 1);
	assert_int_equal(f.at[0], 0xe4);
	assert_same("STRA\xe1\xba\x9e"
		    "E",
	    "stra\xc3\x9f"
	    "e");
	assert_same("\xce\xa9\xce\xa3", "\xcf\x89\xcf\x83");
	assert_same("\xd0\x9f\xd0\x90\xd0\xa0", "\xd0\xbf\xd0\xb0\xd1\x80");
	assert_same("\xf0\x90\x90\x80", "\xf0\x90\x90\xa8");
	assert_same("\xe5\xaf\x86\xe7\xa0\x81", "\xe5\xaf\x86\xe7\xa0\x81");
}

static void
what_is_not_utf8_or_too_long_is_refused(void **state)
{
	char text[FOLD_MAX + 1];
	struct fold f = { .len = 7 };

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(fold_text(rules, "ab\xff", 3, &f), SSPR_MALFORMED);
	assert_int_equal(fold_text(rules, "ab\xc3", 3, &f), SSPR_MALFORMED);
	assert_int_equal(fold_text(rules, text, FOLD_MAX + 1, &f),
	    SSPR_MALFORMED);
	assert_int_equal(f.len, 7);
	assert_int_equal(fold_text(rules, text, FOLD_MAX, &f), SSPR_OK);
	assert_int_equal(f.len, FOLD_MAX);
}

static void
a_part_is_found_wherever_it_is(void **state)
{
	const struct fold all = folded("contoso"), none = folded("");

	(void)state;
	for (size_t at = 0; at < 7; at++)
		for (size_t n = 1; n <= 7 - at; n++) {
			char part[8] = "";
			struct fold f;

			memcpy(part, &"contoso"[at], n);
			f = folded(part);
			assert_true(fold_has(&all, &f));
		}
	for (const char *const *p = (const char *const[]){ "contosoo",
		 "ccontoso", "cont0ss", "d", NULL };
	     *p != NULL; p++) {
		const struct fold f = folded(*p);

		assert_false(fold_has(&all, &f));
	}
	assert_false(fold_has(&all, &none));
	assert_false(fold_has(&none, &all));
}

static void
nothing_is_left_of_a_wiped_one(void **state)
{
	static const struct fold zero;
	struct fold f = folded("Brand-New-Pw-77");

	(void)state;
	fold_wipe(&f);
	assert_memory_equal(&f, &zero, sizeof(f));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capitals_are_small_letters),
		cmocka_unit_test(what_is_written_for_a_letter_is_that_letter),
		cmocka_unit_test(
		    letters_of_other_scripts_have_their_small_ones),
		cmocka_unit_test(what_is_not_utf8_or_too_long_is_refused),
		cmocka_unit_test(a_part_is_found_wherever_it_is),
		cmocka_unit_test(nothing_is_left_of_a_wiped_one),
	};

	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
