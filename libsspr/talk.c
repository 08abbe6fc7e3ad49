/* SPDX-License-Identifier: MIT */
/*
 * The daemon is not trusted with more than the conversation: it MUST NOT be
 * able to crash the host, to hang it beyond the limits, to leave a descriptor
 * in it, or to put anything but plain text in front of a person.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "talk.h"
#include "text.h"

#define MESSAGES_MAX 128 /* without an ASK */
#define PASSED_MAX   4   /* descriptors taken in, to be closed again */

struct talk {
	const struct talk_host *host;
	const struct talk_limits *limits;
	uid_t server;          /* the uid to trust */
	int daemon;            /* descriptor */
	int worker;            /* the handed descriptor, or -1 */
	int passed;            /* came with the message at hand, or -1 */
	int64_t deadline;      /* of the next message, ms */
	unsigned int messages; /* since the last ASK */
	bool handed;           /* since the last ASK */
	bool changing;         /* a worker had leave to change the password */
	bool refused;          /* a callback ended it */
	bool over;             /* END came */
	struct proto_end end;  /* if over */
};

static int64_t
now_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Whether s may be shown (R-PAM-4); lines: newlines too. */
static bool
is_plain(const char *s, bool lines)
{
	size_t left = strlen(s), n;
	uint32_t c;

	for (; left > 0; s += n, left -= n)
		if ((n = text_next(s, left, &c)) == 0 ||
		    (!text_is_printable(c) && !(lines && c == '\n')))
			return false;
	return true;
}

static bool
texts_are_plain(const struct proto_msg *m)
{
	const struct proto_row *row = proto_row((uint16_t)m->type);
	bool lines =
	    m->type == MSG_SHOW || m->type == MSG_ASK || m->type == MSG_OFFER;

	for (const struct wire_field *f = row->fields; f->kind != WIRE_END; f++)
		if (f->kind == WIRE_STR &&
		    !is_plain((const char *)&m->as + f->offset, lines))
			return false;
	return true;
}

/* Whether fd is a packet socket whose other end was made by uid. */
static bool
is_made_by(int fd, uid_t uid)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	int type = 0, domain = 0;
	socklen_t type_len = sizeof(type), domain_len = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_len) ==
	    0 &&
	    domain == AF_UNIX &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == 0 &&
	    type == SOCK_SEQPACKET &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    len == sizeof(peer) && peer.uid != (uid_t)-1 && peer.uid == uid;
}

/* Whether neither end of fd has a name; one without another end is none. */
static bool
is_pair(int fd)
{
	struct sockaddr_un a;
	socklen_t ours = sizeof(a), other = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &ours) == 0 &&
	    getpeername(fd, (struct sockaddr *)&a, &other) == 0 &&
	    ours == sizeof(a.sun_family) && other == sizeof(a.sun_family);
}

/*
 * Whether fd is a worker's.  Of a connection SO_PEERCRED says who called
 * listen: a client's own end of one to the daemon, which anybody can make,
 * looks like root's while front holds the other end.  So it MUST be a pair.
 */
static bool
is_workers(int fd, uid_t server)
{
	return is_made_by(fd, server) && is_pair(fd);
}

/* Frame *m, send it without waiting, and leave no trace of it on the stack. */
static enum sspr_err
send_msg(int fd, const struct proto_msg *m)
{
	uint8_t buf[WIRE_FRAME_MAX];
	enum sspr_err e;
	ssize_t n;
	size_t len;

	if ((e = proto_encode(m, buf, &len)) == SSPR_OK) {
		do
			n = send(fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		while (n == -1 && errno == EINTR);
		if (n != (ssize_t)len)
			e = SSPR_GONE;
	}
	secret_zero(buf, sizeof(buf));
	return e;
}

/*
 * Take in what descriptors came with h: one is *passed, more are closed.
 * Returns SSPR_OK, or SSPR_MALFORMED with none left open.
 */
static enum sspr_err
take_passed(struct msghdr *h, int *passed)
{
	int fd, first = -1;
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL;
	     c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(fd) <= c->cmsg_len;
		     at += sizeof(fd)) {
			memcpy(&fd, (const char *)c + at, sizeof(fd));
			if (n++ == 0)
				first = fd;
			else
				(void)close(fd); /* nothing to lose */
		}
	}
	if (n > 1 || (h->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		if (first != -1)
			(void)close(first); /* likewise */
		return SSPR_MALFORMED;
	}
	*passed = first;
	return SSPR_OK;
}

