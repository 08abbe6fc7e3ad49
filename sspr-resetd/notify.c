/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"

#define FIRST_FD    3 /* SD_LISTEN_FDS_START */
#define SOCKETS_MAX 8

/* What $NOTIFY_SOCKET says, a path or @ and an abstract name, as an address. */
static enum sspr_err
address(const char *name, struct sockaddr_un *a, socklen_t *len)
{
	size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n < 2 ||
	    n >= sizeof(a->sun_path))
		return SSPR_SYSTEM;
	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	memcpy(a->sun_path, name, n);
	if (name[0] == '@')
		a->sun_path[0] = '\0';
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	return SSPR_OK;
}

static enum sspr_err
tell(const char *text)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const struct timeval patience = { .tv_sec = 5 };
	struct sockaddr_un a;
	socklen_t len = 0;
	enum sspr_err e;
	ssize_t n = -1;
	int fd;

	if (name == NULL)
		return SSPR_OK;
	if ((e = address(name, &a, &len)) != SSPR_OK)
		return e;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return SSPR_SYSTEM;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		sizeof(patience)) == 0)
		n = sendto(fd, text, strlen(text), MSG_NOSIGNAL,
		    (const struct sockaddr *)&a, len);
	(void)close(fd); /* it holds nothing */
	return n == (ssize_t)strlen(text) ? SSPR_OK : SSPR_SYSTEM;
}

enum sspr_err
notify_ready(void)
{
	return tell("READY=1");
}

enum sspr_err
notify_reloading(void)
{
	struct timespec now;
	char text[64];

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		return SSPR_SYSTEM;
	(void)snprintf(text, sizeof(text),
	    "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
	    (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	return tell(text);
}

enum sspr_err
notify_stopping(void)
{
	return tell("STOPPING=1");
}

/* A number from 1 to max in plain decimal, or 0. */
static unsigned int
number(const char *s, unsigned int max)
{
	size_t len = s == NULL ? 0 : strlen(s);
	uint64_t n = 0;

	if (len == 0 || len > 10 || s[0] == '0' ||
	    strspn(s, "0123456789") != len)
		return 0;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (uint64_t)(s[i] - '0');
	return n <= max ? (unsigned int)n : 0;
}

/* Whether an option of the socket level has this value. */
static bool
has(int fd, int option, int value)
{
	int got = -1;
	socklen_t len = sizeof(got);

	return getsockopt(fd, SOL_SOCKET, option, &got, &len) == 0 &&
	    got == value;
}

static enum sspr_err
prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (!has(fd, SO_DOMAIN, AF_UNIX) || !has(fd, SO_TYPE, SOCK_SEQPACKET) ||
	    !has(fd, SO_ACCEPTCONN, 1))
		return SSPR_CONFIG;
	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return SSPR_CONFIG;
	return SSPR_OK;
}

/* Give descriptor fd to the one of got whose name is the len bytes at name. */
static enum sspr_err
assign(struct notify_socket *got, size_t n, const char *name, size_t len,
    int fd)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(got[i].name) != len ||
		    memcmp(got[i].name, name, len) != 0)
			continue;
		if (got[i].fd != -1)
			return SSPR_CONFIG;
		got[i].fd = fd;
		return prepare(fd);
	}
	return SSPR_CONFIG;
}

/* Hand out count descriptors by their names, which colons separate. */
static enum sspr_err
assign_all(struct notify_socket *got, size_t n, const char *names,
    unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		size_t len = strcspn(names, ":");
		bool last = i + 1 == count;
		enum sspr_err e;

		if ((names[len] == '\0') != last)
			return SSPR_CONFIG;
		e = assign(got, n, names, len, FIRST_FD + (int)i);
		if (e != SSPR_OK)
			return e;
		names += len + (last ? 0 : 1);
	}
	return SSPR_OK;
}

static enum sspr_err
take(struct notify_socket *wanted, size_t n)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	struct notify_socket got[SOCKETS_MAX];
	enum sspr_err e;

	if (pid == NULL && count == NULL)
		return SSPR_OK;
	if (number(pid, INT32_MAX) == 0 || number(count, SOCKETS_MAX) == 0 ||
	    names == NULL || n > SOCKETS_MAX)
		return SSPR_CONFIG;
	if (number(pid, INT32_MAX) != (unsigned int)getpid())
		return SSPR_OK;
	for (size_t i = 0; i < n; i++)
		got[i] = (struct notify_socket){ wanted[i].name, -1 };
	e = assign_all(got, n, names, number(count, SOCKETS_MAX));
	for (size_t i = 0; e == SSPR_OK && i < n; i++)
		wanted[i].fd = got[i].fd;
	return e;
}

enum sspr_err
notify_sockets(struct notify_socket *wanted, size_t n)
{
	enum sspr_err e;

	for (size_t i = 0; i < n; i++)
		wanted[i].fd = -1;
	e = take(wanted, n);
	(void)unsetenv("LISTEN_PID"); /* can only fail for a bad name */
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return e;
}
