/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vault/policy.h"

static struct conf conf;

static int
set_up(void **state)
{
	(void)state;
	conf_default(&conf);
	return 0;
}

static void
set(enum conf_option option, const char *value)
{
	struct conf_fault fault;

	assert_int_equal(conf_set(&conf, option, value, &fault), SSPR_OK);
}

static unsigned int
count_while(bool alarmed, const char *rhost, const char *tty,
    const char *service)
{
	struct source s;

	source_read(0, rhost, tty, false, conf.consoles, "", &s);
	return policy_count(&conf, &s, service, alarmed);
}

static unsigned int
count(const char *rhost, const char *tty, const char *service)
{
	return count_while(false, rhost, tty, service);
}

static void
two_are_needed_from_the_network_and_one_at_a_console(void **state)
{
	(void)state;
	assert_int_equal(count("192.0.2.7", "ssh", "sshd"), 2);
	assert_int_equal(count("127.0.0.1", "ssh", "sshd"), 2);
	assert_int_equal(count("", "/dev/pts/0", "login"), 2);
	assert_int_equal(count("host.example", "tty1", "login"), 2);
	assert_int_equal(count("", "tty1", "login"), 1);
	set(CONF_METHODS_REQUIRED, "1");
	set(CONF_CONSOLE_METHODS_REQUIRED, "2");
	assert_int_equal(count("192.0.2.7", "ssh", "sshd"), 1);
	assert_int_equal(count("", "tty1", "login"), 2);
}

static void
networks_and_services_have_their_own(void **state)
{
	(void)state;
	set(CONF_ONE_NETWORKS, "10.0.0.0/8 2001:db8::/32");
	assert_int_equal(count("10.1.2.3", "ssh", "sshd"), 1);
	assert_int_equal(count("2001:db8::7", "ssh", "sshd"), 1);
	assert_int_equal(count("11.1.2.3", "ssh", "sshd"), 2);
	set(CONF_TWO_NETWORKS, "10.1.0.0/16");
	assert_int_equal(count("10.1.2.3", "ssh", "sshd"), 2);
	assert_int_equal(count("10.2.2.3", "ssh", "sshd"), 1);
	set(CONF_TWO_SERVICES, "gdm-password login");
	assert_int_equal(count("", "tty1", "login"), 2);
	assert_int_equal(count("", "tty1", "logi"), 1);
	assert_int_equal(count("10.2.2.3", "ssh", "sshd"), 1);
}

/* Loopback is whoever is on this host, so it is in no network. */
static void
one_network_does_not_hold_for_this_host_itself(void **state)
{
	(void)state;
	set(CONF_ONE_NETWORKS, "127.0.0.0/8");
	assert_int_equal(count("127.0.0.1", "ssh", "sshd"), 2);
}

static struct gate_need
need(const char *tty, unsigned int n, bool two, bool admin)
{
	struct gate_need g;
	struct source s;

	source_read(0, "", tty, false, conf.consoles, "", &s);
	policy_need(&conf, &s, n, two, admin, &g);
	return g;
}

/* R-POL-1 */
static void
groups_and_administrators_only_need_more(void **state)
{
	(void)state;
	assert_int_equal(need("tty1", 1, false, false).count, 1);
	assert_int_equal(need("tty1", 1, true, false).count, 2);
	assert_int_equal(need("tty1", 1, false, true).count, 2);
	assert_true(need("tty1", 1, false, true).admin);
	assert_int_equal(need("tty1", 2, false, false).count, 2);
	assert_false(need("tty1", 1, false, false).network);
	assert_true(need("pts/1", 1, false, false).network);
}

static void
methods_are_those_of_the_site(void **state)
{
	(void)state;
	set(CONF_METHODS, "app sms");
	set(CONF_LOGIN_METHODS, "app");
	assert_int_equal(policy_enabled(&conf),
	    METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_SMS));
	assert_int_equal(need("tty1", 1, false, false).enabled,
	    METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_SMS));
	assert_int_equal(need("tty1", 1, false, false).login,
	    METHOD_BIT(METHOD_APP));
	assert_false(need("tty1", 1, false, false).pass_alone);
}

static void
a_word_is_a_whole_one(void **state)
{
	(void)state;
	assert_true(policy_has_word(" a  bc d", "bc"));
	assert_true(policy_has_word("bc", "bc"));
	assert_false(policy_has_word("abc bcd", "bc"));
	assert_false(policy_has_word("", "bc"));
	assert_false(policy_has_word("a", ""));
}

/* REQUIREMENTS 8.4, global. */
static void
while_alarmed_all_but_a_console_need_two(void **state)
{
	(void)state;
	set(CONF_METHODS_REQUIRED, "1");
	set(CONF_ONE_NETWORKS, "192.0.2.0/24");
	assert_int_equal(count_while(true, "192.0.2.7", "ssh", "sshd"), 2);
	assert_int_equal(count_while(true, "127.0.0.1", "ssh", "sshd"), 2);
	assert_int_equal(count_while(true, "", "pts/0", "login"), 2);
	assert_int_equal(count_while(true, "", "tty1", "login"), 1);
	assert_int_equal(count("192.0.2.7", "ssh", "sshd"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    two_are_needed_from_the_network_and_one_at_a_console,
		    set_up),
		cmocka_unit_test_setup(networks_and_services_have_their_own,
		    set_up),
		cmocka_unit_test_setup(
		    one_network_does_not_hold_for_this_host_itself, set_up),
		cmocka_unit_test_setup(groups_and_administrators_only_need_more,
		    set_up),
		cmocka_unit_test_setup(methods_are_those_of_the_site, set_up),
		cmocka_unit_test(a_word_is_a_whole_one),
		cmocka_unit_test_setup(while_alarmed_all_but_a_console_need_two,
		    set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
