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

/* Whether the name of this end, or of the other one, is this path. */
static bool
is_name(int fd, bool other, const char *path)
{
	struct sockaddr_un a = { 0 };
	struct sockaddr *to = (struct sockaddr *)&a;
	socklen_t len = sizeof(a) - 1; /* so that it ends with a NUL */
	int r = other ? getpeername(fd, to, &len) : getsockname(fd, to, &len);

	return r == 0 && a.sun_family == AF_UNIX &&
	    strcmp(a.sun_path, path) == 0;
}

bool
peer_is_accepted(int fd, const char *path)
{
	return socket_option(fd, SO_DOMAIN) == AF_UNIX &&
	    socket_option(fd, SO_TYPE) == SOCK_SEQPACKET &&
	    socket_option(fd, SO_ACCEPTCONN) == 0 && is_name(fd, false, path);
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
 * Of a client's own end, and of a role's link to us, SO_PEERCRED says root
 * though no root opened them; both can be given the name of one that was
 * accepted.
 */
static bool
is_root_by_mistake(int fd, const struct ucred *c)
{
	return is_name(fd, true, PATH_SOCKET) || is_name(fd, true, PATH_DESK) ||
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
