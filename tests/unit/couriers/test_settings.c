/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "settings.h"

#define URL  "url = https://sms.example.com/v1\n"
#define BODY "body = %{text}\n"

static struct settings s;
static struct outcome o;

static enum sspr_err
parse(const char *text)
{
	memset(&o, 0, sizeof(o));
	return settings_parse(text, strlen(text), &s, &o);
}

static void
what_is_not_given_has_its_standard(void **state)
{
	(void)state;
	assert_int_equal(parse(URL BODY), SSPR_OK);
	assert_string_equal(s.url, "https://sms.example.com/v1");
	assert_string_equal(s.body, "%{text}");
	assert_string_equal(s.method, "POST");
	assert_string_equal(s.content_type,
	    "application/x-www-form-urlencoded");
	assert_int_equal(s.body_form, TEMPLATE_URL);
	assert_string_equal(s.auth, "none");
	assert_string_equal(s.password, "");
	assert_string_equal(s.allow_http, "no");
	assert_int_equal(s.headers_len, 0);
	assert_int_equal(s.connect_s, 5);
	assert_int_equal(s.time_s, 15);
}

static void
every_key_is_taken(void **state)
{
	(void)state;
	assert_int_equal(parse("# a comment\n\n  \t\n"
			       "\turl=http://a.example/?x=%{to}  \n"
			       "method = GET\n"
			       "user = m e\n"
			       "password =  \"=#p \t\n"
			       "auth = basic\n"
			       "ca_file = /etc/ca.pem\n"
			       "success = OK = 1\n"
			       "allow_http = yes\n"
			       "connect_time_s = 1\n"
			       "time_s = 18\n"
			       "header = A: %{digits}\n"
			       "header = B-2: %{user} %{password}\n"
			       "content_type = text/plain"),
	    SSPR_OK);
	assert_string_equal(s.url, "http://a.example/?x=%{to}");
	assert_string_equal(s.method, "GET");
	assert_string_equal(s.user, "m e");
	assert_string_equal(s.password, "\"=#p");
	assert_string_equal(s.auth, "basic");
	assert_string_equal(s.ca_file, "/etc/ca.pem");
	assert_string_equal(s.success, "OK = 1");
	assert_int_equal(s.headers_len, 2);
	assert_string_equal(s.headers[0], "A: %{digits}");
	assert_string_equal(s.headers[1], "B-2: %{user} %{password}");
	assert_int_equal(s.connect_s, 1);
	assert_int_equal(s.time_s, 18);
	assert_int_equal(s.body_form, TEMPLATE_RAW);
}

static void
the_content_type_says_how_a_body_is_encoded(void **state)
{
	static const struct {
		const char *type;
		enum template_form form;
	} rows[] = { { "application/json", TEMPLATE_JSON },
		{ "Application/JSON; charset=utf-8", TEMPLATE_JSON },
		{ "text/xml", TEMPLATE_XML },
		{ "application/soap+xml;x", TEMPLATE_XML },
		{ "text/plain; charset=UTF-8", TEMPLATE_RAW } };
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%scontent_type = %s\n", URL BODY,
		    rows[i].type);
		assert_int_equal(parse(text), SSPR_OK);
		assert_int_equal(s.body_form, rows[i].form);
	}
}

/* R-CFG-1: what is not understood refuses all. */
static void
what_is_not_understood_refuses_the_file(void **state)
{
	static const char *const bad[] = { "", "x", URL, BODY, URL BODY "x",
		URL BODY URL, URL BODY "colour = red", URL BODY "URL = x",
		URL BODY "password =", URL BODY "= x", URL BODY "header = x",
		URL BODY "header = : x", URL BODY "header = A B: x",
		URL BODY "header = A: %{text}", URL BODY "header = A: %{x}",
		URL "method = GET\n" BODY, URL BODY "method = PUT",
		URL BODY "method = get", URL BODY "auth = digest",
		URL BODY "auth = basic\nuser = a:b", URL BODY "allow_http = 1",
		URL BODY "content_type = image/png", URL BODY "time_s = 0",
		URL BODY "time_s = 19", URL BODY "time_s = 1x",
		URL BODY "time_s = -1", URL BODY "connect_time_s = 1000",
		URL BODY "verify = no", URL "body = %{secret}",
		BODY "url = https://a/%{x}", URL BODY "user = a\033b",
		URL BODY "user = a\rb", URL BODY "user = \xff",
		"\xef\xbb\xbf" URL BODY };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i]), SSPR_CONFIG);
		assert_true(strncmp(o.why, "configuration", 13) == 0);
	}
	assert_int_equal(settings_parse(URL BODY "user = a\0b",
			     sizeof(URL BODY "user = a\0b") - 1, &s, &o),
	    SSPR_CONFIG);
}