/* Wait until fd has something to say, or the deadline. */
static enum sspr_err
await(int fd, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left;
	int n;

	do {
		left = deadline - now_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n == -1 && errno == EINTR && left > 0);
	if (n == -1 && errno != EINTR)
		return SSPR_SYSTEM;
	return n == 1 ? SSPR_OK : SSPR_TIMEOUT;
}

/* Receive one message and what descriptor comes with it. */
static enum sspr_err
receive(int fd, int64_t deadline, struct proto_msg *m, int *passed)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(PASSED_MAX * sizeof(int))];
	} control;
	uint8_t frame[PROTO_FRAME_MAX];
	struct iovec iov = { .iov_base = frame, .iov_len = sizeof(frame) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	enum sspr_err e;
	ssize_t n;

	do {
		if ((e = await(fd, deadline)) != SSPR_OK)
			return e;
		h.msg_control = &control;
		h.msg_controllen = sizeof(control);
		n = recvmsg(fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN) &&
	    now_ms() < deadline);
	if (n == -1)
		return SSPR_GONE;
	if ((e = take_passed(&h, passed)) == SSPR_OK)
		e = n == 0 ? SSPR_GONE
			   : proto_decode(frame, (size_t)n, PROTO_DOWN, m);
	secret_zero(frame, sizeof(frame));
	return e;
}

static enum sspr_err
said(struct talk *t, enum sspr_err e)
{
	t->refused = e != SSPR_OK;
	return e;
}

static enum sspr_err
on_show(struct talk *t, const struct proto_msg *m)
{
	const struct proto_show *show = &m->as.show;

	if (t->host->show == NULL || show->style > PROTO_ERROR)
		return SSPR_MALFORMED;
	return said(t,
	    t->host->show(t->host->arg, (enum proto_style)show->style,
		show->text));
}

static enum sspr_err
on_ask(struct talk *t, const struct proto_msg *m)
{
	struct proto_msg reply = { .type = MSG_ANSWER };
	struct secret answer = { 0 };
	enum sspr_err e;

	if (t->host->ask == NULL || m->as.ask.echo > 1 ||
	    (m->as.ask.echo == 0 && t->worker == -1)) /* no daemon's business */
		return SSPR_MALFORMED;
	t->messages = 0;
	t->handed = false;
	e = said(t,
	    t->host->ask(t->host->arg, m->as.ask.echo == 1, m->as.ask.prompt,
		&answer));
	if (e == SSPR_OK) {
		reply.as.answer.text.len = answer.len;
		memcpy(reply.as.answer.text.at, answer.at, answer.len);
		t->deadline = now_ms() +
		    (t->worker == -1 ? t->limits->step_ms
				     : t->limits->worker_ms);
		e = send_msg(t->worker == -1 ? t->daemon : t->worker, &reply);
	}
	secret_wipe(&answer);
	proto_wipe(&reply);
	return e;
}

static enum sspr_err
on_qr(struct talk *t, const struct proto_msg *m)
{
	const struct proto_qr *qr = &m->as.qr;

	if (t->host->qr == NULL ||
	    (qr->size != 0 &&
		(qr->size < 21 || qr->size > 45 || qr->size % 4 != 1)) ||
	    qr->modules.len != (qr->size * qr->size + 7) / 8)
		return SSPR_MALFORMED;
	return said(t, t->host->qr(t->host->arg, qr));
}

static enum sspr_err
on_hand(struct talk *t, const struct proto_msg *m)
{
	if (t->host->ask == NULL || t->passed == -1 || t->worker != -1 ||
	    t->handed || m->as.hand.job > PROTO_CHECK ||
	    !is_workers(t->passed, t->server))
		return SSPR_MALFORMED;
	t->worker = t->passed;
	t->passed = -1;
	t->handed = true;
	t->changing = t->changing || m->as.hand.job == PROTO_CHANGE;
	t->deadline = now_ms() + t->limits->worker_ms;
	return SSPR_OK;
}

static void
come_back(struct talk *t)
{
	(void)close(t->worker); /* it has no more to say */
	t->worker = -1;
	t->deadline = now_ms() + t->limits->step_ms;
}

static enum sspr_err
on_end(struct talk *t, const struct proto_msg *m)
{
	enum sspr_err e, result;

	if ((e = err_number(m->as.end.result, &result)) != SSPR_OK)
		return e;
	if (t->worker != -1) {
		come_back(t);
		return SSPR_OK;
	}
	t->end = m->as.end;
	t->over = true;
	return SSPR_OK;
}

static enum sspr_err
on_offer(struct talk *t, const struct proto_msg *m)
{
	if (t->host->offer == NULL || m->as.offer.refer > 1)
		return SSPR_MALFORMED;
	return said(t, t->host->offer(t->host->arg, &m->as.offer));
}

