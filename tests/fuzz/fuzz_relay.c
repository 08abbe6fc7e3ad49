/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/secret.c libsspr/wire.c libsspr/proto.c */
/* links: libsspr/text.c libsspr/whole.c sspr-resetd/worker/relay.c */
/* links: sspr-resetd/worker/watch.c */
/* links: sspr-resetd/worker/converse.c sspr-resetd/worker/password.c */
/* links: sspr-resetd/worker/banned.c sspr-resetd/worker/fold.c -lpam */
/* links: -Wl,--wrap=poll,--wrap=clock_gettime */
/*
 * The worker between a PAM stack that says anything and a client that sends
 * anything: what fuzz_converse leaves out, the relay, is the real one here.
 * The clock and what waits for it are this file's.
 *  - What reaches the client decodes, and its texts are plain (R-PAM-4).
 *  - What the stack is given is what came first after a question, and nothing
 *    that had been sent before; a descriptor never comes in.
 *
 * Input: chunks.  The first says which job; then the stack takes one for each
 * message, and the client one for each wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <security/pam_appl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "chunks.h"
#include "plain.h"
#include "worker/converse.h"
#include "worker/password.h"

#define STEPS 64
#define FDS   32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_poll(struct pollfd *, nfds_t, int);
int __wrap_clock_gettime(clockid_t, struct timespec *);
int __real_clock_gettime(clockid_t, struct timespec *);

static struct {
	bool on;
	struct chunks in;
	int64_t now_ms;
	int client, parent;
	unsigned int asked; /* questions that reached the client */
	bool asking;        /* nothing was sent since the last of them */
	struct proto_answer
	    answers[RELAY_ASKS_MAX]; /* sent as they should be */
	unsigned int answered;
} s;

static const struct password_policy policy = { .name = "alice",
	.site_names = "contoso" };

