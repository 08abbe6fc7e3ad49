/* SPDX-License-Identifier: MIT */
/*
 * Daemons that mean ill.  Each plays its trick in place of the offer, in
 * place of the reset, and in place of the worker.
 */
#include <fcntl.h>
#include <security/pam_appl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SAYING_FAIL _exit(0) /* the module has had enough */

#include "faults.h"
#include "host.h"
#include "saying.h"
#include "stage.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
is_silent([[maybe_unused]] int fd)
{
	for (;;)
		(void)pause();
}

static void
closes([[maybe_unused]] int fd)
{
}

static void
dies([[maybe_unused]] int fd)
{
	_exit(0);
}

static void
says_nothing_in_many_words(int fd)
{
	say_raw(fd, "", 0, NULL, 0);
	is_silent(fd);
}

static void
says_garbage(int fd)
{
	say_raw(fd, "\xde\xad\xbe\xef\xff\xff", 6, NULL, 0);
	is_silent(fd);
}

static void
says_half_a_message(int fd)
{
	say_raw(fd, "\0\x11\0\x40\1", 5, NULL, 0);
	is_silent(fd);
}

static void
says_a_message_and_a_byte(int fd)
{
	say_raw(fd, "\0\x14\0\x08\0\0\0\0\0\0\0\0\0", 13, NULL, 0);
	is_silent(fd);
}

static void
says_too_much(int fd)
{
	static uint8_t big[100000] = { 0, 16, 255, 255 };

	say_raw(fd, big, sizeof(big), NULL, 0);
	is_silent(fd);
}

static void
speaks_as_a_client(int fd)
{
	struct proto_msg m = { .type = MSG_HELLO };

	say(fd, &m, NULL, 0);
	is_silent(fd);
}

static void
floods(int fd)
{
	for (;;)
		say_show(fd, PROTO_INFO, "x");
}

static void
shows_escapes(int fd)
{
	say_show(fd, PROTO_INFO, "\033]0;pwned\007\033[2J");
	is_silent(fd);
}

static void
asks_with_escapes(int fd)
{
	say_ask(fd, 1,
	    "\xc2\x9b"
	    "31mPassword: ");
	is_silent(fd);
}

static void
offers_with_escapes(int fd)
{
	say_offer(fd, 0, "Offer\r: ", "Again: ");
	is_silent(fd);
}

static void
draws(int fd)
{
	struct proto_msg m = { .type = MSG_QR };

	m.as.qr.size = 21;
	m.as.qr.modules.len = (21 * 21 + 7) / 8;
	say(fd, &m, NULL, 0);
	is_silent(fd);
}

static void
lists(int fd)
{
	struct proto_msg m = { .type = MSG_FACTOR };

	say(fd, &m, NULL, 0);
	is_silent(fd);
}

static void
hands_nothing(int fd)
{
	say_hand(fd, PROTO_CHANGE, NULL, 0);
	is_silent(fd);
}

static void
hands_a_file(int fd)
{
	int file = open("/dev/null", O_RDONLY);

	say_hand(fd, PROTO_CHANGE, &file, 1);
	is_silent(fd);
}

static void
hands_a_stream(int fd)
{
	int a, b;

	pair(SOCK_STREAM, &a, &b);
	say_hand(fd, PROTO_CHANGE, &a, 1);
	is_silent(fd);
}

static void
hands_two(int fd)
{
	int two[2];

	pair(SOCK_SEQPACKET, &two[0], &two[1]);
	say_hand(fd, PROTO_CHANGE, two, 2);
	is_silent(fd);
}

/* R-IPC-1: root made it, but not for this. */
static void
hands_itself(int fd)
{
	say_hand(fd, PROTO_CHANGE, &fd, 1);
	is_silent(fd);
}

/* A socket pair made by somebody else than root. */
static void
hands_a_user_s(int fd)
{
	int a, b;

	if (seteuid(65534) == 0)
		pair(SOCK_SEQPACKET, &a, &b);
	else /* there is nobody else in a user namespace */
		a = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	say_hand(fd, PROTO_CHANGE, &a, 1);
	is_silent(fd);
}