static enum sspr_err
on_record(struct talk *t, const struct proto_msg *m)
{
	if (t->host->record == NULL)
		return SSPR_MALFORMED;
	return said(t,
	    t->host->record(t->host->arg, proto_row((uint16_t)m->type), m));
}

/* clang-format off */

/* [MSG_SHOW] = on_show, ...: what decodes as PROTO_DOWN has a row here. */
#define ON_UP(NAME, name)
#define ON_DOWN(NAME, name)	[MSG_##NAME] = on_##name,
#define ON_RECORD(NAME, name)	[MSG_##NAME] = on_record,
static enum sspr_err (*const on[])(struct talk *, const struct proto_msg *) = {
#define MSG(NAME, name, number, direction)	ON_##direction(NAME, name)
#include "proto.def"
};

/* clang-format on */

/* Receive one message and serve it. */
static enum sspr_err
step(struct talk *t)
{
	int fd = t->worker == -1 ? t->daemon : t->worker;
	struct proto_msg m = { 0 };
	enum sspr_err e;

	if (t->messages++ >= MESSAGES_MAX)
		return SSPR_MALFORMED;
	e = receive(fd, t->deadline, &m, &t->passed);
	if (e == SSPR_OK && (t->passed == -1 || m.type == MSG_HAND))
		e = texts_are_plain(&m) ? on[m.type](t, &m) : SSPR_MALFORMED;
	else if (e == SSPR_OK)
		e = SSPR_MALFORMED;
	if (e == SSPR_GONE && fd == t->worker && !t->refused) {
		come_back(t);
		e = SSPR_OK;
	}
	if (t->passed != -1)
		(void)close(t->passed); /* nobody asked for it */
	t->passed = -1;
	proto_wipe(&m);
	return e;
}

static void
cancel(int fd, enum sspr_err reason)
{
	struct proto_msg m = { .type = MSG_CANCEL };

	m.as.cancel.reason = (uint32_t)reason;
	(void)send_msg(fd, &m); /* a courtesy: closing says it too */
}

enum sspr_err
talk_serve(int fd, uid_t server, const struct proto_hello *hello,
    const struct talk_host *host, const struct talk_limits *limits,
    struct proto_end *end)
{
	struct talk t = { .host = host,
		.limits = limits,
		.server = server,
		.daemon = fd,
		.worker = -1,
		.passed = -1,
		.deadline = now_ms() + limits->first_ms };
	struct proto_msg m = { .type = MSG_HELLO };
	enum sspr_err e;

	if (!is_made_by(fd, server))
		return SSPR_GONE;
	m.as.hello = *hello;
	e = send_msg(fd, &m);
	while (e == SSPR_OK && !t.over)
		e = step(&t);
	if (t.refused) {
		if (t.worker != -1)
			cancel(t.worker, e);
		cancel(t.daemon, e);
	}
	if (t.worker != -1)
		(void)close(t.worker); /* nothing to lose */
	if (e == SSPR_OK)
		*end = t.end;
	else if (t.changing && !t.refused)
		e = SSPR_UNCERTAIN;
	return e;
}

/*
 * Connect before the deadline.  Waiting has a place in the queue, where trying
 * over and over would lose against somebody who floods the socket (R-AVL-2).
 */
static enum sspr_err
reach(int fd, const struct sockaddr_un *a, int64_t deadline)
{
	struct timeval wait;
	int64_t left;
	int n;

	do {
		if ((left = deadline - now_ms()) <= 0)
			return SSPR_GONE;
		wait.tv_sec = left / 1000;
		wait.tv_usec = left % 1000 * 1000;
		if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait,
			sizeof(wait)) == -1)
			return SSPR_SYSTEM;
		n = connect(fd, (const struct sockaddr *)a, sizeof(*a));
	} while (n == -1 && errno == EINTR);
	return n == 0 ? SSPR_OK : SSPR_GONE;
}

enum sspr_err
talk_run(const char *path, const struct proto_hello *hello,
    const struct talk_host *host, const struct talk_limits *limits,
    struct proto_end *end)
{
	const int64_t deadline = now_ms() + limits->first_ms;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct talk_limits left = *limits;
	size_t len = strlen(path);
	enum sspr_err e;
	int fd;

	if (len >= sizeof(a.sun_path))
		return SSPR_SYSTEM;
	memcpy(a.sun_path, path, len + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return SSPR_SYSTEM;
	if ((e = reach(fd, &a, deadline)) == SSPR_OK) {
		left.first_ms = (int)(deadline - now_ms());
		e = talk_serve(fd, 0, hello, host, &left, end);
	}
	(void)close(fd); /* nothing to lose */
	return e;
}
