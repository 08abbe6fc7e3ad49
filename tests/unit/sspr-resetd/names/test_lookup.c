/* SPDX-License-Identifier: MIT */
/*
 * The accounts and groups are those that every Debian system has: root with
 * its group root, daemon, nobody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "names/lookup.h"

/* No lists but these. */
static struct ipc_account
look_up_by(const struct conf *c, const char *name, uint32_t uid)
{
	struct ipc_lookup q = { .id = 42, .uid = uid };
	struct groups g = { .found = NULL };
	struct ipc_account a;

	assert_true(snprintf(q.name, sizeof(q.name), "%s", name) >= 0);
	memset(&a, 0xff, sizeof(a));
	lookup_account(&q, c, &g, &a);
	groups_clear(&g);
	assert_int_equal(a.id, 42);
	return a;
}

static struct ipc_account
look_up(const char *name, uint32_t uid, const char *admins)
{
	struct conf c = { .uid_min = 1000 };

	assert_true(snprintf(c.admin_groups, sizeof(c.admin_groups), "%s",
			admins) >= 0);
	return look_up_by(&c, name, uid);
}

static void
expect_nobody(struct ipc_account a)
{
	assert_int_equal(a.flags, 0);
	assert_int_equal(a.uid, IPC_NOBODY);
	assert_string_equal(a.name, "");
	assert_string_equal(a.backend, "");
	assert_string_equal(a.admin, "");
}

static void
an_account_is_found_by_name(void **state)
{
	const struct ipc_account a = look_up("root", IPC_NOBODY, "");

	(void)state;
	assert_int_equal(a.flags, ACCOUNT_FOUND | ACCOUNT_SHELL);
	assert_int_equal(a.uid, 0);
	assert_string_equal(a.name, "root");
	assert_string_equal(a.backend, "files");
}

static void
an_account_is_found_by_uid(void **state)
{
	const struct ipc_account a = look_up("", 0, "");

	(void)state;
	assert_int_equal(a.flags, ACCOUNT_FOUND | ACCOUNT_SHELL);
	assert_int_equal(a.uid, 0);
	assert_string_equal(a.name, "root");
}

static void
a_name_counts_more_than_a_uid(void **state)
{
	(void)state;
	assert_int_equal(look_up("root", 1, "").uid, 0);
}

static void
a_service_account_has_no_login(void **state)
{
	const struct ipc_account a = look_up("daemon", IPC_NOBODY, "");

	(void)state;
	assert_int_equal(a.flags, ACCOUNT_FOUND);
}

static void
a_member_of_a_configured_group_is_an_administrator(void **state)
{
	const int all = ACCOUNT_FOUND | ACCOUNT_SHELL | ACCOUNT_ADMIN;

	(void)state;
	assert_int_equal(look_up("root", 0, "root").flags, all);
	assert_int_equal(look_up("root", 0, "daemon root").flags, all);
	assert_int_equal(look_up("", 0, "root daemon").flags, all);
	assert_int_equal(look_up("daemon", 0, "root").flags, ACCOUNT_FOUND);
}

static void
the_first_group_that_makes_an_administrator_is_told(void **state)
{
	(void)state;
	assert_string_equal(look_up("root", 0, "daemon root").admin, "root");
	assert_string_equal(look_up("root", 0, "daemon").admin, "");
	assert_string_equal(look_up("daemon", 0, "").admin, "");
}

static const struct {
	size_t offset;
	uint16_t flag;
} lists[] = {
	{ offsetof(struct conf, enable_groups), ACCOUNT_ENABLED },
	{ offsetof(struct conf, never_groups), ACCOUNT_NEVER },
	{ offsetof(struct conf, two_groups), ACCOUNT_TWO },
	{ offsetof(struct conf, desk_groups), ACCOUNT_DESK },
	{ offsetof(struct conf, admin_groups), ACCOUNT_ADMIN },
};

static void
each_list_of_groups_has_its_flag(void **state)
{
	const uint16_t plain = ACCOUNT_FOUND | ACCOUNT_SHELL;
	struct conf c;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		memset(&c, 0, sizeof(c));
		memcpy((char *)&c + lists[i].offset, "root", 5);
		assert_int_equal(look_up_by(&c, "root", 0).flags,
		    plain | lists[i].flag);
		memcpy((char *)&c + lists[i].offset, "daemon", 7);
		assert_int_equal(look_up_by(&c, "root", 0).flags, plain);
		assert_int_equal(look_up_by(&c, "daemon", 0).flags,
		    ACCOUNT_FOUND | lists[i].flag);
	}
}

