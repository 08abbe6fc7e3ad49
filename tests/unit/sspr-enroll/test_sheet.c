/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../capture.h"
#include "myself.h"
#include "sheet.h"

static struct capture c;

static enum sspr_err
take(struct sheet *s, unsigned int number, const char *code)
{
	struct proto_msg m = { .type = MSG_CODE };

	m.as.code.number = (uint8_t)number;
	memcpy(m.as.code.code, code, strlen(code) + 1);
	return sheet_take(s, proto_row(MSG_CODE), &m);
}

static void
ten(struct sheet *s)
{
	char code[] = "ABCD-EFGH-JKMN-PQRA";

	for (unsigned int i = 1; i <= 10; i++, code[18]++)
		assert_int_equal(take(s, i, code), SSPR_OK);
}

static enum sspr_err
print(struct sheet *s)
{
	enum sspr_err e;

	capture_begin(&c);
	s->to = s->to == NULL ? stdout : s->to;
	e = sheet_print(s);
	capture_end(&c);
	return e;
}

/* FEATURES 3.15 */
static void
a_sheet_says_whose_and_where_and_numbers_the_codes(void **state)
{
	char name[PROTO_USER_MAX + 1], host[MYSELF_HOST_MAX];
	struct sheet s = { 0 };
	const char *end;

	(void)state;
	ten(&s);
	assert_int_equal(print(&s), SSPR_OK);
	myself_name(name);
	myself_host(host);
	assert_non_null(strstr(c.out, name));
	assert_non_null(strstr(c.out, host));
	assert_non_null(strstr(c.out,
	    "\n     1  ABCD-EFGH-JKMN-PQRA          6  "
	    "ABCD-EFGH-JKMN-PQRF\n"));
	assert_non_null(strstr(c.out,
	    "\n     5  ABCD-EFGH-JKMN-PQRE         10  "
	    "ABCD-EFGH-JKMN-PQRJ\n"));
	assert_non_null(
	    strstr(c.out, "Keep it on paper, not on this computer.\n"));
	for (const char *p = c.out; *p != '\0'; p = end + 1) {
		assert_non_null(end = strchr(p, '\n'));
		assert_in_range(end - p, 0, 80);
	}
}

static void
json_is_one_list(void **state)
{
	struct sheet s = { .json = true };

	(void)state;
	assert_int_equal(take(&s, 1, "AB-CD"), SSPR_OK);
	assert_int_equal(take(&s, 2, "EF-GH"), SSPR_OK);
	assert_int_equal(print(&s), SSPR_OK);
	assert_string_equal(c.out,
	    "[\n{\"number\":1,\"code\":\"AB-CD\"},\n"
	    "{\"number\":2,\"code\":\"EF-GH\"}\n]\n");
}

static void
it_is_printed_once_and_only_if_there_is_one(void **state)
{
	struct sheet s = { 0 };

	(void)state;
	assert_int_equal(print(&s), SSPR_OK);
	assert_string_equal(c.out, "");
	ten(&s);
	assert_int_equal(print(&s), SSPR_OK);
	assert_int_equal(print(&s), SSPR_OK);
	assert_string_equal(c.out, "");
	assert_int_equal(take(&s, 11, "ABCD"), SSPR_MALFORMED);
}

static void
what_no_honest_daemon_sends_is_not_taken(void **state)
{
	struct proto_msg m = { .type = MSG_FACTOR };
	struct sheet s = { 0 };

	(void)state;
	assert_int_equal(sheet_take(&s, proto_row(MSG_FACTOR), &m),
	    SSPR_MALFORMED);
	assert_int_equal(take(&s, 1, ""), SSPR_MALFORMED);
	assert_int_equal(take(&s, 1, "ab"), SSPR_MALFORMED);
	assert_int_equal(take(&s, 1, "A B"), SSPR_MALFORMED);
	assert_int_equal(take(&s, 1, "\x1b"), SSPR_MALFORMED);
	assert_int_equal(s.n, 0);
	for (unsigned int i = 0; i < SHEET_MAX; i++)
		assert_int_equal(take(&s, 255, "ABCDEFGHIJKLMNOPQRSTUVWX"),
		    SSPR_OK);
	assert_int_equal(take(&s, 1, "AB"), SSPR_MALFORMED);
}

static void
a_sheet_that_does_not_get_through_is_an_error(void **state)
{
	struct sheet s = { 0 };

	(void)state;
	ten(&s);
	s.to = fopen("/dev/full", "w");
	assert_int_equal(print(&s), SSPR_FILE);
	(void)fclose(s.to);
}

static void
the_codes_are_wiped(void **state)
{
	const struct proto_code none = { 0 };
	struct sheet s = { 0 };

	(void)state;
	ten(&s);
	sheet_wipe(&s);
	for (size_t i = 0; i < SHEET_MAX; i++)
		assert_memory_equal(&s.at[i], &none, sizeof(none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_sheet_says_whose_and_where_and_numbers_the_codes),
		cmocka_unit_test(json_is_one_list),
		cmocka_unit_test(it_is_printed_once_and_only_if_there_is_one),
		cmocka_unit_test(what_no_honest_daemon_sends_is_not_taken),
		cmocka_unit_test(a_sheet_that_does_not_get_through_is_an_error),
		cmocka_unit_test(the_codes_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
