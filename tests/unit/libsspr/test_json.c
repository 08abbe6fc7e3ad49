/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../capture.h"
#include "json.h"
#include "proto.h"

struct all {
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	char str[65];
	WIRE_OCTETS(4) bytes;
};

static const struct wire_field fields[] = {
	{ "u8", WIRE_U8, offsetof(struct all, u8), 0 },
	{ "u16", WIRE_U16, offsetof(struct all, u16), 0 },
	{ "u32", WIRE_U32, offsetof(struct all, u32), 0 },
	{ "u64", WIRE_U64, offsetof(struct all, u64), 0 },
	{ "str", WIRE_STR, offsetof(struct all, str), 64 },
	{ "bytes", WIRE_BYTES, offsetof(struct all, bytes), 4 },
	{ NULL, WIRE_END, 0, 0 },
};

static struct capture c;

static const char *
printed(const struct wire_field *f, const void *msg)
{
	capture_begin(&c);
	json_message(stdout, f, msg);
	capture_end(&c);
	assert_string_equal(c.err, "");
	return c.out;
}

static void
every_kind_of_field_is_printed(void **state)
{
	const struct all a = { UINT8_MAX, UINT16_MAX, UINT32_MAX, UINT64_MAX,
		"text", { 3, { 0x00, 0xab, 0xff, 0x77 } } };

	(void)state;
	assert_string_equal(printed(fields, &a),
	    "{\"u8\":255,\"u16\":65535,\"u32\":4294967295,"
	    "\"u64\":18446744073709551615,\"str\":\"text\","
	    "\"bytes\":\"00abff\"}");
}

/* R-LOG-2 */
static void
strings_are_escaped(void **state)
{
	static const struct {
		const char *s, *json;
	} rows[] = {
		{ "", "" },
		{ "a\"b\\c/", "a\\\"b\\\\c/" },
		{ "\x1b[2J\n\t\x7f", "\\u001b[2J\\u000a\\u0009\\u007f" },
		{ "gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\x91",
		    "gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\x91" },
		{ "\xc2\x9b \xe2\x80\xae", "\\u009b \\u202e" },
		{ "\xff\xc3", "\\ufffd\\ufffd" },
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" },
	};
	struct all a = { 0 };
	char want[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(a.str, 0, sizeof(a.str));
		memcpy(a.str, rows[i].s, strlen(rows[i].s));
		(void)snprintf(want, sizeof(want), "{\"str\":\"%s\",",
		    rows[i].json);
		assert_non_null(strstr(printed(fields, &a), want + 1));
	}
}

static void
the_names_of_a_record_are_those_of_the_protocol(void **state)
{
	const struct proto_code code = { 7, "ABCD-EFGH" };

	(void)state;
	assert_string_equal(printed(proto_row(MSG_CODE)->fields, &code),
	    "{\"number\":7,\"code\":\"ABCD-EFGH\"}");
}

static void
a_length_over_its_maximum_reads_no_further(void **state)
{
	struct all a = { .bytes = { 9, { 1, 2, 3, 4 } } };

	(void)state;
	assert_non_null(strstr(printed(fields, &a), "\"bytes\":\"01020304\"}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_field_is_printed),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(
		    the_names_of_a_record_are_those_of_the_protocol),
		cmocka_unit_test(a_length_over_its_maximum_reads_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
