/* SPDX-License-Identifier: MIT */
/*
 * The daemon says everything beforehand into a socket pair, so that no test
 * waits for another process; what the client said is read afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../saying.h"
#include "doors.h"
#include "notes.h"
#include "talk.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct talk_limits soon = { 30, 30, 30 };

struct lab {
	int daemon, client; /* two ends */
	int worker, handed; /* likewise */
	struct notes notes;
	struct talk_host host;
	struct proto_hello hello;
	struct proto_end end;
};

static int
setup(void **state)
{
	struct lab *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	pair(SOCK_SEQPACKET, &l->daemon, &l->client);
	pair(SOCK_SEQPACKET, &l->worker, &l->handed);
	l->notes.answer = "123456";
	l->host = (struct talk_host){ &l->notes, show, ask, qr, record, offer };
	l->hello = (struct proto_hello){ .user = "alice" };
	*state = l;
	return 0;
}

static int
teardown(void **state)
{
	struct lab *l = *state;

	close(l->daemon);
	close(l->client);
	close(l->worker);
	close(l->handed);
	free(l);
	return 0;
}

/* Talk, and check what every end of a talk has in common. */
static void
ends(struct lab *l, enum sspr_err expected)
{
	int lowest = lowest_free();

	assert_int_equal(talk_serve(l->client, geteuid(), &l->hello, &l->host,
			     &soon, &l->end),
	    expected);
	assert_int_equal(lowest_free(), lowest);
	if (expected != SSPR_OK)
		assert_int_equal(l->end.retry_after, 0);
}

/* The same by way of a path. */
static void
runs(struct lab *l, const char *path, enum sspr_err expected)
{
	int lowest = lowest_free();

	assert_int_equal(talk_run(path, &l->hello, &l->host, &soon, &l->end),
	    expected);
	assert_int_equal(lowest_free(), lowest);
}

static void
a_whole_conversation_is_relayed_in_order(void **state)
{
	struct lab *l = *state;
	struct proto_msg m;

	say_show(l->daemon, PROTO_INFO, "one\ntwo");
	say_ask(l->daemon, 1, "Gr\xc3\xbc\xc3\x9f dich: ");
	say_ask(l->daemon, 1, "Code: ");
	say_show(l->daemon, PROTO_ERROR, "no");
	say_end(l->daemon, SSPR_DENIED);
	ends(l, SSPR_OK);
	assert_string_equal(l->notes.seen,
	    "show0 one\ntwo|ask1 Gr\xc3\xbc\xc3\x9f dich: |ask1 Code: |"
	    "show1 no|");
	assert_int_equal(l->end.result, SSPR_DENIED);
	assert_int_equal(l->end.retry_after, 7);
	m = hear(l->daemon, MSG_DONTWAIT);
	assert_int_equal(m.type, MSG_HELLO);
	assert_string_equal(m.as.hello.user, "alice");
	for (int i = 0; i < 2; i++) {
		m = hear(l->daemon, MSG_DONTWAIT);
		assert_int_equal(m.type, MSG_ANSWER);
		assert_int_equal(m.as.answer.text.len, 6);
		assert_memory_equal(m.as.answer.text.at, "123456", 6);
	}
	assert_int_equal(hear(l->daemon, MSG_DONTWAIT).type, 0);
}

static void
offers_records_and_pictures_reach_their_callback(void **state)
{
	struct lab *l = *state;
	struct proto_msg m = { .type = MSG_FACTOR };

	say_offer(l->daemon, 2000, "forgot?", "");
	m.as.factor.id = 9;
	memcpy(m.as.factor.label, "phone", 6);
	say(l->daemon, &m, NULL, 0);
	m = (struct proto_msg){ .type = MSG_QR, .as.qr.size = 25 };
	m.as.qr.modules.len = (25 * 25 + 7) / 8;
	memcpy(m.as.qr.secret, "ABCD", 5);
	say(l->daemon, &m, NULL, 0);
	m = (struct proto_msg){ .type = MSG_QR };
	say(l->daemon, &m, NULL, 0);
	say_end(l->daemon, SSPR_OK);
	ends(l, SSPR_OK);
	assert_string_equal(l->notes.seen,
	    "offer2000 forgot?|factor9 phone|qr25 ABCD|qr0 |");
}

static void
what_the_host_cannot_do_is_malformed(void **state)
{
	struct lab *l = *state;

	l->host.show = NULL;
	say_show(l->daemon, PROTO_INFO, "x");
	ends(l, SSPR_MALFORMED);
	(void)hear(l->daemon, MSG_DONTWAIT);
	assert_int_equal(hear(l->daemon, MSG_DONTWAIT).type, 0);
}

