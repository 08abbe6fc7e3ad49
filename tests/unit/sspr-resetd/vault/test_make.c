/* SPDX-License-Identifier: MIT */
#include "enrolling.h"

#define A_DAY   86400u
#define MONTH_S ((uint64_t)ACCOUNT_MEMORY_S)
#define MAIL_2  "Ann.Other@Example.NET"
#define MAIL_2L "Ann.Other@example.net"

static void
site_has(const char *methods)
{
	snprintf(lab.v->conf.methods, sizeof(lab.v->conf.methods), "%s",
	    methods);
}

/* What is sealed of a factor of hers. */
static struct record
record_of(uint32_t id)
{
	struct account a = people_account(ALICE);
	struct record r;

	assert_int_equal(account_open(lab.v->seal, &a, account_factor(&a, id),
			     &r),
	    SSPR_OK);
	return r;
}

/* Up to the prompt for the address; an older method is not proved. */
static void
asks_address(uint32_t conn, const char *method)
{
	const char *text = begins(conn, VERB_ADD, method, 0);

	if (strstr(text, "Enter = later") != NULL)
		text = answer(conn, "");
	assert_non_null(strstr(text, "Enter = stop"));
}

/* R-ENR-1 */
static void
nothing_is_stored_before_a_code_was_verified(void **state)
{
	(void)state;
	(void)begins(1, VERB_ADD, "app", 0);
	(void)answer(1, not_shown(1));
	(void)answer(1, "x");
	asks_address(2, "email");
	(void)answer(2, POST_MAIL);
	(void)answer(2, "00000000");
	(void)begins(3, VERB_ADD, "backup", 0);
	(void)answer(3, "no");
	assert_int_equal(factors(), 0);
	assert_int_equal(lab.audits, 0);
	for (uint32_t conn = 1; conn <= 3; conn++) {
		if (conn == 2)
			(void)answer(conn, "");
		assert_non_null(strstr(answer(conn, ""), "end: 15\n"));
		assert_null(lab_session(conn));
	}
	assert_int_equal(factors(), 0);
	assert_int_equal(post.n, 1);
}

/* R-VER-4: three of a code that was sent. */
static void
five_wrong_codes_end_it_or_three_that_were_sent(void **state)
{
	(void)state;
	(void)begins(1, VERB_ADD, "app", 0);
	for (int i = 0; i < 4; i++)
		assert_non_null(
		    strstr(answer(1, i % 2 == 0 ? not_shown(1) : "nope"),
			"ask: Code the app shows now"));
	assert_non_null(strstr(answer(1, not_shown(1)), "end: 31\n"));
	assert_null(lab_session(1));
	asks_address(2, "email");
	(void)answer(2, POST_MAIL);
	for (int i = 0; i < 2; i++)
		assert_non_null(
		    strstr(answer(2, i % 2 == 0 ? spoilt(post_code()) : "123"),
			"ask: Code that was sent"));
	assert_non_null(strstr(answer(2, "1234567"), "end: 31\n"));
	assert_null(lab_session(2));
	assert_int_equal(factors(), 0);
}

static void
each_enrolment_has_a_secret_of_its_own(void **state)
{
	struct proto_qr qr;
	char code[CODE_BACKUP_SIZE];

	(void)state;
	(void)begins(1, VERB_ADD, "app", 0);
	qr = lab.told[1].qr;
	assert_non_null(strstr(qr.uri, qr.secret));
	assert_int_equal(strlen(qr.secret), 32); /* R-VER-3: 160 bits */
	(void)begins(2, VERB_ADD, "app", 0);
	assert_string_not_equal(lab.told[2].qr.secret, qr.secret);
	(void)begins(3, VERB_ADD, "backup", 0);
	memcpy(code, on_sheet(3, 0), sizeof(code));
	(void)begins(4, VERB_ADD, "backup", 0);
	assert_string_not_equal(code, on_sheet(4, 0));
}

/* R-VER-6: shown once, each with its number, to the client alone. */
static void
a_sheet_is_kept_once_its_owner_says_yes(void **state)
{
	char last[CODE_BACKUP_SIZE];
	struct proto_msg m;

	(void)state;
	(void)begins(1, VERB_ADD, "backup", 0);
	assert_int_equal(records_count(1, MSG_CODE), CODE_BACKUPS);
	for (uint32_t i = 0; i < CODE_BACKUPS; i++) {
		assert_true(records_find(1, MSG_CODE, i, &m));
		assert_int_equal(m.as.code.number, i + 1);
		assert_int_equal(strlen(m.as.code.code), 19);
	}
	memcpy(last, on_sheet(1, 9), sizeof(last));
	assert_non_null(strstr(answer(1, "yes, I have"), "Type yes"));
	assert_non_null(strstr(answer(1, "YES"), "It is enrolled."));
	assert_string_equal(record_of(1).as.backup.label, "phone");
	prompt(3);
	assert_false(is_refused(3, last));
}

