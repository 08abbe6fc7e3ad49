/* SPDX-License-Identifier: MIT */
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/member.h"

/* In group root by its gid, and in one whose name only the gid leads to. */
static gid_t gids[] = { 4711, 0, 4712 };
static char names[][MEMBER_NAME_MAX + 1] = { "Wizards", "", "" };
static const struct member somebody = { .name = "somebody",
	.uid = 4711,
	.gids = gids,
	.names = names,
	.n = 3 };

static bool
is_in(const char *group)
{
	bool is = false;

	assert_int_equal(member_is_in(&somebody, group, &is), SSPR_OK);
	return is;
}

static bool
is_in_any(const char *groups)
{
	bool is = false;

	assert_int_equal(member_is_in_any(&somebody, groups, &is), SSPR_OK);
	return is;
}

static void
a_group_is_found_by_either_of_its_names([[maybe_unused]] void **state)
{
	assert_true(is_in("Wizards"));
	assert_true(is_in("wizards"));
	assert_true(is_in("root"));
	assert_false(is_in("daemon"));
	assert_false(is_in("no-such-group-here"));
	assert_false(is_in(""));
}

static void
one_of_a_list_is_enough([[maybe_unused]] void **state)
{
	assert_false(is_in_any(""));
	assert_false(is_in_any("   "));
	assert_false(is_in_any("daemon no-such-group-here"));
	assert_true(is_in_any("daemon  root "));
	assert_true(is_in_any(" wizards"));
	assert_false(is_in_any("wizard"));
}

static void
a_word_longer_than_any_option_is_not_believed([[maybe_unused]] void **state)
{
	char list[600];
	bool is = true;

	memset(list, 'x', sizeof(list) - 1);
	list[sizeof(list) - 1] = '\0';
	assert_int_equal(member_is_in_any(&somebody, list, &is), SSPR_SYSTEM);
	assert_true(is);
}

static void
gids_are_those_given([[maybe_unused]] void **state)
{
	assert_true(member_has_gid(&somebody, 0));
	assert_true(member_has_gid(&somebody, 4712));
	assert_false(member_has_gid(&somebody, 4713));
}

/* Root has its own group everywhere. */
static void
groups_come_from_nss([[maybe_unused]] void **state)
{
	struct member m;
	bool is;

	assert_int_equal(member_open(&m, "root", 0, 0), SSPR_OK);
	assert_string_equal(m.name, "root");
	assert_true(m.n >= 1);
	assert_true(member_has_gid(&m, 0));
	assert_int_equal(member_is_in(&m, "ROOT", &is), SSPR_OK);
	assert_true(is);
	member_close(&m);
	assert_null(m.gids);
}

/* Whom nobody lists is in the primary group alone, if it has a name or not. */
static void
a_gid_without_a_name_counts_by_its_number([[maybe_unused]] void **state)
{
	const gid_t none = 2000000123;
	struct member m;
	bool is;

	if (getgrgid(none) != NULL)
		skip();
	assert_int_equal(member_open(&m, "no-such-user-here", 4711, none),
	    SSPR_OK);
	assert_int_equal(m.n, 1);
	assert_string_equal(m.names[0], "");
	assert_true(member_has_gid(&m, none));
	assert_int_equal(member_is_in(&m, "root", &is), SSPR_OK);
	assert_false(is);
	member_close(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_is_found_by_either_of_its_names),
		cmocka_unit_test(one_of_a_list_is_enough),
		cmocka_unit_test(a_word_longer_than_any_option_is_not_believed),
		cmocka_unit_test(gids_are_those_given),
		cmocka_unit_test(groups_come_from_nss),
		cmocka_unit_test(a_gid_without_a_name_counts_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
