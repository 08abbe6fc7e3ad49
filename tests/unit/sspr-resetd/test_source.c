/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define CONSOLES "console tty1 tty2 ttyS0"
#define SHARED   "192.0.2.64/26 2001:db8:5::/48"

static struct source
read_as(uid_t uid, const char *rhost, const char *tty, bool own)
{
	struct source s;

	memset(&s, 0x5a, sizeof(s));
	source_read(uid, rhost, tty, own, CONSOLES, SHARED, &s);
	assert_true(strlen(s.key) <= SOURCE_MAX && s.key[0] != '\0');
	return s;
}

/* What uid 0 hints at. */
static void
check(const char *rhost, const char *tty, enum source_kind kind,
    const char *key, const char *address)
{
	const struct source s = read_as(0, rhost, tty, false);

	assert_int_equal(s.kind, kind);
	assert_string_equal(s.key, key);
	assert_string_equal(s.address, address);
}

/* R-THR-5 */
static void
an_address_is_its_own_source([[maybe_unused]] void **state)
{
	check("192.0.2.7", "ssh", SOURCE_NET, "192.0.2.7", "192.0.2.7");
	check("192.0.2.7", "tty1", SOURCE_NET, "192.0.2.7", "192.0.2.7");
	check("255.255.255.255", "", SOURCE_NET, "255.255.255.255",
	    "255.255.255.255");
}

/* R-THR-5 */
static void
ipv6_is_counted_by_its_64_and_kept_in_full([[maybe_unused]] void **state)
{
	static const struct {
		const char *rhost, *key, *address;
	} rows[] = {
		{ "2001:db8:1:2:3:4:5:6",
		    "2001:db8:1:2::", "2001:db8:1:2:3:4:5:6" },
		{ "2001:DB8:1:2:ffff::1",
		    "2001:db8:1:2::", "2001:db8:1:2:ffff::1" },
		{ "2001:db8:1:3::1", "2001:db8:1:3::", "2001:db8:1:3::1" },
		{ "fe80::1%eth0", "fe80::", "fe80::1" },
		{ "fe80::1%", "fe80::", "fe80::1" },
		{ "::2", "::", "::2" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		    "ffff:ffff:ffff:ffff::",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i].rhost, "ssh", SOURCE_NET, rows[i].key,
		    rows[i].address);
}

/* R-THR-5: whoever has a /48 has 65536 of them. */
static void
ipv6_has_its_48_beside_the_64([[maybe_unused]] void **state)
{
	static const struct {
		const char *rhost, *wide;
	} rows[] = {
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1::" },
		{ "2001:db8:1:ffff::1%eth0", "2001:db8:1::" },
		{ "2001:db8:2:2::1", "2001:db8:2::" },
		{ "192.0.2.7", "192.0.2.7" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "::1", "self" },
		{ "somewhere", "unknown" },
	};
	struct source s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		s = read_as(0, rows[i].rhost, "ssh", false);
		assert_string_equal(s.wide, rows[i].wide);
	}
	s = read_as(0, "", "tty1", false);
	assert_string_equal(s.wide, "tty:tty1");
	s = read_as(1000, "2001:db8::1", "", false);
	assert_string_equal(s.wide, "uid:1000");
}

/* R-THR-5 */
static void
mapped_ipv4_is_ipv4_and_not_all_of_it_one_64([[maybe_unused]] void **state)
{
	check("::ffff:192.0.2.7", "ssh", SOURCE_NET, "192.0.2.7", "192.0.2.7");
	check("::ffff:c000:207", "ssh", SOURCE_NET, "192.0.2.7", "192.0.2.7");
	check("::fffe:c000:207", "ssh", SOURCE_NET, "::", "::fffe:c000:207");
}

/* R-THR-5 */
static void
loopback_is_this_host([[maybe_unused]] void **state)
{
	check("127.0.0.1", "ssh", SOURCE_SELF, "self", "127.0.0.1");
	check("127.255.3.4", "ssh", SOURCE_SELF, "self", "127.255.3.4");
	check("::1", "ssh", SOURCE_SELF, "self", "::1");
	check("::1%lo", "ssh", SOURCE_SELF, "self", "::1");
	check("::ffff:127.0.0.1", "ssh", SOURCE_SELF, "self", "127.0.0.1");
	check("128.0.0.1", "ssh", SOURCE_NET, "128.0.0.1", "128.0.0.1");
	check("126.255.255.255", "ssh", SOURCE_NET, "126.255.255.255",
	    "126.255.255.255");
}

/* R-THR-5 */
static void
an_address_of_this_host_is_this_host([[maybe_unused]] void **state)
{
	struct source s = read_as(0, "192.0.2.7", "ssh", true);

	assert_int_equal(s.kind, SOURCE_SELF);
	assert_string_equal(s.key, "self");
	assert_string_equal(s.address, "192.0.2.7");
	s = read_as(0, "host.example.com", "ssh", true);
	assert_int_equal(s.kind, SOURCE_UNKNOWN);
	s = read_as(0, "", "tty1", true);
	assert_int_equal(s.kind, SOURCE_CONSOLE);
}

