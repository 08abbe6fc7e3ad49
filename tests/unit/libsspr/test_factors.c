/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <time.h>

#include "../../capture.h"
#include "factors.h"
#include "screen.h"

static struct capture c;

static const struct proto_factor samples[] = {
	{ .id = 3,
	    .method = "app",
	    .label = "phone",
	    .created = 1700000000,
	    .state = "ready" },
	{ .id = 17,
	    .method = "backup",
	    .created = 1700000000,
	    .last_used = 1700100000,
	    .usable_from = 1800000060,
	    .state = "waits",
	    .left = 9 },
	{ .id = 18,
	    .method = "email",
	    .label = "my old one",
	    .created = 1700000000,
	    .ends = 1800000000,
	    .state = "ended",
	    .hint = "a***@example.com" },
	{ .id = 4000000000,
	    .method = "sms",
	    .created = 1700000000,
	    .state = "off",
	    .hint = "+49***89" },
	{ .id = 19,
	    .method = "helpdesk-pass",
	    .created = 1700000000,
	    .ends = 1800000000,
	    .state = "ready" },
};

static struct factors
list(void)
{
	struct factors f = { 0 };

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		assert_int_equal(factors_add(&f, &samples[i]), SSPR_OK);
	return f;
}

static const char *
table(const struct factors *f)
{
	capture_begin(&c);
	factors_table(stdout, f);
	capture_end(&c);
	return c.out;
}

static const char *
json(const struct factors *f)
{
	capture_begin(&c);
	factors_json(stdout, f);
	capture_end(&c);
	return c.out;
}

static void
each_has_a_line_with_its_state(void **state)
{
	struct factors f = list();

	(void)state;
	assert_string_equal(table(&f),
	    "ID   METHOD        ADDED      LAST USED  STATE                  "
	    "DETAILS\n"
	    "3    app           2023-11-14 never      ready                  "
	    "phone\n"
	    "17   backup        2023-11-14 2023-11-16 from 2027-01-15 08:01  "
	    "9 codes left\n"
	    "18   email         2023-11-14 never      until 2027-01-15 08:00 "
	    "a***@example.com\n"
	    "     my old one\n"
	    "4000000000 sms           2023-11-14 never      off              "
	    "      +49***89\n"
	    "19   helpdesk-pass 2023-11-14 never      until 2027-01-15 08:00 "
	    "\n");
}

/* Whatever the daemon sends, as long as it may be. */
static void
no_line_is_over_80_columns(void **state)
{
	struct factors f = { .n = 1 };
	struct proto_factor *one = &f.at[0];
	const char *s, *end;

	(void)state;
	one->id = 7;
	one->created = one->last_used = one->usable_from = 1700000000;
	one->left = UINT32_MAX;
	memcpy(one->method, "backup", 7);
	memcpy(one->state, "waits", 6);
	memset(one->label, 'l', PROTO_LABEL_MAX);
	memset(one->hint, 'h', PROTO_LABEL_MAX);
	for (s = table(&f); *s != '\0'; s = end + 1) {
		assert_non_null(end = strchr(s, '\n'));
		assert_in_range(end - s, 1, 80);
	}
	assert_non_null(strstr(c.out, one->label));
	assert_non_null(strstr(c.out, one->hint));
}

/* R-LOG-2 */
static void
a_label_cannot_write_on_the_screen(void **state)
{
	struct factors f = list();

	(void)state;
	memcpy(f.at[0].label, "\x1b[2J\n", 6);
	memcpy(f.at[0].method, "\x1b]0;123456789ab", 16);
	memcpy(f.at[0].state, "\x1b[1m", 5);
	memcpy(f.at[0].hint, "\xc2\x9b\x1b", 4);
	assert_null(strchr(table(&f), '\x1b'));
	assert_null(strstr(c.out, "\xc2\x9b"));
	assert_null(strchr(json(&f), '\x1b'));
}

static void
json_is_an_array_of_records(void **state)
{
	struct factors f = list(), none = { 0 };

	(void)state;
	f.n = 2;
	assert_string_equal(json(&f),
	    "[\n{\"id\":3,\"method\":\"app\",\"label\":\"phone\","
	    "\"created\":1700000000,\"last_used\":0,\"usable_from\":0,"
	    "\"ends\":0,\"state\":\"ready\",\"hint\":\"\",\"left\":0},\n"
	    "{\"id\":17,\"method\":\"backup\",\"label\":\"\","
	    "\"created\":1700000000,\"last_used\":1700100000,"
	    "\"usable_from\":1800000060,"
	    "\"ends\":0,\"state\":\"waits\",\"hint\":\"\",\"left\":9}\n]");
	assert_string_equal(json(&none), "[]");
}

static void
they_are_found_by_id(void **state)
{
	struct factors f = list();

	(void)state;
	assert_ptr_equal(factors_find(&f, 17), &f.at[1]);
	assert_null(factors_find(&f, 0));
	assert_null(factors_find(&f, 4));
}

static void
too_many_are_not_believed(void **state)
{
	struct factors f = { 0 };

	(void)state;
	for (size_t i = 0; i < FACTORS_MAX; i++)
		assert_int_equal(factors_add(&f, &samples[0]), SSPR_OK);
	assert_int_equal(factors_add(&f, &samples[0]), SSPR_MALFORMED);
	assert_int_equal(f.n, FACTORS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_a_line_with_its_state),
		cmocka_unit_test(no_line_is_over_80_columns),
		cmocka_unit_test(a_label_cannot_write_on_the_screen),
		cmocka_unit_test(json_is_an_array_of_records),
		cmocka_unit_test(they_are_found_by_id),
		cmocka_unit_test(too_many_are_not_believed),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