/* R-POL-1: not `no administrator', but nothing. */
static void
a_group_that_got_lost_makes_everybody_nobody(void **state)
{
	const struct ipc_lookup q = { .id = 42, .name = "root" };
	struct groups g = { .found = NULL };
	struct ipc_account a;
	struct conf c;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const bool keeps = lists[i].flag == ACCOUNT_ENABLED;

		memset(&c, 0, sizeof(c));
		memcpy((char *)&c + lists[i].offset, "no-such-group root", 19);
		assert_non_null(g.found = strdup("no-such-group "));
		lookup_account(&q, &c, &g, &a);
		assert_int_equal(a.flags,
		    keeps ? ACCOUNT_FOUND | ACCOUNT_SHELL | lists[i].flag : 0);
		assert_string_equal(a.name, keeps ? "root" : "");
		assert_string_equal(g.lost, keeps ? "" : "no-such-group");
		groups_clear(&g);
	}
}

static void
a_configured_group_need_not_exist(void **state)
{
	(void)state;
	assert_int_equal(look_up("root", 0, "no-such-group root").flags,
	    ACCOUNT_FOUND | ACCOUNT_SHELL | ACCOUNT_ADMIN);
	assert_int_equal(look_up("root", 0, "no-such-group").flags,
	    ACCOUNT_FOUND | ACCOUNT_SHELL);
}

static void
a_new_configuration_forgets_what_was_listed(void **state)
{
	struct conf c = { .admin_groups = "root one",
		.never_groups = "two",
		.two_groups = "three one",
		.enable_groups = "two four",
		.desk_groups = "two" };
	struct groups g = { .found = NULL };

	(void)state;
	assert_int_equal(lookup_list(&c, &g, 0), SSPR_OK);
	assert_int_equal(g.n, 5);
	assert_string_equal(g.listed[0].name, "root");
	assert_true(g.listed[0].strict);
	assert_string_equal(g.listed[4].name, "four");
	assert_false(g.listed[4].strict);
	g.listed[0].until_ms = UINT64_MAX;
	assert_non_null(g.found = strdup("one "));
	assert_int_equal(lookup_list(&c, &g, 0), SSPR_OK);
	assert_int_equal(g.n, 5);
	assert_int_equal(g.listed[0].until_ms, 0);
	assert_string_equal(g.found, "one ");
	groups_clear(&g);
	assert_int_equal(g.n, 0);
}

static void
who_is_not_found_is_nobody(void **state)
{
	(void)state;
	expect_nobody(look_up("no-such-user", 0, "root"));
	expect_nobody(look_up("", 3999999999u, "root"));
	expect_nobody(look_up("", IPC_NOBODY, "root"));
	expect_nobody(look_up("ROOT", 0, "root"));
}

static void
a_name_that_cannot_be_one_is_nobody(void **state)
{
	(void)state;
	expect_nobody(look_up("ro/ot", 0, ""));
	expect_nobody(look_up("-root", 0, ""));
	expect_nobody(look_up("root\n", 0, ""));
}

/* 65534 is what the kernel calls a uid that it cannot map. */
static void
the_unmapped_uid_is_nobody(void **state)
{
	(void)state;
	expect_nobody(look_up("nobody", 0, ""));
	expect_nobody(look_up("", 65534, ""));
}

static void
a_uid_is_told_or_that_there_surely_is_none(void **state)
{
	uid_t uid = 77;

	(void)state;
	assert_int_equal(lookup_uid("no-such-user", &uid), SSPR_NO_USER);
	assert_int_equal(lookup_uid("ro/ot", &uid), SSPR_MALFORMED);
	assert_int_equal(lookup_uid("nobody", &uid), SSPR_MALFORMED);
	assert_int_equal(uid, 77);
	assert_int_equal(lookup_uid("root", &uid), SSPR_OK);
	assert_int_equal(uid, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_is_found_by_name),
		cmocka_unit_test(an_account_is_found_by_uid),
		cmocka_unit_test(a_name_counts_more_than_a_uid),
		cmocka_unit_test(a_service_account_has_no_login),
		cmocka_unit_test(
		    a_member_of_a_configured_group_is_an_administrator),
		cmocka_unit_test(
		    the_first_group_that_makes_an_administrator_is_told),
		cmocka_unit_test(each_list_of_groups_has_its_flag),
		cmocka_unit_test(a_group_that_got_lost_makes_everybody_nobody),
		cmocka_unit_test(a_configured_group_need_not_exist),
		cmocka_unit_test(a_new_configuration_forgets_what_was_listed),
		cmocka_unit_test(who_is_not_found_is_nobody),
		cmocka_unit_test(a_name_that_cannot_be_one_is_nobody),
		cmocka_unit_test(the_unmapped_uid_is_nobody),
		cmocka_unit_test(a_uid_is_told_or_that_there_surely_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
