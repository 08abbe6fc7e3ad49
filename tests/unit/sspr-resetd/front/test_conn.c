/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "front/conn.h"
#include "secret.h"

#define NOW 1000000u /* milliseconds */

/* A conn and the client at the other end. */
struct pair {
	struct conn conn;
	int client;
};

static int
make_pair_of(void **state, uid_t uid)
{
	struct pair *p = calloc(1, sizeof(*p));
	int fd[2];

	if (p == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		return -1;
	conn_start(&p->conn, fd[0], uid, uid == 0 ? CONN_PAM_MS : CONN_CLI_MS,
	    NOW);
	p->client = fd[1];
	*state = p;
	return 0;
}

static int
make_pair(void **state)
{
	return make_pair_of(state, 1000);
}

static int
make_root_pair(void **state)
{
	return make_pair_of(state, 0);
}

static int
free_pair(void **state)
{
	struct pair *p = *state;

	if (p->conn.fd != -1)
		close(p->conn.fd);
	if (p->client != -1)
		close(p->client);
	free(p);
	return 0;
}

static void
say(const struct pair *p, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	assert_int_equal(proto_encode(m, buf, &len), SSPR_OK);
	assert_int_equal(send(p->client, buf, len, MSG_NOSIGNAL), (int)len);
}

static struct proto_msg
hello(void)
{
	struct proto_msg m = { .type = MSG_HELLO };

	m.as.hello.version = PROTO_VERSION;
	m.as.hello.verb = VERB_RESET;
	memcpy(m.as.hello.user, "alice", sizeof("alice"));
	memcpy(m.as.hello.rhost, "192.0.2.7", sizeof("192.0.2.7"));
	return m;
}

static struct proto_msg
answer(void)
{
	struct proto_msg m = { .type = MSG_ANSWER };

	memcpy(m.as.answer.text.at, "123456", 6);
	m.as.answer.text.len = 6;
	return m;
}

static struct proto_msg
cancel(uint32_t reason)
{
	struct proto_msg m = { .type = MSG_CANCEL };

	m.as.cancel.reason = reason;
	return m;
}

static enum sspr_err
relay(struct pair *p, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	enum proto_type type = MSG_HELLO;
	enum sspr_err e;
	size_t len;

	assert_int_equal(proto_encode(m, buf, &len), SSPR_OK);
	e = conn_relay(&p->conn, buf, len, NOW, &type);
	assert_int_equal(type, e == SSPR_MALFORMED ? MSG_HELLO : m->type);
	return e;
}

static enum sspr_err
ask(struct pair *p)
{
	struct proto_msg m = { .type = MSG_ASK };

	memcpy(m.as.ask.prompt, "Code: ", sizeof("Code: "));
	return relay(p, &m);
}

/* What the client hears next. */
static enum proto_type
hear(const struct pair *p, struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	ssize_t n = recv(p->client, buf, sizeof(buf), MSG_DONTWAIT);

	assert_true(n > 0);
	assert_int_equal(proto_decode(buf, (size_t)n, PROTO_DOWN, m), SSPR_OK);
	return m->type;
}

static void
expect(struct pair *p, enum sspr_err e)
{
	struct proto_msg m;

	assert_int_equal(conn_read(&p->conn, &m), e);
	proto_wipe(&m);
}

/* Let the conversation be open, and the vault know of it. */
static void
open_it(struct pair *p)
{
	struct proto_msg m = hello();

	say(p, &m);
	assert_int_equal(conn_read(&p->conn, &m), SSPR_OK);
	p->conn.number = 7;
	assert_int_equal(conn_keep(&p->conn, CONN_OPEN, &m), SSPR_OK);
	conn_told(&p->conn);
}

static bool
is_kept(const struct conn *c, const void *what, size_t len)
{
	return memmem(c, sizeof(*c), what, len) != NULL;
}

static void
turns_alternate_until_the_end(void **state)
{
	struct pair *p = *state;
	struct proto_msg m, end = { .type = MSG_END };

	open_it(p);
	assert_int_equal(p->conn.state, CONN_OURS);
	assert_int_equal(ask(p), SSPR_OK);
	assert_int_equal(hear(p, &m), MSG_ASK);
	assert_int_equal(p->conn.state, CONN_THEIRS);
	m = answer();
	say(p, &m);
	assert_int_equal(conn_read(&p->conn, &m), SSPR_OK);
	assert_int_equal(m.type, MSG_ANSWER);
	assert_memory_equal(m.as.answer.text.at, "123456", 6);
	assert_int_equal(p->conn.state, CONN_OURS);
	assert_int_equal(relay(p, &end), SSPR_OK);
	assert_int_equal(hear(p, &m), MSG_END);
	conn_drop(&p->conn, SSPR_OK);
	assert_int_equal(p->conn.state, CONN_FREE);
}

/* R-IPC-3 */
static void
time_runs_only_while_the_client_owes_something(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = answer();

	assert_int_equal(p->conn.deadline_ms, NOW + 30000);
	open_it(p);
	assert_int_equal(p->conn.deadline_ms, 0);
	assert_int_equal(ask(p), SSPR_OK);
	assert_int_equal(p->conn.deadline_ms, NOW + 15 * 60 * 1000);
	say(p, &m);
	expect(p, SSPR_OK);
	assert_int_equal(p->conn.deadline_ms, 0);
}

/* R-IPC-3 */
static void
a_login_service_has_two_minutes_to_answer(void **state)
{
	struct pair *p = *state;

	open_it(p);
	assert_int_equal(ask(p), SSPR_OK);
	assert_int_equal(p->conn.deadline_ms, NOW + 120 * 1000);
}

static void
nothing_there_is_no_fault(void **state)
{
	expect(*state, SSPR_BUSY);
}

static void
a_second_hello_is_malformed(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = hello();

	open_it(p);
	say(p, &m);
	expect(p, SSPR_MALFORMED);
	assert_int_equal(ask(p), SSPR_OK);
	say(p, &m);
	expect(p, SSPR_MALFORMED);
}

/* R-IPC-3 */
static void
an_answer_nobody_asked_for_is_malformed(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = answer();

	say(p, &m);
	expect(p, SSPR_MALFORMED);
	open_it(p);
	say(p, &m);
	expect(p, SSPR_MALFORMED);
}

/* R-IPC-3 */
static void
two_answers_to_one_question_are_malformed(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = answer();

	open_it(p);
	assert_int_equal(ask(p), SSPR_OK);
	say(p, &m);
	say(p, &m);
	expect(p, SSPR_OK);
	expect(p, SSPR_MALFORMED);
}

static void
cancel_is_accepted_at_any_time(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = cancel(SSPR_CANCELLED);

	say(p, &m);
	assert_int_equal(conn_read(&p->conn, &m), SSPR_OK);
	assert_int_equal(m.type, MSG_CANCEL);
	p->conn.state = CONN_FRESH;
	open_it(p);
	m = cancel(SSPR_NO_TTY);
	say(p, &m);
	expect(p, SSPR_OK);
	assert_int_equal(ask(p), SSPR_OK);
	say(p, &m);
	expect(p, SSPR_OK);
}

/* R-IPC-6 */
static void
numbers_out_of_their_range_are_malformed(void **state)
{
	static const struct {
		uint8_t verb, flags;
	} bad[] = { { 0, 0 }, { 255, 0 }, { VERB_RESET, 0x80 },
		{ VERB_RESET, PROTO_ALONE }, { VERB_ISSUE, PROTO_FORGOT } };
	struct proto_msg m = cancel(4711);

	say(*state, &m);
	expect(*state, SSPR_MALFORMED);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		m = hello();
		m.as.hello.verb = bad[i].verb;
		m.as.hello.flags = bad[i].flags;
		say(*state, &m);
		expect(*state, SSPR_MALFORMED);
	}
	m.as.hello.flags = PROTO_ALONE;
	say(*state, &m);
	expect(*state, SSPR_OK);
}

