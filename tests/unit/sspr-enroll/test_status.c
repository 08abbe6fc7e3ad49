/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <getopt.h>
#include <stdlib.h>
#include <time.h>

#include "capture.h"
#include "fake_talk.h"
#include "status.h"

#define NOW 1800000000u

static struct capture c;

static const char *
table(const struct factors *f)
{
	capture_begin(&c);
	status_table(stdout, f, NOW);
	capture_end(&c);
	return c.out;
}

static const char *
json(const struct factors *f)
{
	capture_begin(&c);
	status_json(stdout, f);
	capture_end(&c);
	return c.out;
}

static const struct factors two = {
	.n = 2,
	.at = { { 3, "app", "phone", 1700000000, 0, 0 },
	    { 17, "backup", "", 1700000000, 1700100000, NOW + 60 } },
};

static void
nothing_enrolled_says_what_to_do(void **state)
{
	const struct factors none = { 0 };

	(void)state;
	assert_string_equal(table(&none),
	    "You are not protected yet: no method enrolled.\n"
	    "Next: sspr-enroll add app\n");
	assert_string_equal(json(&none), "[]\n");
}

static void
each_method_has_a_line(void **state)
{
	(void)state;
	assert_string_equal(table(&two),
	    "ID   METHOD    ADDED             LAST USED         LABEL\n"
	    "3    app       2023-11-14 22:13  never             phone\n"
	    "17   backup    2023-11-14 22:13  2023-11-16 02:00  -"
	    "  (from 2027-01-15 08:01 on)\n"
	    "You are protected.  Forgotten your password?  Type forgot in its"
	    " place where\nyou log in, and follow what is asked.\n");
}

static void
what_cannot_be_used_yet_protects_nobody(void **state)
{
	struct factors f = two;

	(void)state;
	f.at[0].usable_from = NOW + 120;
	assert_non_null(
	    strstr(table(&f), "You are protected from 2027-01-15 08:01 on.\n"));
}

/* R-LOG-2 */
static void
a_label_cannot_write_on_the_screen(void **state)
{
	struct factors f = two;

	(void)state;
	memcpy(f.at[0].label, "\x1b[2J\n", 6);
	memcpy(f.at[0].method, "\x1b]0;123456789ab", 16);
	assert_null(strchr(table(&f), '\x1b'));
	assert_null(strchr(json(&f), '\x1b'));
}

static void
json_is_an_array_of_records(void **state)
{
	(void)state;
	assert_string_equal(json(&two),
	    "[\n{\"id\":3,\"method\":\"app\",\"label\":\"phone\","
	    "\"created\":1700000000,\"last_used\":0,\"usable_from\":0},\n"
	    "{\"id\":17,\"method\":\"backup\",\"label\":\"\","
	    "\"created\":1700000000,\"last_used\":1700100000,"
	    "\"usable_from\":1800000060}\n]\n");
}

static void
a_date_no_calendar_has_is_no_crash(void **state)
{
	struct factors f = two;

	(void)state;
	f.at[0].created = UINT64_MAX;
	f.at[1].last_used = INT64_MAX / 4;
	assert_non_null(strstr(table(&f), "app       ?"));
}

static enum sspr_err
run(char **argv)
{
	int argc = 0;
	enum sspr_err e;

	while (argv[argc] != NULL)
		argc++;
	optind = 0;
	capture_begin(&c);
	e = status_main(argc, argv);
	capture_end(&c);
	return e;
}

static void
the_command_prints_what_the_daemon_sends(void **state)
{
	char *plain[] = { (char[]){ "status" }, NULL };
	char *as_json[] = { (char[]){ "status" }, (char[]){ "--json" }, NULL };

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.factors[0] = two.at[0];
	daemon_is.info = "A note.";
	assert_int_equal(run(plain), SSPR_OK);
	assert_non_null(strstr(c.out, "A note.\nID   METHOD"));
	assert_int_equal(run(as_json), SSPR_OK);
	assert_int_equal(c.out[0], '[');
	assert_string_equal(c.err, "A note.\n");
	daemon_is.end.result = SSPR_INELIGIBLE;
	assert_int_equal(run(as_json), SSPR_INELIGIBLE);
	assert_string_equal(c.out, "");
}

static void
what_it_does_not_know_is_a_usage_error(void **state)
{
	char *more[] = { (char[]){ "status" }, (char[]){ "more" }, NULL };
	char *option[] = { (char[]){ "status" }, (char[]){ "--x" }, NULL };

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	assert_int_equal(run(more), SSPR_USAGE);
	assert_int_equal(run(option), SSPR_USAGE);
	assert_string_equal(c.out, "");
	assert_int_equal(daemon_is.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_enrolled_says_what_to_do),
		cmocka_unit_test(each_method_has_a_line),
		cmocka_unit_test(what_cannot_be_used_yet_protects_nobody),
		cmocka_unit_test(a_label_cannot_write_on_the_screen),
		cmocka_unit_test(json_is_an_array_of_records),
		cmocka_unit_test(a_date_no_calendar_has_is_no_crash),
		cmocka_unit_test(the_command_prints_what_the_daemon_sends),
		cmocka_unit_test(what_it_does_not_know_is_a_usage_error),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