/* R-DEL-2, R-VER-2: what is stored is what the code went to. */
static void
each_kind_of_address_is_confirmed_by_a_code(void **state)
{
	static const struct {
		const char *method, *typed, *stored;
		enum method by;
	} cases[] = {
		{ "sms", "+49 151 / 1234-5678", POST_NUMBER, METHOD_SMS },
		{ "landline", "0049 (0) 30 12345678", POST_CALL,
		    METHOD_LANDLINE },
		{ "email", " " MAIL_2, MAIL_2L, METHOD_EMAIL },
		{ "notice", "ann@mail.corp.example", "ann@mail.corp.example",
		    METHOD_EMAIL },
		{ "notice", "+41791234567", "+41791234567", METHOD_SMS },
	};

	(void)state;
	lab.v->conf.sms_alone = true;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		later(3600);
		adds_address(i, cases[i].method, cases[i].typed);
		assert_string_equal(record_of(i + 1).as.address.address,
		    cases[i].stored);
		assert_int_equal(factor(i + 1).method,
		    method_named(cases[i].method));
		assert_string_equal(record_of(i + 1).as.address.label, "phone");
		assert_int_equal(disk_number(&lab.disk,
				     "SELECT sum(redeemed) FROM send"),
		    i + 1); /* R-DEL-3: they are used */
	}
	assert_string_equal(lab.told[4].text + strlen(lab.told[4].text) -
		strlen("show: The address is told of changes.\nend: 0\n"),
	    "show: The address is told of changes.\nend: 0\n");
}

/* The code went, and only there. */
static void
a_code_is_sent_to_what_was_typed_by_its_way(void **state)
{
	(void)state;
	lab.v->conf.sms_alone = true;
	asks_address(1, "landline");
	(void)answer(1, POST_CALL);
	assert_int_equal(post.n, 1);
	assert_string_equal(post.at[0].address, POST_CALL);
	assert_int_equal(post.at[0].method, METHOD_LANDLINE);
	later(120);
	asks_address(2, "notice");
	(void)answer(2, POST_NUMBER);
	assert_int_equal(post.n, 2);
	assert_string_equal(post.at[1].address, POST_NUMBER);
	assert_int_equal(post.at[1].method, METHOD_SMS);
	assert_null(strstr(lab.events, "7"));
}

static void
another_address_can_be_given_after_a_mistyped_one(void **state)
{
	char first[CODE_SENT_SIZE];

	(void)state;
	asks_address(1, "email");
	(void)answer(1, "anne@example.org");
	snprintf(first, sizeof(first), "%s", post_code());
	assert_non_null(strstr(answer(1, ""), "ask: E-mail address"));
	assert_non_null(strstr(answer(1, POST_MAIL), "ask: Code that was"));
	assert_int_equal(post.n, 2);
	if (strcmp(first, post_code()) != 0)
		assert_non_null(strstr(answer(1, first), "not the code"));
	(void)answer(1, post_code());
	PASSES(1);
	assert_string_equal(record_of(1).as.address.address, POST_MAIL);
}

/* R-DEL-3: a minute between two; a code of the first is none any more. */
static void
another_number_waits_a_minute(void **state)
{
	char first[CODE_SENT_SIZE];

	(void)state;
	lab.v->conf.sms_alone = true;
	asks_address(1, "sms");
	(void)answer(1, "+4915112345679");
	snprintf(first, sizeof(first), "%s", post_code());
	(void)answer(1, "");
	assert_non_null(strstr(answer(1, POST_NUMBER), "Wait a minute"));
	assert_non_null(strstr(answer(1, first), "ask: Mobile number"));
	later(60);
	assert_non_null(strstr(answer(1, POST_NUMBER), "ask: Code that was"));
	assert_int_equal(post.n, 2);
	(void)answer(1, post_code());
	PASSES(1);
	assert_string_equal(record_of(1).as.address.address, POST_NUMBER);
}

