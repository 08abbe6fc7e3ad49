/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "message.h"

#define HEAD "To: +15551234567\nSubject: Code\n\n"

static enum sspr_err
parse(const char *s, size_t len, struct message *m)
{
	return message_parse(s, len, MESSAGE_PHONE, m);
}

static void
a_message_is_taken_apart(void **state)
{
	static const char text[] = HEAD "one\n\ntw\xc3\xb6\n";
	static const char mail[] = "To: a@b\nSubject: \n\nx";
	struct message m;

	(void)state;
	assert_int_equal(parse(text, sizeof(text) - 1, &m), SSPR_OK);
	assert_string_equal(m.to, "+15551234567");
	assert_string_equal(m.subject, "Code");
	assert_string_equal(m.text, "one\n\ntw\xc3\xb6\n");
	assert_int_equal(message_parse(mail, sizeof(mail) - 1, MESSAGE_MAIL,
			     &m),
	    SSPR_OK);
	assert_string_equal(m.to, "a@b");
	assert_string_equal(m.subject, "");
	assert_string_equal(m.text, "x");
}

/* R-DEL-2 */
static void
anything_else_is_refused_and_leaves_no_trace(void **state)
{
#define ROW(s)                   \
	{                        \
		s, sizeof(s) - 1 \
	}
	static const struct {
		const char *at;
		size_t len;
	} bad[] = {
		ROW(""),
		ROW("To: +15551234567\n"),
		ROW("To: +15551234567\nSubject: \n"),
		ROW("To: +15551234567\nSubject: \n\n"),
		ROW("To: +15551234567\nSubject: \nx"),
		ROW("To: +15551234567\nSubject:\n\nx"),
		ROW("To:+15551234567\nSubject: \n\nx"),
		ROW("to: +15551234567\nSubject: \n\nx"),
		ROW("Subject: \nTo: +15551234567\n\nx"),
		ROW("To: a@b\nSubject: \n\nx"),
		ROW("To: +15551234567\nTo: +15551234568\nSubject: \n\nx"),
		ROW("To: +15551234567\r\nSubject: \r\n\r\nx"),
		ROW("To: +15551234567\0\nSubject: \n\nx"),
		ROW("To: +1555;id\nSubject: \n\nx"),
		ROW("To: +15551234567\nSubject: a\0b\n\nx"),
		ROW("To: +15551234567\nSubject: a\tb\n\nx"),
		ROW("To: +15551234567\nSubject: \xe2\x80\xae\n\nx"),
		ROW(HEAD "a\0b"),
		ROW(HEAD "a\rb"),
		ROW(HEAD "a\x1b[2J"),
		ROW(HEAD "a\n\xff\n"),
		ROW(HEAD "a\xc3"),
		ROW(HEAD "\xc0\x8a"),
	};
#undef ROW
	struct message m, before;

	(void)state;
	memset(&m, 'x', sizeof(m));
	before = m;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i].at, bad[i].len, &m),
		    SSPR_MALFORMED);
		assert_memory_equal(&m, &before, sizeof(m));
	}
}

static void
every_prefix_of_the_header_is_refused(void **state)
{
	struct message m;

	(void)state;
	for (size_t len = 0; len < sizeof(HEAD); len++)
		assert_int_equal(parse(HEAD "x", len, &m), SSPR_MALFORMED);
	assert_int_equal(parse(HEAD "x", sizeof(HEAD), &m), SSPR_OK);
}

/* memset, and where it ends. */
static char *
repeat(char *to, char c, size_t n)
{
	memset(to, c, n);
	return to + n;
}

/* Write a message with a subject and a text of these lengths; its length. */
static size_t
fill(char *to, size_t subject, size_t text)
{
	char *p = to;

	p = mempcpy(p, "To: +15551234567\nSubject: ", 26);
	p = repeat(p, 's', subject);
	p = mempcpy(p, "\n\n", 2);
	p = repeat(p, 't', text);
	return (size_t)(p - to);
}

static void
the_longest_is_taken_and_no_longer_one(void **state)
{
	char buf[MESSAGE_MAX + 100];
	struct message m;

	(void)state;
	assert_int_equal(parse(buf,
			     fill(buf, MESSAGE_SUBJECT_MAX, MESSAGE_TEXT_MAX),
			     &m),
	    SSPR_OK);
	assert_int_equal(strlen(m.subject), MESSAGE_SUBJECT_MAX);
	assert_int_equal(strlen(m.text), MESSAGE_TEXT_MAX);
	assert_int_equal(parse(buf, fill(buf, MESSAGE_SUBJECT_MAX + 1, 1), &m),
	    SSPR_MALFORMED);
	assert_int_equal(parse(buf, fill(buf, 1, MESSAGE_TEXT_MAX + 1), &m),
	    SSPR_MALFORMED);
}

/* Give message_read these bytes, in two writes. */
static enum sspr_err
read_of(const char *s, size_t len, struct message *m)
{
	enum sspr_err e;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], s, len / 2), len / 2);
	assert_int_equal(write(ends[1], s + len / 2, len - len / 2),
	    len - len / 2);
	close(ends[1]);
	e = message_read(ends[0], MESSAGE_PHONE, m);
	close(ends[0]);
	return e;
}

static void
a_descriptor_is_read_to_its_end_but_not_without_end(void **state)
{
	char buf[8192];
	struct message m;

	(void)state;
	assert_int_equal(read_of(HEAD "x", sizeof(HEAD), &m), SSPR_OK);
	assert_string_equal(m.text, "x");
	assert_int_equal(read_of("", 0, &m), SSPR_MALFORMED);
	assert_int_equal(read_of(buf, fill(buf, 1, 5000), &m), SSPR_MALFORMED);
	assert_int_equal(message_read(-1, MESSAGE_PHONE, &m), SSPR_SYSTEM);
}

static void
wiping_leaves_nothing(void **state)
{
	static const struct message zero;
	struct message m;

	(void)state;
	memset(&m, 'x', sizeof(m));
	message_wipe(&m);
	assert_memory_equal(&m, &zero, sizeof(m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_taken_apart),
		cmocka_unit_test(anything_else_is_refused_and_leaves_no_trace),
		cmocka_unit_test(every_prefix_of_the_header_is_refused),
		cmocka_unit_test(the_longest_is_taken_and_no_longer_one),
		cmocka_unit_test(
		    a_descriptor_is_read_to_its_end_but_not_without_end),
		cmocka_unit_test(wiping_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
