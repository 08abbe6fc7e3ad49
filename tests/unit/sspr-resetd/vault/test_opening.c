/* SPDX-License-Identifier: MIT */
#include "dies.h"
#include "front/quota.h"
#include "people.h"

static int
set_up(void **state)
{
	(void)lab_open(state);
	people_enrol(ALICE, "alice");
	lab_begin(1, 0, VERB_RESET, "alice", LAB_FOUND, ALICE);
	return 0;
}

/* A HELLO with a descriptor of front's choice. */
static void
open_by(uint32_t conn, int fd)
{
	struct proto_msg p = { .type = MSG_HELLO };
	struct ipc_msg m = { .type = IPC_OPEN };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	p.as.hello = lab_hello(VERB_RESET, "alice");
	assert_int_equal(proto_encode(&p, buf, &len), SSPR_OK);
	m.as.open.conn = conn;
	m.as.open.frame.len = (uint16_t)len;
	memcpy(m.as.open.frame.at, buf, len);
	lab.peer = LAB_REAL;
	assert_int_equal(ipc_send(lab.front, &m, fd), SSPR_OK);
	inbox_front(lab.v, lab.v->front);
}

/* R-IPC-1: the kernel says who it is, not front. */
static void
the_peer_is_whom_the_kernel_says(void **state)
{
	struct proto_hello h = lab_hello(VERB_RESET, "alice");
	char want[32];

	(void)state;
	lab.peer = LAB_REAL;
	lab_says_hello(9, &h);
	lab_round();
	if (getuid() == 65534) /* who is not served */
		assert_null(lab_session(9));
	else
		assert_int_equal(lab_session(9)->peer, getuid());
	lab.peer = ALICE;
	lab_says_hello(10, &h);
	lab_round();
	snprintf(want, sizeof(want), "uid:%u", ALICE);
	assert_string_equal(lab_session(10)->source.key, want);
	/* R-IPC-2: hints of whoever is not uid 0 are not even kept. */
	assert_string_equal(lab_session(10)->hello.service, "");
	assert_string_equal(lab_session(10)->hello.rhost, "");
	assert_string_equal(lab_session(10)->hello.tty, "");
}

static void
nobodies_are_not_served(void **state)
{
	const struct proto_hello h = lab_hello(VERB_RESET, "alice");
	const uid_t odd[] = { (uid_t)-1, 65534 };
	char c;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		lab.peer = odd[i];
		lab_says_hello(10 + i, &h);
		lab_round();
		assert_null(lab_session(10 + i));
		assert_int_equal(recv(lab.client[10 + i], &c, 1, MSG_DONTWAIT),
		    0);
		lab_hear();
		assert_int_equal(lab.told[10 + i].end.result, SSPR_NOT_YOURS);
	}
}

static void
open_a_listener(void)
{
	const struct sockaddr any = { .sa_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (bind(fd, &any, sizeof(sa_family_t)) == -1 || listen(fd, 1) == -1)
		_exit(98);
	open_by(12, fd);
}

static void
open_a_stream(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == -1)
		_exit(98);
	open_by(12, fd[0]);
}

static void
open_a_file(void)
{
	open_by(12, open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void
open_another_family(void)
{
	open_by(12, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

/* What has no name: lab.h gives one only while its clock runs. */
static void
open_its_own_pair(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		_exit(98);
	lab.ms = 0;
	open_by(12, fd[0]);
}

/* R-IPC-1, R-IPC-6: no client can make front pass such a thing on. */
static void
what_was_not_accepted_ends_the_daemon(void **state)
{
	(void)state;
	DIES(open_a_listener);
	DIES(open_a_stream);
	DIES(open_a_file);
	DIES(open_another_family);
	DIES(open_its_own_pair);
}

static void
open_twice(void)
{
	open_by(12, lab_session(1)->fd);
}

static void
open_while_it_is_known(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		_exit(98);
	open_by(1, fd[0]);
}

/* R-IPC-6: a HAND for one conversation cannot be made to go to another. */
static void
a_client_has_one_conversation(void **state)
{
	(void)state;
	DIES(open_twice);
	DIES(open_while_it_is_known);
}

/* Up to conn, over the link that speaks. */
static void
open_up_to(uint32_t conn)
{
	const struct proto_hello h = lab_hello(VERB_RESET, "alice");

	lab.peer = 0;
	for (uint32_t i = 2; i <= conn; i++) {
		lab_says_hello(i, &h);
		inbox_front(lab.v, lab.v->front);
	}
}

static void
open_as_many_as_seats(void)
{
	open_up_to(VAULT_OF_FRONT);
}

static void
open_one_more(void)
{
	open_up_to(VAULT_OF_FRONT + 1);
}

/* R-IPC-3: a front that is taken over leaves the desk its half. */
static void
more_than_a_front_has_seats_end_the_daemon(void **state)
{
	(void)state;
	assert_int_equal(VAULT_OF_FRONT, QUOTA_SEATS);
	LIVES(open_as_many_as_seats);
	DIES(open_one_more);
}

/* As when workers of clients that went are still out. */
static void
where_there_is_no_room_the_client_is_told(void **state)
{
	const struct proto_hello h = lab_hello(VERB_RESET, "alice");
	struct session *s = lab_session(1), *was[VAULT_SESSIONS];

	(void)state;
	memcpy(was, lab.v->session, sizeof(was));
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		lab.v->session[i] = s;
	s->front = -1;
	for (uint32_t i = 20; i < 23; i++) {
		lab_says_hello(i, &h);
		inbox_front(lab.v, lab.v->front);
		lab_hear();
		assert_int_equal(lab.told[i].end.result, SSPR_BUSY);
	}
	assert_int_equal(lab.v->unopened, 3);
	s->front = lab.v->front;
	memcpy(lab.v->session, was, sizeof(was));
}

/* R-LOG-4: a line at the first, and then one a minute. */
static void
who_is_not_served_is_rarely_in_the_log(void **state)
{
	const struct proto_hello h = lab_hello(VERB_RESET, "alice");
	uint64_t told;

	(void)state;
	lab.peer = 65534;
	for (uint32_t i = 10; i < 40; i++) {
		lab_says_hello(i, &h);
		inbox_front(lab.v, lab.v->front);
		if (i == 10)
			told = lab.v->unopened_ms;
		assert_int_equal(lab.v->unopened_ms, told);
	}
	lab.ms += 60000;
	lab_says_hello(40, &h);
	inbox_front(lab.v, lab.v->front);
	assert_int_equal(lab.v->unopened_ms, told + 60000);
	assert_int_equal(lab.v->unopened, 31);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_peer_is_whom_the_kernel_says),
		TEST(nobodies_are_not_served),
		TEST(what_was_not_accepted_ends_the_daemon),
		TEST(a_client_has_one_conversation),
		TEST(more_than_a_front_has_seats_end_the_daemon),
		TEST(where_there_is_no_room_the_client_is_told),
		TEST(who_is_not_served_is_rarely_in_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