/* The client reads all there is for it. */
static void
listen_in(void)
{
	uint8_t frame[WIRE_FRAME_MAX];
	struct proto_msg m;
	ssize_t n;

	while ((n = recv(s.client, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		CHECK(
		    proto_decode(frame, (size_t)n, PROTO_DOWN, &m) == SSPR_OK);
		CHECK(m.type == MSG_SHOW || m.type == MSG_ASK ||
		    m.type == MSG_END);
		if (m.type == MSG_SHOW)
			CHECK(plain_is(m.as.show.text, strlen(m.as.show.text),
			    true));
		if (m.type != MSG_ASK)
			continue;
		CHECK(plain_is(m.as.ask.prompt, strlen(m.as.ask.prompt), true));
		CHECK(++s.asked <= RELAY_ASKS_MAX);
		s.asking = true;
	}
}

static void
send_frame(const void *bytes, size_t len, bool descriptor)
{
	union {
		struct cmsghdr head;
		char at[CMSG_SPACE(sizeof(int))];
	} c = { .head = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec iov = { (void *)(uintptr_t)bytes, len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	const int fd = STDIN_FILENO;

	if (descriptor) {
		memcpy(CMSG_DATA(&c.head), &fd, sizeof(fd));
		h.msg_control = &c;
		h.msg_controllen = sizeof(c.at);
	}
	(void)sendmsg(s.client, &h, MSG_DONTWAIT | MSG_NOSIGNAL); /* or full */
}

/* Send, and remember what the relay may take for an answer. */
static void
send_noted(const void *bytes, size_t len, bool descriptor)
{
	struct proto_msg m;

	send_frame(bytes, len, descriptor);
	if (s.asking && !descriptor &&
	    proto_decode(bytes, len, PROTO_UP, &m) == SSPR_OK &&
	    m.type == MSG_ANSWER)
		s.answers[s.answered++] = m.as.answer;
	s.asking = false;
}

static void
send_answer(const struct chunk *k, bool descriptor)
{
	struct proto_msg m = { .type = MSG_ANSWER };
	uint8_t frame[WIRE_FRAME_MAX];
	size_t len;

	m.as.answer.text.len =
	    (uint16_t)(k->len < PROTO_ANSWER_MAX ? k->len : PROTO_ANSWER_MAX);
	memcpy(m.as.answer.text.at, k->text, m.as.answer.text.len);
	CHECK(proto_encode(&m, frame, &len) == SSPR_OK);
	send_noted(frame, len, descriptor);
}

/* The client does something; false: it lets time pass. */
static bool
act(const struct chunk *k)
{
	switch (k->what % 8) {
	case 0:
		return false;
	case 1:
		(void)shutdown(s.client, SHUT_RDWR); /* again does no harm */
		return true;
	case 2:
		send_noted(k->text, k->len, k->what >= 64);
		return true;
	case 3:
		send_answer(k, true);
		return true;
	case 4:
		send_answer(k, false);
		send_answer(k, false);
		return true;
	default:
		send_answer(k, false);
		return true;
	}
}

int
__wrap_poll(struct pollfd *p, nfds_t n, int timeout)
{
	struct chunk k = { 0 };

	CHECK(s.on && n == 2 && timeout > 0);
	p[0].revents = p[1].revents = 0;
	listen_in();
	if (p[0].events == POLLOUT) {
		p[0].revents = POLLOUT;
		return 1;
	}
	if (!chunks_next(&s.in, &k) || !act(&k)) {
		s.now_ms += timeout;
		return 0;
	}
	p[0].revents = POLLIN;
	p[1].revents = k.what == 0x7f ? POLLHUP : 0;
	return 1;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	if (!s.on || clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, t);
	t->tv_sec = s.now_ms / 1000;
	t->tv_nsec = s.now_ms % 1000 * 1000000;
	return 0;
}

static enum sspr_err
on_agreed(void *arg)
{
	(void)arg;
	return SSPR_OK;
}

static bool
was_answered(const char *resp)
{
	const size_t len = strlen(resp);

	for (unsigned int i = 0; i < s.answered; i++)
		if (s.answers[i].text.len == len &&
		    memcmp(s.answers[i].text.at, resp, len) == 0)
			return true;
	return false;
}

static void
say(struct converse *c, const struct chunk *k)
{
	static const char *const prompts[] = { "New password: ",
		"Retype new password: ", "Password: ", "Current password: " };
	const struct pam_message m = { k->what % 6,
		k->len == 1 ? prompts[(uint8_t)k->text[0] % 4] : k->text };
	const struct pam_message *in = &m;
	struct pam_response *out = NULL;

	if (converse_pam(1, &in, &out, c) != PAM_SUCCESS) {
		CHECK(out == NULL);
		return;
	}
	CHECK(out[0].resp == NULL || was_answered(out[0].resp));
	free(out[0].resp);
	free(out);
}

static unsigned int
open_fds(void)
{
	unsigned int set = 0;

	for (int fd = 0; fd < FDS; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			set |= 1u << fd;
	return set;
}

static void
hold(struct converse *c)
{
	struct chunk k;

	if (!chunks_next(&s.in, &k))
		return;
	c->job = k.what % 2 == 0 ? PROTO_CHANGE : PROTO_CHECK;
	if (k.what >= 64)
		send_answer(&k, false); /* before anybody asked */
	if (c->job == PROTO_CHECK && converse_ask_current(c) != SSPR_OK)
		return;
	for (int i = 0; i < STEPS && chunks_next(&s.in, &k); i++)
		say(c, &k);
	(void)relay_end(c->relay, SSPR_OK); /* to whoever is still there */
	listen_in();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct relay r = { .think_ms = RELAY_THINK_MS };
	struct converse c = { .relay = &r,
		.policy = &policy,
		.agreed = on_agreed };
	const unsigned int before = open_fds();
	int client[2], parent[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, client) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, parent) == 0);
	memset(&s, 0, sizeof(s));
	s.in = (struct chunks){ data, size };
	s.client = client[1];
	s.parent = parent[1];
	r.client = client[0];
	r.parent = parent[0];
	s.on = true;
	hold(&c);
	s.on = false;
	converse_wipe(&c);
	for (int i = 0; i < 2; i++)
		CHECK(close(client[i]) == 0 && close(parent[i]) == 0);
	CHECK(open_fds() == before);
	return 0;
}
