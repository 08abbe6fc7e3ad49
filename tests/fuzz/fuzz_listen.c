/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c sspr-resetd/notify.c */
/*
 * What a service manager says in the environment, be it none: descriptors go
 * to the names we have, each one at most, and only sockets that are ours; or
 * else nobody gets any.
 *
 * Input: chunks: LISTEN_FDS, LISTEN_FDNAMES; what of the first
 * says whether LISTEN_PID is ours, of the second what the descriptors are.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "chunks.h"
#include "notify.h"

#define FIRST 3
#define MANY  4 /* descriptors that are passed */
#define SPARE 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A listening socket of the right or of another type, or none. */
static int
make(unsigned int how)
{
	const struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int types[] = { SOCK_SEQPACKET, SOCK_SEQPACKET, SOCK_STREAM };
	int fd;

	if (how % 4 == 3)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK((fd = socket(AF_UNIX, types[how % 4], 0)) != -1);
	CHECK(bind(fd, (const struct sockaddr *)&a, sizeof(sa_family_t)) == 0);
	if (how % 4 != 1)
		CHECK(listen(fd, 1) == 0);
	return fd;
}

/* Put them where a service manager does; what was there is kept at SPARE. */
static void
pass(unsigned int how)
{
	for (int i = 0; i < MANY; i++) {
		const int fd = make(how >> (2 * i));

		(void)dup3(FIRST + i, SPARE + i, O_CLOEXEC); /* or none was */
		if (fd != FIRST + i) {
			CHECK(dup2(fd, FIRST + i) == FIRST + i);
			CHECK(close(fd) == 0);
		}
	}
}

static void
put_back(void)
{
	for (int i = 0; i < MANY; i++) {
		CHECK(close(FIRST + i) == 0);
		if (dup3(SPARE + i, FIRST + i, O_CLOEXEC) != -1)
			CHECK(close(SPARE + i) == 0);
	}
}

static void
check(const struct notify_socket *wanted, size_t n, const char *count,
    enum sspr_err e)
{
	size_t given = 0;

	for (size_t i = 0; i < n; i++) {
		const int fd = wanted[i].fd;

		CHECK(fd == -1 || (fd >= FIRST && fd < FIRST + MANY));
		CHECK(fd == -1 || e == SSPR_OK);
		if (fd == -1)
			continue;
		CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
		for (size_t j = 0; j < i; j++)
			CHECK(wanted[j].fd != fd);
	}
	for (size_t i = 0; i < n; i++)
		given += wanted[i].fd != -1;
	CHECK(given == 0 || given == strtoul(count, NULL, 10));
	CHECK(getenv("LISTEN_PID") == NULL && getenv("LISTEN_FDS") == NULL &&
	    getenv("LISTEN_FDNAMES") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct notify_socket wanted[] = { { "sspr.socket", 7 },
		{ "admin", 7 } };
	struct chunks in = { data, size };
	struct chunk count, names;
	enum sspr_err e;
	char pid[16];

	chunks_take(&in, &count);
	chunks_take(&in, &names);
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (count.what % 8 != 0)
		CHECK(setenv("LISTEN_PID",
			  count.what % 8 == 1 ? count.text : pid, 1) == 0);
	if (count.what % 8 != 2)
		CHECK(setenv("LISTEN_FDS", count.text, 1) == 0);
	if (count.what % 8 != 3)
		CHECK(setenv("LISTEN_FDNAMES", names.text, 1) == 0);
	pass(names.what % 4 * 0x55u ^ names.what / 4);
	e = notify_sockets(wanted, 2);
	check(wanted, 2, count.text, e);
	put_back();
	return 0;
}
