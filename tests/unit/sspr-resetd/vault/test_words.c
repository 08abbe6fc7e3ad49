/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "vault/words.h"

#define EVERY 0xffu /* all methods */

static const struct words_site site = { .host = "web1",
	.contact = "it-help@example.com",
	.reference = "7K2M" };

/* R-PAM-4 */
static void
assert_showable(const char *text)
{
	assert_true(strlen(text) < PROTO_TEXT_MAX);
	for (; *text != '\0'; text++)
		assert_true((*text >= 0x20 && *text < 0x7f) || *text == '\n');
}

static void
the_prompt_names_the_account_the_host_and_the_way_out(void **state)
{
	char begin[PROTO_TEXT_MAX + 1], buf[PROTO_TEXT_MAX + 1];

	(void)state;
	words_begin(&site, "alice", 1, begin);
	words_ask(begin, METHOD_BIT(METHOD_APP), "stop", buf);
	assert_string_equal(buf,
	    "Reset the password of alice on web1. Nothing changes until the "
	    "end.\nType the 6-digit code from your app. Enter = stop: ");
	words_begin(&site, "alice", 2, begin);
	assert_non_null(strstr(begin, "Two different methods are needed"));
}

static void
what_may_be_typed_is_named_and_nothing_else(void **state)
{
	char buf[PROTO_TEXT_MAX + 1];

	(void)state;
	words_ask("", EVERY | METHOD_BIT(METHOD_NOTICE), "stop", buf);
	assert_string_equal(buf,
	    "Type the 6-digit code from your app, a backup code or a "
	    "helpdesk-pass. Or type sms, email or phone-call to be sent one. "
	    "Or type questions to answer yours. Enter = stop: ");
	words_ask("X. ", METHOD_BIT(METHOD_BACKUP) | METHOD_BIT(METHOD_EMAIL),
	    "later", buf);
	assert_string_equal(buf,
	    "X. Type a backup code. Or type email to be sent one. Enter = "
	    "later: ");
	words_ask("", METHOD_BIT(METHOD_SMS), "stop", buf);
	assert_string_equal(buf, "Type sms to be sent one. Enter = stop: ");
}

/* R-ENUM-1, story 3, story 11 */
static void
a_sent_code_says_if_and_until_when_and_the_reference(void **state)
{
	char buf[PROTO_TEXT_MAX + 1];

	(void)state;
	words_sent(&site, METHOD_SMS, "14:32", buf);
	assert_non_null(strstr(buf,
	    "If this account has a mobile number, a "
	    "code is on its way"));
	assert_non_null(strstr(buf, "works until 14:32"));
	assert_non_null(strstr(buf, "type forgot, then sms."));
	assert_non_null(strstr(buf, "Reference 7K2M"));
	words_sent(&site, METHOD_LANDLINE, "14:32", buf);
	assert_non_null(strstr(buf, "then phone-call."));
}

/* R-LOG-2: the name is whatever a stranger typed. */
static void
odd_bytes_of_a_name_are_shown_as_question_marks(void **state)
{
	char name[2] = "", buf[PROTO_TEXT_MAX + 1], want[64];

	(void)state;
	for (int c = 1; c < 256; c++) {
		name[0] = (char)c;
		words_begin(&site, name, 1, buf);
		snprintf(want, sizeof(want), "password of %c on web1",
		    c > 0x20 && c < 0x7f ? c : '?');
		assert_non_null(strstr(buf, want));
		assert_showable(buf);
	}
}

static void
names_and_contacts_of_any_length_fit(void **state)
{
	char name[PROTO_USER_MAX + 1] = "", host[65], contact[101];
	const struct words_site wide = { .host = host,
		.contact = contact,
		.reference = "ZZZZ" };
	char begin[PROTO_TEXT_MAX + 1], buf[PROTO_TEXT_MAX + 1];

	(void)state;
	memset(host, 'h', sizeof(host));
	host[64] = '\0';
	memset(contact, 'c', sizeof(contact));
	contact[100] = '\0';
	for (size_t i = 0; i < PROTO_USER_MAX; i++) {
		name[i] = 'n';
		words_begin(&wide, name, 2, begin);
		words_ask(begin, EVERY, "stop", buf);
		assert_showable(buf);
		assert_non_null(strstr(buf, "Enter = stop: "));
	}
	for (int m = METHOD_SMS; m <= METHOD_EMAIL; m++) {
		words_sent(&wide, (enum method)m, "14:32", buf);
		assert_showable(buf);
		assert_non_null(strstr(buf, WORDS_SENT));
	}
	for (int e = 0; e <= (int)ERR_MAX; e++) {
		words_last(&wide, (enum sspr_err)e, buf);
		assert_showable(buf);
		assert_non_null(strstr(buf, "ress Enter"));
		words_error(&wide, (enum sspr_err)e, buf);
		assert_showable(buf);
		assert_non_null(strstr(buf, contact));
	}
}

/* R-ENUM-1 */
static void
a_refusal_says_the_same_whatever_it_was(void **state)
{
	char buf[PROTO_TEXT_MAX + 1];

	(void)state;
	words_refused(&site, buf);
	assert_string_equal(buf,
	    "Not accepted. After several tries, wait up to an hour. (SSPR-01) "
	    "Help: it-help@example.com");
}

/* Nobody is told that a password is changed when it may not be. */
static void
the_last_words_say_changed_only_of_success(void **state)
{
	char buf[PROTO_TEXT_MAX + 1];

	(void)state;
	words_last(&site, SSPR_OK, buf);
	assert_non_null(strstr(buf, "Your password is changed."));
	assert_showable(buf);
	for (int e = 1; e <= (int)ERR_MAX; e++) {
		words_last(&site, (enum sspr_err)e, buf);
		assert_null(strstr(buf, "is changed"));
		assert_non_null(strstr(buf, site.contact));
	}
	words_last(&site, SSPR_UNCERTAIN, buf);
	assert_non_null(strstr(buf, "may have been changed"));
	assert_non_null(strstr(buf, "(SSPR-25)"));
}

static void
times_are_those_of_the_place(void **state)
{
	char buf[32];

	(void)state;
	assert_int_equal(setenv("TZ", "UTC-1", 1), 0);
	tzset();
	words_clock(1700000010, buf);
	assert_string_equal(buf, "23:13");
	words_date(1700000010, buf);
	assert_string_equal(buf, "14 Nov 23:13");
	words_date(UINT64_MAX, buf);
	assert_true(strlen(buf) < sizeof(buf));
}

static void
an_error_has_its_phrase_and_two_digits(void **state)
{
	char buf[PROTO_TEXT_MAX + 1];

	(void)state;
	words_error(&site, SSPR_MALFORMED, buf);
	assert_string_equal(buf,
	    "Stopped: malformed message. (SSPR-09) Help: it-help@example.com");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_prompt_names_the_account_the_host_and_the_way_out),
		cmocka_unit_test(
		    odd_bytes_of_a_name_are_shown_as_question_marks),
		cmocka_unit_test(names_and_contacts_of_any_length_fit),
		cmocka_unit_test(a_refusal_says_the_same_whatever_it_was),
		cmocka_unit_test(the_last_words_say_changed_only_of_success),
		cmocka_unit_test(what_may_be_typed_is_named_and_nothing_else),
		cmocka_unit_test(
		    a_sent_code_says_if_and_until_when_and_the_reference),
		cmocka_unit_test(times_are_those_of_the_place),
		cmocka_unit_test(an_error_has_its_phrase_and_two_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
