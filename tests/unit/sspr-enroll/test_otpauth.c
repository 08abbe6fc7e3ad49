/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "otpauth.h"

static void
everything_it_says_is_taken(void **state)
{
	struct otpauth o;

	(void)state;
	assert_int_equal(otpauth_parse("otpauth://totp/ACME%20Co:"
				       "alice%40example.com?secret=ABCD"
				       "&issuer=ACME%20Co&algorithm=SHA256"
				       "&digits=8&period=60&image=x",
			     &o),
	    SSPR_OK);
	assert_string_equal(o.account, "alice@example.com");
	assert_string_equal(o.issuer, "ACME Co");
	assert_string_equal(o.algorithm, "SHA256");
	assert_int_equal(o.digits, 8);
	assert_int_equal(o.period, 60);
}

static void
what_it_leaves_out_is_as_apps_take_it(void **state)
{
	struct otpauth o;

	(void)state;
	assert_int_equal(otpauth_parse("otpauth://totp/alice?secret=A", &o),
	    SSPR_OK);
	assert_string_equal(o.account, "alice");
	assert_string_equal(o.issuer, "");
	assert_string_equal(o.algorithm, "SHA1");
	assert_int_equal(o.digits, 6);
	assert_int_equal(o.period, 30);
	assert_int_equal(otpauth_parse("otpauth://totp/web1%3A%20bob?secret=A",
			     &o),
	    SSPR_OK);
	assert_string_equal(o.account, "bob");
	assert_string_equal(o.issuer, "web1");
}

static void
what_is_no_such_uri_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"otpauth://totp/",
		"otpauth://totp/?secret=A",
		"otpauth://totp/alice",
		"otpauth://totp/alice?",
		"otpauth://totp/alice?secret=A&",
		"otpauth://totp/alice?secret",
		"otpauth://hotp/alice?secret=A&counter=0",
		"https://totp/alice?secret=A",
		"otpauth://totp/al%ice?secret=A",
		"otpauth://totp/alice%?secret=A",
		"otpauth://totp/alice%4?secret=A",
		"otpauth://totp/al%00ice?secret=A",
		"otpauth://totp/al%1bice?secret=A",
		"otpauth://totp/al%ffice?secret=A",
		"otpauth://totp/alice?issuer=%e2%80%ae",
		"otpauth://totp/web1:?secret=A",
		"otpauth://totp/alice?digits=5",
		"otpauth://totp/alice?digits=9",
		"otpauth://totp/alice?digits=6x",
		"otpauth://totp/alice?digits=",
		"otpauth://totp/alice?digits=00000000006",
		"otpauth://totp/alice?period=0",
		"otpauth://totp/alice?period=301",
		"otpauth://totp/alice?period=-1",
		"otpauth://totp/alice?algorithm=MD5",
		"otpauth://totp/alice?algorithm=SHA1024",
	};
	struct otpauth o = { .account = "as it was" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(otpauth_parse(bad[i], &o), SSPR_MALFORMED);
	assert_string_equal(o.account, "as it was");
}

static void
the_longest_uri_fits_and_no_longer_one(void **state)
{
	char uri[PROTO_URI_MAX + 2] = "otpauth://totp/";
	struct otpauth o;
	size_t at = strlen(uri);

	(void)state;
	memset(uri + at, 'a', sizeof(uri) - at);
	memcpy(uri + PROTO_URI_MAX - 9, "?secret=A", 10);
	assert_int_equal(otpauth_parse(uri, &o), SSPR_OK);
	assert_int_equal(strlen(o.account), PROTO_URI_MAX - 9 - at);
	memcpy(uri + PROTO_URI_MAX - 9, "?secret=AB", 11);
	assert_int_equal(otpauth_parse(uri, &o), SSPR_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_it_says_is_taken),
		cmocka_unit_test(what_it_leaves_out_is_as_apps_take_it),
		cmocka_unit_test(what_is_no_such_uri_is_refused),
		cmocka_unit_test(the_longest_uri_fits_and_no_longer_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
