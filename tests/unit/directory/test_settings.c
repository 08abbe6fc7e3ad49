/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "settings.h"

#define HEAD  "[directory]\n"
#define LEAST HEAD "uri = ldaps://a.example\nbase = dc=example\n"
#define LOCAL HEAD "uri = ldapi:///\nbase = dc=example\n"

static struct settings s;
static char why[SETTINGS_WHY_MAX + 1];
static char dir[] = "/tmp/sspr-settings-XXXXXX";
static char file[60], secret[60], other[60];

static enum sspr_err
parse(const char *text)
{
	return settings_parse(text, strlen(text), &s, why);
}

static void
what_is_not_given_has_its_standard(void **state)
{
	(void)state;
	assert_int_equal(parse(LEAST), SSPR_OK);
	assert_string_equal(s.uri, "ldaps://a.example");
	assert_string_equal(s.base, "dc=example");
	assert_string_equal(s.filter, "(objectClass=posixAccount)");
	assert_string_equal(s.name, "uid");
	assert_string_equal(s.number, "uidNumber");
	assert_string_equal(s.bind_dn, "");
	assert_string_equal(s.ca_file, "/etc/ssl/certs/ca-certificates.crt");
	assert_int_equal(s.auth, SETTINGS_ANONYMOUS);
	assert_int_equal(s.seconds, 2);
}

static void
every_key_is_taken(void **state)
{
	(void)state;
	assert_int_equal(parse(
			     "# comment\n\n" HEAD "uri = ldap://a.example:3389 "
			     "ldaps://[2001:db8::1]/\n"
			     "base = ou=people,dc=example\nfilter = "
			     "(&(a=b)(!(c=d)))\n"
			     "name_attribute = cn\nuid_attribute = gidNumber\n"
			     "bind_dn = cn=service,dc=example\n"
			     "password_file = /etc/sspr/directory.password\n"
			     "sasl = none\nca_file = /etc/ca.pem\nseconds = "
			     "30"),
	    SSPR_OK);
	assert_string_equal(s.filter, "(&(a=b)(!(c=d)))");
	assert_string_equal(s.name, "cn");
	assert_string_equal(s.number, "gidNumber");
	assert_string_equal(s.bind_dn, "cn=service,dc=example");
	assert_string_equal(s.password_file, "/etc/sspr/directory.password");
	assert_string_equal(s.ca_file, "/etc/ca.pem");
	assert_int_equal(s.auth, SETTINGS_SIMPLE);
	assert_int_equal(s.seconds, 30);
	assert_int_equal(parse(LOCAL "sasl = external\n"), SSPR_OK);
	assert_int_equal(s.auth, SETTINGS_EXTERNAL);
}

static void
uris_come_one_by_one(void **state)
{
	const char *rest = " ldap://a \tldapi:///\t";
	char uri[SETTINGS_TEXT_MAX + 1];

	(void)state;
	assert_true(settings_next_uri(&rest, uri));
	assert_string_equal(uri, "ldap://a");
	assert_true(settings_next_uri(&rest, uri));
	assert_string_equal(uri, "ldapi:///");
	assert_false(settings_next_uri(&rest, uri));
}

/* R-CFG-1 */
static void
what_is_not_understood_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "uri is missing" },
		{ HEAD "uri = ldap://a\n", "base is missing" },
		{ "uri = ldap://a\n",
		    "line 1: uri: stands before [directory]" },
		{ "[other]\n", "line 1: other: unknown section" },
		{ HEAD HEAD, "line 2: directory: section given twice" },
		{ LEAST "tls = no\n", "line 4: tls: unknown key" },
		{ LEAST "base = dc=b\n", "line 4: base: given twice" },
		{ LEAST "x\n", "line 4: neither [section] nor key = value" },
		{ LEAST "seconds = 0\n",
		    "line 4: seconds: not a number from 1 to 30" },
		{ LEAST "seconds = 31\n",
		    "line 4: seconds: not a number from 1 to 30" },
		{ LEAST "seconds = 05\n",
		    "line 4: seconds: not a number from 1 to 30" },
		{ LEAST "seconds =\n",
		    "line 4: seconds: not a number from 1 to 30" },
		{ LEAST "sasl = EXTERNAL\n",
		    "line 4: sasl: neither none nor external" },
		{ LEAST "filter = uid=*\n",
		    "line 4: filter: a filter is in one pair of parentheses" },
		{ LEAST "filter = (a=b)(c=d)\n",
		    "line 4: filter: a filter is in one pair of parentheses" },
		{ LEAST "filter = (a=b))(\n",
		    "line 4: filter: a filter is in one pair of parentheses" },
		{ LEAST "filter = ((a=b)\n",
		    "line 4: filter: a filter lacks parentheses" },
		{ LEAST "filter = ()\n",
		    "line 4: filter: a filter lacks parentheses" },
		{ LEAST "name_attribute = uid)(x\n",
		    "line 4: name_attribute: not the name of an attribute" },
		{ LEAST "uid_attribute = 1x\n",
		    "line 4: uid_attribute: not the name of an attribute" },
		{ LEAST "ca_file = ca.pem\n",
		    "line 4: ca_file: not an absolute path" },
		{ LEAST "bind_dn = service\n",
		    "line 4: bind_dn: not a distinguished name" },
		{ LEAST "bind_dn = cn=service\n",
		    "bind_dn and password_file need each other" },
		{ LEAST "password_file = /x\n",
		    "bind_dn and password_file need each other" },
		{ LEAST "sasl = external\n",
		    "sasl = external is for ldapi:// only" },
		{ LOCAL "sasl = external\nbind_dn = cn=x\npassword_file=/x\n",
		    "sasl = external allows no bind_dn" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&s, 'x', sizeof(s));
		assert_int_equal(parse(rows[i].text), SSPR_CONFIG);
		assert_string_equal(why, rows[i].why);
		assert_int_equal(s.seconds, 0x78787878);
	}
}

