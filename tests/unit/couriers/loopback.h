/* SPDX-License-Identifier: MIT */
/*
 * loopback.h - for tests: servers on 127.0.0.1 that take one connection, say
 * one thing and keep what they hear.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A socket that listens at *port, which the system chooses. */
static inline int
loopback_listen(unsigned int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

/* A port where nobody listens. */
static inline unsigned int
loopback_nobody(void)
{
	unsigned int port;

	close(loopback_listen(&port));
	return port;
}

/*
 * In a child: take a connection at listener, read until what has come ends
 * with end, answer, and close.  Its exit status is 0 if it got that far.
 */
static inline pid_t
loopback_serve(int listener, const char *end, const char *answer)
{
	static char heard[65536];
	size_t len = 0;
	ssize_t n;
	int fd;
	const pid_t pid = fork();

	if (pid != 0)
		return pid;
	alarm(10);
	fd = accept(listener, NULL, NULL);
	while (len < strlen(end) ||
	    memcmp(heard + len - strlen(end), end, strlen(end)) != 0) {
		n = read(fd, heard + len, sizeof(heard) - len);
		if (n <= 0)
			_exit(1);
		len += (size_t)n;
	}
	_exit(write(fd, answer, strlen(answer)) == (ssize_t)strlen(answer) ? 0
									   : 2);
}

#endif /* LOOPBACK_H */
