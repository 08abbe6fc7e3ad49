/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services.h"

static char seen[2048];

static void
note(void *arg, const char *module, const char *args)
{
	const size_t at = strlen(seen);

	assert_ptr_equal(arg, &seen);
	snprintf(seen + at, sizeof(seen) - at, "%s(%s) ", module, args);
}

static const char *
lines_of(const struct pamd_place *p)
{
	seen[0] = '\0';
	assert_int_equal(pamd_each(p, note, &seen), SSPR_OK);
	return seen;
}

static const char *
lines(const char *text)
{
	struct services s;

	services_open(&s);
	services_put(&s, "login", text);
	lines_of(&s.place);
	services_close(&s);
	return seen;
}

static void
a_line_is_its_module_and_arguments([[maybe_unused]] void **state)
{
	assert_string_equal(lines("auth required pam_unix.so nullok  try\n"),
	    "pam_unix.so(nullok  try) ");
	assert_string_equal(lines("AUTH\t[success=1 default=ignore]\t"
				  "/lib/security/pam_a.so\n"
				  "session optional pam_b.so"),
	    "pam_a.so() pam_b.so() ");
}

static void
what_runs_no_module_is_left_out([[maybe_unused]] void **state)
{
	assert_string_equal(lines("# auth required pam_a.so\n\n  \t\n"
				  "@include common-auth\n"
				  "auth include system-auth\n"
				  "auth SUBSTACK password-auth\n"
				  "auth required\nauth\n"
				  "auth [success=1\n"
				  "auth required # pam_b.so\n"),
	    "");
}

static void
continued_lines_are_one([[maybe_unused]] void **state)
{
	assert_string_equal(lines("auth \\\n required \\\npam_a.so \\\nx\n"
				  "auth required pam_b.so # it \\\n"
				  "auth required pam_c.so \\"),
	    "pam_a.so(x) pam_b.so() pam_c.so() ");
}

/* pam.d(5): a line with `-' is as if it were not, if the module is not. */
static void
a_line_with_a_minus_counts_if_its_module_is_there([[maybe_unused]] void **state)
{
	struct services s;
	char path[300];

	services_open(&s);
	services_put_in(s.modules, "pam_here.so", "");
	snprintf(path, sizeof(path),
	    "-auth optional pam_here.so x\n-auth optional pam_gone.so\n"
	    "auth optional pam_gone.so y\n-auth optional %s/pam_here.so\n"
	    "-auth optional /nonexistent/pam_here.so\n",
	    s.modules);
	services_put(&s, "login", path);
	assert_string_equal(lines_of(&s.place),
	    "pam_here.so(x) pam_gone.so(y) pam_here.so() ");
	services_close(&s);
}

static void
services_of_the_vendor_count_too([[maybe_unused]] void **state)
{
	struct services s;

	services_open(&s);
	assert_string_equal(lines_of(&s.place), "");
	assert_int_equal(mkdir(s.vendor, 0700), 0);
	services_put_in(s.vendor, "greetd-1", "auth required pam_a.so\n");
	assert_string_equal(lines_of(&s.place), "pam_a.so() ");
	services_close(&s);
}

static void
what_editors_and_packagers_leave_is_no_service([[maybe_unused]] void **state)
{
	const char *const names[] = { "login~", "login.dpkg-dist", "#login#",
		".login.swp", "login.rpmsave" };
	struct services s;

	services_open(&s);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		services_put(&s, names[i], "auth required pam_a.so\n");
	assert_string_equal(lines_of(&s.place), "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[200];

		snprintf(path, sizeof(path), "%s/%s", s.dir, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	services_close(&s);
}

static void
links_are_followed_and_dangling_ones_left_out([[maybe_unused]] void **state)
{
	struct services s;
	char path[100], to[100];

	services_open(&s);
	services_put_in(s.modules, "system-auth", "auth required pam_a.so\n");
	snprintf(to, sizeof(to), "%s/system-auth", s.modules);
	snprintf(path, sizeof(path), "%s/password-auth", s.dir);
	assert_int_equal(symlink(to, path), 0);
	snprintf(path, sizeof(path), "%s/gone", s.dir);
	assert_int_equal(symlink("/nonexistent", path), 0);
	snprintf(path, sizeof(path), "%s/fifo", s.dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_string_equal(lines_of(&s.place), "pam_a.so() ");
	services_close(&s);
}

static void
what_cannot_be_read_is_an_error([[maybe_unused]] void **state)
{
	struct services s;
	const struct pamd_place none = { .dirs = { "/nonexistent", "/nowhere" },
		.modules = "/nonexistent" };
	char path[100];

	assert_int_equal(pamd_each(&none, note, &seen), SSPR_SYSTEM);
	services_open(&s);
	snprintf(path, sizeof(path), "%s/loop", s.dir);
	assert_int_equal(symlink("loop", path), 0);
	assert_int_equal(pamd_each(&s.place, note, &seen), SSPR_SYSTEM);
	services_close(&s);
}

static void
an_option_is_a_whole_word([[maybe_unused]] void **state)
{
	const char *value = NULL;

	assert_true(pamd_has("preauth", "preauth", NULL));
	assert_true(pamd_has("silent \t preauth deny=3", "preauth", NULL));
	assert_false(pamd_has("preauthx xpreauth", "preauth", NULL));
	assert_false(pamd_has("", "preauth", NULL));
	assert_false(pamd_has("xdeny=3 deny 3", "deny=", &value));
	assert_null(value);
	assert_true(pamd_has("a deny=3 b", "deny=", &value));
	assert_string_equal(value, "3 b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_its_module_and_arguments),
		cmocka_unit_test(what_runs_no_module_is_left_out),
		cmocka_unit_test(continued_lines_are_one),
		cmocka_unit_test(
		    a_line_with_a_minus_counts_if_its_module_is_there),
		cmocka_unit_test(services_of_the_vendor_count_too),
		cmocka_unit_test(
		    what_editors_and_packagers_leave_is_no_service),
		cmocka_unit_test(links_are_followed_and_dangling_ones_left_out),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
		cmocka_unit_test(an_option_is_a_whole_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