static void
a_refusal_of_the_host_is_returned_and_told(void **state)
{
	struct lab *l = *state;
	struct proto_msg m;

	l->notes.refuse = SSPR_CANCELLED;
	say_hand(l->daemon, PROTO_CHANGE, &l->handed, 1);
	say_ask(l->worker, 0, "New password: ");
	ends(l, SSPR_CANCELLED);
	assert_int_equal(hear(l->worker, MSG_DONTWAIT).type, MSG_CANCEL);
	(void)hear(l->daemon, MSG_DONTWAIT);
	m = hear(l->daemon, MSG_DONTWAIT);
	assert_int_equal(m.type, MSG_CANCEL);
	assert_int_equal(m.as.cancel.reason, SSPR_CANCELLED);
}

/* R-PAM-4 */
static void
text_that_is_not_plain_is_malformed(void **state)
{
	struct lab *l = *state;
	struct proto_msg m = { .type = MSG_FACTOR };

	say_show(l->daemon, PROTO_INFO, "\033[2J");
	ends(l, SSPR_MALFORMED);
	say_ask(l->daemon, 1, "\xff");
	ends(l, SSPR_MALFORMED);
	memcpy(m.as.factor.label, "a\nb", 4);
	say(l->daemon, &m, NULL, 0);
	ends(l, SSPR_MALFORMED);
	say_offer(l->daemon, 0, "", "\xe2\x80\xae");
	ends(l, SSPR_MALFORMED);
	assert_string_equal(l->notes.seen, "");
}

static void
numbers_out_of_range_are_malformed(void **state)
{
	static const uint16_t sizes[][2] = { { 21, 55 }, { 22, 61 }, { 17, 37 },
		{ 49, 254 }, { 45, 253 }, { 0, 1 }, { 255, 254 } };
	struct lab *l = *state;
	struct proto_msg m = { .type = MSG_QR };

	say_show(l->daemon, 2, "x");
	ends(l, SSPR_MALFORMED);
	say_ask(l->daemon, 2, "x");
	ends(l, SSPR_MALFORMED);
	say_end(l->daemon, 4711);
	ends(l, SSPR_MALFORMED);
	say_end(l->daemon, UINT32_MAX);
	ends(l, SSPR_MALFORMED);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		m.as.qr.size = (uint8_t)sizes[i][0];
		m.as.qr.modules.len = sizes[i][1];
		say(l->daemon, &m, NULL, 0);
		ends(l, SSPR_MALFORMED);
	}
	say_hand(l->daemon, 2, &l->handed, 1);
	ends(l, SSPR_MALFORMED);
	l->host.ask =
	    NULL; /* R-PAM-5: as of an offer, which would take longer */
	say_hand(l->daemon, PROTO_CHECK, &l->handed, 1);
	ends(l, SSPR_MALFORMED);
	assert_string_equal(l->notes.seen, "");
}

