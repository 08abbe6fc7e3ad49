/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "loopback.h"
#include "smtp.h"

static const char mail[] = "Subject: x\r\n\r\nhello\r\n";

static enum sspr_err
send_to(const char *server, struct outcome *o)
{
	const struct smtp s = { .server = server,
		.own = "web1",
		.from = "sspr@web1",
		.to = "bob@example.org" };

	memset(o, 0, sizeof(*o));
	return smtp_send(&s, mail, sizeof(mail) - 1, o);
}

/* Send to a server that has said all it will say when it hears heard. */
static enum sspr_err
said(const char *heard, const char *all)
{
	unsigned int port;
	const int listener = loopback_listen(&port);
	pid_t pid = loopback_serve(listener, heard, all);
	struct outcome o;
	char server[64];
	enum sspr_err e;

	close(listener);
	snprintf(server, sizeof(server), "127.0.0.1:%u", port);
	e = send_to(server, &o);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_null(strstr(o.why, "bob"));
	return e;
}

static void
what_the_server_says_first_decides(void **state)
{
	(void)state;
	assert_int_equal(said("", "421 busy\r\n"), SSPR_BUSY);
	assert_int_equal(said("", "554 go away\r\n"), SSPR_DENIED);
	assert_int_equal(said("", "HTTP/1.1 200 OK\r\n\r\n"), SSPR_DENIED);
}

static void
where_nobody_listens_it_may_be_tried_again(void **state)
{
	struct outcome o;
	char server[64];

	(void)state;
	snprintf(server, sizeof(server), "127.0.0.1:%u", loopback_nobody());
	assert_int_equal(send_to(server, &o), SSPR_BUSY);
	assert_true(o.why[0] != '\0');
}

static void
what_is_no_server_is_not_asked(void **state)
{
	static const char *const bad[] = { "", "a b", "a/b", "u@a", "a:0",
		"smtp://a" };
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(send_to(bad[i], &o), SSPR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_server_says_first_decides),
		cmocka_unit_test(where_nobody_listens_it_may_be_tried_again),
		cmocka_unit_test(what_is_no_server_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
