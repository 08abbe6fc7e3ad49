/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/hello.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOBODY   1000u /* any uid but 0 */

static struct conf conf;

static int
setup([[maybe_unused]] void **state)
{
	conf_default(&conf);
	return 0;
}

static struct proto_hello
hello(enum proto_verb verb)
{
	struct proto_hello h = { .verb = (uint8_t)verb };

	memcpy(h.user, "alice", sizeof("alice"));
	memcpy(h.service, "sshd", sizeof("sshd"));
	memcpy(h.rhost, "192.0.2.7", sizeof("192.0.2.7"));
	memcpy(h.tty, "ssh", sizeof("ssh"));
	return h;
}

static enum sspr_err
judge(enum proto_verb verb, uid_t uid, bool at_desk)
{
	const struct hello_peer peer = { .uid = uid, .at_desk = at_desk };
	struct proto_hello h = hello(verb);
	struct source s;

	return hello_judge(&conf, &peer, &h, &s);
}

/* R-IPC-2 */
static void
hints_of_others_than_uid_0_are_blanked([[maybe_unused]] void **state)
{
	struct hello_peer peer = { .uid = NOBODY };
	struct proto_hello h = hello(VERB_RESET);
	struct source s;

	assert_int_equal(hello_judge(&conf, &peer, &h, &s), SSPR_OK);
	assert_string_equal(s.key, "uid:1000");
	assert_string_equal(h.rhost, "");
	assert_string_equal(h.tty, "");
	assert_string_equal(h.service, "");
	assert_string_equal(h.user, "alice");
	peer.uid = 0;
	h = hello(VERB_RESET);
	assert_int_equal(hello_judge(&conf, &peer, &h, &s), SSPR_OK);
	assert_string_equal(s.key, "192.0.2.7");
	assert_string_equal(h.rhost, "192.0.2.7");
	assert_string_equal(h.service, "sshd");
}

/* R-IPC-4: every verb there is, from each peer, at each socket. */
static void
each_socket_has_its_own_verbs([[maybe_unused]] void **state)
{
	static const struct {
		enum proto_verb verb;
		enum proto_who who;
	} rows[] = {
/* clang-format off */
#define VERB(NAME, number, who, floor)	{ VERB_##NAME, PROTO_##who },
#include "proto.def"
		/* clang-format on */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const enum proto_verb v = rows[i].verb;
		const bool desk = rows[i].who == PROTO_DESK;

		assert_int_equal(judge(v, NOBODY, false),
		    desk ? SSPR_NOT_YOURS : SSPR_OK);
		assert_int_equal(judge(v, 0, false),
		    rows[i].who == PROTO_ANY ? SSPR_OK : SSPR_NOT_YOURS);
		assert_int_equal(judge(v, NOBODY, true),
		    desk ? SSPR_OK : SSPR_NOT_YOURS);
		assert_int_equal(judge(v, 0, true),
		    desk ? SSPR_OK : SSPR_NOT_YOURS);
	}
	assert_int_equal(judge((enum proto_verb)255, 0, false), SSPR_NOT_YOURS);
	assert_int_equal(judge((enum proto_verb)0, 0, true), SSPR_NOT_YOURS);
}

/* Story 18 */
static void
where_resets_are_referred_no_login_starts_one([[maybe_unused]] void **state)
{
	conf.offer_mode = CONF_MODE_REFER;
	assert_int_equal(judge(VERB_RESET, 0, false), SSPR_ACCOUNT);
	assert_int_equal(judge(VERB_OFFER, 0, false), SSPR_OK);
	assert_int_equal(judge(VERB_STATUS, NOBODY, false), SSPR_OK);
	assert_int_equal(judge(VERB_USER, 0, true), SSPR_OK);
}

/* R-THR-5 */
static void
consoles_and_shared_addresses_are_the_configuration_s(
    [[maybe_unused]] void **state)
{
	const struct hello_peer peer = { .uid = 0 };
	struct proto_hello h = hello(VERB_RESET);
	struct source s;

	memcpy(conf.source_shared, "192.0.2.0/24", sizeof("192.0.2.0/24"));
	conf.shared_conversations = 77;
	conf.conversations_per_source = 5;
	assert_int_equal(hello_judge(&conf, &peer, &h, &s), SSPR_OK);
	assert_int_equal(hello_seats(&conf, &s), 77);
	memcpy(h.rhost, "192.0.3.7", sizeof("192.0.3.7"));
	assert_int_equal(hello_judge(&conf, &peer, &h, &s), SSPR_OK);
	assert_int_equal(hello_seats(&conf, &s), 5);
	h.rhost[0] = '\0';
	memcpy(h.tty, "tty1", sizeof("tty1"));
	assert_int_equal(hello_judge(&conf, &peer, &h, &s), SSPR_OK);
	assert_int_equal(s.kind, SOURCE_CONSOLE);
	memcpy(conf.consoles, "tty9", sizeof("tty9"));
	assert_int_equal(hello_judge(&conf, &peer, &h, &s), SSPR_OK);
	assert_int_equal(s.kind, SOURCE_UNKNOWN);
}

static void
a_refusal_has_words_with_its_number([[maybe_unused]] void **state)
{
	struct proto_show show = { .style = 9 };

	assert_true(hello_refusal(&conf, SSPR_SOURCE, VERB_RESET, &show));
	assert_int_equal(show.style, PROTO_ERROR);
	assert_non_null(strstr(show.text, "(SSPR-21)"));
	assert_true(hello_refusal(&conf, SSPR_ACCOUNT, VERB_RESET, &show));
	assert_non_null(strstr(show.text, "Ask your administrator. (SSPR-26)"));
	memcpy(conf.offer_refer, "ssh reset.example.com",
	    sizeof("ssh reset.example.com"));
	assert_true(hello_refusal(&conf, SSPR_ACCOUNT, VERB_RESET, &show));
	assert_string_equal(show.text,
	    "Passwords are not reset on this machine. Reset it with: ssh "
	    "reset.example.com (SSPR-26)");
}

/* R-PAM-4: nothing is shown where an offer is awaited. */
static void
a_refused_offer_is_told_by_the_end_alone([[maybe_unused]] void **state)
{
	struct proto_show show = { .style = 9 };

	assert_false(hello_refusal(&conf, SSPR_SOURCE, VERB_OFFER, &show));
	assert_false(hello_refusal(&conf, SSPR_NOT_YOURS, VERB_USER, &show));
	assert_int_equal(show.style, 9);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hints_of_others_than_uid_0_are_blanked),
		TEST(each_socket_has_its_own_verbs),
		TEST(where_resets_are_referred_no_login_starts_one),
		TEST(consoles_and_shared_addresses_are_the_configuration_s),
		TEST(a_refusal_has_words_with_its_number),
		TEST(a_refused_offer_is_told_by_the_end_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
