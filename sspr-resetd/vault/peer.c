/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "paths.h"
#include "vault/peer.h"

#define UID_OVERFLOW 65534u

static int
socket_option(int fd, int option)
{
	socklen_t len = sizeof(int);
	int value = -1;

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) == -1 ? -1
								      : value;
}

static bool
is_at(int fd, const char *path)
{
	struct sockaddr_un a = { 0 };
	socklen_t len = sizeof(a) - 1; /* so that it ends with a NUL */

	return getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
	    a.sun_family == AF_UNIX && strcmp(a.sun_path, path) == 0;
}

bool
peer_is_accepted(int fd, const char *path)
{
	return socket_option(fd, SO_DOMAIN) == AF_UNIX &&
	    socket_option(fd, SO_TYPE) == SOCK_SEQPACKET &&
	    socket_option(fd, SO_ACCEPTCONN) == 0 && is_at(fd, path);
}

bool
peer_is_same(int fd, int other)
{
	uint64_t cookie[2] = { 0 };
	socklen_t len[2] = { sizeof(cookie[0]), sizeof(cookie[1]) };

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie[0], &len[0]) ==
	    0 &&
	    getsockopt(other, SOL_SOCKET, SO_COOKIE, &cookie[1], &len[1]) ==
	    0 &&
	    cookie[0] == cookie[1];
}

/*
 * Of a client's own end SO_PEERCRED says who listens, which may be another
 * daemon of root's, and of a role's link to us root; both can be given the
 * name of one that was accepted.  Who listens has a name (unix(7)), a client
 * of ours has none.
 */
static bool
is_root_by_mistake(int fd, const struct ucred *c)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);

	return getpeername(fd, (struct sockaddr *)&a, &len) == -1 ||
	    len != sizeof(a.sun_family) ||
	    c->pid == getppid(); /* it made the links */
}

bool
peer_read(int fd, uid_t *uid)
{
	struct ucred c = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) == -1 ||
	    c.uid == (uid_t)-1 || c.uid == UID_OVERFLOW ||
	    is_root_by_mistake(fd, &c))
		return false;
	*uid = c.uid;
	return true;
}
