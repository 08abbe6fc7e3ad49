/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "ipc.h"

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define SEND_WAIT  5u /* seconds */
#define FDS_CAUGHT 4u /* descriptors received, so as to be closed */

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* since Linux 6.16 */
#endif

/* clang-format off */

/* R-IPC-6: no field is longer than 1024 bytes, no message than its frame. */
#define WIRE_LIMIT(msg)		WIRE_BODY_MAX
#define MSG(NAME, name, number, from, to, fd)	static_assert(0
#include "wire_size.def"
#include "ipc.def"

/* set_fields[], apply_fields[], ... */
#define WIRE_OF(msg)		struct ipc_##msg
#define MSG(NAME, name, number, from, to, fd) \
	static const struct wire_field name##_fields[] = {
#include "wire_table.def"
#include "ipc.def"

static const struct ipc_row rows[] = {
#define MSG(NAME, name, number, from, to, fd)				\
	{ IPC_##NAME, #name, ROLE_##from, ROLE_##to, fd,		\
	    name##_fields, sizeof(struct ipc_##name) },
#include "ipc.def"
};

/* clang-format on */

/* Room for the control message of n descriptors. */
union control {
	struct cmsghdr align;
	char at[CMSG_SPACE(FDS_CAUGHT * sizeof(int))];
};

const struct ipc_row *
ipc_row(uint16_t type)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

enum sspr_err
ipc_encode(const struct ipc_msg *m, uint8_t buf[static WIRE_FRAME_MAX],
    size_t *len)
{
	const struct ipc_row *row;

	if ((row = ipc_row((uint16_t)m->type)) == NULL)
		return SSPR_MALFORMED;
	return wire_encode((uint16_t)row->type, row->fields, &m->as, buf, len);
}

/* Options come down the chain: from parent, and from the vault to its own. */
static bool
is_above(enum role from, enum role to)
{
	return from == ROLE_PARENT ||
	    (from == ROLE_VAULT &&
		(to == ROLE_FRONT || to == ROLE_NAMES || to == ROLE_COURIER));
}

static bool
is_allowed(const struct ipc_row *row, enum role from, enum role to)
{
	if (row->from == ROLE_ANY)
		return is_above(from, to);
	return row->from == from && row->to == to;
}

enum sspr_err
ipc_decode(const uint8_t *frame, size_t len, enum role from, enum role to,
    struct ipc_msg *m)
{
	const struct ipc_row *row;
	enum sspr_err e;
	uint16_t type;

	memset(m, 0, sizeof(*m));
	if ((e = wire_frame(frame, len, &type)) != SSPR_OK)
		return e;
	if ((row = ipc_row(type)) == NULL || !is_allowed(row, from, to))
		return SSPR_MALFORMED;
	e = wire_decode(row->fields, frame + WIRE_HEADER, len - WIRE_HEADER,
	    &m->as, row->size);
	if (e == SSPR_OK)
		m->type = row->type;
	return e;
}

void
ipc_wipe(struct ipc_msg *m)
{
	explicit_bzero(m, sizeof(*m));
}

enum sspr_err
ipc_pair(int pair[static 2])
{
	const struct timeval wait = { .tv_sec = SEND_WAIT };
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == -1)
		return SSPR_SYSTEM;
	for (size_t i = 0; i < 2; i++)
		if (setsockopt(fd[i], SOL_SOCKET, SO_SNDTIMEO, &wait,
			sizeof(wait)) == -1) {
			close(fd[0]);
			close(fd[1]);
			return SSPR_SYSTEM;
		}
	memcpy(pair, fd, sizeof(fd));
	return SSPR_OK;
}

void
ipc_no_fds(int fd)
{
	const int no = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &no,
	    sizeof(no)); /* before Linux 6.16 there is no such option */
}

static enum sspr_err
send_error(int error, int flags)
{
	if (error == EAGAIN || error == EWOULDBLOCK)
		return (flags & MSG_DONTWAIT) != 0 ? SSPR_BUSY : SSPR_TIMEOUT;
	return SSPR_GONE;
}

static enum sspr_err
send_frame(int to, const void *frame, size_t len, int fd, int flags)
{
	union control c = { .at = { 0 } };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)frame,
		.iov_len = len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *m;
	ssize_t n;

	if (fd != -1) {
		h.msg_control = &c;
		h.msg_controllen = CMSG_SPACE(sizeof(int));
		m = CMSG_FIRSTHDR(&h);
		m->cmsg_level = SOL_SOCKET;
		m->cmsg_type = SCM_RIGHTS;
		m->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(m), &fd, sizeof(fd));
	}
	do
		n = sendmsg(to, &h, flags | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n == -1 ? send_error(errno, flags) : SSPR_OK;
}

enum sspr_err
ipc_give(int to, const void *frame, size_t len, int fd)
{
	return send_frame(to, frame, len, fd, MSG_DONTWAIT);
}

static enum sspr_err
send_msg(int link, const struct ipc_msg *m, int fd, int flags)
{
	uint8_t buf[WIRE_FRAME_MAX];
	const struct ipc_row *row;
	enum sspr_err e;
	size_t len;

	row = ipc_row((uint16_t)m->type);
	assert(row != NULL && (row->fd == 1) == (fd != -1));
	if ((e = ipc_encode(m, buf, &len)) == SSPR_OK)
		e = send_frame(link, buf, len, fd, flags);
	explicit_bzero(buf, sizeof(buf));
	return e;
}

enum sspr_err
ipc_send(int link, const struct ipc_msg *m, int fd)
{
	return send_msg(link, m, fd, 0);
}

enum sspr_err
ipc_try(int link, const struct ipc_msg *m, int fd)
{
	return send_msg(link, m, fd, MSG_DONTWAIT);
}

/* Take the descriptors that came with h; *n is how many. */
static void
take_fds(struct msghdr *h, int fds[static FDS_CAUGHT], size_t *n)
{
	*n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL;
	     c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0;
		     CMSG_LEN(at) < c->cmsg_len && *n < FDS_CAUGHT;
		     at += sizeof(int))
			memcpy(&fds[(*n)++], CMSG_DATA(c) + at, sizeof(int));
	}
}

enum sspr_err
ipc_recv(int link, enum role from, enum role to, struct ipc_msg *m, int *fd)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	union control c;
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	int fds[FDS_CAUGHT];
	size_t nfds;
	ssize_t n;
	enum sspr_err e;

	n = recvmsg(link, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? SSPR_BUSY
							 : SSPR_GONE;
	take_fds(&h, fds, &nfds);
	if (n == 0 && nfds == 0)
		return SSPR_GONE;
	e = (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0
	    ? SSPR_MALFORMED
	    : ipc_decode(buf, (size_t)n, from, to, m);
	explicit_bzero(buf, sizeof(buf));
	if (e == SSPR_OK && nfds != (size_t)ipc_row((uint16_t)m->type)->fd) {
		ipc_wipe(m);
		e = SSPR_MALFORMED;
	}
	if (e == SSPR_OK) {
		*fd = nfds == 1 ? fds[0] : -1;
		return SSPR_OK;
	}
	for (size_t i = 0; i < nfds; i++)
		close(fds[i]);
	return e;
}
