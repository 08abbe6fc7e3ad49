/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

#define ANSWERS(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

/* The raw ends, for clients that do not behave. */
static void
make_raw(struct relay *r, int *client, int *parent)
{
	int talk[2], grant[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, talk), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, grant), 0);
	*r = (struct relay){ .client = talk[1],
		.parent = grant[1],
		.think_ms = 10000 };
	*client = talk[0];
	*parent = grant[0];
}

static void
close_raw(const struct relay *r, int client, int parent)
{
	close(r->client);
	close(r->parent);
	close(client);
	close(parent);
}

static enum sspr_err
ask(struct relay *r)
{
	struct secret answer = { .len = 7 };
	enum sspr_err e = relay_ask(r, false, "New password: ", &answer);

	assert_true(e == SSPR_OK || answer.len == 7);
	return e;
}

static void
a_question_gets_its_answer(void **state)
{
	struct secret answer = { .len = 0 };
	struct client c;

	(void)state;
	client_start(&c, ANSWERS("a secret", ""));
	assert_int_equal(relay_show(&c.relay, PROTO_INFO, "hello"), SSPR_OK);
	assert_int_equal(relay_ask(&c.relay, false, "Word: ", &answer),
	    SSPR_OK);
	assert_string_equal(answer.at, "a secret");
	assert_int_equal(relay_ask(&c.relay, true, "Again: ", &answer),
	    SSPR_OK);
	assert_int_equal(answer.len, 0);
	assert_int_equal(relay_end(&c.relay, SSPR_WEAK), SSPR_OK);
	client_stop(&c);
	assert_string_equal(c.told,
	    "info: hello\nask: Word: \necho: Again: \nend: 27\n");
}

static void
a_client_that_stops_or_goes_is_noticed(void **state)
{
	struct client c;

	(void)state;
	client_start(&c, ANSWERS(CLIENT_CANCELS));
	assert_int_equal(ask(&c.relay), SSPR_CANCELLED);
	client_stop(&c);
	client_start(&c, (const char *const[]){ NULL });
	assert_int_equal(ask(&c.relay), SSPR_GONE);
	client_stop(&c);
}

/* DESIGN.md section 3: closes on the first message out of order. */
static void
a_message_out_of_order_is_malformed(void **state)
{
	struct relay r;
	struct client c;
	int client, parent;

	(void)state;
	client_start(&c, ANSWERS(CLIENT_HELLOS));
	assert_int_equal(ask(&c.relay), SSPR_MALFORMED);
	client_stop(&c);
	make_raw(&r, &client, &parent);
	client_answer(client, "before it was asked");
	assert_int_equal(ask(&r), SSPR_MALFORMED);
	close_raw(&r, client, parent);
}

/* Sends what it got in arg when it is asked. */
struct bytes {
	int fd;
	const void *at;
	size_t len;
	int pass; /* a descriptor to send along, or -1 */
};

static void *
send_bytes(void *arg)
{
	const struct bytes *b = arg;
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} u;
	uint8_t ask[WIRE_FRAME_MAX];
	union {
		const void *in;
		void *out;
	} data = { .in = b->at };
	struct iovec iov = { .iov_base = data.out, .iov_len = b->len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (b->pass != -1) {
		memset(&u, 0, sizeof(u));
		u.align.cmsg_level = SOL_SOCKET;
		u.align.cmsg_type = SCM_RIGHTS;
		u.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&u.align), &b->pass, sizeof(int));
		h.msg_control = u.buf;
		h.msg_controllen = sizeof(u.buf);
	}
	(void)recv(b->fd, ask, sizeof(ask), 0);
	(void)sendmsg(b->fd, &h, MSG_NOSIGNAL);
	return NULL;
}

static enum sspr_err
ask_and_get(const void *at, size_t len, int pass)
{
	struct bytes b = { .at = at, .len = len, .pass = pass };
	struct relay r;
	pthread_t thread;
	enum sspr_err e;
	int parent;

	make_raw(&r, &b.fd, &parent);
	assert_int_equal(pthread_create(&thread, NULL, send_bytes, &b), 0);
	e = ask(&r);
	pthread_join(thread, NULL);
	close_raw(&r, b.fd, parent);
	return e;
}

