/* SPDX-License-Identifier: MIT */
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

/*
 * Whether it was accepted on our socket.  Else SO_PEERCRED would say root of
 * what no root opened: a listener, a client's own end (it tells who called
 * listen), and a role's link to us.
 */
static bool
is_accepted(int fd, const char *path)
{
	return is_name(fd, false, path) && !is_name(fd, true, PATH_SOCKET) &&
	    !is_name(fd, true, PATH_DESK);
}

bool
peer_read(int fd, const char *path, uid_t *uid)
{
	struct ucred c = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(c);

	if (socket_option(fd, SO_DOMAIN) != AF_UNIX ||
	    socket_option(fd, SO_TYPE) != SOCK_SEQPACKET ||
	    socket_option(fd, SO_ACCEPTCONN) != 0 || !is_accepted(fd, path) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) == -1 ||
	    c.pid == getppid() || /* it made the links; names can be forged */
	    c.uid == (uid_t)-1 || c.uid == UID_OVERFLOW)
		return false;
	*uid = c.uid;
	return true;
}