/* R-THR-5: or whoever owns a reverse zone would sit at the console. */
static void
what_is_no_address_is_unknown_whatever_the_terminal(
    [[maybe_unused]] void **state)
{
	static const char *const names[] = { "host.example.com", "localhost",
		"UNKNOWN", "1.2.3", "127.1", "0177.0.0.1", "01.2.3.4",
		"1.2.3.4 ", " 1.2.3.4", "1.2.3.4:22", "[::1]", "1.2.3.4/32",
		"%eth0", "%", " ", ":", "::1::", "12345::", "tty1",
		"0x7f.0.0.1", "2130706433", "1.2.3.4\n", ":0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc" };

	for (size_t i = 0; i < COUNT(names); i++)
		check(names[i], "tty1", SOURCE_UNKNOWN, "unknown", "");
}

/* R-THR-5: the module says :: where it knows no address. */
static void
an_address_of_nobody_is_unknown([[maybe_unused]] void **state)
{
	check("::", "tty1", SOURCE_UNKNOWN, "unknown", "");
	check("0.0.0.0", "tty1", SOURCE_UNKNOWN, "unknown", "");
	check("::ffff:0.0.0.0", "tty1", SOURCE_UNKNOWN, "unknown", "");
	check("::%eth0", "tty1", SOURCE_UNKNOWN, "unknown", "");
}

/* R-THR-5 */
static void
a_listed_terminal_without_an_address_is_a_console([[maybe_unused]] void **state)
{
	check("", "tty1", SOURCE_CONSOLE, "tty:tty1", "");
	check("", "/dev/tty1", SOURCE_CONSOLE, "tty:tty1", "");
	check("", "ttyS0", SOURCE_CONSOLE, "tty:ttyS0", "");
	check("", "console", SOURCE_CONSOLE, "tty:console", "");
}

/* R-THR-5 */
static void
all_pseudo_terminals_are_one_source([[maybe_unused]] void **state)
{
	struct source s;

	check("", "pts/0", SOURCE_PTS, "pts", "");
	check("", "/dev/pts/4711", SOURCE_PTS, "pts", "");
	source_read(0, "", "pts/0", false, "tty1 pts/0", "", &s);
	assert_int_equal(s.kind, SOURCE_PTS);
}

/* R-THR-5: sshd's PAM_TTY is ssh, a display manager's is :0. */
static void
any_other_terminal_is_unknown([[maybe_unused]] void **state)
{
	static const char *const ttys[] = { "", "ssh", ":0", "tty", "tty3",
		"tty11", "TTY1", "/dev/", "/dev//dev/tty1", "dev/tty1", "/tty1",
		"tty1 tty2", " tty1", "tty1 ", "pts", "/dev/tty1/", "uid:1000",
		"self", "192.0.2.7" };

	for (size_t i = 0; i < COUNT(ttys); i++)
		check("", ttys[i], SOURCE_UNKNOWN, "unknown", "");
}

static void
without_a_list_there_is_no_console([[maybe_unused]] void **state)
{
	struct source s;

	source_read(0, "", "tty1", false, "", "", &s);
	assert_int_equal(s.kind, SOURCE_UNKNOWN);
	source_read(0, "", "tty1", false, "  tty2   tty1 ", "", &s);
	assert_int_equal(s.kind, SOURCE_CONSOLE);
	source_read(0, "", "", false, "  ", "", &s);
	assert_int_equal(s.kind, SOURCE_UNKNOWN);
}

static void
a_listed_name_that_does_not_fit_is_unknown([[maybe_unused]] void **state)
{
	struct source s;
	char tty[SOURCE_MAX + 1];

	memset(tty, 't', SOURCE_MAX);
	tty[SOURCE_MAX] = '\0';
	source_read(0, "", tty, false, tty, "", &s);
	assert_int_equal(s.kind, SOURCE_UNKNOWN);
	tty[SOURCE_MAX - 4] = '\0';
	source_read(0, "", tty, false, tty, "", &s);
	assert_int_equal(s.kind, SOURCE_CONSOLE);
	assert_int_equal(strlen(s.key), SOURCE_MAX);
}

/* R-IPC-2 */
static void
hints_of_others_than_uid_0_do_not_count([[maybe_unused]] void **state)
{
	struct source s = read_as(1000, "192.0.2.70", "tty1", true);

	assert_int_equal(s.kind, SOURCE_UID);
	assert_string_equal(s.key, "uid:1000");
	assert_string_equal(s.address, "");
	assert_false(s.shared);
	s = read_as(4294967294u, "", "", false);
	assert_string_equal(s.key, "uid:4294967294");
}

/* R-THR-5 */
static void
a_shared_address_is_still_counted_by_itself([[maybe_unused]] void **state)
{
	struct source s = read_as(0, "192.0.2.70", "ssh", false);

	assert_true(s.shared);
	assert_string_equal(s.key, "192.0.2.70");
	s = read_as(0, "192.0.2.63", "ssh", false);
	assert_false(s.shared);
	s = read_as(0, "2001:db8:5:9::1", "ssh", false);
	assert_true(s.shared);
	assert_string_equal(s.key, "2001:db8:5:9::");
	s = read_as(0, "", "tty1", false);
	assert_false(s.shared);
}

