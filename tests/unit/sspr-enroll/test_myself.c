/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pwd.h>
#include <unistd.h>

#include "myself.h"

static void
the_name_is_that_of_our_uid(void **state)
{
	const struct passwd *pw = getpwuid(getuid());
	char name[PROTO_USER_MAX + 1] = "x";

	(void)state;
	myself_name(name);
	assert_string_equal(name, pw == NULL ? "" : pw->pw_name);
}

static void
the_host_has_a_name(void **state)
{
	char host[MYSELF_HOST_MAX] = "", real[MYSELF_HOST_MAX] = "";

	(void)state;
	myself_host(host);
	assert_in_range(strlen(host), 1, MYSELF_HOST_MAX - 1);
	if (gethostname(real, sizeof(real)) == 0 && real[0] != '\0')
		assert_string_equal(host, real);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_that_of_our_uid),
		cmocka_unit_test(the_host_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