/* R-IPC-3 */
static void
frames_that_are_not_one_message_down_are_malformed(void **state)
{
	static const uint8_t end[] = { 0, 20, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t up[] = { 0, 2, 0, 2, 0, 0 };
	static uint8_t big[PROTO_FRAME_MAX + 1] = { 0, 16 };
	struct lab *l = *state;

	for (size_t n = 1; n <= sizeof(end); n++) {
		if (n == sizeof(end) - 1)
			continue;
		say_raw(l->daemon, end, n, NULL, 0);
		ends(l, SSPR_MALFORMED);
	}
	say_raw(l->daemon, up, sizeof(up), NULL, 0);
	ends(l, SSPR_MALFORMED);
	say_raw(l->daemon, "\0\x63\0", 4, NULL, 0);
	ends(l, SSPR_MALFORMED);
	say_raw(l->daemon, big, sizeof(big), &l->worker, 1);
	ends(l, SSPR_MALFORMED);
}

static void
a_worker_is_followed_and_left_at_its_end(void **state)
{
	struct lab *l = *state;

	say_hand(l->daemon, PROTO_CHANGE, &l->handed, 1);
	say_ask(l->worker, 0, "New password: ");
	say_end(l->worker, SSPR_NOT_CHANGED);
	say_ask(l->daemon, 1, "Press Enter: ");
	say_end(l->daemon, SSPR_OK);
	ends(l, SSPR_OK);
	assert_string_equal(l->notes.seen,
	    "ask0 New password: |"
	    "ask1 Press Enter: |");
	assert_int_equal(hear(l->worker, MSG_DONTWAIT).type, MSG_ANSWER);
	assert_int_equal(hear(l->worker, MSG_DONTWAIT).type, 0);
}

static void
a_worker_that_dies_leads_back_to_the_daemon(void **state)
{
	struct lab *l = *state;

	say_hand(l->daemon, PROTO_CHANGE, &l->handed, 1);
	say_ask(l->worker, 0, "New password: ");
	shutdown(l->worker, SHUT_RDWR);
	say_ask(l->daemon, 1, "Not changed. ");
	say_end(l->daemon, SSPR_NOT_CHANGED);
	ends(l, SSPR_OK);
	assert_int_equal(l->end.result, SSPR_NOT_CHANGED);
	assert_string_equal(l->notes.seen,
	    "ask0 New password: |"
	    "ask1 Not changed. |");
}

static void
after_a_worker_for_a_change_an_error_is_uncertain(void **state)
{
	struct lab *l = *state;

	say_hand(l->daemon, PROTO_CHANGE, &l->handed, 1);
	ends(l, SSPR_UNCERTAIN);
	say_hand(l->daemon, PROTO_CHANGE, &l->handed, 1);
	say_show(l->worker, PROTO_INFO, "\033");
	ends(l, SSPR_UNCERTAIN);
}

static void
after_a_worker_for_a_check_an_error_is_itself(void **state)
{
	struct lab *l = *state;

	say_hand(l->daemon, PROTO_CHECK, &l->handed, 1);
	ends(l, SSPR_TIMEOUT);
}

static void
a_hand_is_of_one_socket_of_the_right_kind_and_owner(void **state)
{
	struct lab *l = *state;
	int wrong[4], many[16];

	pair(SOCK_STREAM, &wrong[0], &wrong[1]);
	wrong[2] = open("/dev/null", O_RDWR | O_CLOEXEC);
	wrong[3] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		say_hand(l->daemon, PROTO_CHECK, &wrong[i], 1);
		ends(l, SSPR_MALFORMED);
	}
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = l->handed;
	for (size_t n = 0; n <= COUNT(many); n = n == 0 ? 2 : n * 2) {
		say_hand(l->daemon, PROTO_CHECK, many, n);
		ends(l, SSPR_MALFORMED);
	}
	for (size_t i = 0; i < COUNT(wrong); i++)
		close(wrong[i]);
}

/* Front would read it: also once a worker was there. */
static void
an_ask_without_echo_that_is_not_a_workers_is_malformed(void **state)
{
	struct lab *l = *state;

	say_ask(l->daemon, 0, "Password again: ");
	ends(l, SSPR_MALFORMED);
	assert_string_equal(l->notes.seen, "");
	say_hand(l->daemon, PROTO_CHECK, &l->handed, 1);
	say_ask(l->worker, 0, "Current password: ");
	say_end(l->worker, SSPR_OK);
	say_ask(l->daemon, 0, "Password again: ");
	ends(l, SSPR_MALFORMED);
	assert_string_equal(l->notes.seen, "ask0 Current password: |");
}

/*
 * R-IPC-1: of a connection the kernel says who called listen, not who is at
 * the other end; so too of a pair of which an end was given a name.
 */
static void
a_hand_of_a_connection_is_nobodys(void **state)
{
	const struct sockaddr any = { .sa_family = AF_UNIX };
	struct lab *l = *state;
	int fd[3];

	door_connection(fd);
	for (size_t i = 0; i < COUNT(fd); i++) {
		say_hand(l->daemon, PROTO_CHECK, &fd[i], 1);
		ends(l, SSPR_MALFORMED);
	}
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	assert_int_equal(bind(l->worker, &any, sizeof(any.sa_family)), 0);
	say_hand(l->daemon, PROTO_CHECK, &l->handed, 1);
	ends(l, SSPR_MALFORMED);
}

static void
a_descriptor_with_anything_but_a_hand_is_malformed(void **state)
{
	struct lab *l = *state;
	struct proto_msg m = { .type = MSG_END };

	say(l->daemon, &m, &l->handed, 1);
	ends(l, SSPR_MALFORMED);
	say_raw(l->daemon, "x", 1, &l->handed, 1);
	ends(l, SSPR_MALFORMED);
	say_raw(l->daemon, "", 0, &l->handed, 1);
	ends(l, SSPR_GONE);
}

