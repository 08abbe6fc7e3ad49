/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/source.h"

static void
check(uid_t uid, const char *rhost, const char *tty, const char *want)
{
	char key[SOURCE_MAX + 1];

	source_key(uid, rhost, tty, key);
	assert_string_equal(key, want);
}

static void
an_address_is_its_own_source(void **state)
{
	(void)state;
	check(0, "192.0.2.7", "ssh", "192.0.2.7");
}

static void
ipv6_is_counted_by_its_64(void **state)
{
	(void)state;
	check(0, "2001:db8:1:2:3:4:5:6", "ssh", "2001:db8:1:2::");
	check(0, "2001:db8:1:2:ffff::1", "ssh", "2001:db8:1:2::");
	check(0, "fe80::1%eth0", "ssh", "fe80::");
}

static void
mapped_ipv4_is_ipv4_and_not_all_of_it_one_64(void **state)
{
	(void)state;
	check(0, "::ffff:192.0.2.7", "ssh", "192.0.2.7");
}

static void
a_name_is_no_address_so_the_tty_counts(void **state)
{
	(void)state;
	check(0, "host.example.com", "ssh", "tty:ssh");
	check(0, "", "/dev/tty1", "tty:tty1");
	check(0, "", "tty1", "tty:tty1");
	check(0, "1.2.3", "", "unknown");
	check(0, "", "/dev/", "unknown");
}

static void
a_tty_cannot_pose_as_a_uid_or_an_address(void **state)
{
	(void)state;
	check(0, "", "uid:1000", "tty:uid:1000");
	check(0, "", "192.0.2.7", "tty:192.0.2.7");
}

static void
the_longest_hints_fit(void **state)
{
	char hint[65];

	(void)state;
	memset(hint, 'x', sizeof(hint) - 1);
	hint[64] = '\0';
	check(0, hint, hint,
	    "tty:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

/* R-IPC-2 */
static void
hints_of_others_than_uid_0_do_not_count(void **state)
{
	(void)state;
	check(1000, "192.0.2.7", "tty1", "uid:1000");
	check(4294967294u, "", "", "uid:4294967294");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_its_own_source),
		cmocka_unit_test(ipv6_is_counted_by_its_64),
		cmocka_unit_test(mapped_ipv4_is_ipv4_and_not_all_of_it_one_64),
		cmocka_unit_test(a_name_is_no_address_so_the_tty_counts),
		cmocka_unit_test(a_tty_cannot_pose_as_a_uid_or_an_address),
		cmocka_unit_test(the_longest_hints_fit),
		cmocka_unit_test(hints_of_others_than_uid_0_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
