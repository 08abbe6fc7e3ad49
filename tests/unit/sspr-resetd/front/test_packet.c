/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "front/packet.h"

#define SIZE 1024u /* bytes of the longest packet */

static unsigned int asked; /* packets, in all calls of recvmmsg */

/* Ours and the hostile end. */
struct ends {
	int ours, theirs;
};

/* In place of the C library's: counts. */
int
recvmmsg(int fd, struct mmsghdr *m, unsigned int n, int flags,
    struct timespec *timeout)
{
	asked += n;
	return (int)syscall(SYS_recvmmsg, fd, m, n, flags, timeout);
}

static int
make_ends(void **state)
{
	struct ends *e = malloc(sizeof(*e));
	int fd[2];

	if (e == NULL ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		return -1;
	e->ours = fd[0];
	e->theirs = fd[1];
	*state = e;
	return 0;
}

static int
free_ends(void **state)
{
	struct ends *e = *state;

	if (e->ours != -1)
		close(e->ours);
	if (e->theirs != -1)
		close(e->theirs);
	free(e);
	return 0;
}

static void
expect(const struct ends *e, enum sspr_err want)
{
	uint8_t buf[SIZE];
	size_t len = 4711;

	assert_int_equal(packet_recv(e->ours, buf, sizeof(buf), &len), want);
	if (want != SSPR_OK)
		assert_int_equal(len, 4711);
}

static size_t
count_fds(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
send_fds(const struct ends *e, const char *data, size_t n)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(250 * sizeof(int))];
	} c = { .at = { 0 } };
	char copy[SIZE];
	struct iovec iov = { .iov_base = copy, .iov_len = strlen(data) };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *m = CMSG_FIRSTHDR(&h);

	memcpy(copy, data, iov.iov_len);
	m->cmsg_level = SOL_SOCKET;
	m->cmsg_type = SCM_RIGHTS;
	m->cmsg_len = CMSG_LEN(n * sizeof(int));
	for (size_t i = 0; i < n; i++)
		memcpy(CMSG_DATA(m) + i * sizeof(int), &e->theirs, sizeof(int));
	assert_int_equal(sendmsg(e->theirs, &h, MSG_NOSIGNAL),
	    (int)iov.iov_len);
}

static void
packets_arrive_one_by_one(void **state)
{
	const struct ends *e = *state;
	uint8_t buf[SIZE];
	size_t len;

	assert_int_equal(send(e->theirs, "one", 3, 0), 3);
	assert_int_equal(send(e->theirs, "three", 5, 0), 5);
	assert_int_equal(packet_recv(e->ours, buf, SIZE, &len), SSPR_OK);
	assert_int_equal(len, 3);
	assert_memory_equal(buf, "one", 3);
	assert_int_equal(packet_recv(e->ours, buf, SIZE, &len), SSPR_OK);
	assert_int_equal(len, 5);
	expect(e, SSPR_BUSY);
}

/* R-IPC-3 */
static void
a_packet_longer_than_any_is_refused(void **state)
{
	const struct ends *e = *state;
	static const uint8_t big[65536];

	assert_int_equal(send(e->theirs, big, SIZE, 0), SIZE);
	expect(e, SSPR_OK);
	assert_int_equal(send(e->theirs, big, SIZE + 1, 0), SIZE + 1);
	expect(e, SSPR_MALFORMED);
	assert_int_equal(send(e->theirs, big, sizeof(big), 0), sizeof(big));
	expect(e, SSPR_MALFORMED);
	expect(e, SSPR_BUSY);
}

static void
an_empty_packet_is_the_end(void **state)
{
	const struct ends *e = *state;

	assert_int_equal(send(e->theirs, "", 0, 0), 0);
	expect(e, SSPR_GONE);
}

static void
half_a_connection_is_none(void **state)
{
	const struct ends *e = *state;

	assert_int_equal(shutdown(e->theirs, SHUT_WR), 0);
	expect(e, SSPR_GONE);
	assert_int_equal(shutdown(e->theirs, SHUT_RD), 0);
	assert_int_equal(packet_send(e->ours, (const uint8_t *)"x", 1),
	    SSPR_GONE);
}

/* R-IPC-3 */
static void
descriptors_are_refused_and_none_stays_open(void **state)
{
	static const size_t numbers[] = { 1, 2, 16, 250 };
	const struct ends *e = *state;
	const size_t before = count_fds();

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		send_fds(e, "data", numbers[i]);
		expect(e, SSPR_MALFORMED);
		send_fds(e, "", numbers[i]);
		expect(e, SSPR_MALFORMED);
	}
	assert_int_equal(count_fds(), before);
	assert_int_equal(send(e->theirs, "x", 1, 0), 1);
	expect(e, SSPR_OK);
}

