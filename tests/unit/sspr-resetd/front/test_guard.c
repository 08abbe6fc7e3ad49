/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "front/guard.h"

#define LINGER_S   20
#define ENOUGH_MS  1000
#define PASSRIGHTS 83 /* SO_PASSRIGHTS */

static int64_t
clock_ms(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A TCP socket that sleeps when it is closed: its peer takes nothing. */
static int
make_slow(int *peer)
{
	const struct linger on = { .l_onoff = 1, .l_linger = LINGER_S };
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	static const char data[65536];
	int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(l, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&a, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, len), 0);
	while (send(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &on, sizeof(on)),
	    0);
	*peer = l;
	return fd;
}

/* Send fd, and keep no copy of it.  Returns what sendmsg does. */
static ssize_t
give_away(int to, int fd)
{
	char byte = 'x';
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} c = { .at = { 0 } };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c.at) };
	struct cmsghdr *m = CMSG_FIRSTHDR(&h);
	ssize_t n;

	m->cmsg_level = SOL_SOCKET;
	m->cmsg_type = SCM_RIGHTS;
	m->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(m), &fd, sizeof(fd));
	n = sendmsg(to, &h, MSG_NOSIGNAL);
	return n;
}

/* R-AVL-2 */
static void
receiving_a_descriptor_does_not_wait_for_it(void **state)
{
	struct msghdr h = { 0 };
	int pair[2], peer, slow;
	int64_t start;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	slow = make_slow(&peer);
	assert_int_equal(give_away(pair[1], slow), 1);
	guard_init(-1);
	guard_begin();
	close(slow);
	guard_end();
	start = clock_ms();
	guard_begin();
	assert_int_equal(recvmsg(pair[0], &h, MSG_DONTWAIT), 0);
	guard_end();
	assert_true(clock_ms() - start < ENOUGH_MS);
	assert_true((h.msg_flags & MSG_CTRUNC) != 0);
	close(peer);
	close(pair[0]);
	close(pair[1]);
}

/* R-AVL-2 */
static void
closing_a_connection_does_not_wait_for_what_is_in_it(void **state)
{
	int pair[2], peers[8], slow;
	int64_t start;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	guard_init(-1);
	for (size_t i = 0; i < 8; i++) {
		slow = make_slow(&peers[i]);
		assert_int_equal(give_away(pair[1], slow), 1);
		guard_begin();
		close(slow);
		guard_end();
	}
	start = clock_ms();
	guard_begin();
	close(pair[0]);
	guard_end();
	assert_true(clock_ms() - start < ENOUGH_MS);
	for (size_t i = 0; i < 8; i++)
		close(peers[i]);
	close(pair[1]);
}

/* R-IPC-3 */
static void
a_kernel_that_can_refuses_descriptors_for_us(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(sa_family_t); /* autobind */
	int l = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const int no = 0;

	(void)state;
	assert_int_equal(bind(l, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(l, 1), 0);
	if (setsockopt(l, SOL_SOCKET, PASSRIGHTS, &no, sizeof(no)) == -1) {
		assert_int_equal(errno, ENOPROTOOPT);
		close(l);
		close(fd);
		skip();
	}
	guard_init(l);
	len = sizeof(a);
	assert_int_equal(getsockname(l, (struct sockaddr *)&a, &len), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(give_away(fd, l), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	close(l);
	close(fd);
}

static void
after_the_guard_no_signal_comes(void **state)
{
	const struct timespec while_off = { .tv_nsec = 5000000 };

	(void)state;
	guard_init(-1);
	guard_begin();
	guard_end();
	assert_int_equal(nanosleep(&while_off, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receiving_a_descriptor_does_not_wait_for_it),
		cmocka_unit_test(
		    closing_a_connection_does_not_wait_for_what_is_in_it),
		cmocka_unit_test(a_kernel_that_can_refuses_descriptors_for_us),
		cmocka_unit_test(after_the_guard_no_signal_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
