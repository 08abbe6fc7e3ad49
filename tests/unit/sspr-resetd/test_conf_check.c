/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf_check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What makes the methods that send messages complete. */
#define SMS   "[sms]\ncommand = /bin/s x\ncountries = +49 +1\n"
#define PHONE "[landline]\ncommand = /bin/l\n"
#define MAIL  "[email]\ncommand = /bin/m\n"

static enum sspr_err
parse(const char *text, struct conf_fault *fault)
{
	struct conf c;

	return conf_parse(text, strlen(text), &c, fault);
}

static void
the_defaults_go_together(void **state)
{
	const unsigned int lines[CONF_COUNT] = { 0 };
	struct conf_fault fault;
	struct conf c;

	(void)state;
	conf_default(&c);
	assert_int_equal(conf_check(&c, lines, &fault), SSPR_OK);
}

static const char *const good[] = {
	"[reset]\nmethods = app\nmethods_required = 1\n",
	"[reset]\nmethods = backup email\n" MAIL,
	"[reset]\nmethods = app sms\n" SMS,
	"[reset]\nmethods = app landline\n[sms]\ncountries = +49\n" PHONE,
	"[reset]\nmethods = app backup sms landline email questions "
	"helpdesk-pass\n" SMS PHONE MAIL,
	"[reset]\nmethods = app questions\n",
	"[reset]\nmethods = app helpdesk-pass\nlogin_methods = app\n",
	"[reset]\nmethods =  app  backup app \n",
	"[reset]\ntwo_networks = 0.0.0.0/0 ::/0 192.0.2.7\n",
	"[reset]\none_networks = 10.0.0.0/8 2001:db8::/32\n",
	"[reset]\nconsoles = tty1 hvc0 console\n",
	"[reset]\nconsoles =\n",
	"[source]\nshared = 192.0.2.0/24\n",
	"[sms]\ncountries = +1 +44 +998\ndeny = +49900 +1900\n",
	"[sms]\ndeny = +123456789012345\n",
	"[sms]\ncommand = /usr/libexec/sspr/sms-http /etc/sspr/kannel\n",
	"[email]\ndeny_domains = example.com corp MAIL.example.co.uk x-1.de\n",
	MAIL "[notify]\nfallback = security@example.com\n",
	"[policy]\nenable = selected\ngroups = staff\n",
	"[policy]\nenable = none\n",
	"[offer]\nmode = refer\nrefer = ssh reset.example.com\n",
	"[enrol]\nfirst = pass\n",
	"[questions]\nminimum = 5\nasked = 5\n",
	"[limits]\nfirst_wait_s = 3600\n",
	"[limits]\nfree_failures = 5\nmax_failures = 5\n",
};

