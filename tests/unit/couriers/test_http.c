/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "http.h"
#include "loopback.h"

static const struct message message = { "+15551234567", "", "a b" };

static enum sspr_err
judge(long status, const char *body, const char *success)
{
	const struct http_answer a = { status, body, strlen(body) };
	struct outcome o = { 0 };

	return http_judge(&a, success, &o);
}

static void
the_status_and_the_text_decide(void **state)
{
	(void)state;
	assert_int_equal(judge(200, "", ""), SSPR_OK);
	assert_int_equal(judge(299, "", ""), SSPR_OK);
	assert_int_equal(judge(202, "0: Accepted", "Accepted"), SSPR_OK);
	assert_int_equal(judge(202, "0: Accept", "Accepted"), SSPR_DENIED);
	assert_int_equal(judge(202, "", "Accepted"), SSPR_DENIED);
	assert_int_equal(judge(500, "Accepted", "Accepted"), SSPR_DENIED);
	assert_int_equal(judge(429, "", ""), SSPR_BUSY);
	assert_int_equal(judge(503, "", ""), SSPR_BUSY);
	assert_int_equal(judge(302, "", ""), SSPR_DENIED);
	assert_int_equal(judge(199, "", ""), SSPR_DENIED);
	assert_int_equal(judge(300, "", ""), SSPR_DENIED);
	assert_int_equal(judge(0, "", ""), SSPR_DENIED);
}

/* Settings for a port of 127.0.0.1. */
static struct settings
settings(unsigned int port)
{
	struct settings s;
	struct outcome o = { 0 };
	char text[200];

	snprintf(text, sizeof(text),
	    "url = http://127.0.0.1:%u/s\nbody = to=%%{to}&t=%%{text}\n"
	    "time_s = 3\n",
	    port);
	assert_int_equal(settings_parse(text, strlen(text), &s, &o), SSPR_OK);
	return s;
}

/* Send to a server that gives this answer. */
static enum sspr_err
send_to(const char *answer)
{
	unsigned int port;
	const int listener = loopback_listen(&port);
	const struct settings s = settings(port);
	struct outcome o = { 0 };
	enum sspr_err e;
	pid_t pid =
	    loopback_serve(listener, "to=%2B15551234567&t=a%20b", answer);
	int status;

	close(listener);
	e = http_send(&s, &message, &o);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	if (e != SSPR_OK)
		assert_true(o.why[0] != '\0');
	return e;
}

static void
a_gateway_is_asked_and_its_answer_judged(void **state)
{
	(void)state;
	assert_int_equal(send_to("HTTP/1.1 200 OK\r\n\r\nfine"), SSPR_OK);
	assert_int_equal(send_to("HTTP/1.1 503 No\r\n\r\n"), SSPR_BUSY);
	assert_int_equal(send_to("HTTP/1.1 401 No\r\n\r\n"), SSPR_DENIED);
	/* Nobody knows what became of it. */
	assert_int_equal(send_to(""), SSPR_DENIED);
	assert_int_equal(send_to("HTTP/1.1 200 OK\r\n"
				 "Content-Length: 9\r\n\r\nx"),
	    SSPR_DENIED);
	assert_int_equal(send_to("220 mail.example ESMTP\r\n"), SSPR_DENIED);
}

static void
where_nobody_listens_nothing_was_said(void **state)
{
	const struct settings s = settings(loopback_nobody());
	struct outcome o = { 0 };

	(void)state;
	assert_int_equal(http_send(&s, &message, &o), SSPR_BUSY);
	assert_null(strstr(o.why, "555"));
}

static void
a_template_that_grows_too_long_is_not_sent(void **state)
{
	struct settings s = settings(loopback_nobody());
	struct message m = message;
	struct outcome o = { 0 };

	(void)state;
	memset(m.text, '"', MESSAGE_TEXT_MAX);
	for (size_t i = 0; i < 7; i++)
		memcpy(s.body + 7 * i, "%{text}", 8);
	assert_int_equal(http_send(&s, &m, &o), SSPR_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_and_the_text_decide),
		cmocka_unit_test(a_gateway_is_asked_and_its_answer_judged),
		cmocka_unit_test(where_nobody_listens_nothing_was_said),
		cmocka_unit_test(a_template_that_grows_too_long_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