/* R-AVL-2 */
static void
an_end_that_takes_nothing_is_too_slow(void **state)
{
	const struct ends *e = *state;
	static const uint8_t packet[SIZE];
	enum sspr_err err = SSPR_OK;
	size_t n;

	for (n = 0; n < 100000 && err == SSPR_OK; n++)
		err = packet_send(e->ours, packet, sizeof(packet));
	assert_int_equal(err, SSPR_TIMEOUT);
	assert_true(n > 32);
}

static void
an_end_that_is_closed_is_gone(void **state)
{
	struct ends *e = *state;

	close(e->theirs);
	e->theirs = -1;
	expect(e, SSPR_GONE);
	assert_int_equal(packet_send(e->ours, (const uint8_t *)"x", 1),
	    SSPR_GONE);
}

static void
last_words_reach_the_other_end_though_others_hold_ours(void **state)
{
	struct ends *e = *state;
	const int vaults = dup(e->ours);
	char byte;

	assert_int_equal(packet_send(e->ours, (const uint8_t *)"x", 1),
	    SSPR_OK);
	packet_close(e->ours, true);
	e->ours = -1;
	assert_int_equal(recv(e->theirs, &byte, 1, MSG_DONTWAIT), 1);
	assert_int_equal(recv(e->theirs, &byte, 1, MSG_DONTWAIT), 0);
	assert_int_equal(send(e->theirs, "x", 1, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	close(vaults);
}

/* Nothing is in the queue; a reset of the other end may be told first. */
static void
expect_empty(int fd)
{
	struct msghdr h = { 0 };
	const int yes = 1;
	ssize_t n;

	/* A packet of no bytes says that it brings credentials. */
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes,
			     sizeof(yes)),
	    0);
	n = recvmsg(fd, &h, MSG_DONTWAIT);
	if (n == -1 && errno == ECONNRESET)
		n = recvmsg(fd, &h, MSG_DONTWAIT);
	assert_int_equal(n, 0);
	assert_int_equal(h.msg_flags, 0);
}

/* R-AVL-2: whoever else holds it finds no descriptors when it closes. */
static void
a_shared_connection_is_closed_empty(void **state)
{
	struct ends *e = *state;
	const int vaults = dup(e->ours);

	assert_int_equal(packet_send(e->ours, (const uint8_t *)"x", 1),
	    SSPR_OK);
	for (size_t i = 0; i < 100; i++)
		send_fds(e, i % 2 == 0 ? "" : "x", 1);
	close(e->theirs);
	e->theirs = -1;
	packet_close(e->ours, true);
	e->ours = -1;
	expect_empty(vaults);
	close(vaults);
}

/* Empty packets look like the end, and are not. */
static void
empty_packets_hide_no_descriptors(void **state)
{
	struct ends *e = *state;
	const int vaults = dup(e->ours);
	size_t n = 0;

	while (n < 100 && send(e->theirs, "", 0, MSG_DONTWAIT) == 0)
		n++;
	assert_int_equal(n, 100);
	send_fds(e, "", 1);
	close(e->theirs);
	e->theirs = -1;
	packet_close(e->ours, true);
	e->ours = -1;
	expect_empty(vaults);
	close(vaults);
}

/* What an honest client leaves behind is nothing, and seen at once. */
static void
an_empty_queue_costs_one_look(void **state)
{
	struct ends *e = *state;

	asked = 0;
	packet_close(e->ours, true);
	e->ours = -1;
	assert_int_equal(asked, 1);
}

static void
a_reset_connection_costs_little_more(void **state)
{
	struct ends *e = *state;

	assert_int_equal(packet_send(e->ours, (const uint8_t *)"x", 1),
	    SSPR_OK);
	close(e->theirs); /* unread: a reset */
	e->theirs = -1;
	asked = 0;
	packet_close(e->ours, true);
	e->ours = -1;
	assert_true(asked <= 65);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_ends, free_ends)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(packets_arrive_one_by_one),
		TEST(a_packet_longer_than_any_is_refused),
		TEST(an_empty_packet_is_the_end),
		TEST(half_a_connection_is_none),
		TEST(descriptors_are_refused_and_none_stays_open),
		TEST(an_end_that_takes_nothing_is_too_slow),
		TEST(an_end_that_is_closed_is_gone),
		TEST(last_words_reach_the_other_end_though_others_hold_ours),
		TEST(a_shared_connection_is_closed_empty),
		TEST(empty_packets_hide_no_descriptors),
		TEST(an_empty_queue_costs_one_look),
		TEST(a_reset_connection_costs_little_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