static void
garbage_and_descriptors_are_malformed(void **state)
{
	static const uint8_t good[] = { 0, 2, 0, 3, 0, 1, 'x' };
	static uint8_t large[5000] = { 0, 2, 0x13, 0x84 };

	(void)state;
	assert_int_equal(ask_and_get(good, sizeof(good), -1), SSPR_OK);
	for (size_t len = 1; len < sizeof(good); len++)
		assert_int_equal(ask_and_get(good, len, -1), SSPR_MALFORMED);
	assert_int_equal(ask_and_get(large, sizeof(large), -1), SSPR_MALFORMED);
	assert_int_equal(ask_and_get(good, sizeof(good), 0), SSPR_MALFORMED);
}

/* R-SET-7: open authorisations die with parent. */
static void
without_its_parent_nobody_is_asked(void **state)
{
	struct relay r;
	int client, parent;

	(void)state;
	make_raw(&r, &client, &parent);
	assert_true(relay_is_granted(&r));
	close(parent);
	assert_false(relay_is_granted(&r));
	assert_int_equal(ask(&r), SSPR_GONE);
	close_raw(&r, client, -1);
}

static void
a_silent_person_is_waited_for_so_long(void **state)
{
	struct relay r;
	int client, parent;

	(void)state;
	make_raw(&r, &client, &parent);
	r.think_ms = 20;
	assert_int_equal(ask(&r), SSPR_TIMEOUT);
	close_raw(&r, client, parent);
}

static void
questions_come_to_an_end(void **state)
{
	const char *answers[RELAY_ASKS_MAX + 2];
	struct client c;

	(void)state;
	for (size_t i = 0; i < RELAY_ASKS_MAX + 1; i++)
		answers[i] = "no";
	answers[RELAY_ASKS_MAX + 1] = NULL;
	client_start(&c, answers);
	for (size_t i = 0; i < RELAY_ASKS_MAX; i++)
		assert_int_equal(ask(&c.relay), SSPR_OK);
	assert_int_equal(ask(&c.relay), SSPR_TIMEOUT);
	client_stop(&c);
}

static void
expect_shown(const char *text, const char *want)
{
	struct client c;
	char line[PROTO_TEXT_MAX + 16];

	client_start(&c, (const char *const[]){ NULL });
	assert_int_equal(relay_show(&c.relay, PROTO_ERROR, text), SSPR_OK);
	client_stop(&c);
	snprintf(line, sizeof(line), "error: %s\n", want);
	assert_string_equal(c.told, line);
}

/* R-PAM-4: printable UTF-8 only, at most 512 bytes. */
static void
what_modules_say_is_made_printable(void **state)
{
	char text[PROTO_TEXT_MAX + 100], want[PROTO_TEXT_MAX + 1];

	(void)state;
	expect_shown("BAD PASSWORD: it is too short",
	    "BAD PASSWORD: it is too short");
	expect_shown("a\033[2Jb\rc\td\ne", "a?[2Jb?c d\ne");
	expect_shown("\xc3\xa4 \xff\xc3 \xe2\x80\xae \xc2\x9b",
	    "\xc3\xa4 ?? ? ?");
	memset(text, 'x', sizeof(text));
	memset(want, 'x', sizeof(want));
	text[sizeof(text) - 1] = want[PROTO_TEXT_MAX] = '\0';
	expect_shown(text, want);
	memcpy(text + PROTO_TEXT_MAX - 1, "\xc3\xa4", 2);
	want[PROTO_TEXT_MAX - 1] = '\0';
	expect_shown(text, want);
}

/* R-SET-3: the watchdog is at rest while a person thinks. */
static void
the_watch_is_armed_again_after_an_answer(void **state)
{
	struct watch w;
	struct itimerspec t;
	struct client c;

	(void)state;
	assert_int_equal(watch_open(&w), SSPR_OK);
	client_start(&c, ANSWERS("x"));
	c.relay.watch = &w;
	assert_int_equal(ask(&c.relay), SSPR_OK);
	assert_int_equal(timer_gettime(w.timer, &t), 0);
	assert_in_range(t.it_value.tv_sec, WATCH_WORK_S - 1, WATCH_WORK_S);
	client_stop(&c);
	timer_delete(w.timer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_gets_its_answer),
		cmocka_unit_test(a_client_that_stops_or_goes_is_noticed),
		cmocka_unit_test(a_message_out_of_order_is_malformed),
		cmocka_unit_test(garbage_and_descriptors_are_malformed),
		cmocka_unit_test(without_its_parent_nobody_is_asked),
		cmocka_unit_test(a_silent_person_is_waited_for_so_long),
		cmocka_unit_test(questions_come_to_an_end),
		cmocka_unit_test(what_modules_say_is_made_printable),
		cmocka_unit_test(the_watch_is_armed_again_after_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
