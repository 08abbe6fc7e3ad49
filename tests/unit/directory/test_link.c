/* SPDX-License-Identifier: MIT */
/*
 * All of it under an environment that asks libldap to be careless.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "link.h"
#include "slapd.h"
#include "socket.h"

static struct settings s;
static char why[LINK_WHY_MAX + 1];
static LDAP *ld;

static enum sspr_err
opened(const char *uri)
{
	slapd_settings(uri, &s);
	return link_open(&s, &ld, why);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
assert_that_we_are(const char *who)
{
	struct berval *id = NULL;

	assert_int_equal(ldap_whoami_s(ld, &id, NULL, NULL), LDAP_SUCCESS);
	assert_string_equal(id->bv_val, who);
	ber_bvfree(id);
}

static void
each_scheme_leads_to_a_bound_connection(void **state)
{
	static const char *const schemes[] = { "ldap", "ldaps", "ldapi" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(opened(slapd_uri(schemes[i])), SSPR_OK);
		assert_int_equal(ldap_tls_inplace(ld) != 0, i < 2);
		assert_that_we_are("dn:" SLAPD_SERVICE);
		link_close(ld);
	}
}

static void
a_local_socket_knows_who_we_are(void **state)
{
	struct berval *id = NULL;

	(void)state;
	slapd_settings(slapd_uri("ldapi"), &s);
	s.auth = SETTINGS_EXTERNAL;
	assert_int_equal(link_open(&s, &ld, why), SSPR_OK);
	assert_int_equal(ldap_whoami_s(ld, &id, NULL, NULL), LDAP_SUCCESS);
	assert_non_null(strstr(id->bv_val, "cn=peercred"));
	ber_bvfree(id);
	link_close(ld);
}

static void
a_certificate_of_an_unknown_authority_is_refused(void **state)
{
	static const char *const schemes[] = { "ldap", "ldaps" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		slapd_settings(slapd_uri(schemes[i]), &s);
		(void)snprintf(s.ca_file, sizeof(s.ca_file), "%s/other.pem",
		    slapd.dir);
		assert_int_equal(link_open(&s, &ld, why), SSPR_SETUP);
		assert_non_null(strstr(why, ": TLS: "));
	}
}

static void
a_certificate_for_another_host_is_refused(void **state)
{
	char uri[80];

	(void)state;
	(void)snprintf(uri, sizeof(uri), "ldap://localhost:%u", slapd.plain);
	assert_int_equal(opened(uri), SSPR_SETUP);
	(void)snprintf(uri, sizeof(uri), "ldaps://localhost:%u", slapd.tls);
	assert_int_equal(opened(uri), SSPR_SETUP);
}

static void
without_authorities_nothing_is_asked(void **state)
{
	(void)state;
	slapd_settings(slapd_uri("ldaps"), &s);
	memcpy(s.ca_file, "/none", 6);
	assert_int_equal(link_open(&s, &ld, why), SSPR_SETUP);
	memcpy(s.ca_file, "/dev/null", 10);
	assert_int_equal(link_open(&s, &ld, why), SSPR_SETUP);
}

static void
a_wrong_password_of_ours_is_a_matter_of_settings(void **state)
{
	(void)state;
	slapd_settings(slapd_uri("ldap"), &s);
	assert_int_equal(secret_set(&s.password, "x", 1), SSPR_OK);
	assert_int_equal(link_open(&s, &ld, why), SSPR_SETUP);
	assert_non_null(strstr(why, ": bind: Invalid credentials"));
}

/* R-SET-5 */
static void
the_password_of_a_user_is_tried(void **state)
{
	struct secret right, wrong, empty = { .len = 0 };

	(void)state;
	slapd_settings(slapd_uri("ldap"), &s);
	assert_int_equal(secret_set(&right, "alice\0secret", 12), SSPR_OK);
	assert_int_equal(secret_set(&wrong, "alice", 5), SSPR_OK);
	assert_int_equal(link_open_as(&s, SLAPD_ALICE, &right, &ld, why),
	    SSPR_OK);
	link_close(ld);
	assert_int_equal(link_open_as(&s, SLAPD_ALICE, &wrong, &ld, why),
	    SSPR_PASSWORD);
	assert_int_equal(link_open_as(&s, SLAPD_ALICE, &empty, &ld, why),
	    SSPR_PASSWORD);
	assert_int_equal(link_open_as(&s, "", &right, &ld, why), SSPR_PASSWORD);
	assert_int_equal(link_open_as(&s, "uid=none," SLAPD_BASE, &right, &ld,
			     why),
	    SSPR_PASSWORD);
}

static void
the_next_server_is_asked_if_one_is_not_there(void **state)
{
	char uris[200];

	(void)state;
	(void)snprintf(uris, sizeof(uris), "ldap://127.0.0.1:%u %s",
	    slapd_port(), slapd_uri("ldaps"));
	why[0] = '\0';
	assert_int_equal(opened(uris), SSPR_OK);
	assert_string_equal(why, ""); /* it would be logged */
	link_close(ld);
	(void)snprintf(uris, sizeof(uris), "ldap://127.0.0.1:%u", slapd_port());
	assert_int_equal(opened(uris), SSPR_DIRECTORY);
	assert_memory_equal(why, "ldap://127.0.0.1:", 17);
}

/* One that accepts, and then writes text, a byte each 100 ms, again and again.
 */