/* R-DEL-2: no address can become an option, a command or another line. */
static void
what_is_no_address_of_this_site_is_refused(void **state)
{
	static const struct {
		const char *method, *typed;
	} cases[] = {
		{ "sms", "+1555;id" },
		{ "sms", "$(id)@x" },
		{ "sms", "-oQ/tmp/x@x" },
		{ "sms", "+4915112345678\n" },
		{ "sms", "+4915112345678,+4915112345679" },
		{ "sms", "+15551234567" },      /* a country not allowed */
		{ "sms", "+490" },              /* short */
		{ "sms", "+4915112345678901" }, /* long */
		{ "sms", "015112345678" },
		{ "sms", POST_MAIL },
		{ "sms", "+49\xd9\xa1\xd9\xa5\xd9\xa1\xd9\xa1" }, /* digits */
		{ "sms", "+49\xef\xbc\x91\xef\xbc\x95\xef\xbc\x91" },
		{ "landline", POST_MAIL },
		{ "email", POST_NUMBER },
		{ "email", "$(id)@x" },
		{ "email", "-oQ/tmp/x@x" },
		{ "email", "`id`@example.org" },
		{ "email", "a@example.org\nBcc: b@example.org" },
		{ "email", "a@example.org\r" },
		{ "email", "a@example.org,b@example.org" },
		{ "email", "a b@example.org" },
		{ "email", "<a@example.org>" },
		{ "email", "\"a\"@example.org" },
		{ "email", "a@[127.0.0.1]" },
		{ "email", "j\xc3\xb6@example.org" },
		{ "email", "ann@corp.example" }, /* a denied domain */
		{ "email", "ann@mail.CORP.example" },
		{ "email", "@example.org" },
		{ "email", "a@" },
		{ "notice", "+1555;id" },
		{ "notice", "$(id)@x" },
		{ "notice", "alice" },
	};

	(void)state;
	lab.v->conf.sms_alone = true;
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		asks_address(i, cases[i].method);
		if (strstr(answer(i, cases[i].typed), "SSPR-40") == NULL)
			fail_msg("not refused: %s", cases[i].typed);
		(void)answer(i, "");
		assert_int_equal(lab_end(i), SSPR_CANCELLED);
	}
	assert_int_equal(post.n, 0);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM send"),
	    0);
}

/* With bytes that no string has, and as long as can be said. */
static void
a_nul_and_a_long_address_are_refused(void **state)
{
	char text[PROTO_ANSWER_MAX];
	static const size_t lens[] = { 255, 300, PROTO_ANSWER_MAX };

	(void)state;
	asks_address(1, "email");
	lab_says(1, MSG_ANSWER, POST_MAIL "\0x", sizeof(POST_MAIL "\0x") - 1);
	lab_run();
	assert_non_null(strstr(lab.told[1].text, "SSPR-40"));
	lab.told[1].text[0] = '\0';
	lab_says(1, MSG_ANSWER, POST_MAIL, sizeof(POST_MAIL)); /* its NUL */
	lab_run();
	assert_non_null(strstr(lab.told[1].text, "SSPR-40"));
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		lab.told[1].text[0] = '\0';
		memcpy(text + lens[i] - 12, "@example.org", 12);
		lab_says(1, MSG_ANSWER, text, lens[i]);
		lab_run();
		assert_non_null(strstr(lab.told[1].text, "SSPR-40"));
		memset(text, 'a', sizeof(text));
	}
	assert_int_equal(post.n, 0);
}

/* R-DEL-3: the caps hold at enrolment, and typing in vain ends. */
static void
nobody_is_pumped_by_enrolling(void **state)
{
	char to[32];
	size_t sent = 0;

	(void)state;
	asks_address(1, "email");
	for (int i = 0; i < 40 && !lab.told[1].ended; i++) {
		snprintf(to, sizeof(to), "a%d@example.org", i);
		if (strstr(answer(1, to), "Code that was sent") != NULL)
			(void)answer(1, "");
	}
	assert_true(lab.told[1].ended);
	assert_int_equal(lab.told[1].end.result, SSPR_CANCELLED);
	assert_int_equal(post.n, lab.v->conf.email_hour);
	for (uint32_t i = 2; i < 40; i++) {
		later(1200);
		asks_address(i, "email");
		snprintf(to, sizeof(to), "b%u@example.org", i);
		sent += strstr(answer(i, to), "Code that was sent") != NULL;
		delivers();
	}
	assert_in_range(sent, 1, lab.v->conf.email_day);
}

