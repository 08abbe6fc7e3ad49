/* SPDX-License-Identifier: MIT */
/*
 * hostile.h - for fuzzers: a daemon that says anything, and the clock that its
 * clients wait by.  One thread is both: it speaks when its client polls.
 *
 * Whoever includes this links with --wrap=connect,--wrap=poll,
 * --wrap=clock_gettime,--wrap=getsockopt, and defines hostile_heard().
 */
#ifndef SSPR_TESTS_HOSTILE_H
#define SSPR_TESTS_HOSTILE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "chunks.h"
#include "proto.h"

#define HOSTILE_FDS 48

static struct {
	bool on;      /* the client runs */
	bool nobodys; /* the daemon is not uid 0 */
	bool refuses; /* there is none */
	struct chunks in;
	int64_t now_ms, waited_ms;
	int conn, daemon, worker; /* the client's end, and ours */
	struct chunk again;       /* what is said once more ... */
	unsigned int times;       /* ... so often */
	unsigned int sent;        /* messages from the client */
	unsigned int connects;
} hostile;

int __wrap_connect(int, const struct sockaddr *, socklen_t);
int __wrap_poll(struct pollfd *, nfds_t, int);
int __wrap_clock_gettime(clockid_t, struct timespec *);
int __wrap_getsockopt(int, int, int, void *, socklen_t *);
int __real_clock_gettime(clockid_t, struct timespec *);
int __real_getsockopt(int, int, int, void *, socklen_t *);

/* Called with each message of the client. */
static void hostile_heard(const struct proto_msg *m);

/* Set up before the client runs; the input is read from data on. */
[[maybe_unused]] static void
hostile_init(const uint8_t *data, size_t size)
{
	memset(&hostile, 0, sizeof(hostile));
	hostile.in = (struct chunks){ data, size };
	hostile.conn = hostile.daemon = hostile.worker = -1;
}

static void
hostile_hear(int fd)
{
	uint8_t frame[WIRE_FRAME_MAX];
	struct proto_msg m;
	ssize_t n;

	while (fd != -1 &&
	    (n = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		CHECK(!hostile.nobodys);
		CHECK(proto_decode(frame, (size_t)n, PROTO_UP, &m) == SSPR_OK);
		hostile.sent++;
		hostile_heard(&m);
	}
}

static void
hostile_say(int to, const void *bytes, size_t len, const int *fds, size_t n)
{
	union {
		struct cmsghdr head;
		char at[CMSG_SPACE(8 * sizeof(int))];
	} c = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n > 0) {
		c.head.cmsg_level = SOL_SOCKET;
		c.head.cmsg_type = SCM_RIGHTS;
		c.head.cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(&c.head), fds, n * sizeof(int));
		h.msg_control = &c;
		h.msg_controllen = CMSG_SPACE(n * sizeof(int));
	}
	(void)sendmsg(to, &h, MSG_DONTWAIT | MSG_NOSIGNAL); /* or it is full */
}

static void
hostile_put(char *to, const char *from, size_t max)
{
	const size_t n = strnlen(from, max);

	memcpy(to, from, n);
	to[n] = '\0';
}

/* The texts of a record or a symbol are those of k, its numbers any. */
static void
hostile_fill(struct proto_msg *m, const struct chunk *k)
{
	static const enum proto_type types[] = { MSG_QR, MSG_FACTOR, MSG_POLICY,
		MSG_CODE, MSG_USER, MSG_COUNT, MSG_PASS };
	static const uint8_t sides[] = { 21, 25, 33, 37, 41, 45, 0, 49, 177 };
	const uint8_t first = (uint8_t)k->text[0];

	memset(&m->as, k->len % 3 == 0 ? 0 : first, sizeof(m->as));
	m->type = types[(k->what + 7) % 12 % 7];
	for (const struct wire_field *f = proto_row((uint16_t)m->type)->fields;
	     f->kind != WIRE_END; f++)
		if (f->kind == WIRE_STR)
			hostile_put((char *)&m->as + f->offset, k->text,
			    f->max);
	if (m->type != MSG_QR)
		return;
	m->as.qr.size = sides[first % sizeof(sides)];
	m->as.qr.modules.len =
	    (uint16_t)((m->as.qr.size * m->as.qr.size + 7) / 8 + first / 128);
	if (k->len % 4 != 0)
		memcpy(m->as.qr.secret, "GEZDGNBV", sizeof("GEZDGNBV"));
}

/* A message as it should be, but for its words. */
static void
hostile_say_well(int to, const struct chunk *k)
{
	const uint8_t first = (uint8_t)k->text[0];
	uint8_t frame[WIRE_FRAME_MAX];
	struct proto_msg m = { 0 };
	int fds[2] = { -1, -1 };
	size_t len, n = 0;

	switch (k->what % 12) {
	case 0:
		m.type = MSG_OFFER;
		m.as.offer.delay_ms = (uint32_t)first << 8;
		m.as.offer.refer = k->len > 100;
		hostile_put(m.as.offer.prompt, k->text, PROTO_OFFER_MAX);
		hostile_put(m.as.offer.again, k->text, PROTO_OFFER_MAX);
		break;
	case 1:
		m.type = MSG_SHOW;
		m.as.show.style = k->len % 2;
		hostile_put(m.as.show.text, k->text, PROTO_TEXT_MAX);
		break;
	case 2:
		m.type = MSG_ASK;
		m.as.ask.echo = k->len % 2;
		hostile_put(m.as.ask.prompt, k->text, PROTO_TEXT_MAX);
		break;
	case 3:
		m.type = MSG_HAND;
		m.as.hand.job = first % 3;
		CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			  fds) == 0);
		n = 1;
		break;
	case 4:
		m.type = MSG_END;
		m.as.end.result = first;
		break;
	default:
		hostile_fill(&m, k);
		break;
	}
	if (proto_encode(&m, frame, &len) == SSPR_OK)
		hostile_say(to, frame, len, fds, n);
	if (n == 0)
		return;
	if (hostile.worker != -1)
		CHECK(close(hostile.worker) == 0);
	hostile.worker = fds[0];
	CHECK(close(fds[1]) == 0);
}