static void
the_line_is_named_and_nothing_of_a_password(void **state)
{
	(void)state;
	assert_int_equal(parse(URL BODY "\npasword = geheim\n"), SSPR_CONFIG);
	assert_string_equal(o.why, "configuration, line 4: unknown key");
	assert_int_equal(s.url[0], '\0');
}

static void
only_safe_places_are_asked(void **state)
{
	static const struct {
		const char *url;
		bool allow, good;
	} rows[] = { { "https://a", false, true },
		{ "https://a:8443/x?y#z", false, true },
		{ "http://a/", false, false }, { "http://a/", true, true },
		{ "http://127.0.0.1:13013/x", false, true },
		{ "http://localhost/", false, true },
		{ "http://[::1]/", false, true },
		{ "http://127.0.0.1.example.org/", false, false },
		{ "http://localhost@a/", false, false },
		{ "http://localhost@a/", true, false },
		{ "http://a\\@localhost/", false, false },
		{ "https://u:p@a/", true, false },
		{ "https://%{user}/", true, false },
		{ "https:///x", true, false }, { "ftp://a/", true, false },
		{ "file:///etc/passwd", true, false },
		{ "HTTPS://a/", true, false }, { "a", true, false },
		{ "http:/a", true, false } };
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%surl = %s\nallow_http = %s\n",
		    BODY, rows[i].url, rows[i].allow ? "yes" : "no");
		assert_int_equal(parse(text),
		    rows[i].good ? SSPR_OK : SSPR_CONFIG);
	}
}

static void
lengths_have_their_limits(void **state)
{
	static char text[3 * SETTINGS_VALUE_MAX];
	size_t len = (size_t)snprintf(text, sizeof(text), URL "body = ");

	(void)state;
	memset(text + len, 'x', SETTINGS_VALUE_MAX);
	assert_int_equal(parse(text), SSPR_OK);
	assert_int_equal(strlen(s.body), SETTINGS_VALUE_MAX);
	text[len + SETTINGS_VALUE_MAX] = 'x';
	assert_int_equal(parse(text), SSPR_CONFIG);
	len = (size_t)snprintf(text, sizeof(text), "%s", URL BODY);
	memset(text + len, 0, sizeof(text) - len);
	for (int i = 0; i < SETTINGS_HEADERS_MAX; i++)
		memcpy(text + strlen(text), "header = A: b\n", 15);
	assert_int_equal(parse(text), SSPR_OK);
	assert_int_equal(s.headers_len, SETTINGS_HEADERS_MAX);
	memcpy(text + strlen(text), "header = A: b\n", 15);
	assert_int_equal(parse(text), SSPR_CONFIG);
}

static enum sspr_err
read_it(const char *path)
{
	memset(&o, 0, sizeof(o));
	return settings_read(path, &s, &o);
}

static void
a_file_that_others_may_read_or_change_is_refused(void **state)
{
	static const mode_t good[] = { 0400, 0440 };
	static const mode_t bad[] = { 0600, 0640, 0444, 0404, 0460, 0500,
		04400 };
	char dir[] = "/tmp/sspr-test-XXXXXX", path[64], other[64];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/conf", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd != -1);
	assert_int_equal(write(fd, URL BODY, strlen(URL BODY)),
	    strlen(URL BODY));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(fchmod(fd, good[i]), 0);
		assert_int_equal(read_it(path), SSPR_OK);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(fchmod(fd, bad[i]), 0);
		assert_int_equal(read_it(path), SSPR_CONFIG);
	}
	assert_int_equal(fchmod(fd, 0400), 0);
	assert_int_equal(symlink("conf", other), 0);
	assert_int_equal(read_it(other), SSPR_CONFIG);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mkfifo(other, 0400), 0);
	assert_int_equal(read_it(other), SSPR_CONFIG);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(read_it(other), SSPR_CONFIG);
	assert_int_equal(read_it(dir), SSPR_CONFIG);
	assert_int_equal(ftruncate(fd, SETTINGS_FILE_MAX + 1), 0);
	assert_int_equal(read_it(path), SSPR_CONFIG);
	close(fd);
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_has_its_standard),
		cmocka_unit_test(every_key_is_taken),
		cmocka_unit_test(the_content_type_says_how_a_body_is_encoded),
		cmocka_unit_test(what_is_not_understood_refuses_the_file),
		cmocka_unit_test(the_line_is_named_and_nothing_of_a_password),
		cmocka_unit_test(only_safe_places_are_asked),
		cmocka_unit_test(lengths_have_their_limits),
		cmocka_unit_test(
		    a_file_that_others_may_read_or_change_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
