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

static struct ipc_account
look_up(const char *name, uint32_t uid, const char *admins)
{
	struct ipc_lookup q = { .id = 42, .uid = uid };
	struct ipc_account a;

	assert_true(snprintf(q.name, sizeof(q.name), "%s", name) >= 0);
	memset(&a, 0xff, sizeof(a));
	lookup_account(&q, admins, &a);
	assert_int_equal(a.id, 42);
	return a;
}

static void
expect_nobody(struct ipc_account a)
{
	assert_int_equal(a.flags, 0);
	assert_int_equal(a.uid, IPC_NOBODY);
	assert_string_equal(a.name, "");
	assert_string_equal(a.backend, "");
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
a_configured_group_need_not_exist(void **state)
{
	(void)state;
	assert_int_equal(look_up("root", 0, "no-such-group root").flags,
	    ACCOUNT_FOUND | ACCOUNT_SHELL | ACCOUNT_ADMIN);
	assert_int_equal(look_up("root", 0, "no-such-group").flags,
	    ACCOUNT_FOUND | ACCOUNT_SHELL);
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
		cmocka_unit_test(a_configured_group_need_not_exist),
		cmocka_unit_test(who_is_not_found_is_nobody),
		cmocka_unit_test(a_name_that_cannot_be_one_is_nobody),
		cmocka_unit_test(the_unmapped_uid_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
