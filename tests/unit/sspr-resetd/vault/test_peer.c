/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "paths.h"
#include "vault/peer.h"

static uid_t who;              /* SO_PEERCRED says */
static const char *ours, *his; /* the names of both ends, NULL: none */

int
getsockopt(int fd, int level, int name, void *restrict value,
    socklen_t *restrict len)
{
	const struct ucred c = { 1, who, 1 };
	int v = name == SO_DOMAIN ? AF_UNIX
	    : name == SO_TYPE     ? SOCK_SEQPACKET
				  : 0;

	if (name == SO_COOKIE)
		return (
		    int)syscall(SYS_getsockopt, fd, level, name, value, len);
	assert_int_equal(level, SOL_SOCKET);
	if (name == SO_PEERCRED)
		memcpy(value, &c, sizeof(c));
	else
		memcpy(value, &v, sizeof(v));
	(void)len;
	return 0;
}

static int
name(const char *path, struct sockaddr *a, socklen_t *len)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (path != NULL)
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	memcpy(a, &un, sizeof(un) - 1);
	*len = path == NULL ? sizeof(sa_family_t) : sizeof(un);
	return 0;
}

int
getsockname(int fd, __SOCKADDR_ARG a, socklen_t *restrict len)
{
	(void)fd;
	return name(ours, a.__sockaddr__, len);
}

int
getpeername(int fd, __SOCKADDR_ARG a, socklen_t *restrict len)
{
	(void)fd;
	return name(his, a.__sockaddr__, len);
}

static void
assert_read(uid_t uid, const char *path, bool is)
{
	uid_t got = 4711;

	who = uid;
	assert_int_equal(peer_is_accepted(0, path) && peer_read(0, &got), is);
	assert_int_equal(got, is ? uid : 4711);
}

/* R-IPC-1 */
static void
who_was_accepted_is_who_the_kernel_says(void **state)
{
	(void)state;
	ours = PATH_SOCKET;
	his = NULL;
	assert_read(0, PATH_SOCKET, true);
	assert_read(1000, PATH_SOCKET, true);
	assert_read(65534, PATH_SOCKET, false);
	assert_read((uid_t)-1, PATH_SOCKET, false);
}

/* R-IPC-1: a role's link is root's; a taken-over front may send it. */
static void
a_link_between_roles_is_nobody(void **state)
{
	(void)state;
	ours = his = NULL;
	assert_read(0, PATH_SOCKET, false);
	assert_read(0, PATH_DESK, false);
}

/* R-IPC-1: there the kernel tells who called listen. */
static void
the_clients_own_end_is_nobody(void **state)
{
	(void)state;
	ours = NULL;
	his = PATH_DESK;
	assert_read(0, PATH_DESK, false);
	ours = PATH_DESK; /* it may bind any name, in its own /run */
	assert_read(0, PATH_DESK, false);
	his = PATH_SOCKET;
	assert_read(0, PATH_DESK, false);
	his = "/run/another/daemon"; /* of root's, that it connected to */
	assert_read(0, PATH_DESK, false);
}

/* R-IPC-4 */
static void
what_was_accepted_on_the_other_socket_is_nobody(void **state)
{
	(void)state;
	ours = PATH_SOCKET;
	his = NULL;
	assert_read(0, PATH_DESK, false);
	ours = PATH_DESK;
	assert_read(0, PATH_SOCKET, false);
	assert_read(0, PATH_DESK, true);
}

/* R-IPC-1 */
static void
what_only_front_can_have_made_is_not_accepted(void **state)
{
	(void)state;
	ours = PATH_SOCKET;
	his = PATH_DESK; /* a client may bind that, in its own /run */
	assert_true(peer_is_accepted(0, PATH_SOCKET));
	assert_false(peer_is_accepted(0, PATH_DESK));
	ours = NULL;
	assert_false(peer_is_accepted(0, PATH_SOCKET));
}

/* R-IPC-6 */
static void
a_duplicate_is_the_same_and_the_other_end_is_not(void **state)
{
	int fd[2], twin;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
	twin = dup(fd[0]);
	assert_true(peer_is_same(fd[0], twin));
	assert_false(peer_is_same(fd[0], fd[1]));
	assert_false(peer_is_same(fd[0], -1));
	assert_false(peer_is_same(-1, -1));
	close(twin);
	close(fd[0]);
	close(fd[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_accepted_is_who_the_kernel_says),
		cmocka_unit_test(a_link_between_roles_is_nobody),
		cmocka_unit_test(the_clients_own_end_is_nobody),
		cmocka_unit_test(
		    what_was_accepted_on_the_other_socket_is_nobody),
		cmocka_unit_test(what_only_front_can_have_made_is_not_accepted),
		cmocka_unit_test(
		    a_duplicate_is_the_same_and_the_other_end_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