static void
ends_and_hands(int fd)
{
	struct proto_msg m = { .type = MSG_END };

	say(fd, &m, &fd, 1);
	is_silent(fd);
}

static void
ends_with_a_number_of_its_own(int fd)
{
	say_end(fd, 4711);
	is_silent(fd);
}

static void
never_ends(int fd)
{
	stage_offers(fd);
	say_show(fd, PROTO_INFO, "x");
	is_silent(fd);
}

static const struct {
	stage_script *play;
	bool hangs; /* until the module's patience ends */
} tricks[] = {
	{ is_silent, true },
	{ closes, false },
	{ dies, false },
	{ says_nothing_in_many_words, false },
	{ says_garbage, false },
	{ says_half_a_message, false },
	{ says_a_message_and_a_byte, false },
	{ says_too_much, false },
	{ speaks_as_a_client, false },
	{ floods, false },
	{ shows_escapes, false },
	{ asks_with_escapes, false },
	{ offers_with_escapes, false },
	{ draws, false },
	{ lists, false },
	{ hands_nothing, false },
	{ hands_a_file, false },
	{ hands_a_stream, false },
	{ hands_two, false },
	{ hands_itself, false },
	{ hands_a_user_s, false },
	{ ends_and_hands, false },
	{ ends_with_a_number_of_its_own, false },
	{ never_ends, false },
};

static stage_script *trick;

static int
setup([[maybe_unused]] void **state)
{
	memset(&faults, 0, sizeof(faults));
	return 0;
}

static void
offers_without_end(int fd)
{
	say_offer(fd, 0, "Offer: ", "Again: ");
	is_silent(fd);
}

static void
offers_twice(int fd)
{
	say_offer(fd, 0, "Offer: ", "Again: ");
	stage_offers(fd);
}

static void
refers_neither_here_nor_there(int fd)
{
	struct proto_msg m = { .type = MSG_OFFER };

	m.as.offer.prompt[0] = '?';
	m.as.offer.refer = 2;
	say(fd, &m, NULL, 0);
	say_end(fd, SSPR_OK);
}

static void
shows_before_it_offers(int fd)
{
	say_show(fd, PROTO_INFO, "x");
	stage_offers(fd);
}

static void
asks_before_it_offers(int fd)
{
	say_ask(fd, 1, "Old password: ");
	stage_offers(fd);
}

static void
plays_after_a_code(int fd)
{
	say_ask(fd, 1, "Code: ");
	stage_hear(fd);
	trick(fd);
}

static void
plays_as_a_worker(int fd)
{
	int worker, handed;

	pair(SOCK_SEQPACKET, &worker, &handed);
	say_hand(fd, PROTO_CHANGE, &handed, 1);
	close(handed);
	say_ask(worker, 0, "New password: ");
	stage_hear(worker);
	trick(worker);
	close(worker);
	is_silent(fd);
}

/* R-PAM-4, R-PAM-5, R-PAM-10: no offer, in silence, within two seconds. */
static void
an_offer_is_not_heard(stage_script *play, bool hangs)
{
	struct host h = { .answers = HOST_RESETS };

	faults.patience_ms = hangs ? 100 : 5000;
	stage_up(play, NULL);
	host_logs_in(&h);
	stage_down();
	assert_string_equal(h.seen, "");
	assert_in_range(h.took_ms, hangs ? 900 : 0, hangs ? 2000 : 900);
}

/* R-PAM-10 */
static void
no_trick_makes_an_offer([[maybe_unused]] void **state)
{
	for (size_t i = 0; i < COUNT(tricks); i++)
		if (tricks[i].play != never_ends)
			an_offer_is_not_heard(tricks[i].play, tricks[i].hangs);
	an_offer_is_not_heard(offers_without_end, true);
	an_offer_is_not_heard(offers_twice, false);
	an_offer_is_not_heard(refers_neither_here_nor_there, false);
	an_offer_is_not_heard(shows_before_it_offers, false);
	an_offer_is_not_heard(asks_before_it_offers, false);
}

