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
		for (int at = WORDS_ASKED; at <= WORDS_WORKED; at++) {
			words_last(&wide, (enum words_stage)at,
			    (enum sspr_err)e, buf);
			assert_showable(buf);
			assert_non_null(strstr(buf, "ress Enter"));
			assert_int_equal(buf[strlen(buf) - 1], ' ');
		}
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

static const char *
last(enum words_stage stage, enum sspr_err e)
{
	static char buf[PROTO_TEXT_MAX + 1];

	words_last(&site, stage, e, buf);
	assert_showable(buf);
	return buf;
}

/* Nobody is told that a password is changed when it may not be. */
static void
the_last_words_say_changed_only_of_success(void **state)
{
	const char *text = last(WORDS_WORKED, SSPR_OK);

	(void)state;
	assert_non_null(strstr(text, "Your password is changed."));
	for (int e = 1; e <= (int)ERR_MAX; e++) {
		if (e == SSPR_UNLOCKED)
			continue;
		text = last(WORDS_WORKED, (enum sspr_err)e);
		assert_null(strstr(text, "is changed"));
		assert_non_null(strstr(text, site.contact));
		assert_non_null(strstr(text, "Reference 7K2M. "));
		assert_int_equal(strstr(text, "Your password is not changed") !=
			NULL,
		    e != SSPR_UNCERTAIN && e != SSPR_PARTLY);
	}
}

static void
an_unlock_says_which_password_works(void **state)
{
	(void)state;
	assert_string_equal(last(WORDS_WORKED, SSPR_UNLOCKED),
	    "Your account is unlocked; your old password works again. This "
	    "attempt still ends as \"Permission denied\" or \"Login "
	    "incorrect\"; that is normal. Press Enter, then log in with your "
	    "password: ");
}

static void
in_doubt_both_passwords_are_to_be_tried(void **state)
{
	(void)state;
	assert_string_equal(last(WORDS_WORKED, SSPR_UNCERTAIN),
	    "Whether your password was changed is unknown, try both: the new "
	    "password first, then the old one. (SSPR-25) Help: "
	    "it-help@example.com. Reference 7K2M. Press Enter: ");
	assert_string_equal(last(WORDS_WORKED, SSPR_PARTLY),
	    "Your password was changed in one place, and another refused it. "
	    "Try the new password first, then the old one, and ask for help. "
	    "(SSPR-47) Help: it-help@example.com. Reference 7K2M. Press "
	    "Enter: ");
}

/* After right codes: why, what to do, and what became of the codes. */
static void
who_gave_right_codes_reads_why_it_is_not_changed(void **state)
{
	static const struct {
		enum words_stage stage;
		enum sspr_err e;
		const char *text;
	} cases[] = {
		{ WORDS_CHECKED, SSPR_BUSY, "Another reset of this account" },
		{ WORDS_CHECKED, SSPR_RESETS,
		    "again tomorrow. If that was not you, ask for help at" },
		{ WORDS_CHECKED, SSPR_SOURCE,
		    "too many resets from this address; try again in an" },
		{ WORDS_WORKED, SSPR_BUSY,
		    "Somebody else is changing accounts on this machine just "
		    "now; try again in a minute." },
		{ WORDS_CHECKED, SSPR_ACCOUNT, "locked, has expired or has" },
		{ WORDS_WORKED, SSPR_ACCOUNT, "locked, has expired or has" },
		{ WORDS_CHECKED, SSPR_EXCLUDED, "excluded from resets" },
		{ WORDS_CHECKED, SSPR_SHADOW, "needs repair first" },
		{ WORDS_WORKED, SSPR_SHADOW, "needs repair first" },
		{ WORDS_CHECKED, SSPR_WRAPPED, "that a reset would lose" },
		{ WORDS_CHECKED, SSPR_DIRECTORY, "in a few minutes" },
		{ WORDS_WORKED, SSPR_DIRECTORY, "in a few minutes" },
		{ WORDS_CHECKED, SSPR_SETUP, "not set up right" },
		{ WORDS_WORKED, SSPR_SETUP, "not set up right" },
		{ WORDS_WORKED, SSPR_TIMEOUT, "took too long" },
		{ WORDS_WORKED, SSPR_NOT_CHANGED, "did not take the new one" },
		{ WORDS_WORKED, SSPR_WEAK, "No new one that you typed" },
		{ WORDS_WORKED, SSPR_CANCELLED, "not changed: stopped." },
	};
	const char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = last(cases[i].stage, cases[i].e);
		assert_non_null(strstr(text, cases[i].text));
		assert_non_null(strstr(text,
		    cases[i].stage == WORDS_CHECKED
			? " The last code you typed is not used up. (SSPR-"
			: " The codes you typed are used up. (SSPR-"));
	}
}

/* R-ENUM-1: errors that are told as one are one. */
static void
before_a_right_code_no_more_is_said_than_all_may_know(void **state)
{
	char told[PROTO_TEXT_MAX + 1];
	enum sspr_err real;

	(void)state;
	for (int e = 1; e <= (int)ERR_MAX; e++) {
		if (err_number((uint32_t)e, &real) != SSPR_OK ||
		    e == SSPR_UNLOCKED || e == SSPR_UNCERTAIN ||
		    e == SSPR_PARTLY)
			continue;
		snprintf(told, sizeof(told), "%s",
		    last(WORDS_ASKED, err_told((enum sspr_err)e)));
		assert_string_equal(last(WORDS_ASKED, (enum sspr_err)e), told);
		assert_non_null(strstr(told, "Your password is not changed: "));
		assert_null(strstr(told, "used up"));
	}
	assert_string_equal(last(WORDS_ASKED, SSPR_EXCLUDED),
	    "Your password is not changed: not accepted. (SSPR-01) Help: "
	    "it-help@example.com. Reference 7K2M. Press Enter: ");
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

/* Story 13. */
static void
what_a_source_must_wait_for_is_said_with_a_time(void **state)
{
	struct words_site to = site;
	char buf[PROTO_TEXT_MAX + 1];

	(void)state;
	to.place = "terminal";
	snprintf(to.next, sizeof(to.next), "14:35");
	words_error(&to, SSPR_SOURCE, buf);
	assert_string_equal(buf,
	    "Too many tries from this terminal. Next try at 14:35 (SSPR-21). "
	    "Help: it-help@example.com");
	words_last(&to, WORDS_ASKED, SSPR_SOURCE, buf);
	assert_string_equal(buf,
	    "Too many tries from this terminal. Next try at 14:35 (SSPR-21). "
	    "Help: it-help@example.com. Nothing was changed. Reference 7K2M. "
	    "Press Enter: ");
	words_error(&to, SSPR_BUSY, buf);
	assert_null(strstr(buf, "14:35"));
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
		cmocka_unit_test(an_unlock_says_which_password_works),
		cmocka_unit_test(in_doubt_both_passwords_are_to_be_tried),
		cmocka_unit_test(
		    who_gave_right_codes_reads_why_it_is_not_changed),
		cmocka_unit_test(
		    before_a_right_code_no_more_is_said_than_all_may_know),
		cmocka_unit_test(what_may_be_typed_is_named_and_nothing_else),
		cmocka_unit_test(
		    a_sent_code_says_if_and_until_when_and_the_reference),
		cmocka_unit_test(times_are_those_of_the_place),
		cmocka_unit_test(an_error_has_its_phrase_and_two_digits),
		cmocka_unit_test(
		    what_a_source_must_wait_for_is_said_with_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
