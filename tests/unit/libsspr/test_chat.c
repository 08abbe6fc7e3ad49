/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "../../script.h"
#include "chat.h"

static struct capture c;

/* In place of chat_ask(), or NULL. */
static enum sspr_err (
    *ask)(void *, const struct chat *, bool, const char *, struct secret *);

static enum sspr_err
hold(const char *text, bool json)
{
	struct proto_hello hello = { .verb = VERB_REMOVE, .factor = 7 };
	int real = script_begin(text);
	struct tty tty;
	enum sspr_err e;

	tty_open(&tty);
	capture_begin(&c);
	e = chat_hold(&(struct chat){ .path = PATH_SOCKET,
			  .tty = &tty,
			  .info = json ? stderr : stdout,
			  .ask = ask },
	    &hello);
	capture_end(&c);
	tty_close(&tty);
	script_end(real);
	return e;
}

static int
nothing_yet(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	return 0;
}

static void
hello_says_what_was_asked_and_no_hints(void **state)
{
	struct proto_hello want = { .version = PROTO_VERSION,
		.verb = VERB_REMOVE,
		.factor = 7 };

	(void)state;
	assert_int_equal(hold("", false), SSPR_OK);
	assert_memory_equal(&daemon_is.hello, &want, sizeof(want));
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, "");
}

static void
information_and_errors_go_where_they_belong(void **state)
{
	(void)state;
	daemon_is.info = "It is \x1b done.";
	daemon_is.error = "But not well.";
	assert_int_equal(hold("", false), SSPR_OK);
	assert_string_equal(c.out, "It is ? done.\n");
	assert_string_equal(c.err, "But not well.\n");
	assert_int_equal(hold("", true), SSPR_OK);
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, "It is ? done.\nBut not well.\n");
}

static void
a_script_answers_without_a_prompt(void **state)
{
	(void)state;
	daemon_is.prompt = "Code: ";
	daemon_is.right = "123456";
	assert_int_equal(hold("123456\n", false), SSPR_OK);
	assert_string_equal(c.out, "");
	assert_int_equal(hold("1\n", false), SSPR_UNCONFIRMED);
	assert_int_equal(hold("", false), SSPR_CANCELLED);
	assert_non_null(strstr(c.err, "SSPR-15"));
}

/* Whoever answers `again' is asked once more. */
static enum sspr_err
ask_again(void *arg, const struct chat *chat, bool echo, const char *prompt,
    struct secret *answer)
{
	enum sspr_err e;

	assert_null(arg);
	do
		e = chat_ask(chat, echo, prompt, answer);
	while (e == SSPR_OK && strcmp((char *)answer->at, "again") == 0);
	return e;
}

static void
who_holds_it_may_look_at_an_answer_first(void **state)
{
	(void)state;
	daemon_is.prompt = "Code: ";
	daemon_is.right = "123456";
	ask = ask_again;
	assert_int_equal(hold("again\nagain\n123456\n", false), SSPR_OK);
	assert_int_equal(hold("again\n", false), SSPR_CANCELLED);
	ask = NULL;
	assert_int_equal(hold("again\n", false), SSPR_UNCONFIRMED);
}

static void
the_result_is_told_with_its_wait(void **state)
{
	(void)state;
	daemon_is.end =
	    (struct proto_end){ .result = SSPR_PASSWORD, .retry_after = 30 };
	assert_int_equal(hold("", false), SSPR_PASSWORD);
	assert_string_equal(c.err,
	    "sspr: current password not accepted (SSPR-19);"
	    " try again in 30 seconds\n");
	assert_string_equal(c.out, "");
}

static void
what_the_daemon_has_told_is_not_told_twice(void **state)
{
	(void)state;
	daemon_is.end.result = SSPR_FULL;
	daemon_is.error = "Stopped: no room. (SSPR-20) Help: ext. 4711";
	assert_int_equal(hold("", false), SSPR_FULL);
	assert_string_equal(c.err,
	    "Stopped: no room. (SSPR-20) Help: ext. 4711\n");
	daemon_is.end.retry_after = 30;
	assert_int_equal(hold("", false), SSPR_FULL);
	assert_non_null(strstr(c.err, "try again in 30 seconds"));
	daemon_is.end = (struct proto_end){ .result = SSPR_DENIED };
	assert_int_equal(hold("", false), SSPR_DENIED);
	assert_non_null(strstr(c.err, "sspr: not accepted (SSPR-01)\n"));
}

static void
no_service_is_told(void **state)
{
	(void)state;
	daemon_is.fails = SSPR_GONE;
	assert_int_equal(hold("", false), SSPR_GONE);
	assert_non_null(strstr(c.err, "(SSPR-11)"));
}

static void
what_nobody_asked_for_is_malformed(void **state)
{
	(void)state;
	daemon_is.records[0].type = MSG_FACTOR;
	assert_int_equal(hold("", false), SSPR_MALFORMED);
	daemon_is.records[0].type = 0;
	daemon_is.qr.size = 21;
	assert_int_equal(hold("", false), SSPR_MALFORMED);
	daemon_is.qr.size = 0;
	daemon_is.end.result = 98;
	assert_int_equal(hold("", false), SSPR_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(hello_says_what_was_asked_and_no_hints,
		    nothing_yet),
		cmocka_unit_test_setup(
		    information_and_errors_go_where_they_belong, nothing_yet),
		cmocka_unit_test_setup(a_script_answers_without_a_prompt,
		    nothing_yet),
		cmocka_unit_test_setup(who_holds_it_may_look_at_an_answer_first,
		    nothing_yet),
		cmocka_unit_test_setup(the_result_is_told_with_its_wait,
		    nothing_yet),
		cmocka_unit_test_setup(
		    what_the_daemon_has_told_is_not_told_twice, nothing_yet),
		cmocka_unit_test_setup(no_service_is_told, nothing_yet),
		cmocka_unit_test_setup(what_nobody_asked_for_is_malformed,
		    nothing_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