/* R-PAM-5, with nothing shortened. */
static void
a_hung_daemon_costs_two_seconds_at_most([[maybe_unused]] void **state)
{
	struct host h = { .answers = HOST_RESETS };

	(void)stage_up_deaf(0);
	host_logs_in(&h);
	stage_down();
	assert_in_range(h.took_ms, 900, 2000);
}

/* R-PAM-5, R-PAM-7: a queue that stays full is no offer. */
static void
a_full_queue_costs_two_seconds_at_most([[maybe_unused]] void **state)
{
	struct host h = { .answers = HOST_RESETS };

	faults.patience_ms = 10;
	(void)stage_up_deaf(0);
	for (int i = 0; i < 6; i++)
		host_logs_in(&h);
	stage_down();
	assert_string_equal(h.seen, "");
	assert_in_range(h.took_ms, 900, 2000);
}

static int64_t
breaks_off(stage_script *play, bool hangs, const char *code)
{
	struct host h = { .answers = { "forgot", "123456", "", "" } };

	faults.patience_ms = hangs ? 100 : 5000;
	stage_up(NULL, play);
	host_logs_in(&h);
	stage_down();
	assert_non_null(strstr(h.seen, "Reset not completed: "));
	assert_non_null(strstr(h.seen, code));
	assert_non_null(strstr(h.seen, "Press Enter: |"));
	return h.took_ms;
}

/* R-PAM-10; an end in mid-dialogue is told, and that nothing has changed. */
static void
every_trick_in_a_reset_is_told([[maybe_unused]] void **state)
{
	for (size_t i = 0; i < COUNT(tricks); i++) {
		trick = tricks[i].play;
		assert_in_range(breaks_off(trick, tricks[i].hangs,
				    "Nothing was changed."),
		    0, 6000);
		assert_in_range(breaks_off(plays_after_a_code, tricks[i].hangs,
				    "Nothing was changed."),
		    0, 6000);
	}
}

/* R-PAM-10; with a worker about, nobody knows. */
static void
every_trick_of_a_worker_is_told([[maybe_unused]] void **state)
{
	for (size_t i = 0; i < COUNT(tricks); i++) {
		trick = tricks[i].play;
		assert_in_range(breaks_off(plays_as_a_worker,
				    tricks[i].hangs || trick == closes ||
					trick == says_nothing_in_many_words,
				    "(SSPR-25). Try the new one"),
		    0, 42000);
	}
}

static void
asks_forever(int fd)
{
	for (;;) {
		say_ask(fd, 1, "?");
		stage_hear(fd);
	}
}

/* R-PAM-5 */
static void
questions_without_end_have_one([[maybe_unused]] void **state)
{
	struct host h = { .trick = HOST_REPEATS, .password = "forgot" };

	stage_up(NULL, asks_forever);
	host_logs_in(&h);
	stage_down();
	assert_int_equal(h.prompts, 200);
}

/* R-PAM-7 */
static void
a_user_s_daemon_hears_nothing([[maybe_unused]] void **state)
{
	struct host h = { .answers = HOST_RESETS };
	uint8_t byte;
	int fd, client;

	if (seteuid(65534) != 0)
		skip(); /* there is nobody else in a user namespace */
	assert_int_equal(seteuid(0), 0);
	fd = stage_up_deaf(65534);
	host_logs_in(&h);
	client = accept(fd, NULL, NULL);
	assert_int_equal(recv(client, &byte, 1, 0), 0);
	close(client);
	stage_down();
	assert_string_equal(h.seen, "");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(no_trick_makes_an_offer),
		TEST(a_hung_daemon_costs_two_seconds_at_most),
		TEST(a_full_queue_costs_two_seconds_at_most),
		TEST(every_trick_in_a_reset_is_told),
		TEST(every_trick_of_a_worker_is_told),
		TEST(questions_without_end_have_one),
		TEST(a_user_s_daemon_hears_nothing),
	};

	host_modules(argc, argv);
	stage_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