static void
another_version_is_told_so_whatever_else_it_says(void **state)
{
	struct pair *p = *state;
	static const uint8_t future[] = { 0, MSG_HELLO, 0, 3, 0, 2, 99 };
	static const uint8_t brief[] = { 0, MSG_HELLO, 0, 1, 0 };
	struct proto_msg m = hello();

	m.as.hello.version = PROTO_VERSION + 1;
	say(p, &m);
	expect(p, SSPR_VERSION);
	assert_int_equal(send(p->client, future, sizeof(future), 0),
	    sizeof(future));
	expect(p, SSPR_VERSION);
	assert_int_equal(send(p->client, brief, sizeof(brief), 0),
	    sizeof(brief));
	expect(p, SSPR_MALFORMED);
	open_it(p);
	say(p, &m);
	expect(p, SSPR_MALFORMED);
}

static void
every_prefix_and_a_byte_too_many_are_refused(void **state)
{
	struct pair *p = *state;
	const struct proto_msg h = hello();
	uint8_t buf[WIRE_FRAME_MAX] = { 0 };
	size_t len;

	assert_int_equal(proto_encode(&h, buf, &len), SSPR_OK);
	for (size_t n = 1; n <= len + 1; n++) {
		if (n == len)
			continue;
		assert_int_equal(send(p->client, buf, n, 0), (int)n);
		expect(p, SSPR_MALFORMED);
		assert_int_equal(p->conn.state, CONN_FRESH);
	}
}

static void
messages_of_the_other_direction_are_refused(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = { .type = MSG_END };

	say(p, &m);
	expect(p, SSPR_MALFORMED);
	open_it(p);
	m = answer();
	assert_int_equal(relay(p, &m), SSPR_MALFORMED);
}

