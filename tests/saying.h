/* SPDX-License-Identifier: MIT */
/*
 * saying.h - for tests: what a scripted daemon says and hears, well-formed or
 * not.  SAYING_FAIL ends a test, or a process, that cannot go on.
 */
#ifndef SSPR_TESTS_SAYING_H
#define SSPR_TESTS_SAYING_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto.h"

#ifndef SAYING_FAIL
#define SAYING_FAIL abort()
#endif

[[maybe_unused]] static int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		SAYING_FAIL;
	close(fd);
	return fd;
}

[[maybe_unused]] static void
pair(int type, int *a, int *b)
{
	int fd[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd) == -1)
		SAYING_FAIL;
	*a = fd[0];
	*b = fd[1];
}

[[maybe_unused]] static void
say_raw(int to, const void *p, size_t len, const int *fds, size_t n)
{
	union {
		struct cmsghdr head;
		char at[CMSG_SPACE(16 * sizeof(int))];
	} c = { 0 };
	union {
		const void *in;
		void *out;
	} bytes = { .in = p };
	struct iovec iov = { bytes.out, len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n > 0) {
		c.head.cmsg_level = SOL_SOCKET;
		c.head.cmsg_type = SCM_RIGHTS;
		c.head.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&c.head), fds, n * sizeof(int));
		h.msg_control = &c;
		h.msg_controllen = CMSG_SPACE(n * sizeof(int));
	}
	if (sendmsg(to, &h, MSG_NOSIGNAL) != (ssize_t)len)
		SAYING_FAIL;
}

[[maybe_unused]] static void
say(int to, const struct proto_msg *m, const int *fds, size_t n)
{
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	if (proto_encode(m, buf, &len) != SSPR_OK)
		SAYING_FAIL;
	say_raw(to, buf, len, fds, n);
}

[[maybe_unused]] static void
say_show(int to, int style, const char *text)
{
	struct proto_msg m = { .type = MSG_SHOW };

	m.as.show.style = (uint8_t)style;
	snprintf(m.as.show.text, sizeof(m.as.show.text), "%s", text);
	say(to, &m, NULL, 0);
}

[[maybe_unused]] static void
say_ask(int to, int echo, const char *text)
{
	struct proto_msg m = { .type = MSG_ASK };

	m.as.ask.echo = (uint8_t)echo;
	snprintf(m.as.ask.prompt, sizeof(m.as.ask.prompt), "%s", text);
	say(to, &m, NULL, 0);
}

[[maybe_unused]] static void
say_end(int to, uint32_t result)
{
	struct proto_msg m = { .type = MSG_END };

	m.as.end.result = result;
	m.as.end.retry_after = 7;
	say(to, &m, NULL, 0);
}

[[maybe_unused]] static void
say_hand(int to, int job, const int *fds, size_t n)
{
	struct proto_msg m = { .type = MSG_HAND };

	m.as.hand.job = (uint8_t)job;
	say(to, &m, fds, n);
}

[[maybe_unused]] static void
say_offer(int to, uint32_t delay_ms, const char *prompt, const char *again)
{
	struct proto_msg m = { .type = MSG_OFFER };

	m.as.offer.delay_ms = delay_ms;
	snprintf(m.as.offer.prompt, sizeof(m.as.offer.prompt), "%s", prompt);
	snprintf(m.as.offer.again, sizeof(m.as.offer.again), "%s", again);
	say(to, &m, NULL, 0);
}

/* What the client said next; type 0 if nothing.  how: MSG_DONTWAIT or 0. */
[[maybe_unused]] static struct proto_msg
hear(int fd, int how)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct proto_msg m = { 0 };
	ssize_t n = recv(fd, buf, sizeof(buf), how);

	if (n > 0 && proto_decode(buf, (size_t)n, PROTO_UP, &m) != SSPR_OK)
		SAYING_FAIL;
	return m;
}

#endif /* SSPR_TESTS_SAYING_H */
