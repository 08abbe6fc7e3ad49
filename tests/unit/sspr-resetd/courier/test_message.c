/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "courier/message.h"
#include "method.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct ipc_deliver
message(enum method method, const char *address, const char *subject,
    const char *text)
{
	struct ipc_deliver m = { .id = 1, .method = (uint8_t)method };

	snprintf(m.address, sizeof(m.address), "%s", address);
	snprintf(m.subject, sizeof(m.subject), "%s", subject);
	m.text.len = (uint16_t)strlen(text);
	assert_true(m.text.len <= sizeof(m.text.at));
	memcpy(m.text.at, text, m.text.len);
	return m;
}

/* R-DEL-2 */
static void
the_address_is_of_the_kind_of_the_method(void **state)
{
	static const struct {
		enum method method;
		const char *address;
		enum sspr_err e;
	} rows[] = {
		{ METHOD_SMS, "+15551234567", SSPR_OK },
		{ METHOD_LANDLINE, "+15551234567", SSPR_OK },
		{ METHOD_EMAIL, "alice@example.com", SSPR_OK },
		{ METHOD_SMS, "alice@example.com", SSPR_MALFORMED },
		{ METHOD_LANDLINE, "alice@example.com", SSPR_MALFORMED },
		{ METHOD_EMAIL, "+15551234567", SSPR_MALFORMED },
		{ METHOD_APP, "+15551234567", SSPR_MALFORMED },
		{ METHOD_UNKNOWN, "+15551234567", SSPR_MALFORMED },
		{ METHOD_EMAIL, "alice@example.com\nBcc: x@y", SSPR_MALFORMED },
		{ METHOD_SMS, "+1555;id", SSPR_MALFORMED },
	};
	struct ipc_deliver m;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		m = message(rows[i].method, rows[i].address, "Code", "x");
		assert_int_equal(message_check(&m), rows[i].e);
	}
}

static void
only_what_may_be_shown_is_sent(void **state)
{
	static const struct {
		const char *subject, *text;
		enum sspr_err e;
	} rows[] = {
		{ "", "text", SSPR_OK },
		{ "Sch\xc3\xb6n", "eins\nzwei\n\ndrei\n", SSPR_OK },
		{ "Code", "", SSPR_MALFORMED },
		{ "a\nTo: +15550000000", "text", SSPR_MALFORMED },
		{ "a\rb", "text", SSPR_MALFORMED },
		{ "\xff", "text", SSPR_MALFORMED },
		{ "Code", "a\rb", SSPR_MALFORMED },
		{ "Code", "a\x1b[2Jb", SSPR_MALFORMED },
		{ "Code", "a\nb\xc3", SSPR_MALFORMED },
		{ "Code",
		    "a\xe2\x80\xae"
		    "b",
		    SSPR_MALFORMED },
	};
	struct ipc_deliver m;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		m = message(METHOD_SMS, "+15551234567", rows[i].subject,
		    rows[i].text);
		assert_int_equal(message_check(&m), rows[i].e);
	}
	m = message(METHOD_SMS, "+15551234567", "Code", "text");
	m.text.at[1] = '\0';
	assert_int_equal(message_check(&m), SSPR_MALFORMED);
}

/* R-DEL-1 */
static void
a_command_is_given_two_lines_an_empty_one_and_the_text(void **state)
{
	static const char want[] =
	    "To: alice@example.com\nSubject: Your code\n\nIt is 12345678.\n\n"
	    "Never tell it.";
	struct ipc_deliver m = message(METHOD_EMAIL, "alice@example.com",
	    "Your code", "It is 12345678.\n\nNever tell it.");
	char buf[MESSAGE_MAX];

	(void)state;
	assert_int_equal(message_format(&m, buf), sizeof(want) - 1);
	assert_memory_equal(buf, want, sizeof(want) - 1);
}

/* The sanitizers see a byte too many. */
static void
the_longest_message_fits(void **state)
{
	struct ipc_deliver m = { .method = METHOD_EMAIL };
	char *buf = malloc(MESSAGE_MAX);

	(void)state;
	assert_non_null(buf);
	memset(m.address, 'a', IPC_ADDRESS_MAX);
	memset(m.subject, 's', IPC_SUBJECT_MAX);
	memset(m.text.at, 't', IPC_MESSAGE_MAX);
	m.text.len = IPC_MESSAGE_MAX;
	assert_int_equal(message_format(&m, buf), MESSAGE_MAX - 1);
	assert_int_equal(buf[MESSAGE_MAX - 2], 't');
	free(buf);
}

static void
masks(const struct ipc_deliver *m, const char *said, const char *logged)
{
	char buf[256];
	const size_t len = strlen(said);

	assert_true(len < sizeof(buf));
	memcpy(buf, said, len + 1);
	message_mask(m, buf, len);
	assert_string_equal(buf, logged);
}

/* R-DEL-1, R-LOG-3 */
static void
neither_address_nor_text_nor_a_digit_gets_into_the_log(void **state)
{
	const struct ipc_deliver m = message(METHOD_EMAIL, "alice@example.com",
	    "Hello you", "Your code\nis 12345678.\n\n");

	(void)state;
	masks(&m, "550 no user Alice@Example.COM here\n",
	    "### no user ***************** here ");
	masks(&m, "alice@example.comalice@example.com",
	    "**********************************");
	masks(&m, "Your code is twelve", "********* is twelve");
	masks(&m, "text=is 12345678.;code=12345678",
	    "text=************;code=########");
	masks(&m, "Subject: Hello you\r\nx", "Subject: *********  x");
	masks(&m, "<bob@example.com>, b@x", "<***@example.com>, *@x");
	masks(&m, "to=alice%40example.com", "to=*****%##example.com");
	masks(&m, "@@", "*@");
	masks(&m, "connection refused", "connection refused");
	masks(&m, "", "");
}

static void
the_bytes_of_an_output_are_not_taken_for_text(void **state)
{
	const struct ipc_deliver m =
	    message(METHOD_SMS, "+15551234567", "", "aa");
	char buf[] = "a\0aa\0+1555123456\xff";

	(void)state;
	message_mask(&m, buf, sizeof(buf) - 1);
	assert_memory_equal(buf, "a ** +##########\xff", sizeof(buf));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_address_is_of_the_kind_of_the_method),
		cmocka_unit_test(only_what_may_be_shown_is_sent),
		cmocka_unit_test(
		    a_command_is_given_two_lines_an_empty_one_and_the_text),
		cmocka_unit_test(the_longest_message_fits),
		cmocka_unit_test(
		    neither_address_nor_text_nor_a_digit_gets_into_the_log),
		cmocka_unit_test(the_bytes_of_an_output_are_not_taken_for_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
