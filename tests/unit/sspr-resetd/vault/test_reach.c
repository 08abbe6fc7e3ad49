/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf.h"
#include "vault/reach.h"

static struct conf conf;

static int
set_up(void **state)
{
	(void)state;
	conf_default(&conf);
	snprintf(conf.sms_command, sizeof(conf.sms_command), "/bin/sms");
	snprintf(conf.landline_command, sizeof(conf.landline_command),
	    "/bin/call");
	snprintf(conf.email_command, sizeof(conf.email_command), "/bin/mail");
	snprintf(conf.sms_countries, sizeof(conf.sms_countries), "+49 +1555");
	snprintf(conf.sms_deny, sizeof(conf.sms_deny), "+49900 +49137");
	snprintf(conf.deny_domains, sizeof(conf.deny_domains),
	    "corp.example mail.Example");
	return 0;
}

static void
the_form_of_an_address_tells_how_it_is_reached(void **state)
{
	(void)state;
	assert_int_equal(reach_by(METHOD_SMS, "+4915112345678"), METHOD_SMS);
	assert_int_equal(reach_by(METHOD_LANDLINE, "+4930123456"),
	    METHOD_LANDLINE);
	assert_int_equal(reach_by(METHOD_EMAIL, "a@b.example"), METHOD_EMAIL);
	assert_int_equal(reach_by(METHOD_NOTICE, "+4915112345678"), METHOD_SMS);
	assert_int_equal(reach_by(METHOD_NOTICE, "a@b.example"), METHOD_EMAIL);
	assert_int_equal(reach_by(METHOD_SMS, "a@b.example"), METHOD_UNKNOWN);
	assert_int_equal(reach_by(METHOD_EMAIL, "+4915112345678"),
	    METHOD_UNKNOWN);
	assert_int_equal(reach_by(METHOD_NOTICE, ""), METHOD_UNKNOWN);
	assert_int_equal(reach_by(METHOD_APP, "+4915112345678"),
	    METHOD_UNKNOWN);
}

/* R-DEL-3: a list of countries is mandatory, premium ranges are denied. */
static void
only_numbers_of_the_countries_are_sent_to(void **state)
{
	(void)state;
	assert_true(reach_is_open(&conf, METHOD_SMS, "+4915112345678"));
	assert_true(reach_is_open(&conf, METHOD_LANDLINE, "+15551234567"));
	assert_false(reach_is_open(&conf, METHOD_SMS, "+4490012345678"));
	assert_false(reach_is_open(&conf, METHOD_SMS, "+15541234567"));
	assert_false(reach_is_open(&conf, METHOD_SMS, "+49900123456"));
	assert_false(reach_is_open(&conf, METHOD_NOTICE, "+49137123456"));
	conf.sms_countries[0] = '\0';
	assert_false(reach_is_open(&conf, METHOD_SMS, "+4915112345678"));
	snprintf(conf.sms_countries, sizeof(conf.sms_countries), "+ +44");
	assert_false(reach_is_open(&conf, METHOD_SMS, "+4915112345678"));
}

static void
what_has_no_command_is_not_sent_to(void **state)
{
	(void)state;
	conf.sms_command[0] = '\0';
	assert_false(reach_is_open(&conf, METHOD_SMS, "+4915112345678"));
	assert_false(reach_is_open(&conf, METHOD_NOTICE, "+4915112345678"));
	assert_true(reach_is_open(&conf, METHOD_LANDLINE, "+4915112345678"));
	conf.landline_command[0] = '\0';
	assert_false(reach_is_open(&conf, METHOD_LANDLINE, "+4915112345678"));
	assert_true(reach_is_open(&conf, METHOD_EMAIL, "a@b.example"));
	conf.email_command[0] = '\0';
	assert_false(reach_is_open(&conf, METHOD_EMAIL, "a@b.example"));
}

static void
codes_do_not_go_to_mailboxes_that_the_password_opens(void **state)
{
	static const char *const denied[] = { "a@corp.example",
		"a@CORP.example", "a@mx.corp.example", "a@mail.example" };

	(void)state;
	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
		assert_false(reach_is_open(&conf, METHOD_EMAIL, denied[i]));
		assert_true(reach_is_open(&conf, METHOD_NOTICE, denied[i]));
	}
	assert_true(reach_is_open(&conf, METHOD_EMAIL, "a@notcorp.example"));
	assert_true(reach_is_open(&conf, METHOD_EMAIL, "a@corp.example.org"));
	assert_true(reach_is_open(&conf, METHOD_EMAIL, "a@example"));
}

static void
reads(const char *typed, const char *want)
{
	char address[ADDRESS_MAX + 1];

	reach_read(typed, address);
	assert_string_equal(address, want);
}

static void
addresses_are_read_as_people_type_them(void **state)
{
	(void)state;
	reads("+4915112345678", "+4915112345678");
	reads("  +49 (0)151 / 123-456.78 ", "+4915112345678");
	reads("0049 151 12345678", "+4915112345678");
	reads("(0049) 151", "(0049) 151"); /* too clever: refused */
	reads(" Ann.Smith@Example.ORG ", "Ann.Smith@example.org");
	reads("0151 12345678", "0151 12345678"); /* no country: refused */
	reads("", "");
	reads("+", "+");
	reads("00", "+");
}

/* R-DEL-2: what is no address does not become one. */
static void
nothing_is_cut_to_an_address(void **state)
{
	static const char *const typed[] = { "+1555;id", "+1555123\n4567",
		"$(id)@x.example", "-oQ/tmp/x@x.example", "a@b.example\n",
		"a@b.example, c@d.example", "+1555123456\xd9\xa1",
		"+49151\t12345678", "a b@c.example", "+4915112345678x",
		"\ta@b.example" };
	char address[ADDRESS_MAX + 1], long_one[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		reach_read(typed[i], address);
		assert_false(address_is_number(address));
		assert_false(address_is_mail(address));
	}
	memset(long_one, '1', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	long_one[0] = '+';
	reads(long_one, "");
	long_one[0] = 'a';
	memcpy(long_one + 1, "@b.example", 10);
	memset(long_one + 11, 'e', sizeof(long_one) - 12);
	reads(long_one, "");
}

static void
counts_as(const char *address, const char *want)
{
	char target[ADDRESS_MAX + 1];

	reach_target(address, target);
	assert_string_equal(target, want);
}

/* R-DEL-3: spellings of one mailbox do not have caps of their own. */
static void
a_mailbox_is_counted_once_however_it_is_spelt(void **state)
{
	(void)state;
	counts_as("ann@example.org", "ann@example.org");
	counts_as("Ann@EXAMPLE.org", "ann@example.org");
	counts_as("ann+1@example.org", "ann@example.org");
	counts_as("ann+a+b@example.org", "ann@example.org");
	counts_as("+4915112345678", "+4915112345678");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    the_form_of_an_address_tells_how_it_is_reached, set_up),
		cmocka_unit_test_setup(
		    only_numbers_of_the_countries_are_sent_to, set_up),
		cmocka_unit_test_setup(what_has_no_command_is_not_sent_to,
		    set_up),
		cmocka_unit_test_setup(
		    codes_do_not_go_to_mailboxes_that_the_password_opens,
		    set_up),
		cmocka_unit_test(addresses_are_read_as_people_type_them),
		cmocka_unit_test(nothing_is_cut_to_an_address),
		cmocka_unit_test(a_mailbox_is_counted_once_however_it_is_spelt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