/* R-THR-5 */
static void
an_address_is_in_a_network_or_not([[maybe_unused]] void **state)
{
	static const struct {
		const char *address, *networks;
		bool is_in;
	} rows[] = {
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.8", false },
		{ "192.0.2.7", "192.0.2.0/24", true },
		{ "192.0.3.7", "192.0.2.0/24", false },
		{ "192.0.2.7", "192.0.2.7/32", true },
		{ "192.0.2.7", "192.0.2.6/31", true },
		{ "192.0.2.8", "192.0.2.6/31", false },
		{ "192.0.2.127", "192.0.2.0/25", true },
		{ "192.0.2.128", "192.0.2.0/25", false },
		{ "10.255.255.255", "10.0.0.0/8", true },
		{ "11.0.0.0", "10.0.0.0/8", false },
		{ "255.255.255.255", "128.0.0.0/1", true },
		{ "127.0.0.1", "128.0.0.0/1", false },
		{ "1.2.3.4", "0.0.0.0/0", true },
		{ "::1", "0.0.0.0/0", false },
		{ "1.2.3.4", "::/0", false },
		{ "2001:db8::1", "::/0", true },
		{ "2001:db8::1", "2001:db8::/32", true },
		{ "2001:db9::1", "2001:db8::/32", false },
		{ "2001:db8::1", "2001:db8::/127", true },
		{ "2001:db8::2", "2001:db8::/127", false },
		{ "2001:db8::1", "2001:db8::1/128", true },
		{ "2001:db8:8000::", "2001:db8:8000::/33", true },
		{ "2001:db8:7fff::", "2001:db8:8000::/33", false },
		{ "::ffff:192.0.2.7", "192.0.2.0/24", true },
		{ "192.0.2.7", "::ffff:192.0.2.0/120", true },
		{ "192.0.2.7", "::ffff:0:0/96", true },
		{ "192.0.3.7", "::ffff:192.0.2.0/120", false },
		{ "fe80::1%eth0", "fe80::/10", true },
		{ "192.0.2.7", "10.0.0.0/8 192.0.2.0/24", true },
		{ "192.0.2.7", "  10.0.0.0/8   192.0.2.7  ", true },
		{ "192.0.2.7", "", false },
		{ "192.0.2.7", " ", false },
		{ "192.0.2.7", "nonsense 192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.1/24", false },
		{ "host.example.com", "0.0.0.0/0 ::/0", false },
		{ "", "0.0.0.0/0 ::/0", false },
		{ "192.0.2.7x", "0.0.0.0/0", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(source_is_in(rows[i].address,
				     rows[i].networks),
		    rows[i].is_in);
}

/* R-CFG-1 */
static void
a_list_of_networks_is_taken_to_the_letter([[maybe_unused]] void **state)
{
	static const char *const good[] = { "", " ", "192.0.2.7",
		"::", "0.0.0.0/0", "::/0", "192.0.2.0/24 2001:db8::/32",
		"10.0.0.0/8", "::ffff:192.0.2.0/120", "2001:db8::1/128",
		"192.0.2.7/32",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128" };
	static const char *const bad[] = { "host", "192.0.2.1/24", "10.0.0.1/8",
		"192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/024",
		"192.0.2.0/00", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/ 8",
		"192.0.2.0/8x", "192.0.2.0/0x8", "192.0.2.0/24/24", "/24", "/",
		"192.0.2/24", "192.0.2.0/255.255.255.0", "fe80::1%eth0",
		"fe80::%eth0/64", "192.0.2.7,192.0.2.8", "192.0.2.7\t",
		"2001:db8::1/64", "::ffff:192.0.2.1/120", "::ffff:0:0/90",
		"192.0.2.0/4294967320", "192.0.2.7 x", "[::1]", "*" };

	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(source_are_networks(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(source_are_networks(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_its_own_source),
		cmocka_unit_test(ipv6_is_counted_by_its_64_and_kept_in_full),
		cmocka_unit_test(ipv6_has_its_48_beside_the_64),
		cmocka_unit_test(mapped_ipv4_is_ipv4_and_not_all_of_it_one_64),
		cmocka_unit_test(loopback_is_this_host),
		cmocka_unit_test(an_address_of_this_host_is_this_host),
		cmocka_unit_test(
		    what_is_no_address_is_unknown_whatever_the_terminal),
		cmocka_unit_test(an_address_of_nobody_is_unknown),
		cmocka_unit_test(
		    a_listed_terminal_without_an_address_is_a_console),
		cmocka_unit_test(all_pseudo_terminals_are_one_source),
		cmocka_unit_test(any_other_terminal_is_unknown),
		cmocka_unit_test(without_a_list_there_is_no_console),
		cmocka_unit_test(a_listed_name_that_does_not_fit_is_unknown),
		cmocka_unit_test(hints_of_others_than_uid_0_do_not_count),
		cmocka_unit_test(a_shared_address_is_still_counted_by_itself),
		cmocka_unit_test(an_address_is_in_a_network_or_not),
		cmocka_unit_test(a_list_of_networks_is_taken_to_the_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