static void
a_hand_within_a_hand_or_after_one_is_malformed(void **state)
{
	struct lab *l = *state;

	say_hand(l->daemon, PROTO_CHECK, &l->handed, 1);
	say_hand(l->worker, PROTO_CHECK, &l->handed, 1);
	ends(l, SSPR_MALFORMED);
	say_hand(l->daemon, PROTO_CHECK, &l->handed, 1);
	say_end(l->worker, SSPR_OK);
	say_hand(l->daemon, PROTO_CHECK, &l->handed, 1);
	ends(l, SSPR_MALFORMED);
}

/* R-PAM-5: a flood ends. */
static void
a_flood_is_malformed(void **state)
{
	struct lab *l = *state;

	for (int i = 0; i < 129; i++)
		say_show(l->daemon, PROTO_INFO, "x");
	ends(l, SSPR_MALFORMED);
	assert_int_equal(strlen(l->notes.seen), 128 * strlen("show0 x|"));
}

static void
silence_is_a_timeout_and_a_closed_door_is_gone(void **state)
{
	struct lab *l = *state;

	ends(l, SSPR_TIMEOUT);
	say_show(l->daemon, PROTO_INFO, "x");
	shutdown(l->daemon, SHUT_RDWR);
	ends(l, SSPR_GONE);
}

/* R-PAM-7 */
static void
nothing_is_said_to_a_server_of_another_uid(void **state)
{
	struct lab *l = *state;

	say_end(l->daemon, SSPR_OK);
	assert_int_equal(talk_serve(l->client, geteuid() + 1, &l->hello,
			     &l->host, &soon, &l->end),
	    SSPR_GONE);
	assert_int_equal(talk_serve(l->client, (uid_t)-1, &l->hello, &l->host,
			     &soon, &l->end),
	    SSPR_GONE);
	assert_int_equal(hear(l->daemon, MSG_DONTWAIT).type, 0);
}

/* R-PAM-5: connecting waits no longer than for the first answer. */
static void
a_door_that_does_not_open_is_gone(void **state)
{
	struct lab *l = *state;
	struct sockaddr_un a;
	char dir[32], longest[sizeof(a.sun_path) + 1] = "";
	int fd = door(&a, dir);

	memset(longest, 'x', sizeof(longest) - 1);
	runs(l, longest, SSPR_SYSTEM);
	runs(l, "/nonexistent/s", SSPR_GONE);
	runs(l, a.sun_path, SSPR_GONE);
	assert_int_equal(listen(fd, 0), 0);
	runs(l, a.sun_path, geteuid() == 0 ? SSPR_TIMEOUT : SSPR_GONE);
	runs(l, a.sun_path, SSPR_GONE); /* the first fills the queue */
	door_close(fd, &a, dir);
}

/* R-AVL-2: it has a place in the queue. */
static void
a_door_that_opens_late_is_waited_for(void **state)
{
	const struct talk_limits patient = { DOOR_S * 1000, 30, 30 };
	struct lab *l = *state;
	struct sockaddr_un a;
	char dir[32];
	int status, fd = door(&a, dir);
	pid_t pid;

	assert_int_equal(listen(fd, 0), 0);
	runs(l, a.sun_path, geteuid() == 0 ? SSPR_TIMEOUT : SSPR_GONE);
	pid = door_opens_for(fd, 2);
	assert_int_equal(talk_run(a.sun_path, &l->hello, &l->host, &patient,
			     &l->end),
	    SSPR_GONE);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	door_close(fd, &a, dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_conversation_is_relayed_in_order),
		TEST(offers_records_and_pictures_reach_their_callback),
		TEST(what_the_host_cannot_do_is_malformed),
		TEST(a_refusal_of_the_host_is_returned_and_told),
		TEST(text_that_is_not_plain_is_malformed),
		TEST(numbers_out_of_range_are_malformed),
		TEST(frames_that_are_not_one_message_down_are_malformed),
		TEST(a_worker_is_followed_and_left_at_its_end),
		TEST(a_worker_that_dies_leads_back_to_the_daemon),
		TEST(after_a_worker_for_a_change_an_error_is_uncertain),
		TEST(after_a_worker_for_a_check_an_error_is_itself),
		TEST(a_hand_is_of_one_socket_of_the_right_kind_and_owner),
		TEST(an_ask_without_echo_that_is_not_a_workers_is_malformed),
		TEST(a_hand_of_a_connection_is_nobodys),
		TEST(a_descriptor_with_anything_but_a_hand_is_malformed),
		TEST(a_hand_within_a_hand_or_after_one_is_malformed),
		TEST(a_flood_is_malformed),
		TEST(silence_is_a_timeout_and_a_closed_door_is_gone),
		TEST(nothing_is_said_to_a_server_of_another_uid),
		TEST(a_door_that_does_not_open_is_gone),
		TEST(a_door_that_opens_late_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
