/* SPDX-License-Identifier: MIT */
/*
 * The groups are those that every Debian system has: root 0, daemon 1, bin 2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "names/groups.h"

static const gid_t mine[] = { 4711, 1, 2 }; /* of daemon and bin */

#define MINE (sizeof(mine) / sizeof(mine[0]))

static void
expect(struct groups *g, const char *words, bool strict, const char *first)
{
	char name[GROUPS_NAME_MAX + 1] = "unset";

	assert_int_equal(groups_match(g, words, strict, mine, MINE, name),
	    SSPR_OK);
	assert_string_equal(name, first);
}

static void
the_first_group_of_the_list_is_told(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "daemon", true, "daemon");
	expect(&g, "root bin daemon", true, "bin");
	expect(&g, "root", true, "");
	expect(&g, "", true, "");
	groups_clear(&g);
}

static void
a_group_that_never_was_found_need_not_exist(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "no-such-group daemon", true, "daemon");
	expect(&g, "no-such-group", true, "");
	groups_clear(&g);
}

static void
what_was_found_is_remembered_once(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "daemon no-such-group root", true, "daemon");
	assert_string_equal(g.found, "daemon root ");
	expect(&g, "root bin", true, "bin");
	assert_string_equal(g.found, "daemon root bin ");
	groups_clear(&g);
	assert_null(g.found);
}

/* R-POL-1 */
static void
a_group_that_was_found_must_be_found_for_ever(void **state)
{
	struct groups g = { .found = NULL };
	char name[GROUPS_NAME_MAX + 1] = "unset";

	(void)state;
	assert_non_null(g.found = strdup("bin no-such-group "));
	assert_int_equal(groups_match(&g, "daemon no-such-group", true, mine,
			     MINE, name),
	    SSPR_SYSTEM);
	assert_string_equal(name, "unset");
	assert_string_equal(g.lost, "no-such-group");
	expect(&g, "daemon", true, "daemon");
	expect(&g, "no-such", true, "");
	groups_clear(&g);
	assert_string_equal(g.lost, "");
}

static void
lists_that_are_not_strict_forget(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "daemon", false, "daemon");
	assert_null(g.found);
	assert_non_null(g.found = strdup("no-such-group "));
	expect(&g, "no-such-group bin", false, "bin");
	groups_clear(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_group_of_the_list_is_told),
		cmocka_unit_test(a_group_that_never_was_found_need_not_exist),
		cmocka_unit_test(what_was_found_is_remembered_once),
		cmocka_unit_test(a_group_that_was_found_must_be_found_for_ever),
		cmocka_unit_test(lists_that_are_not_strict_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