static void
a_uri_has_a_scheme_and_a_place_only(void **state)
{
	static const char *const bad[] = { "", "a.example", "LDAP://a",
		"http://a", "cldap://a", "ldap://", "ldap:///", "ldap://a/dc=b",
		"ldap://a?x", "ldap://a:70000", "ldap://a:b", "ldap://u@a",
		"ldap://a ldap://", "ldapi://run", "ldapi:///run/ldapi",
		"ldapi://%2Frun/x", "ldap://a,b" };
	static const char *const good[] = { "ldap://a", "ldap://a/",
		"ldaps://a:1", "ldap://[::1]:389", "ldap://192.0.2.1",
		"ldapi:///", "ldapi://%2Frun%2Fslapd%2Fldapi" };
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    HEAD "uri = %s\nbase = dc=a\n", bad[i]);
		if (parse(text) != SSPR_CONFIG)
			fail_msg("%s", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    HEAD "uri = %s\nbase = dc=a\n", good[i]);
		if (parse(text) != SSPR_OK)
			fail_msg("%s: %s", good[i], why);
	}
}

static void
put(const char *path, const char *text, size_t len, mode_t mode)
{
	FILE *f;

	(void)unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* Settings with a password file of these bytes and this mode. */
static enum sspr_err
read_with(const char *password, size_t len, mode_t mode)
{
	char text[200];
	int n = snprintf(text, sizeof(text),
	    LEAST "bind_dn = cn=service\npassword_file = %s\n", secret);

	put(file, text, (size_t)n, 0644);
	put(secret, password, len, mode);
	return settings_read(file, getuid(), &s, why);
}

static void
the_password_is_the_first_line_of_its_file(void **state)
{
	char most[SECRET_MAX + 2];

	(void)state;
	assert_int_equal(read_with(" p w\nmore\n", 10, 0400), SSPR_OK);
	assert_int_equal(s.password.len, 4);
	assert_memory_equal(s.password.at, " p w", 5);
	assert_int_equal(read_with("pw", 2, 0600), SSPR_OK);
	assert_int_equal(s.password.len, 2);
	memset(most, 'x', sizeof(most));
	assert_int_equal(read_with(most, SECRET_MAX, 0600), SSPR_OK);
	assert_int_equal(read_with(most, SECRET_MAX + 1, 0600), SSPR_CONFIG);
	assert_int_equal(read_with(most, SECRET_MAX + 2, 0600), SSPR_CONFIG);
	assert_int_equal(read_with("", 0, 0600), SSPR_CONFIG);
	assert_int_equal(read_with("\npw\n", 4, 0600), SSPR_CONFIG);
	assert_int_equal(read_with("p\0w\n", 4, 0600), SSPR_CONFIG);
	assert_non_null(strstr(why, "a NUL is in it"));
	settings_wipe(&s);
	assert_int_equal(s.password.len, 0);
}

static void
files_that_others_can_touch_are_refused(void **state)
{
	static const mode_t bad[] = { 0440, 0404, 0620, 0602, 0610 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_with("pw", 2, bad[i]), SSPR_CONFIG);
	assert_int_equal(read_with("pw", 2, 0400), SSPR_OK);
	assert_int_equal(chmod(file, 0664), 0);
	assert_int_equal(settings_read(file, getuid(), &s, why), SSPR_CONFIG);
	assert_int_equal(chmod(file, 0646), 0);
	assert_int_equal(settings_read(file, getuid(), &s, why), SSPR_CONFIG);
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(settings_read(file, getuid() + 1, &s, why),
	    SSPR_CONFIG);
}

static void
links_and_what_is_no_file_are_refused(void **state)
{
	(void)state;
	assert_int_equal(read_with("pw", 2, 0400), SSPR_OK);
	assert_int_equal(symlink(file, other), 0);
	assert_int_equal(settings_read(other, getuid(), &s, why), SSPR_CONFIG);
	assert_non_null(strstr(why, "a symbolic link"));
	assert_int_equal(settings_read(dir, getuid(), &s, why), SSPR_CONFIG);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(settings_read(other, getuid(), &s, why), SSPR_GONE);
	assert_int_equal(unlink(secret), 0);
	assert_int_equal(settings_read(file, getuid(), &s, why), SSPR_CONFIG);
	assert_int_equal(mkfifo(secret, 0600), 0);
	assert_int_equal(settings_read(file, getuid(), &s, why), SSPR_CONFIG);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/conf", dir);
	(void)snprintf(secret, sizeof(secret), "%s/secret", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(file);
	(void)unlink(secret);
	(void)unlink(other);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_has_its_standard),
		cmocka_unit_test(every_key_is_taken),
		cmocka_unit_test(uris_come_one_by_one),
		cmocka_unit_test(
		    what_is_not_understood_is_refused_with_its_line),
		cmocka_unit_test(a_uri_has_a_scheme_and_a_place_only),
		cmocka_unit_test(the_password_is_the_first_line_of_its_file),
		cmocka_unit_test(files_that_others_can_touch_are_refused),
		cmocka_unit_test(links_and_what_is_no_file_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
