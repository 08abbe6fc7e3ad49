/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "template.h"

#define ALL (TEMPLATE_ADDRESS | TEMPLATE_TEXT | TEMPLATE_LOGIN)

static const struct template_values values = { "+15551234567",
	"a&b \"c\"\\\n<\xc3\xa4>", "me", "p+q" };

static const char *
filled(const char *template, enum template_form form)
{
	static char buf[501];

	assert_int_equal(template_fill(template, form, &values, buf, 500),
	    SSPR_OK);
	return buf;
}

static void
places_are_filled_in(void **state)
{
	(void)state;
	assert_string_equal(filled("", TEMPLATE_RAW), "");
	assert_string_equal(filled("%{to} %{digits} %{user}:%{password}",
				TEMPLATE_RAW),
	    "+15551234567 15551234567 me:p+q");
	assert_string_equal(filled("%{to}%{to}", TEMPLATE_URL),
	    "%2B15551234567%2B15551234567");
	/* Whatever a value is, it is not looked into. */
	assert_string_equal(filled("100% %20 %%{user} {x}", TEMPLATE_RAW),
	    "100% %20 %me {x}");
}

static void
values_are_encoded_for_where_they_stand(void **state)
{
	(void)state;
	assert_string_equal(filled("t=%{text}&p=%{password}", TEMPLATE_URL),
	    "t=a%26b%20%22c%22%5C%0A%3C%C3%A4%3E&p=p%2Bq");
	assert_string_equal(filled("{\"t\":\"%{text}\"}", TEMPLATE_JSON),
	    "{\"t\":\"a&b \\\"c\\\"\\\\\\u000a<\xc3\xa4>\"}");
	assert_string_equal(filled("<t>%{text}</t>", TEMPLATE_XML),
	    "<t>a&#38;b &#34;c&#34;\\&#10;&#60;\xc3\xa4&#62;</t>");
	assert_string_equal(filled("%{text}", TEMPLATE_RAW), values.text);
}

static void
a_value_is_not_a_template(void **state)
{
	const struct template_values v = { "+1", "%{password}", "", "secret" };
	char buf[100];

	(void)state;
	assert_int_equal(template_fill("%{text}", TEMPLATE_RAW, &v, buf, 99),
	    SSPR_OK);
	assert_string_equal(buf, "%{password}");
}

static void
unknown_and_unwanted_places_are_found(void **state)
{
	static const char *const bad[] = { "%{", "%{}", "%{To}", "%{to",
		"%{to }", "%{subject}", "x%{to}%{x}", "%%{x}" };
	char buf[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(template_check(bad[i], ALL), SSPR_MALFORMED);
		assert_int_equal(template_fill(bad[i], TEMPLATE_RAW, &values,
				     buf, 99),
		    SSPR_MALFORMED);
	}
	assert_int_equal(template_check("%{to}%{digits}%{text}%{user}"
					"%{password}%",
			     ALL),
	    SSPR_OK);
	assert_int_equal(template_check("%{text}", ALL & ~TEMPLATE_TEXT),
	    SSPR_MALFORMED);
	assert_int_equal(template_check("%{digits}", TEMPLATE_TEXT),
	    SSPR_MALFORMED);
}

static void
no_room_leaves_nothing(void **state)
{
	static const char zero[201];
	char buf[201];
	size_t len = strlen(filled("x%{text}y", TEMPLATE_URL));

	(void)state;
	for (size_t max = 0; max < len; max++) {
		memset(buf, 0, sizeof(buf));
		assert_int_equal(template_fill("x%{text}y", TEMPLATE_URL,
				     &values, buf, max),
		    SSPR_FULL);
		assert_memory_equal(buf, zero, sizeof(buf));
	}
	assert_int_equal(template_fill("x%{text}y", TEMPLATE_URL, &values, buf,
			     len),
	    SSPR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_filled_in),
		cmocka_unit_test(values_are_encoded_for_where_they_stand),
		cmocka_unit_test(a_value_is_not_a_template),
		cmocka_unit_test(unknown_and_unwanted_places_are_found),
		cmocka_unit_test(no_room_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
