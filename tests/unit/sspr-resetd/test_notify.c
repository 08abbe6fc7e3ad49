/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "notify.h"

/* An abstract socket in systemd's place, named by $NOTIFY_SOCKET. */
static int
listen_as_systemd(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t len;
	int n;

	n = snprintf(a.sun_path, sizeof(a.sun_path), "@sspr-test-%d", getpid());
	assert_int_equal(setenv("NOTIFY_SOCKET", a.sun_path, 1), 0);
	a.sun_path[0] = '\0';
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	return fd;
}

static const char *
heard(int fd)
{
	static char text[256];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	assert_true(n > 0);
	text[n] = '\0';
	return text;
}

static void
notices_are_those_of_sd_notify(void **state)
{
	int fd = listen_as_systemd();
	struct timespec now;
	uint64_t usec;

	(void)state;
	assert_int_equal(notify_ready(), SSPR_OK);
	assert_string_equal(heard(fd), "READY=1");
	assert_int_equal(notify_stopping(), SSPR_OK);
	assert_string_equal(heard(fd), "STOPPING=1");
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	usec = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	assert_int_equal(notify_reloading(), SSPR_OK);
	{
		static const char head[] = "RELOADING=1\nMONOTONIC_USEC=";
		const char *text = heard(fd);

		assert_memory_equal(text, head, sizeof(head) - 1);
		assert_in_range(strtoull(text + sizeof(head) - 1, NULL, 10),
		    usec, usec + 60000000);
	}
	(void)close(fd);
	(void)unsetenv("NOTIFY_SOCKET");
}

static void
without_systemd_nothing_is_said(void **state)
{
	(void)state;
	(void)unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_ready(), SSPR_OK);
}

static void
a_systemd_that_cannot_be_told_is_an_error(void **state)
{
	static const char long_name[] =
	    "/2345678901234567890123456789012345678901234567890123"
	    "45678901234567890123456789012345678901234567890123456789";
	static const char *const bad[] = { "", "@", "/", "relative",
		"@sspr-test-nobody", "/nonexistent/notify", long_name };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(setenv("NOTIFY_SOCKET", bad[i], 1), 0);
		assert_int_equal(notify_ready(), SSPR_SYSTEM);
	}
	(void)unsetenv("NOTIFY_SOCKET");
}

struct passed {
	const char *pid; /* NULL: the right one; "": none */
	const char *count, *names;
	int domain, type; /* of descriptor 3 */
	bool listens;
	enum sspr_err e;
	bool taken; /* as "sspr" */
};

/* In a process of its own, since descriptor 3 is not ours to replace. */
static int
take_as(const struct passed *p)
{
	struct notify_socket wanted[] = { { "sspr", -2 }, { "admin", -2 } };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(p->domain, p->type, 0);
	char pid[16];
	enum sspr_err e;

	if (fd == -1)
		return 2;
	if (fd != 3 && (dup2(fd, 3) != 3 || close(fd) != 0))
		return 2;
	if (p->domain == AF_UNIX &&
	    bind(3, (struct sockaddr *)&a, sizeof(sa_family_t)) != 0)
		return 2;
	if (p->listens && listen(3, 1) != 0)
		return 2;
	(void)snprintf(pid, sizeof(pid), "%d", getpid());
	(void)setenv("LISTEN_PID", p->pid == NULL ? pid : p->pid, 1);
	if (p->pid != NULL && p->pid[0] == '\0')
		(void)unsetenv("LISTEN_PID");
	if (p->count != NULL)
		(void)setenv("LISTEN_FDS", p->count, 1);
	if (p->names != NULL)
		(void)setenv("LISTEN_FDNAMES", p->names, 1);
	e = notify_sockets(wanted, 2);
	if (e != p->e || wanted[0].fd != (p->taken ? 3 : -1) ||
	    wanted[1].fd != -1)
		return 1;
	if (p->taken &&
	    (fcntl(3, F_GETFD) != FD_CLOEXEC ||
		(fcntl(3, F_GETFL) & O_NONBLOCK) == 0))
		return 1;
	return getenv("LISTEN_PID") != NULL || getenv("LISTEN_FDS") != NULL ||
	    getenv("LISTEN_FDNAMES") != NULL;
}

static void
sockets_are_taken_if_all_is_as_systemd_does_it(void **state)
{
	enum { U = AF_UNIX, I = AF_INET, S = SOCK_SEQPACKET, T = SOCK_STREAM };
	static const struct passed cases[] = {
		{ NULL, "1", "sspr", U, S, true, SSPR_OK, true },
		{ "1", "1", "sspr", U, S, true, SSPR_OK, false },
		{ "", NULL, NULL, U, S, true, SSPR_OK, false },
		{ "", NULL, "sspr", U, S, true, SSPR_OK, false },
		{ "", "1", "sspr", U, S, true, SSPR_CONFIG, false },
		{ "x", "1", "sspr", U, S, true, SSPR_CONFIG, false },
		{ "-1", "1", "sspr", U, S, true, SSPR_CONFIG, false },
		{ "99999999999", "1", "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, NULL, "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "0", "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "01", "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "1 ", "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "+1", "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "9", "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "2", "sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "2", "sspr:sspr", U, S, true, SSPR_CONFIG, false },
		{ NULL, "2", "sspr:admin", U, S, true, SSPR_CONFIG, false },
		{ NULL, "1", "sspr:", U, S, true, SSPR_CONFIG, false },
		{ NULL, "1", "sspr:admin", U, S, true, SSPR_CONFIG, false },
		{ NULL, "1", NULL, U, S, true, SSPR_CONFIG, false },
		{ NULL, "1", "", U, S, true, SSPR_CONFIG, false },
		{ NULL, "1", "unknown", U, S, true, SSPR_CONFIG, false },
		{ NULL, "1", "ssp", U, S, true, SSPR_CONFIG, false },
		{ NULL, "1", "sspr", U, S, false, SSPR_CONFIG, false },
		{ NULL, "1", "sspr", U, T, true, SSPR_CONFIG, false },
		{ NULL, "1", "sspr", I, T, true, SSPR_CONFIG, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = -1;
		pid_t pid = fork();

		if (pid == 0)
			_exit(take_as(&cases[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			print_error("case %zu\n", i);
		assert_int_equal(status, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notices_are_those_of_sd_notify),
		cmocka_unit_test(without_systemd_nothing_is_said),
		cmocka_unit_test(a_systemd_that_cannot_be_told_is_an_error),
		cmocka_unit_test(
		    sockets_are_taken_if_all_is_as_systemd_does_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
