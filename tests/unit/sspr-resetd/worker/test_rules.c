/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/rules.h"
#include "worker/sudoers.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOT_HERE "/nonexistent/sspr"
#define LONG     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONGER   LONG LONG LONG LONG LONG LONG LONG LONG

/* Of groups that are not those of the host, and of root by its gid. */
static gid_t gids[] = { 1005, 4711, 4712, 0 };
static char names[][MEMBER_NAME_MAX + 1] = { "staff-of-ours", "domain users",
	"dom\xc3\xa4nen-admins", "" };
static const struct member alice = { .name = "alice",
	.uid = 1005,
	.gids = gids,
	.names = names,
	.n = COUNT(gids) };

static char path[] = "/tmp/sspr-rules-XXXXXX";

static int
setup([[maybe_unused]] void **state)
{
	const int fd = mkstemp(path);

	return fd == -1 ? -1 : close(fd);
}

static int
teardown([[maybe_unused]] void **state)
{
	return unlink(path);
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Whether a file of sudo grants alice anything, by the real converter. */
static bool
by_sudoers(const char *rules)
{
	bool any = false;
	char *text;
	size_t len;

	put(rules);
	assert_int_equal(sudoers_print(RULES_CONVERTER, path, 20000, &text,
			     &len),
	    SSPR_OK);
	assert_int_equal(rules_of_sudo(text, len, &alice, &any), SSPR_OK);
	free(text);
	return any;
}

static bool
by_ldif(const char *text)
{
	bool any = false;

	assert_int_equal(rules_of_sudo(text, strlen(text), &alice, &any),
	    SSPR_OK);
	return any;
}

static bool
by_doas(const char *text)
{
	bool any = false;

	assert_int_equal(rules_of_doas(text, strlen(text), &alice, &any),
	    SSPR_OK);
	return any;
}

/* Some of what Debian installs. */
static const char stock[] =
    "Defaults	env_reset\n"
    "Defaults	secure_path=\"/usr/local/sbin:/usr/local/bin:/sbin\"\n"
    "Defaults	use_pty\n"
    "root	ALL=(ALL:ALL) ALL\n"
    "%sudo	ALL=(ALL:ALL) ALL\n"
    "@includedir /nonexistent\n";

/* R-POL-1 */
static void
what_debian_installs_makes_nobody_else_an_administrator(
    [[maybe_unused]] void **state)
{
	assert_false(by_sudoers(stock));
	assert_false(by_sudoers(""));
	assert_false(by_sudoers("Defaults env_reset\nDefaults:alice noexec\n"));
}

/* R-POL-1 */
static const struct {
	const char *rules;
	bool any;
} sudo_rows[] = {
	{ "alice ALL=(ALL) ALL\n", true },
	{ "Alice ALL=/usr/bin/ls\n", true },
	{ "alice elsewhere=(bob) NOPASSWD: /usr/bin/ls\n", true },
	{ "alice ALL=!ALL\n", true },
	{ "bob,alice ALL=ALL\n", true },
	{ "bob ALL=ALL\nalice ALL=ALL\n", true },
	{ "bob ALL=ALL\n", false },
	{ "alicea,xalice,alic ALL=ALL\n", false },
	{ "bob ALL=(alice) ALL\n", false },
	{ "bob alice=ALL\n", false },
	{ "bob ALL=/usr/bin/alice alice\n", false },
	{ "#1005 ALL=ALL\n", true },
	{ "#1006 ALL=ALL\n", false },
	{ "%staff-of-ours ALL=ALL\n", true },
	{ "%Staff-Of-Ours ALL=ALL\n", true },
	{ "%staff-of ALL=ALL\n", false },
	{ "%alice ALL=ALL\n", false },
	{ "%root ALL=ALL\n", true },
	{ "%daemon ALL=ALL\n", false },
	{ "%#4711 ALL=ALL\n", true },
	{ "%#1006 ALL=ALL\n", false },
	{ "\"%domain users\" ALL=ALL\n", true },
	{ "%domain\\ users ALL=ALL\n", true },
	{ "%dom\xc3\xa4nen-admins ALL=ALL\n", true },
	{ "%dom\xc3\xa4nen-user ALL=ALL\n", false },
	{ "+netgroup ALL=ALL\n", true },
	{ "%:elsewhere ALL=ALL\n", true },
	{ "ALL ALL=/usr/bin/ls\n", true },
	{ "ALL,!alice ALL=ALL\n", true },
	{ "!bob ALL=ALL\n", false },
	{ "!alice ALL=ALL\n", true },
	{ "User_Alias A = bob, %staff-of-ours\nA ALL=ALL\n", true },
	{ "User_Alias A = alice\nbob ALL=ALL\n", false },
	{ "User_Alias A = alice\nUser_Alias B = bob, A\nB ALL=ALL\n", true },
	{ "User_Alias A = !alice\n!A ALL=ALL\n", true },
	{ "User_Alias A = bob\nA ALL=ALL\n", false },
	{ "Cmnd_Alias A = /usr/bin/ls\nHost_Alias H = a\nalice H=A\n", true },
	{ "bob ALL=ALL : a=/usr/bin/ls\n", false },
};

static void
a_rule_that_names_the_account_counts([[maybe_unused]] void **state)
{
	for (size_t i = 0; i < COUNT(sudo_rows); i++)
		if (by_sudoers(sudo_rows[i].rules) != sudo_rows[i].any)
			fail_msg("%s", sudo_rows[i].rules);
}

/* An included file, which as any user cannot be one of a directory. */
static void
an_included_rule_counts([[maybe_unused]] void **state)
{
	char other[] = "/tmp/sspr-rules-XXXXXX", text[128];
	const int fd = mkstemp(other);

	assert_int_equal(write(fd, "alice ALL=ALL\n", 14), 14);
	close(fd);
	snprintf(text, sizeof(text), "bob ALL=ALL\n@include %s\n", other);
	assert_true(by_sudoers(text));
	unlink(other);
}

/* Lines that cvtsudoers does not print today. */
static void
a_line_that_is_not_clear_counts([[maybe_unused]] void **state)
{
	assert_false(by_ldif("sudoUser: bob"));
	assert_true(by_ldif("sudoUser: alice"));
	assert_true(by_ldif("dn: x\nsudoUser: bob\nsudoUser: alice\n\n"));
	assert_false(by_ldif("xsudoUser: alice\nsudoCommand: alice\n"));
	assert_true(by_ldif("sudoUser:"));
	assert_true(by_ldif("sudoUser:\n"));
	assert_true(by_ldif("sudoUser: \n"));
	assert_true(by_ldif("sudoUser:bob\n"));
	assert_true(by_ldif("sudoUser:< file:///x\n"));
	assert_true(by_ldif("sudoUser: #\n"));
	assert_true(by_ldif("sudoUser: #-1\n"));
	assert_true(by_ldif("sudoUser: %#x\n"));
	assert_true(by_ldif("sudoUser: !\n"));
	assert_true(by_ldif("sudoUser: !!alice\n"));
	assert_false(by_ldif("sudoUser: !!bob\n"));
	assert_true(by_ldif("sudoUser: " LONGER LONGER LONGER "\n"));
	assert_false(by_ldif("sudoUser: " LONGER "\n"));
	assert_false(by_ldif("sudoCommand: " LONGER LONGER LONGER "\n"));
}

/* RFC 2849: what is not safe to print is base64. */
static void
a_name_in_base64_is_read_too([[maybe_unused]] void **state)
{
	assert_true(by_ldif("sudoUser:: YWxpY2U=\n"));
	assert_false(by_ldif("sudoUser:: Ym9i\n"));
	assert_false(by_ldif("sudoUser:: w7xuw68=\n"));
	assert_true(by_ldif("sudoUser:: QUxM\n"));
	assert_true(by_ldif("sudoUser:: \n"));
	assert_true(by_ldif("sudoUser:: Ym9i*\n"));
	assert_true(by_ldif("sudoUser:: Y=m9i\n"));
	assert_true(by_ldif("sudoUser:: AGJvYg==\n"));
	assert_true(by_ldif("sudoUser::Ym9i\n"));
}

static void
a_text_with_a_nul_counts([[maybe_unused]] void **state)
{
	static const char text[] = "sudoUser: bob\0\nsudoUser: bob\n";
	bool any = false;

	assert_int_equal(rules_of_sudo(text, sizeof(text) - 1, &alice, &any),
	    SSPR_OK);
	assert_true(any);
	any = false;
	assert_int_equal(rules_of_doas("\0", 1, &alice, &any), SSPR_OK);
	assert_true(any);
	assert_int_equal(rules_of_doas("", 0, &alice, &any), SSPR_OK);
	assert_false(any);
}

/* R-POL-1 */
static const struct {
	const char *text;
	bool any;
} doas_rows[] = {
	{ "permit alice\n", true },
	{ "permit alice", true },
	{ "\tpermit  nopass keepenv\talice as root cmd ls args x\n", true },
	{ "permit bob\n", false },
	{ "permit bob as alice\n", false },
	{ "permit bob cmd alice # alice\n", false },
	{ "permit bob # alice\npermit alice\n", true },
	{ "# permit alice\n   # x \\\n\n", false },
	{ "permit 1005\n", true },
	{ "permit 1006\n", false },
	{ "permit :staff-of-ours\n", true },
	{ "permit persist :root\n", true },
	{ "permit persist :daemon\n", false },
	{ "permit :wheel-of-nobody\n", false },
	{ "permit :4711\n", true },
	{ "permit :4713\n", false },
	{ "permit setenv { A=b -C D } bob\n", false },
	{ "permit setenv { A=b -C alice } bob\n", false },
	{ "permit setenv {A=b} persist nolog alice\n", true },
	{ "permit bob setenv { X=alice }\n", false },
	{ "deny alice\n", false },
	{ "deny alice\npermit bob\n", false },
	{ "permit alice\ndeny alice\n", true },
	{ "permit\n", true },
	{ "permit :\n", true },
	{ "permit # alice\n", true },
	{ "permit setenv { A=b\n", true },
	{ "permit setenv { A=\"} x \" } bob\n", true },
	{ "permit \"bob\"\n", true },
	{ "permit bob cmd \"alice\"\n", false },
	{ "permit \\\nalice\n", true },
	{ "permit bob cmd x \\\n", true },
	{ "allow bob\n", true },
	{ "\"permit\" bob\n", true },
	{ "permit bob " LONGER LONGER LONGER "\n", true },
	{ "# " LONGER LONGER LONGER "\n", false },
};

static void
a_rule_of_doas_that_permits_or_is_not_clear_counts(
    [[maybe_unused]] void **state)
{
	for (size_t i = 0; i < COUNT(doas_rows); i++)
		if (by_doas(doas_rows[i].text) != doas_rows[i].any)
			fail_msg("%s", doas_rows[i].text);
}

static void
expect_look(const struct rules_place *place, enum sspr_err want, bool any)
{
	const char *why = NULL;
	bool found = !any;

	assert_int_equal(rules_look(place, &alice, &found, &why), want);
	assert_int_equal(found, want == SSPR_OK ? any : !any);
	assert_true(want == SSPR_OK || why != NULL);
}

/* Nothing is installed, or sudo was, and its file was left. */
static void
no_rules_where_nothing_is_installed([[maybe_unused]] void **state)
{
	struct rules_place place = { .sudoers = NOT_HERE,
		.converter = RULES_CONVERTER,
		.sudo = { NOT_HERE, "/bin/sh" },
		.doas = NOT_HERE };

	expect_look(&place, SSPR_OK, false);
	put("alice ALL=ALL\n");
	place.sudoers = path;
	place.converter = NOT_HERE;
	place.sudo[1] = NULL;
	expect_look(&place, SSPR_OK, false);
}

/* R-POL-1: never "not an administrator" because something is broken. */
static void
what_cannot_be_read_leaves_it_unknown([[maybe_unused]] void **state)
{
	struct rules_place place = { .sudoers = path,
		.converter = NOT_HERE,
		.sudo = { NOT_HERE, "/bin/sh" },
		.doas = NOT_HERE };

	put("bob ALL=ALL\n");
	expect_look(&place, SSPR_SYSTEM, false);
	place.converter = path;
	expect_look(&place, SSPR_SYSTEM, false);
	place.converter = "/bin/false";
	expect_look(&place, SSPR_SYSTEM, false);
	place.converter = RULES_CONVERTER;
	put("bob ALL(\n");
	expect_look(&place, SSPR_SYSTEM, false);
	place.sudoers = NOT_HERE;
	place.doas = "/";
	expect_look(&place, SSPR_SYSTEM, false);
	place.doas = "/dev/zero";
	expect_look(&place, SSPR_SYSTEM, false);
}

/* R-POL-1 */
static void
either_of_the_two_is_enough([[maybe_unused]] void **state)
{
	struct rules_place place = { .sudoers = path,
		.converter = RULES_CONVERTER,
		.sudo = { NOT_HERE },
		.doas = NOT_HERE };

	put("bob ALL=ALL\n");
	expect_look(&place, SSPR_OK, false);
	put("alice ALL=ALL\n");
	expect_look(&place, SSPR_OK, true);
	place.sudoers = NOT_HERE;
	place.doas = path;
	put("permit bob\n");
	expect_look(&place, SSPR_OK, false);
	put("permit alice\n");
	expect_look(&place, SSPR_OK, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_debian_installs_makes_nobody_else_an_administrator),
		cmocka_unit_test(a_rule_that_names_the_account_counts),
		cmocka_unit_test(an_included_rule_counts),
		cmocka_unit_test(a_line_that_is_not_clear_counts),
		cmocka_unit_test(a_name_in_base64_is_read_too),
		cmocka_unit_test(a_text_with_a_nul_counts),
		cmocka_unit_test(
		    a_rule_of_doas_that_permits_or_is_not_clear_counts),
		cmocka_unit_test(no_rules_where_nothing_is_installed),
		cmocka_unit_test(what_cannot_be_read_leaves_it_unknown),
		cmocka_unit_test(either_of_the_two_is_enough),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