/* A pass, or any older one: until then the old one works (R-ENR-2). */
static void
what_is_replaced_can_be_used_until_the_new_one_can(void **state)
{
	(void)state;
	adds_address(1, "email", POST_MAIL);
	later(3600);
	adds_address(2, "email", MAIL_2);
	adds_sheet(3);
	later(60);
	adds_sheet(4);
	assert_true(is_usable(1));
	assert_false(is_usable(2));
	assert_int_equal(factor(1).ends, factor(2).usable_from);
	/* The sheet that could not be used yet is never to be. */
	assert_in_range(factor(3).ends, 1, vault_now(lab.v));
	assert_int_equal(factor(4).ends, 0);
	later(A_DAY);
	assert_false(is_usable(1));
	assert_true(is_usable(2));
	assert_false(is_usable(3));
	assert_true(is_usable(4));
	/* With a proof at once, also of what was on its way out. */
	(void)begins(5, VERB_REMOVE, "", 2);
	assert_true(is_usable(2));
	(void)begins(6, VERB_ADD, "email", 0);
	assert_non_null(
	    strstr(answer(6, enrolling_sheet[0]), "ask: E-mail address"));
	(void)answer(6, POST_MAIL);
	(void)answer(6, post_code());
	assert_true(is_usable(5));
	assert_false(is_usable(2));
}

/* R-DEL-6: at once, and for 30 days. */
static void
old_addresses_hear_of_every_new_method(void **state)
{
	size_t n;

	(void)state;
	adds_address(1, "email", POST_MAIL);
	assert_true(was_told(1, POST_MAIL, "was added"));
	later(3600);
	n = post.n;
	adds_address(2, "email", MAIL_2);
	assert_true(was_told(n, POST_MAIL, "e-mail"));
	assert_true(was_told(n, MAIL_2L, "was added"));
	later(A_DAY + MONTH_S - 60);
	n = post.n;
	adds_app(3);
	delivers();
	assert_true(was_told(n, POST_MAIL, "authenticator app"));
	later(120);
	n = post.n;
	adds_sheet(4);
	delivers();
	assert_false(was_told(n, POST_MAIL, "was added"));
	assert_true(was_told(n, MAIL_2L, "backup codes"));
}

/* R-DUR-1, R-DEL-6: told busy, and nothing of it is there. */
static void
what_cannot_be_committed_is_not_enrolled(void **state)
{
	char code[CODE_SENT_SIZE];
	const char *const answers[] = { "yes", code };

	(void)state;
	adds_address(1, "notice", POST_MAIL);
	(void)begins(2, VERB_ADD, "backup", 0);
	later(120);
	asks_address(3, "email");
	(void)answer(3, MAIL_2);
	snprintf(code, sizeof(code), "%s", post_code());
	delivers();
	assert_int_equal(post_messages(), 0);
	for (uint32_t i = 0; i < 2; i++) {
		disk_fails = 1;
		assert_non_null(strstr(answer(2 + i, answers[i]), "end: 10\n"));
		disk_fails = 0;
		wants(10 + i, VERB_TEST, "", 0); /* this is written */
		assert_int_equal(factors(), 1);
		assert_int_equal(post_messages(), 0);
	}
	assert_string_equal(lab.events, "enrol.added 0\n");
}

/* A site that sends nothing confirms no address; the caps are not touched. */
static void
without_a_command_no_address_is_confirmed(void **state)
{
	(void)state;
	site_has("app email");
	lab.v->conf.email_command[0] = '\0';
	asks_address(1, "email");
	assert_non_null(strstr(answer(1, POST_MAIL), "SSPR-40"));
	asks_address(2, "notice");
	assert_non_null(strstr(answer(2, POST_MAIL), "SSPR-40"));
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM send"),
	    0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enrolling_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_stored_before_a_code_was_verified),
		TEST(five_wrong_codes_end_it_or_three_that_were_sent),
		TEST(each_enrolment_has_a_secret_of_its_own),
		TEST(a_sheet_is_kept_once_its_owner_says_yes),
		TEST(each_kind_of_address_is_confirmed_by_a_code),
		TEST(a_code_is_sent_to_what_was_typed_by_its_way),
		TEST(another_address_can_be_given_after_a_mistyped_one),
		TEST(another_number_waits_a_minute),
		TEST(what_is_no_address_of_this_site_is_refused),
		TEST(a_nul_and_a_long_address_are_refused),
		TEST(nobody_is_pumped_by_enrolling),
		TEST(what_is_replaced_can_be_used_until_the_new_one_can),
		TEST(old_addresses_hear_of_every_new_method),
		TEST(what_cannot_be_committed_is_not_enrolled),
		TEST(without_a_command_no_address_is_confirmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
