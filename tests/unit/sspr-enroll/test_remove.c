/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <getopt.h>

#include "capture.h"
#include "fake_talk.h"
#include "remove.h"
#include "script.h"

static struct capture c;

static void
an_id_is_a_decimal_number(void **state)
{
	static const char *const bad[] = { "", "0", "00", "-1", "+1", " 1",
		"1 ", "x", "0x1", "4294967296", "99999999999", "1.0" };
	uint32_t id = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(remove_id(bad[i], &id));
	assert_int_equal(id, 5);
	assert_true(remove_id("1", &id));
	assert_int_equal(id, 1);
	assert_true(remove_id("4294967295", &id));
	assert_int_equal(id, UINT32_MAX);
}

static enum sspr_err
run(char **argv)
{
	int argc = 0, real = script_begin("");
	enum sspr_err e;

	while (argv[argc] != NULL)
		argc++;
	optind = 0;
	capture_begin(&c);
	e = remove_main(argc, argv);
	capture_end(&c);
	script_end(real);
	return e;
}

static void
the_daemon_is_told_which(void **state)
{
	char *argv[] = { (char[]){ "remove" }, (char[]){ "12" }, NULL };

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	assert_int_equal(run(argv), SSPR_OK);
	assert_int_equal(daemon_is.calls, 1);
	assert_int_equal(daemon_is.hello.verb, VERB_REMOVE);
	assert_int_equal(daemon_is.hello.factor, 12);
	daemon_is.end.result = SSPR_NO_FACTOR;
	assert_int_equal(run(argv), SSPR_NO_FACTOR);
	assert_non_null(strstr(c.err, "(SSPR-22)"));
}

static void
without_exactly_one_id_nothing_begins(void **state)
{
	char *none[] = { (char[]){ "remove" }, NULL };
	char *word[] = { (char[]){ "remove" }, (char[]){ "x" }, NULL };
	char *both[] = { (char[]){ "remove" }, (char[]){ "1" }, (char[]){ "2" },
		NULL };
	char *minus[] = { (char[]){ "remove" }, (char[]){ "-1" }, NULL };

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	assert_int_equal(run(none), SSPR_USAGE);
	assert_int_equal(run(word), SSPR_USAGE);
	assert_int_equal(run(both), SSPR_USAGE);
	assert_int_equal(run(minus), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_a_decimal_number),
		cmocka_unit_test(the_daemon_is_told_which),
		cmocka_unit_test(without_exactly_one_id_nothing_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