static pid_t
serve_slowly(const char *text, size_t len, unsigned int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t alen = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;
	int c;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &alen), 0);
	*port = ntohs(a.sin_port);
	if ((pid = fork()) == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGPIPE, SIG_IGN);
		c = accept(fd, NULL, NULL);
		for (size_t i = 0; i < 200; i++) {
			if (len > 0)
				(void)send(c, text + i % len, 1, 0);
			(void)poll(NULL, 0, 100);
		}
		_exit(0);
	}
	close(fd);
	return pid;
}

static void
a_server_that_is_slow_costs_its_seconds_only(void **state)
{
	/* The head of a long message of LDAP, and of a long record of TLS. */
	static const struct {
		const char *scheme, *text;
		size_t len;
	} rows[] = {
		{ "ldap", "", 0 },
		{ "ldaps", "", 0 },
		{ "ldap", "\x30\x83\x01\x00\x00\x02\x01\x01", 8 },
		{ "ldaps", "\x16\x03\x03\x40\x00\x02", 6 },
	};
	unsigned int port;
	char uri[80];
	int64_t then;
	pid_t pid;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		pid = serve_slowly(rows[i].text, rows[i].len, &port);
		(void)snprintf(uri, sizeof(uri), "%s://127.0.0.1:%u",
		    rows[i].scheme, port);
		then = now_ms();
		assert_int_equal(opened(uri), SSPR_DIRECTORY);
		assert_in_range(now_ms() - then, 900, 1900);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
}

static void
a_broken_connection_is_not_replaced(void **state)
{
	static const char *const schemes[] = { "ldap", "ldapi" };
	struct berval *id = NULL;
	LDAPMessage *answer;
	int request;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(opened(slapd_uri(schemes[i])), SSPR_OK);
		slapd_pause();
		assert_int_equal(ldap_whoami(ld, NULL, NULL, &request),
		    LDAP_SUCCESS);
		slapd_stop();
		assert_int_equal(link_wait(ld, request, 1, &answer),
		    LDAP_SERVER_DOWN);
		slapd_start();
		for (int j = 0; j < 3; j++)
			assert_int_not_equal(ldap_whoami_s(ld, &id, NULL, NULL),
			    LDAP_SUCCESS);
		assert_true(socket_ended(ld));
		link_close(ld);
	}
}

static void
what_cannot_be_printed_is_not(void **state)
{
	char to[12];

	(void)state;
	link_print("a\n\x1b[2J\xff\xc3\xa4", to, sizeof(to));
	assert_string_equal(to, "a??[2J?\xc3\xa4");
	link_print("0123456789\xc3\xa4", to, sizeof(to));
	assert_string_equal(to, "0123456789");
	link_print(NULL, to, sizeof(to));
	assert_string_equal(to, "");
}

static void
only_silence_and_overload_are_the_servers(void **state)
{
	(void)state;
	assert_int_equal(link_error(LDAP_SUCCESS), SSPR_OK);
	assert_int_equal(link_error(LDAP_SERVER_DOWN), SSPR_DIRECTORY);
	assert_int_equal(link_error(LDAP_TIMEOUT), SSPR_DIRECTORY);
	assert_int_equal(link_error(LDAP_BUSY), SSPR_DIRECTORY);
	assert_int_equal(link_error(LDAP_INSUFFICIENT_ACCESS), SSPR_SETUP);
	assert_int_equal(link_error(LDAP_NO_SUCH_OBJECT), SSPR_SETUP);
}

static int
setup(void **state)
{
	static const struct slapd_person people[] = {
		{ "alice", "alice", 1001, "userPassword:: YWxpY2UAc2VjcmV0\n" },
	};

	(void)state;
	slapd_setup(people, 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	slapd_teardown();
	return 0;
}

int
main(void)
{
	static const char *const careless[][2] = {
		{ "LDAPTLS_REQCERT", "never" },
		{ "LDAPTLS_REQSAN", "never" },
		{ "LDAPTLS_PROTOCOL_MIN", "3.0" },
		{ "LDAPTLS_CACERT", "/none" },
		{ "LDAPREFERRALS", "on" },
		{ "LDAPDEREF", "always" },
		{ "LDAPNETWORK_TIMEOUT", "60" },
		{ "LDAPTIMEOUT", "60" },
		{ "LDAPSASL_MECH", "PLAIN" },
		{ "LDAPURI", "ldap://192.0.2.1" },
		{ "LDAPTLS_PEERKEY_HASH", "sha256:AAAA" },
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_printed_is_not),
		cmocka_unit_test(only_silence_and_overload_are_the_servers),
		cmocka_unit_test(each_scheme_leads_to_a_bound_connection),
		cmocka_unit_test(a_local_socket_knows_who_we_are),
		cmocka_unit_test(
		    a_certificate_of_an_unknown_authority_is_refused),
		cmocka_unit_test(a_certificate_for_another_host_is_refused),
		cmocka_unit_test(without_authorities_nothing_is_asked),
		cmocka_unit_test(
		    a_wrong_password_of_ours_is_a_matter_of_settings),
		cmocka_unit_test(the_password_of_a_user_is_tried),
		cmocka_unit_test(the_next_server_is_asked_if_one_is_not_there),
		cmocka_unit_test(a_server_that_is_slow_costs_its_seconds_only),
		cmocka_unit_test(a_broken_connection_is_not_replaced),
	};

	if (!slapd_is_here()) {
		puts("skipped: no " SLAPD_PROGRAM);
		return 0;
	}
	for (size_t i = 0; i < sizeof(careless) / sizeof(careless[0]); i++)
		if (setenv(careless[i][0], careless[i][1], 1) != 0)
			return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
