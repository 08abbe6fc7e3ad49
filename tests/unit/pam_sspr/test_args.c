/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "args.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* R-PAM-2 */
static void
without_arguments_the_usual_services_are_served([[maybe_unused]] void **state)
{
	static const char *const usual[] = { "login", "sshd", "gdm-password",
		"lightdm", "sddm", "greetd" };
	struct args a;

	args_init(&a);
	for (size_t i = 0; i < COUNT(usual); i++) {
		assert_true(args_serves(&a, usual[i]));
		assert_true(args_is_usual(usual[i]));
	}
	assert_false(a.debug);
	assert_string_equal(a.lang, "");
}

/* R-PAM-2: a name counts as a whole. */
static void
no_other_service_is_served([[maybe_unused]] void **state)
{
	static const char *const other[] = { "", ",", "logi", "login2", "SSHD",
		"login,sshd", "i3lock", "passwd", "sshd,", ",sshd" };
	struct args a;

	args_init(&a);
	for (size_t i = 0; i < COUNT(other); i++) {
		assert_false(args_serves(&a, other[i]));
		assert_false(args_is_usual(other[i]));
	}
}

/* R-PAM-2: whatever the administrator lists. */
static void
some_services_are_never_served([[maybe_unused]] void **state)
{
	static const char *const never[] = { "su", "su-l", "sudo", "sudo-i",
		"polkit-1", "cron", "sspr-reset", "sspr-enroll", "sspr-" };
	struct args a;

	args_init(&a);
	assert_true(args_take(&a,
	    "services=su,su-l,sudo,sudo-i,polkit-1,cron,sspr-reset,sspr-enroll,"
	    "sspr-,xdm"));
	for (size_t i = 0; i < COUNT(never); i++)
		assert_false(args_serves(&a, never[i]));
	assert_true(args_serves(&a, "xdm"));
}

static void
a_list_replaces_the_usual_services([[maybe_unused]] void **state)
{
	struct args a;

	args_init(&a);
	assert_true(args_take(&a, "services=xdm,,login"));
	assert_true(args_serves(&a, "xdm"));
	assert_true(args_serves(&a, "login"));
	assert_false(args_serves(&a, "sshd"));
	assert_false(args_serves(&a, ""));
	assert_false(args_is_usual("xdm"));
	assert_true(args_take(&a, "services="));
	assert_false(args_serves(&a, "login"));
}

static void
the_other_arguments_are_taken([[maybe_unused]] void **state)
{
	struct args a;

	args_init(&a);
	assert_true(args_take(&a, "debug"));
	assert_true(args_take(&a, "lang=de_DE.UTF-8"));
	assert_true(a.debug);
	assert_string_equal(a.lang, "de_DE.UTF-8");
}

static void
what_is_not_an_argument_changes_nothing([[maybe_unused]] void **state)
{
	static const char *const bad[] = { "", "=", "debug=", "debug=1",
		"Debug", "lang", "languages=de", "service=xdm", "services",
		"lang=123456789012345678901234567890123", "try_first_pass" };
	struct args a;

	args_init(&a);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(args_take(&a, bad[i]));
	assert_false(a.debug);
	assert_string_equal(a.lang, "");
	assert_string_equal(a.services, ARGS_SERVICES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    without_arguments_the_usual_services_are_served),
		cmocka_unit_test(no_other_service_is_served),
		cmocka_unit_test(some_services_are_never_served),
		cmocka_unit_test(a_list_replaces_the_usual_services),
		cmocka_unit_test(the_other_arguments_are_taken),
		cmocka_unit_test(what_is_not_an_argument_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
