/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "socket.h"

/* Above the socket itself, below TLS. */
#define LEVEL (LBER_SBIOD_LEVEL_PROVIDER + 1)

#define SECONDS_STANDARD 5

/* An option of our own: whether the connection ended. */
#define OPT_ENDED (LBER_SB_OPT_OPT_MAX + 0x5353)

struct pace {
	int64_t limit; /* ms, from a request to the end of its answer */
	int64_t until; /* ms, monotonic: when the answer must be there */
	size_t left;   /* bytes that it may still have */
	bool ended;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
fd_of(Sockbuf_IO_Desc *d)
{
	int fd = -1;

	return ber_sockbuf_ctrl(d->sbiod_sb, LBER_SB_OPT_GET_FD, &fd) > 0 ? fd
									  : -1;
}

/* Until fd can do that, in time. */
static bool
wait_for(int fd, short events, const struct pace *p)
{
	struct pollfd f = { .fd = fd, .events = events };
	int64_t left;
	int n;

	do {
		left = p->until - now_ms();
		n = left > 0 ? poll(&f, 1, (int)left) : 0;
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0;
}

static void
renew(struct pace *p)
{
	p->until = now_ms() + p->limit;
	p->left = SOCKET_ANSWER_MAX;
}

static int
pace_setup(Sockbuf_IO_Desc *d, void *arg)
{
	struct pace *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	p->limit = *(const int64_t *)arg;
	renew(p);
	d->sbiod_pvt = p;
	return 0;
}

static int
pace_remove(Sockbuf_IO_Desc *d)
{
	free(d->sbiod_pvt);
	d->sbiod_pvt = NULL;
	return 0;
}

static int
pace_ctrl(Sockbuf_IO_Desc *d, int opt, void *arg)
{
	const struct pace *p = d->sbiod_pvt;

	if (opt != OPT_ENDED)
		return LBER_SBIOD_CTRL_NEXT(d, opt, arg);
	*(bool *)arg = p->ended;
	return 1;
}

static ber_slen_t
pace_read(Sockbuf_IO_Desc *d, void *buf, ber_len_t len)
{
	struct pace *p = d->sbiod_pvt;
	const int fd = fd_of(d);
	ssize_t n;

	if (p->left == 0)
		errno = EMSGSIZE;
	if (p->left == 0 || !wait_for(fd, POLLIN, p)) {
		p->ended = true;
		return -1;
	}
	n = recv(fd, buf, len < p->left ? len : p->left, MSG_DONTWAIT);
	if (n > 0)
		p->left -= (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		p->ended = true;
	return n;
}

static ber_slen_t
pace_write(Sockbuf_IO_Desc *d, void *buf, ber_len_t len)
{
	struct pace *p = d->sbiod_pvt;
	const int fd = fd_of(d);
	ssize_t n;

	renew(p);
	n = wait_for(fd, POLLOUT, p)
	    ? send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL)
	    : -1;
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		p->ended = true;
	return n;
}

static int
on_connect(LDAP *ld, Sockbuf *sb, LDAPURLDesc *server, struct sockaddr *address,
    struct ldap_conncb *context)
{
	static Sockbuf_IO pace = { .sbi_setup = pace_setup,
		.sbi_remove = pace_remove,
		.sbi_ctrl = pace_ctrl,
		.sbi_read = pace_read,
		.sbi_write = pace_write };
	ber_len_t max = SOCKET_ANSWER_MAX;
	struct timeval *limit = NULL;
	int64_t ms = SECONDS_STANDARD * 1000;

	(void)server;
	(void)address;
	(void)context;
	if (ldap_get_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &limit) ==
		LDAP_OPT_SUCCESS &&
	    limit != NULL && limit->tv_sec > 0)
		ms = (int64_t)limit->tv_sec * 1000;
	ldap_memfree(limit);
	if (ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &max) < 0)
		return -1;
	return ber_sockbuf_add_io(sb, &pace, LEVEL, &ms);
}

static int
on_another(LDAP *ld, Sockbuf *sb, LDAPURLDesc *server, struct sockaddr *address,
    struct ldap_conncb *context)
{
	(void)ld;
	(void)sb;
	(void)server;
	(void)address;
	(void)context;
	return -1;
}

static void
on_end(LDAP *ld, Sockbuf *sb, struct ldap_conncb *context)
{
	(void)ld;
	(void)sb;
	(void)context;
}

bool
socket_attach(LDAP *ld)
{
	static const struct ldap_conncb cb = { on_connect, on_end, NULL };

	return ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &cb) ==
	    LDAP_OPT_SUCCESS;
}

bool
socket_seal(LDAP *ld)
{
	static const struct ldap_conncb cb = { on_another, on_end, NULL };

	return ldap_set_option(ld, LDAP_OPT_CONNECT_CB, &cb) ==
	    LDAP_OPT_SUCCESS;
}

bool
socket_ended(LDAP *ld)
{
	Sockbuf *sb = NULL;
	bool ended = true;
	int fd;

	if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sb) != LDAP_OPT_SUCCESS ||
	    sb == NULL || ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd) <= 0 ||
	    ber_sockbuf_ctrl(sb, OPT_ENDED, &ended) <= 0)
		return true;
	return ended;
}
