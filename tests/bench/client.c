/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "paths.h"

#define WAIT_MS 20000 /* for any message */
#define TRIES   2000  /* to be let in, a millisecond apart */

static void
pause_ms(long ms)
{
	const struct timespec t = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&t, NULL); /* a shorter pause will do */
}

/* The next frame and its descriptor; false if the daemon hung up. */
static bool
receive(int fd, struct proto_msg *m, int *hand)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} c = { .at = { 0 } };
	uint8_t buf[WIRE_FRAME_MAX];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct cmsghdr *cm;
	ssize_t n;

	if (poll(&p, 1, WAIT_MS) != 1)
		errx(2, "the daemon is silent");
	if ((n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC)) <= 0)
		return false;
	if (proto_decode(buf, (size_t)n, PROTO_DOWN, m) != SSPR_OK)
		errx(2, "the daemon sent garbage");
	*hand = -1;
	if ((cm = CMSG_FIRSTHDR(&h)) != NULL && cm->cmsg_type == SCM_RIGHTS)
		memcpy(hand, CMSG_DATA(cm), sizeof(*hand));
	return true;
}

static bool
transmit(int fd, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	if (proto_encode(m, buf, &len) != SSPR_OK)
		errx(2, "a message does not encode");
	return send(fd, buf, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Each from another address: what one may try is not what is measured. */
static void
next_address(char *text, size_t size)
{
	static atomic_uint n;
	const unsigned int i = n++;

	snprintf(text, size, "198.%u.%u.%u", 18 + i / 65536 % 2, i / 256 % 256,
	    i % 256);
}

/* A conversation that waits for a code, or -1 if the daemon is full. */
static int
try_open(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX,
		.sun_path = PATH_SOCKET };
	struct proto_msg m = { .type = MSG_HELLO };
	int hand, fd;

	m.as.hello.version = PROTO_VERSION;
	m.as.hello.verb = VERB_RESET;
	snprintf(m.as.hello.user, sizeof(m.as.hello.user), "%s", name);
	snprintf(m.as.hello.service, sizeof(m.as.hello.service), "sshd");
	next_address(m.as.hello.rhost, sizeof(m.as.hello.rhost));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&a, sizeof(a)) == -1)
		err(2, PATH_SOCKET);
	if (transmit(fd, &m) && receive(fd, &m, &hand)) {
		if (m.type != MSG_ASK)
			errx(2, "no code is asked of %s", name);
		return fd;
	}
	close(fd);
	return -1;
}

int
client_open(const char *name)
{
	int fd;

	for (int i = 0; i < TRIES; i++) {
		if ((fd = try_open(name)) != -1)
			return fd;
		pause_ms(1);
	}
	errx(2, "the daemon stays full");
}

void
client_answer(int fd, const char *text)
{
	struct proto_msg m = { .type = MSG_ANSWER };

	m.as.answer.text.len = (uint16_t)strlen(text);
	memcpy(m.as.answer.text.at, text, m.as.answer.text.len);
	if (!transmit(fd, &m))
		err(2, "the daemon does not listen");
}

enum proto_type
client_hear(int fd, int *hand)
{
	struct proto_msg m;

	if (!receive(fd, &m, hand))
		errx(2, "the daemon hung up");
	return m.type;
}

void
client_await(int fd)
{
	enum proto_type type;
	int hand;

	while ((type = client_hear(fd, &hand)) == MSG_SHOW)
		;
	if (type != MSG_ASK)
		errx(2, "message %d in place of a question", type);
}
