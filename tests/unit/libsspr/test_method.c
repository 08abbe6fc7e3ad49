/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "method.h"
#include "proto.h"

static void
every_method_is_found_by_its_number_and_by_its_name(void **state)
{
	const struct method_row *r;
	unsigned int found = 0;

	(void)state;
	for (unsigned int m = 0; m < 2 * METHOD_COUNT; m++) {
		if ((r = method_row(m)) == NULL)
			continue;
		assert_int_equal(r->method, m);
		assert_int_equal(method_named(r->name), m);
		found++;
	}
	assert_int_equal(found, 8);
	assert_null(method_row(METHOD_UNKNOWN));
	assert_null(method_row(UINT32_MAX));
}

/* The numbers are in databases and on wires. */
static void
numbers_are_for_ever(void **state)
{
	(void)state;
	assert_int_equal(METHOD_APP, 1);
	assert_int_equal(METHOD_BACKUP, 2);
	assert_int_equal(METHOD_SMS, 3);
	assert_int_equal(METHOD_LANDLINE, 4);
	assert_int_equal(METHOD_EMAIL, 5);
	assert_int_equal(METHOD_QUESTIONS, 6);
	assert_int_equal(METHOD_PASS, 7);
	assert_int_equal(METHOD_NOTICE, 8);
}

static void
a_name_is_the_whole_name(void **state)
{
	static const char *const bad[] = { "", "ap", "apps", "App", " app",
		"app ", "helpdesk", "phone-call" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(method_named(bad[i]), METHOD_UNKNOWN);
}

/* DESIGN.md section 4: what was typed is told by its length alone. */
static void
no_word_has_the_length_of_another_or_of_a_code(void **state)
{
	static const size_t codes[] = { 0, 6, 8, 12, 16, 19 };
	bool taken[64] = { false };
	const struct method_row *r;

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		taken[codes[i]] = true;
	for (unsigned int m = 0; m < METHOD_COUNT; m++) {
		size_t len;

		if ((r = method_row(m)) == NULL || r->word[0] == '\0')
			continue;
		len = strlen(r->word);
		assert_true(len < sizeof(taken));
		assert_false(taken[len]);
		taken[len] = true;
	}
}

static void
names_fit_where_they_are_sent(void **state)
{
	const struct method_row *r;
	size_t all = 0;

	(void)state;
	for (unsigned int m = 0; m < METHOD_COUNT; m++) {
		if ((r = method_row(m)) == NULL)
			continue;
		assert_true(strlen(r->name) <= PROTO_METHOD_MAX);
		all += strlen(r->name) + 1;
	}
	assert_true(all <= METHOD_NAMES_MAX);
}

static void
a_list_of_names_becomes_a_mask(void **state)
{
	uint32_t mask = 99;

	(void)state;
	assert_true(method_mask("", &mask));
	assert_int_equal(mask, 0);
	assert_true(method_mask("app", &mask));
	assert_int_equal(mask, METHOD_BIT(METHOD_APP));
	assert_true(method_mask("  sms  app helpdesk-pass sms ", &mask));
	assert_int_equal(mask,
	    METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_SMS) |
		METHOD_BIT(METHOD_PASS));
}

static void
a_list_with_what_is_no_proof_is_refused(void **state)
{
	static const char *const bad[] = { "notice", "app notice", "app,sms",
		"app\tsms", "APP", "x app" };
	uint32_t mask = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(method_mask(bad[i], &mask));
	assert_int_equal(mask, 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_method_is_found_by_its_number_and_by_its_name),
		cmocka_unit_test(numbers_are_for_ever),
		cmocka_unit_test(a_name_is_the_whole_name),
		cmocka_unit_test(
		    no_word_has_the_length_of_another_or_of_a_code),
		cmocka_unit_test(names_fit_where_they_are_sent),
		cmocka_unit_test(a_list_of_names_becomes_a_mask),
		cmocka_unit_test(a_list_with_what_is_no_proof_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
