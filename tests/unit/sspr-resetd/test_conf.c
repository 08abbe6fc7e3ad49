/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf.h"

static void
the_defaults_are_those_of_the_table(void **state)
{
	struct conf c;

	(void)state;
	conf_default(&c);
	assert_int_equal(c.offer_after, 2);
	assert_int_equal(c.answer_floor_ms, 1000);
	assert_int_equal(c.max_failures, 30);
	assert_false(c.debug);
	assert_string_equal(c.issuer, "");
	assert_string_equal(c.contact, "your administrator");
}

static void
every_option_can_be_told_in_the_words_of_the_file(void **state)
{
	char buf[CONF_LINE_MAX + 1];
	struct conf c, d;
	struct conf_fault fault;

	(void)state;
	conf_default(&c);
	c.debug = true;
	c.uid_min = 500;
	assert_int_equal(conf_set(&c, CONF_CONTACT, "Büro #4", &fault),
	    SSPR_OK);
	conf_default(&d);
	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		conf_get(&c, i, buf);
		assert_int_equal(conf_set(&d, i, buf, &fault), SSPR_OK);
	}
	assert_memory_equal(&c, &d, sizeof(c));
}

static void
a_refused_value_leaves_the_option_as_it_was(void **state)
{
	struct conf c, d;
	struct conf_fault fault;

	(void)state;
	conf_default(&c);
	d = c;
	for (enum conf_option i = 0; i < CONF_COUNT; i++)
		assert_int_equal(conf_set(&c, i, "\x1b", &fault), SSPR_CONFIG);
	assert_memory_equal(&c, &d, sizeof(c));
}

static void
roles_are_told_what_the_table_says(void **state)
{
	(void)state;
	assert_true(conf_is_for(CONF_OFFER_AFTER, 'F'));
	assert_false(conf_is_for(CONF_OFFER_AFTER, 'V'));
	assert_true(conf_is_for(CONF_UID_MIN, 'W'));
	assert_false(conf_is_for(CONF_UID_MIN, '\0'));
}

static enum sspr_err
set(struct conf *c, enum conf_option option, const char *value)
{
	struct conf_fault fault = { .line = 0 };

	return conf_set(c, option, value, &fault);
}

static void
a_choice_is_one_of_its_words(void **state)
{
	static const char *const bad[] = { "", "on", "selecte", "selectedx",
		"none selected", " all", "All" };
	char buf[CONF_LINE_MAX + 1];
	struct conf_fault fault;
	struct conf c;

	(void)state;
	conf_default(&c);
	assert_int_equal(c.enable, CONF_ENABLE_ALL);
	assert_int_equal(set(&c, CONF_ENABLE, "none"), SSPR_OK);
	assert_int_equal(c.enable, CONF_ENABLE_NONE);
	assert_int_equal(set(&c, CONF_ENABLE, "selected"), SSPR_OK);
	assert_int_equal(c.enable, CONF_ENABLE_SELECTED);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(conf_set(&c, CONF_ENABLE, bad[i], &fault),
		    SSPR_CONFIG);
	assert_string_equal(fault.reason, "none of: none selected all");
	assert_int_equal(c.enable, CONF_ENABLE_SELECTED);
	conf_get(&c, CONF_ENABLE, buf);
	assert_string_equal(buf, "selected");
}

/* The enums of conf.h stand in the order of the words. */
static void
every_choice_has_its_numbers(void **state)
{
	struct conf c;

	(void)state;
	conf_default(&c);
	assert_int_equal(c.offer_mode, CONF_MODE_RESET);
	assert_int_equal(set(&c, CONF_OFFER_MODE, "refer"), SSPR_OK);
	assert_int_equal(c.offer_mode, CONF_MODE_REFER);
	assert_int_equal(c.admin_reset, CONF_ADMIN_TWO);
	assert_int_equal(set(&c, CONF_ADMIN_RESET, "never"), SSPR_OK);
	assert_int_equal(c.admin_reset, CONF_ADMIN_NEVER);
	assert_int_equal(c.first, CONF_FIRST_IMMEDIATE);
	assert_int_equal(set(&c, CONF_FIRST, "cooling"), SSPR_OK);
	assert_int_equal(c.first, CONF_FIRST_COOLING);
	assert_int_equal(set(&c, CONF_FIRST, "pass"), SSPR_OK);
	assert_int_equal(c.first, CONF_FIRST_PASS);
}

static void
one_key_of_several_sections_is_several_options(void **state)
{
	struct conf c;

	(void)state;
	conf_default(&c);
	assert_int_equal(set(&c, CONF_SMS_COMMAND, "/bin/a"), SSPR_OK);
	assert_int_equal(set(&c, CONF_EMAIL_COMMAND, "/bin/b"), SSPR_OK);
	assert_string_equal(c.sms_command, "/bin/a");
	assert_string_equal(c.email_command, "/bin/b");
	assert_string_equal(conf_section(CONF_SMS_COMMAND), "sms");
	assert_string_equal(conf_section(CONF_EMAIL_COMMAND), "email");
	assert_string_equal(conf_name(CONF_SMS_COMMAND), "command");
	assert_string_equal(conf_name(CONF_EMAIL_COMMAND), "command");
}

static void
no_two_options_have_one_name(void **state)
{
	(void)state;
	for (enum conf_option i = 0; i < CONF_COUNT; i++)
		for (enum conf_option j = 0; j < i; j++)
			assert_true(
			    strcmp(conf_section(i), conf_section(j)) != 0 ||
			    strcmp(conf_name(i), conf_name(j)) != 0);
}

static void
a_reason_is_cut_to_its_room(void **state)
{
	struct conf_fault fault;
	char text[2 * sizeof(fault.reason)];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(conf_refuse(&fault, "%s", text), SSPR_CONFIG);
	assert_int_equal(strlen(fault.reason), sizeof(fault.reason) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_those_of_the_table),
		cmocka_unit_test(
		    every_option_can_be_told_in_the_words_of_the_file),
		cmocka_unit_test(a_refused_value_leaves_the_option_as_it_was),
		cmocka_unit_test(roles_are_told_what_the_table_says),
		cmocka_unit_test(a_choice_is_one_of_its_words),
		cmocka_unit_test(every_choice_has_its_numbers),
		cmocka_unit_test(
		    one_key_of_several_sections_is_several_options),
		cmocka_unit_test(no_two_options_have_one_name),
		cmocka_unit_test(a_reason_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
