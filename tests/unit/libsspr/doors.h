/* SPDX-License-Identifier: MIT */
/*
 * doors.h - sockets in the file system, and who connects to them.
 */
#ifndef SSPR_TESTS_DOORS_H
#define SSPR_TESTS_DOORS_H

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DOOR_S 20 /* seconds: longer than a busy machine takes */

static int
door(struct sockaddr_un *a, char dir[static 32])
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(dir, 32, "/tmp/talk.XXXXXX");
	assert_non_null(mkdtemp(dir));
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(a->sun_path, sizeof(a->sun_path), "%s/s", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)a, sizeof(*a)), 0);
	return fd;
}

static void
door_close(int fd, const struct sockaddr_un *a, const char *dir)
{
	close(fd);
	unlink(a->sun_path);
	rmdir(dir);
}

/* Both ends of a connection: fd[0] listens, fd[1] connected, fd[2] accepted. */
static void
door_connection(int fd[static 3])
{
	struct sockaddr_un a;
	char dir[32];

	fd[0] = door(&a, dir);
	fd[1] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(listen(fd[0], 1), 0);
	assert_int_equal(connect(fd[1], (struct sockaddr *)&a, sizeof(a)), 0);
	fd[2] = accept4(fd[0], NULL, NULL, SOCK_CLOEXEC);
	assert_int_not_equal(fd[2], -1);
	unlink(a.sun_path);
	rmdir(dir);
}

/* A process that lets n of them in, late, and says whether so many came. */
static pid_t
door_opens_for(int fd, int n)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)poll(NULL, 0, 100); /* so that the others are there already */
	while (n > 0 && poll(&p, 1, DOOR_S * 1000) == 1 &&
	    close(accept4(fd, NULL, NULL, SOCK_CLOEXEC)) == 0)
		n--;
	_exit(n);
}

#endif /* SSPR_TESTS_DOORS_H */