/* Any frame at all, with what descriptors its first byte wants. */
static void
hostile_say_badly(int to, const struct chunk *k)
{
	uint8_t frame[CHUNK_TEXT + WIRE_HEADER] = { 0 };
	const size_t n = k->len > 0 ? (uint8_t)k->text[0] % 9u : 0;
	int fds[8];

	if (k->what % 2 == 0) {
		hostile_say(to, k->text, k->len, NULL, 0);
		return;
	}
	frame[1] = k->len > 1 ? (uint8_t)k->text[1] : 0;
	frame[2] = (uint8_t)(k->len >> 8);
	frame[3] = (uint8_t)k->len;
	memcpy(frame + WIRE_HEADER, k->text, k->len);
	for (size_t i = 0; i < n; i++)
		CHECK((fds[i] = i % 2 == 0
			      ? open("/dev/null", O_RDONLY | O_CLOEXEC)
			      : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC,
				    0)) != -1);
	hostile_say(to, frame, WIRE_HEADER + k->len, fds, n);
	for (size_t i = 0; i < n; i++)
		CHECK(close(fds[i]) == 0);
}

/* The client waits for fd: what comes of it, as poll() would tell. */
static int
hostile_speak(int fd, int timeout)
{
	const int to = fd == hostile.conn ? hostile.daemon : hostile.worker;
	struct chunk k;

	if (hostile.times > 0) {
		hostile.times--;
		k = hostile.again;
	} else if (!chunks_next(&hostile.in, &k))
		k.what = 0;
	switch (k.what % 8) {
	case 0: /* silence */
		hostile.now_ms += timeout;
		hostile.waited_ms += timeout;
		return 0;
	case 1:
		(void)shutdown(to, SHUT_RDWR); /* once more does no harm */
		return 1;
	case 2:
		hostile.now_ms += timeout / 2;
		hostile.waited_ms += timeout / 2;
		errno = EINTR;
		return -1;
	case 3: /* there was nothing after all */
		hostile.now_ms += 1;
		hostile.waited_ms += 1;
		return 1;
	case 4:
		k.what /= 8;
		hostile_say_badly(to, &k);
		return 1;
	case 5: /* a flood */
		hostile.times = 150;
		hostile.again = k;
		hostile.again.what = 6;
		[[fallthrough]];
	default:
		k.what /= 8;
		hostile_say_well(to, &k);
		return 1;
	}
}

int
__wrap_connect(int fd, const struct sockaddr *a, socklen_t len)
{
	int pair[2];

	(void)len;
	CHECK(hostile.on && a->sa_family == AF_UNIX);
	hostile.connects++;
	if (hostile.refuses) {
		errno = ECONNREFUSED;
		return -1;
	}
	hostile_hear(hostile.daemon);
	if (hostile.daemon != -1)
		CHECK(close(hostile.daemon) == 0);
	hostile.times = 0;
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	CHECK(dup3(pair[0], fd, O_CLOEXEC) == fd && close(pair[0]) == 0);
	hostile.conn = fd;
	hostile.daemon = pair[1];
	return 0;
}

int
__wrap_poll(struct pollfd *p, nfds_t n, int timeout)
{
	int ready;

	CHECK(hostile.on && n == 1 && timeout >= 0);
	hostile_hear(hostile.daemon);
	hostile_hear(hostile.worker);
	if ((ready = hostile_speak(p->fd, timeout)) == 1)
		p->revents = POLLIN;
	return ready;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	if (!hostile.on || clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, t);
	t->tv_sec = hostile.now_ms / 1000;
	t->tv_nsec = hostile.now_ms % 1000 * 1000000;
	return 0;
}

int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	const struct ucred peer = { .pid = 1,
		.uid = hostile.nobodys ? 65534 : 0 };

	if (!hostile.on || level != SOL_SOCKET || name != SO_PEERCRED)
		return __real_getsockopt(fd, level, name, value, len);
	CHECK(*len == sizeof(peer));
	memcpy(value, &peer, sizeof(peer));
	return 0;
}

/* The client is done: read what is left, and go. */
[[maybe_unused]] static void
hostile_done(void)
{
	hostile.on = false;
	hostile_hear(hostile.daemon);
	hostile_hear(hostile.worker);
	if (hostile.daemon != -1)
		CHECK(close(hostile.daemon) == 0);
	if (hostile.worker != -1)
		CHECK(close(hostile.worker) == 0);
}

/* The descriptors that are open, as bits. */
[[maybe_unused]] static uint64_t
hostile_fds(void)
{
	uint64_t set = 0;

	for (int fd = 0; fd < HOSTILE_FDS; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			set |= UINT64_C(1) << fd;
	return set;
}

#endif /* SSPR_TESTS_HOSTILE_H */
