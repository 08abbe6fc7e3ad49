/* SPDX-License-Identifier: MIT */
/*
 * packet.c - packets from a hostile peer.
 *
 * Descriptors are received without room for them: the kernel then drops them
 * and says so (MSG_CTRUNC).  None is ever installed, so none needs a close(2),
 * which the file behind it could make slow.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/packet.h"

/* Few calls, since each may be slow once (guard.h); the largest queue. */
#define DRAIN_BATCH  64u /* packets */
#define DRAIN_ROUNDS 16u

enum sspr_err
packet_recv(int fd, uint8_t *buf, size_t size, size_t *len)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n = recvmsg(fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n == -1)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
		    ? SSPR_BUSY
		    : SSPR_GONE;
	if ((h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		return SSPR_MALFORMED;
	if (n == 0)
		return SSPR_GONE;
	*len = (size_t)n;
	return SSPR_OK;
}

enum sspr_err
packet_send(int fd, const uint8_t *packet, size_t len)
{
	ssize_t n;

	do
		n = send(fd, packet, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n != -1)
		return SSPR_OK;
	return errno == EAGAIN || errno == EWOULDBLOCK ? SSPR_TIMEOUT
						       : SSPR_GONE;
}

/*
 * Whether the queue was seen to be empty, which recv(2) tells by a packet of no
 * bytes: a real one would have brought credentials, for which there is no room.
 */
static bool
is_end(const struct mmsghdr *m)
{
	return m->msg_len == 0 && (m->msg_hdr.msg_flags & MSG_CTRUNC) == 0;
}

/*
 * Take out what was not read; nothing comes after it, the socket is shut down.
 * Mostly that is nothing, so the first call asks for one packet.  A call that
 * fails is not the end: the other end's reset is told before its packets.
 */
static void
drain(int fd)
{
	struct mmsghdr batch[DRAIN_BATCH];
	unsigned int wanted = 1;
	const int yes = 1;
	const bool told =
	    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) == 0;
	int n;

	for (size_t i = 0; i <= DRAIN_ROUNDS; i++) {
		memset(batch, 0, wanted * sizeof(batch[0]));
		n = recvmmsg(fd, batch, wanted, MSG_DONTWAIT, NULL);
		if (told && n > 0 && is_end(&batch[n - 1]))
			return;
		wanted = DRAIN_BATCH;
	}
}

void
packet_close(int fd, bool is_shared)
{
	shutdown(fd, SHUT_RDWR);
	if (is_shared)
		drain(fd);
	close(fd);
}