/* R-IPC-6 */
static void
what_the_vault_may_not_say_is_its_fault(void **state)
{
	static const uint8_t junk[] = { 0, 99, 0, 0 };
	struct pair *p = *state;
	struct proto_msg m = { .type = MSG_HAND };
	enum proto_type type;

	open_it(p);
	assert_int_equal(relay(p, &m), SSPR_MALFORMED);
	m.type = MSG_OFFER;
	assert_int_equal(relay(p, &m), SSPR_MALFORMED);
	memset(&m, 0, sizeof(m));
	m.type = MSG_END;
	m.as.end.result = 4711;
	assert_int_equal(relay(p, &m), SSPR_MALFORMED);
	assert_int_equal(conn_relay(&p->conn, junk, sizeof(junk), NOW, &type),
	    SSPR_MALFORMED);
	assert_int_equal(conn_relay(&p->conn, junk, 0, NOW, &type),
	    SSPR_MALFORMED);
	assert_int_equal(ask(p), SSPR_OK);
	assert_int_equal(ask(p), SSPR_MALFORMED);
}

static void
the_vault_cannot_speak_before_hello(void **state)
{
	assert_int_equal(ask(*state), SSPR_MALFORMED);
}

/* R-AVL-2 */
static void
a_client_that_is_gone_or_slow_is_not_the_vaults_fault(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = { .type = MSG_SHOW };
	enum sspr_err e = SSPR_OK;

	open_it(p);
	for (size_t n = 0; n < 100000 && e == SSPR_OK; n++)
		e = relay(p, &m);
	assert_int_equal(e, SSPR_TIMEOUT);
	close(p->client);
	p->client = -1;
	assert_int_equal(relay(p, &m), SSPR_GONE);
	assert_int_equal(conn_tell(&p->conn, &m), SSPR_GONE);
}

static void
the_vault_hears_of_a_drop_only_if_it_knows_the_client(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = hello();

	say(p, &m);
	assert_int_equal(conn_read(&p->conn, &m), SSPR_OK);
	p->conn.number = 7;
	assert_int_equal(conn_keep(&p->conn, CONN_OPEN, &m), SSPR_OK);
	conn_drop(&p->conn, SSPR_GONE);
	assert_int_equal(p->conn.state, CONN_FREE);
	assert_int_equal(p->conn.number, 0);
}

static void
a_drop_takes_the_place_of_an_answer_that_waits(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = answer();

	open_it(p);
	assert_int_equal(ask(p), SSPR_OK);
	assert_int_equal(conn_keep(&p->conn, CONN_INPUT, &m), SSPR_OK);
	conn_drop(&p->conn, SSPR_CANCELLED);
	assert_int_equal(p->conn.state, CONN_OVER);
	assert_int_equal(p->conn.news, CONN_CLOSED);
	assert_int_equal(p->conn.why, SSPR_CANCELLED);
	assert_int_equal(p->conn.number, 7);
	assert_int_equal(p->conn.fd, -1);
	assert_false(is_kept(&p->conn, "123456", 6));
}

static void
an_answer_is_kept_as_it_came_and_wiped_when_told(void **state)
{
	struct pair *p = *state;
	struct proto_msg m = answer();
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	assert_int_equal(proto_encode(&m, buf, &len), SSPR_OK);
	open_it(p);
	assert_int_equal(ask(p), SSPR_OK);
	say(p, &m);
	assert_int_equal(conn_read(&p->conn, &m), SSPR_OK);
	assert_int_equal(conn_keep(&p->conn, CONN_INPUT, &m), SSPR_OK);
	assert_int_equal(p->conn.len, len);
	assert_memory_equal(p->conn.frame, buf, len);
	conn_told(&p->conn);
	assert_int_equal(p->conn.news, CONN_NO_NEWS);
	assert_false(is_kept(&p->conn, "123456", 6));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_pair, free_pair)
#define ROOT_TEST(f) \
	cmocka_unit_test_setup_teardown(f, make_root_pair, free_pair)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(turns_alternate_until_the_end),
		TEST(time_runs_only_while_the_client_owes_something),
		ROOT_TEST(a_login_service_has_two_minutes_to_answer),
		TEST(nothing_there_is_no_fault),
		TEST(a_second_hello_is_malformed),
		TEST(an_answer_nobody_asked_for_is_malformed),
		TEST(two_answers_to_one_question_are_malformed),
		TEST(cancel_is_accepted_at_any_time),
		TEST(numbers_out_of_their_range_are_malformed),
		TEST(another_version_is_told_so_whatever_else_it_says),
		TEST(every_prefix_and_a_byte_too_many_are_refused),
		TEST(messages_of_the_other_direction_are_refused),
		TEST(what_the_vault_may_not_say_is_its_fault),
		TEST(the_vault_cannot_speak_before_hello),
		TEST(a_client_that_is_gone_or_slow_is_not_the_vaults_fault),
		TEST(the_vault_hears_of_a_drop_only_if_it_knows_the_client),
		TEST(a_drop_takes_the_place_of_an_answer_that_waits),
		TEST(an_answer_is_kept_as_it_came_and_wiped_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
