/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "entry.h"
#include "link.h"
#include "slapd.h"

static const struct slapd_person people[] = {
	{ "alice", "alice", 1001, "userPassword: secret\n" },
	{ "bob", "bob", 1002,
	    "userPassword: secret\npwdAccountLockedTime: 000001010000Z\n" },
	{ "carol", "carol", 1003, "userPassword: secret\nshadowExpire: 1\n" },
	{ "dave", "dave", 1004, "" },
	{ "erin", "erin", 1005, "userPassword: secret\n" },
	{ "erin2", "erin2", 1005, "userPassword: secret\n" },
	{ "frank", "Frank", 1006, "userPassword: secret\n" },
	{ "george", "george", 1007, "userPassword: secret\n" },
	{ "george+cn=x", "george", 1017, "userPassword: secret\n" },
	{ "harry", "harry", 1008, "userPassword: secret\n" },
	{ "irene", "irene", 1009, "userPassword: secret\n" },
	{ "karen", "karen", 1011,
	    "userPassword: secret\npwdAccountLockedTime: 20251122000000Z\n"
	    "pwdFailureTime: 20251122000000.5Z\n"
	    "pwdFailureTime: 20251121000000Z\n" },
	{ "laura", "laura", 1012,
	    "userPassword: secret\npwdAccountLockedTime: 20251122000000Z\n"
	    "pwdFailureTime: 20251121000000Z\n" },
	{ "j*", "j*)(uid=*", 1010, "userPassword: secret\nuid: j*\n" },
};

static struct settings s;
static LDAP *ld;
static struct entry e;
static char why[SETTINGS_WHY_MAX + 1];

static enum verdict
found(const char *name, uid_t uid)
{
	entry_free(&e);
	assert_int_equal(entry_find(ld, &s, name, uid, &e, why), SSPR_OK);
	assert_int_equal(e.dn == NULL,
	    e.state == VERDICT_ABSENT || e.state == VERDICT_AMBIGUOUS);
	assert_int_equal(why[0] == '\0', e.state == VERDICT_FINE);
	return e.state;
}

static void
an_account_is_found_by_both_or_by_uid(void **state)
{
	(void)state;
	assert_int_equal(found("alice", 1001), VERDICT_FINE);
	assert_string_equal(e.dn, SLAPD_ALICE);
	assert_int_equal(strlen(e.mark), 40); /* RFC 4533's CSN of OpenLDAP */
	assert_int_equal(found("", 1001), VERDICT_FINE);
	assert_string_equal(e.dn, SLAPD_ALICE);
	assert_int_equal(found("nobody", 4999), VERDICT_ABSENT);
	assert_int_equal(found("", 4999), VERDICT_ABSENT);
}

/* R-SET-2 */
static void
name_and_uid_must_lead_to_the_one_entry(void **state)
{
	(void)state;
	assert_int_equal(found("alice", 1002), VERDICT_AMBIGUOUS);
	assert_int_equal(found("alice", 4999), VERDICT_AMBIGUOUS);
	assert_int_equal(found("nobody", 1001), VERDICT_AMBIGUOUS);
	assert_int_equal(found("erin", 1005), VERDICT_AMBIGUOUS);
	assert_int_equal(found("", 1005), VERDICT_AMBIGUOUS);
	assert_int_equal(found("george", 1007), VERDICT_AMBIGUOUS);
}

static void
a_name_is_the_same_byte_for_byte(void **state)
{
	(void)state;
	assert_int_equal(found("Frank", 1006), VERDICT_FINE);
	assert_int_equal(found("FRANK", 1006), VERDICT_AMBIGUOUS);
	assert_int_equal(found("Alice", 1001), VERDICT_AMBIGUOUS);
	assert_int_equal(found("alice ", 1001), VERDICT_AMBIGUOUS);
}

static void
a_name_cannot_be_part_of_the_filter(void **state)
{
	(void)state;
	assert_int_equal(found("*", 1001), VERDICT_AMBIGUOUS);
	assert_int_equal(found("al*", 1001), VERDICT_AMBIGUOUS);
	assert_int_equal(found("x)(uid=*", 4999), VERDICT_ABSENT);
	assert_int_equal(found("\\2a", 4999), VERDICT_ABSENT);
	assert_int_equal(found("j*)(uid=*", 1010), VERDICT_FINE);
}