static void
what_goes_together_is_taken(void **state)
{
	struct conf_fault fault = { .line = 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (parse(good[i], &fault) != SSPR_OK)
			fail_msg("%s%u: %s: %s", good[i], fault.line, fault.key,
			    fault.reason);
}

static const struct {
	const char *text;
	unsigned int line;
	const char *key, *reason;
} bad[] = {
	{ "[reset]\nmethods = app notice\n", 2, "methods",
	    "notice is no method that proves anything" },
	{ "[reset]\nmethods = app smss\n", 2, "methods",
	    "smss is no method that proves anything" },
	{ "[reset]\nmethods = app,backup\n", 2, "methods",
	    "app,backup is no method that proves anything" },
	{ "[reset]\nlogin_methods = totp\n", 2, "login_methods",
	    "totp is no method that proves anything" },
	{ "[reset]\nmethods =\n", 2, "methods",
	    "has neither app nor backup, which need nothing but the user" },
	{ MAIL "[reset]\nmethods = email questions\n", 4, "methods",
	    "has neither app nor backup, which need nothing but the user" },
	/* R-CFG-2: SMS on and no country list. */
	{ "[sms]\ncommand = /bin/s\n[reset]\nmethods = app sms\n", 4, "methods",
	    "sms and landline need countries in section [sms]" },
	{ "[sms]\ncountries = \" \"\n[reset]\nmethods = app sms\n", 4,
	    "methods", "sms and landline need countries in section [sms]" },
	{ PHONE "[reset]\nmethods = app landline\n", 4, "methods",
	    "sms and landline need countries in section [sms]" },
	{ "[sms]\ncountries = +49\n[reset]\nmethods = app sms\n", 4, "methods",
	    "sms needs a command in section [sms]" },
	{ SMS "[reset]\nmethods = app landline\n", 5, "methods",
	    "landline needs a command in section [landline]" },
	{ "[reset]\nmethods = app email\n", 2, "methods",
	    "email needs a command in section [email]" },
	{ "[sms]\ncountries = +49 49\n", 2, "countries",
	    "49 is no country code, as in +49" },
	{ "[sms]\ncountries = +049\n", 2, "countries",
	    "+049 is no country code, as in +49" },
	{ "[sms]\ncountries = +4900\n", 2, "countries",
	    "+4900 is no country code, as in +49" },
	{ "[sms]\ncountries = +\n", 2, "countries",
	    "+ is no country code, as in +49" },
	{ "[sms]\ncountries = +4x\n", 2, "countries",
	    "+4x is no country code, as in +49" },
	{ "[sms]\ncountries = +٤٩\n", 2, "countries",
	    "+٤٩ is no country code, as in +49" },
	{ "[sms]\ndeny = 900\n", 2, "deny",
	    "900 is no beginning of a number, as in +49900" },
	{ "[sms]\ndeny = +\n", 2, "deny",
	    "+ is no beginning of a number, as in +49900" },
	{ "[sms]\ndeny = +49-900\n", 2, "deny",
	    "+49-900 is no beginning of a number, as in +49900" },
	{ "[sms]\ndeny = +1234567890123456\n", 2, "deny",
	    "+1234567890123456 is no beginning of a number, as in +49900" },
	{ "[reset]\ntwo_networks = 192.0.2.0/33\n", 2, "two_networks",
	    "192.0.2.0/33 is neither an address nor a network" },
	{ "[reset]\none_networks = lan\n", 2, "one_networks",
	    "lan is neither an address nor a network" },
	{ "[source]\nshared = 192.0.2.0/24 bastion.example.com\n", 2, "shared",
	    "bastion.example.com is neither an address nor a network" },
	{ "[reset]\nconsoles = tty1 /dev/tty2\n", 2, "consoles",
	    "/dev/tty2 is no name of a console, as in tty1" },
	{ "[reset]\nconsoles = pts/0\n", 2, "consoles",
	    "pts/0 is no name of a console, as in tty1" },
	{ "[sms]\ncommand = sms-http kannel\n", 2, "command",
	    "does not begin with the absolute path of a program" },
	{ "[landline]\ncommand = ./call\n", 2, "command",
	    "does not begin with the absolute path of a program" },
	{ "[email]\ncommand = / x\n", 2, "command",
	    "does not begin with the absolute path of a program" },
	{ "[email]\ncommand = \" /bin/m\"\n", 2, "command",
	    "does not begin with the absolute path of a program" },
	{ "[email]\ndeny_domains = @example.com\n", 2, "deny_domains",
	    "@example.com is no domain" },
	{ "[email]\ndeny_domains = example.com.\n", 2, "deny_domains",
	    "example.com. is no domain" },
	{ "[email]\ndeny_domains = a..b\n", 2, "deny_domains",
	    "a..b is no domain" },
	{ "[email]\ndeny_domains = *.example.com\n", 2, "deny_domains",
	    "*.example.com is no domain" },
	{ "[email]\ndeny_domains = -x.com x-.com\n", 2, "deny_domains",
	    "-x.com is no domain" },
	{ MAIL "[notify]\nfallback = root\n", 4, "fallback",
	    "not an e-mail address" },
	{ MAIL "[notify]\nfallback = a@b.c d@e.f\n", 4, "fallback",
	    "not an e-mail address" },
	{ "[notify]\nfallback = root@example.com\n", 2, "fallback",
	    "needs a command in section [email]" },
	{ "[policy]\nenable = selected\n", 2, "enable",
	    "selected needs groups" },
	{ "[offer]\nmode = refer\n", 2, "mode",
	    "refer needs a place in refer" },
	{ "[enrol]\nfirst = pass\n[reset]\nmethods = app backup\n", 2, "first",
	    "pass needs helpdesk-pass in methods of section [reset]" },
	{ "[questions]\nminimum = 3\nasked = 4\n", 3, "asked",
	    "asked must not be more than minimum" },
	{ "[limits]\nfirst_wait_s = 60\nlast_wait_s = 59\n", 2, "first_wait_s",
	    "first_wait_s must not be more than last_wait_s" },
	{ "[limits]\nlast_wait_s = 29\n", 2, "last_wait_s",
	    "first_wait_s must not be more than last_wait_s" },
	{ "[limits]\nfree_failures = 10\nmax_failures = 9\n", 2,
	    "free_failures",
	    "free_failures must not be more than max_failures" },
	/* Gates that nothing opens. */
	{ "[reset]\nmethods = app\n", 2, "methods",
	    "nobody could reset from the network with methods_required, "
	    "methods and login_methods as they are" },
	{ "[reset]\nmethods_required = 1\nmethods = app\n"
	  "console_methods_required = 2\n",
	    3, "methods",
	    "nobody could reset at a console with console_methods_required, "
	    "methods and login_methods as they are" },
	{ "[reset]\nlogin_methods = app backup helpdesk-pass\n", 2,
	    "login_methods",
	    "nobody could reset from the network with methods_required, "
	    "methods and login_methods as they are" },
};

/* R-CFG-2 */
static void
what_does_not_go_together_is_refused_naming_line_and_key(void **state)
{
	struct conf_fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (parse(bad[i].text, &fault) != SSPR_CONFIG)
			fail_msg("taken: %s", bad[i].text);
		assert_string_equal(fault.reason, bad[i].reason);
		assert_string_equal(fault.key, bad[i].key);
		assert_int_equal(fault.line, bad[i].line);
	}
}

static void
a_long_word_is_not_repeated(void **state)
{
	struct conf_fault fault;
	char text[128];

	(void)state;
	snprintf(text, sizeof(text), "[sms]\ncountries = +%090d\n", 1);
	assert_int_equal(parse(text, &fault), SSPR_CONFIG);
	assert_string_equal(fault.reason,
	    "a word is no country code, as in +49");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_go_together),
		cmocka_unit_test(what_goes_together_is_taken),
		cmocka_unit_test(
		    what_does_not_go_together_is_refused_naming_line_and_key),
		cmocka_unit_test(a_long_word_is_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
