/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "slapd.h"

static char *said;

/* What is checked with the settings that slapd_settings() wrote last. */
static enum sspr_err
checked(const char *name, uid_t uid)
{
	char path[80];
	enum sspr_err e;
	size_t len;
	FILE *f;

	free(said);
	(void)snprintf(path, sizeof(path), "%s/settings", slapd.dir);
	f = open_memstream(&said, &len);
	assert_non_null(f);
	e = check_run(f, path, getuid(), name, uid);
	assert_int_equal(fclose(f), 0);
	return e;
}

static void
what_works_is_told_step_by_step(void **state)
{
	struct settings s;

	(void)state;
	slapd_settings(slapd_uri("ldap"), &s);
	assert_int_equal(checked("alice", 1001), SSPR_OK);
	assert_non_null(strstr(said, "its certificate is good"));
	assert_non_null(strstr(said, "To it we are dn:" SLAPD_SERVICE));
	assert_non_null(strstr(said, "Its entry is " SLAPD_ALICE));
	assert_non_null(strstr(said, "State: it can be reset"));
	assert_null(strstr(said, "service secret"));
}

static void
each_server_is_asked(void **state)
{
	struct settings s;
	char uris[200];

	(void)state;
	(void)snprintf(uris, sizeof(uris), "%s ldap://127.0.0.1:%u",
	    slapd_uri("ldapi"), slapd_port());
	slapd_settings(uris, &s);
	assert_int_equal(checked("alice", 1001), SSPR_DIRECTORY);
	assert_non_null(strstr(said, "on this host"));
	assert_non_null(strstr(said, "Does it run there"));
	assert_non_null(strstr(said, "State: it can be reset"));
}

static void
what_stands_against_an_account_is_told(void **state)
{
	struct settings s;

	(void)state;
	slapd_settings(slapd_uri("ldapi"), &s);
	assert_int_equal(checked("bob", 1002), SSPR_ACCOUNT);
	assert_non_null(strstr(said, "State: without a password"));
	assert_int_equal(checked("alice", 1002), SSPR_ACCOUNT);
	assert_non_null(strstr(said, "name and uid are of two entries"));
	assert_int_equal(checked("nobody", 4999), SSPR_ACCOUNT);
	assert_non_null(strstr(said, "State: not found"));
}

static void
a_wrong_password_of_ours_gets_a_hint(void **state)
{
	struct settings s;

	(void)state;
	slapd_write("password", "wrong\n");
	slapd_settings(slapd_uri("ldaps"), &s);
	assert_int_equal(checked("alice", 1001), SSPR_SETUP);
	assert_non_null(strstr(said, "bind: Invalid credentials"));
	assert_non_null(strstr(said, "is bind_dn right"));
	slapd_write("password", "service secret\n");
}

static void
settings_that_are_wrong_end_it(void **state)
{
	(void)state;
	slapd_write("settings", "[directory]\nuri = x\n");
	assert_int_equal(checked("alice", 1001), SSPR_CONFIG);
	assert_non_null(strstr(said, "line 2: uri: "));
	slapd_write("settings", "[directory]\nuri = ldapi:///\nbase = dc=x\n");
	assert_int_not_equal(checked("alice", 1001), SSPR_OK);
}

static int
setup(void **state)
{
	static const struct slapd_person people[] = {
		{ "alice", "alice", 1001, "userPassword: secret\n" },
		{ "bob", "bob", 1002, "" },
	};

	(void)state;
	slapd_setup(people, 2);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(said);
	slapd_teardown();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_works_is_told_step_by_step),
		cmocka_unit_test(each_server_is_asked),
		cmocka_unit_test(what_stands_against_an_account_is_told),
		cmocka_unit_test(a_wrong_password_of_ours_gets_a_hint),
		cmocka_unit_test(settings_that_are_wrong_end_it),
	};

	if (!slapd_is_here()) {
		puts("skipped: no " SLAPD_PROGRAM);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