/* R-SET-2 */
static void
its_state_is_told(void **state)
{
	(void)state;
	assert_int_equal(found("bob", 1002), VERDICT_LOCKED);
	assert_string_equal(why,
	    "pwdAccountLockedTime: locked by an administrator");
	assert_int_equal(found("karen", 1011), VERDICT_GUESSED);
	assert_int_equal(found("laura", 1012), VERDICT_LOCKED);
	assert_int_equal(found("carol", 1003), VERDICT_EXPIRED);
	assert_int_equal(found("dave", 1004), VERDICT_BARE);
}

static void
wrong_passwords_lock_for_a_while(void **state)
{
	char text[LINK_WHY_MAX + 1];
	struct secret wrong;
	LDAP *user;

	(void)state;
	assert_int_equal(secret_set(&wrong, "wrong", 5), SSPR_OK);
	assert_int_equal(found("irene", 1009), VERDICT_FINE);
	for (int i = 0; i < 50 && found("irene", 1009) == VERDICT_FINE; i++)
		assert_int_equal(link_open_as(&s, e.dn, &wrong, &user, text),
		    SSPR_PASSWORD);
	assert_int_equal(found("irene", 1009), VERDICT_GUESSED);
}

static void
who_may_not_search_for_passwords_finds_none(void **state)
{
	char text[LINK_WHY_MAX + 1];
	LDAP *ours = ld;

	(void)state;
	s.auth = SETTINGS_ANONYMOUS;
	assert_int_equal(link_open(&s, &ld, text), SSPR_OK);
	assert_int_equal(found("alice", 1001), VERDICT_BARE);
	link_close(ld);
	ld = ours;
	s.auth = SETTINGS_SIMPLE;
}

static void
a_base_or_filter_that_is_wrong_is_a_matter_of_settings(void **state)
{
	struct settings bad = s;
	struct entry none = { .dn = NULL };

	(void)state;
	memcpy(bad.base, "dc=none", 8);
	assert_int_equal(entry_find(ld, &bad, "alice", 1001, &none, why),
	    SSPR_SETUP);
	bad = s;
	memcpy(bad.filter, "(()", 4);
	assert_int_equal(entry_find(ld, &bad, "alice", 1001, &none, why),
	    SSPR_SETUP);
	assert_null(none.dn);
}

static void
a_server_that_fell_silent_is_told(void **state)
{
	struct entry none = { .dn = NULL };

	(void)state;
	slapd_pause();
	assert_int_equal(entry_find(ld, &s, "alice", 1001, &none, why),
	    SSPR_DIRECTORY);
	slapd_stop();
	assert_int_equal(entry_find(ld, &s, "alice", 1001, &none, why),
	    SSPR_DIRECTORY);
	assert_null(none.dn);
}

static int
setup(void **state)
{
	char text[LINK_WHY_MAX + 1];

	(void)state;
	slapd_setup(people, sizeof(people) / sizeof(people[0]));
	slapd_settings(slapd_uri("ldapi"), &s);
	return link_open(&s, &ld, text) == SSPR_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	entry_free(&e);
	link_close(ld);
	slapd_teardown();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_is_found_by_both_or_by_uid),
		cmocka_unit_test(name_and_uid_must_lead_to_the_one_entry),
		cmocka_unit_test(a_name_is_the_same_byte_for_byte),
		cmocka_unit_test(a_name_cannot_be_part_of_the_filter),
		cmocka_unit_test(its_state_is_told),
		cmocka_unit_test(wrong_passwords_lock_for_a_while),
		cmocka_unit_test(who_may_not_search_for_passwords_finds_none),
		cmocka_unit_test(
		    a_base_or_filter_that_is_wrong_is_a_matter_of_settings),
		cmocka_unit_test(a_server_that_fell_silent_is_told),
	};

	if (!slapd_is_here()) {
		puts("skipped: no " SLAPD_PROGRAM);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
