/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "names/host.h"

static void
every_address_of_an_interface_is_ours(void **state)
{
	char text[INET6_ADDRSTRLEN], scoped[INET6_ADDRSTRLEN + 8];
	struct ifaddrs *all;

	(void)state;
	assert_int_equal(getifaddrs(&all), 0);
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		const void *at;

		if (i->ifa_addr == NULL ||
		    (i->ifa_addr->sa_family != AF_INET &&
			i->ifa_addr->sa_family != AF_INET6))
			continue;
		at = (const char *)i->ifa_addr +
		    (i->ifa_addr->sa_family == AF_INET
			    ? offsetof(struct sockaddr_in, sin_addr)
			    : offsetof(struct sockaddr_in6, sin6_addr));
		assert_non_null(
		    inet_ntop(i->ifa_addr->sa_family, at, text, sizeof(text)));
		assert_true(host_has(text));
		snprintf(scoped, sizeof(scoped), "%s%%lo", text);
		assert_true(host_has(scoped));
	}
	freeifaddrs(all);
}

static void
mapped_ipv4_is_ipv4(void **state)
{
	(void)state;
	if (!host_has("127.0.0.1"))
		skip();
	assert_true(host_has("::ffff:127.0.0.1"));
	assert_true(host_has("::FFFF:7f00:1"));
}

static void
what_is_no_address_of_ours_is_not(void **state)
{
	static const char *const others[] = { "192.0.2.77", "2001:db8::77",
		"0.0.0.0", "::", "", "%lo", "localhost", "127.0.0.1 ",
		" 127.0.0.1", "127.1", "0x7f000001", "2130706433",
		"127.0.0.1/8", "::127.0.0.1", "ffff:127.0.0.1",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999",
		"1234567890123456789012345678901234567890123456789012" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(host_has(others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address_of_an_interface_is_ours),
		cmocka_unit_test(mapped_ipv4_is_ipv4),
		cmocka_unit_test(what_is_no_address_of_ours_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
