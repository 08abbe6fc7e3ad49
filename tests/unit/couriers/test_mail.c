/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mail.h"

static const struct message message = { "bob@example.org", "Code",
	"Code 1\n.\n" };
static const struct mail mail = { .message = &message,
	.from = "sspr@web1",
	.host = "web1",
	.now = 1700000000,
	.id = 0xabcdef };

static void
a_mail_is_as_rfc_5322_has_it(void **state)
{
	char buf[MAIL_MAX + 1] = "";
	struct mime_text t = { buf, 0, MAIL_MAX };

	(void)state;
	assert_int_equal(mail_write(&mail, "\r\n", &t), SSPR_OK);
	assert_string_equal(buf,
	    "From: sspr@web1\r\n"
	    "To: bob@example.org\r\n"
	    "Subject: Code\r\n"
	    "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
	    "Message-ID: <0000000000abcdef@web1>\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "Code 1\r\n=2E\r\n");
}

static void
the_largest_message_fits(void **state)
{
	char buf[MAIL_MAX + 1] = "", from[ADDRESS_MAX + 1];
	struct mime_text t = { buf, 0, MAIL_MAX };
	struct message m = message;
	struct mail largest = mail;

	(void)state;
	memset(from, 'h', ADDRESS_MAX);
	from[ADDRESS_MAX] = '\0';
	memcpy(m.to, from, sizeof(from));
	for (size_t i = 0; i < MESSAGE_SUBJECT_MAX / 4; i++)
		memcpy(m.subject + 4 * i, "\xf0\x9f\x98\x80", 5);
	for (size_t i = 0; i < MESSAGE_TEXT_MAX; i++)
		m.text[i] = i % 2 == 0 ? '.' : '\n';
	m.text[MESSAGE_TEXT_MAX] = '\0';
	largest.message = &m;
	largest.from = largest.host = from;
	assert_int_equal(mail_write(&largest, "\r\n", &t), SSPR_OK);
	memset(m.text, '=', MESSAGE_TEXT_MAX);
	t.len = 0;
	assert_int_equal(mail_write(&largest, "\r\n", &t), SSPR_OK);
}

static void
too_little_room_is_an_error(void **state)
{
	char buf[MAIL_MAX + 1];
	struct mime_text t = { buf, 0, MAIL_MAX };
	size_t len;

	(void)state;
	assert_int_equal(mail_write(&mail, "\n", &t), SSPR_OK);
	len = t.len;
	for (size_t max = 0; max < len; max++) {
		t = (struct mime_text){ buf, 0, max };
		assert_int_equal(mail_write(&mail, "\n", &t), SSPR_FULL);
	}
	t = (struct mime_text){ buf, 0, len };
	assert_int_equal(mail_write(&mail, "\n", &t), SSPR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_is_as_rfc_5322_has_it),
		cmocka_unit_test(the_largest_message_fits),
		cmocka_unit_test(too_little_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
