/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socket.h"

static LDAP *ld;
static int server; /* that listens */

static void
set_up_client(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	const struct timeval limit = { .tv_sec = 1 };
	const int version = LDAP_VERSION3;
	socklen_t len = sizeof(a);
	char uri[60];

	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(server, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(server, 5), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&a, &len), 0);
	(void)snprintf(uri, sizeof(uri), "ldap://127.0.0.1:%u",
	    ntohs(a.sin_port));
	assert_int_equal(ldap_initialize(&ld, uri), LDAP_SUCCESS);
	assert_int_equal(ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &limit),
	    LDAP_OPT_SUCCESS);
	assert_int_equal(ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION,
			     &version),
	    LDAP_OPT_SUCCESS);
	assert_true(socket_attach(ld));
	assert_int_equal(ldap_connect(ld), LDAP_SUCCESS);
	assert_true(socket_seal(ld));
	assert_false(socket_ended(ld));
}

static void
tear_down_client(void)
{
	(void)ldap_unbind_ext(ld, NULL, NULL);
	close(server);
}

static int
ask(LDAPMessage **answer)
{
	struct timeval limit = { .tv_sec = 5 };
	int id;

	assert_int_equal(ldap_whoami(ld, NULL, NULL, &id), LDAP_SUCCESS);
	return ldap_result(ld, id, LDAP_MSG_ALL, &limit, answer);
}

static void
a_server_that_hangs_up_kills_nobody(void **state)
{
	int id, c;

	(void)state;
	(void)signal(SIGPIPE, SIG_DFL);
	set_up_client();
	c = accept(server, NULL, NULL);
	assert_int_equal(ldap_whoami(ld, NULL, NULL, &id), LDAP_SUCCESS);
	close(c);
	for (int i = 0; i < 4; i++)
		(void)ldap_whoami(ld, NULL, NULL, &id);
	assert_int_not_equal(ldap_whoami(ld, NULL, NULL, &id), LDAP_SUCCESS);
	assert_true(socket_ended(ld));
	tear_down_client();
}

static void
an_answer_that_never_ends_is_cut_off(void **state)
{
	/* An answer of 16 MiB, and parts of one of 512 KiB each. */
	static const char huge[] = "\x30\x84\x01\x00\x00\x00\x02\x01\x01";
	static const char part[] = "\x30\x83\x08\x00\x00\x02\x01\x01"
				   "\x64\x83\x07\xff\xf8";
	static char much[5 + 512 * 1024];
	LDAPMessage *answer;
	pid_t pid;

	(void)state;
	for (int i = 0; i < 2; i++) {
		memcpy(much, i == 0 ? huge : part,
		    i == 0 ? sizeof(huge) - 1 : sizeof(part) - 1);
		set_up_client();
		if ((pid = fork()) == 0) {
			const int c = accept(server, NULL, NULL);

			(void)signal(SIGPIPE, SIG_IGN);
			(void)alarm(10);
			while (send(c, much, sizeof(much), 0) > 0)
				;
			_exit(0);
		}
		assert_int_equal(ask(&answer), -1);
		tear_down_client();
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

/* Below TLS each read is one of ours: half a message does not hold it. */
static void
half_an_answer_holds_nobody(void **state)
{
	LDAPMessage *answer;
	time_t then;
	int c;

	(void)state;
	set_up_client();
	c = accept(server, NULL, NULL);
	assert_int_equal(send(c, "\x30\x20\x02", 3, 0), 3);
	then = time(NULL);
	assert_int_equal(ask(&answer), -1);
	assert_in_range(time(NULL) - then, 0, 3);
	close(c);
	tear_down_client();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_hangs_up_kills_nobody),
		cmocka_unit_test(an_answer_that_never_ends_is_cut_off),
		cmocka_unit_test(half_an_answer_holds_nobody),
	};

	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
