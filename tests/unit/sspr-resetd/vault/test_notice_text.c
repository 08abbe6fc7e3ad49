/* SPDX-License-Identifier: MIT */
#include "paths.h"
#include "post.h"
#include "text.h"

#define HOME "192.0.2.7"

static char messages[32]; /* what PATH_MESSAGES is here, or "" */

/* Templates are those of the test. */
int
open(const char *path, int flags, ...)
{
	char other[128];
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	if (strncmp(path, PATH_MESSAGES, strlen(PATH_MESSAGES)) == 0) {
		snprintf(other, sizeof(other), "%s%s",
		    messages[0] == '\0' ? "/nonexistent" : messages,
		    path + strlen(PATH_MESSAGES));
		path = other;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static struct session *s;

static int
set_up(void **state)
{
	messages[0] = '\0';
	(void)post_open(state);
	people_enrol(ALICE, "alice");
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	s = post_session(ALICE, "alice", HOME);
	return 0;
}

static void
tell(enum notice_kind kind, enum method about)
{
	s->account = people_account(ALICE);
	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	assert_int_equal(notice_tell(lab.v, s, &s->account, kind, about, 0),
	    SSPR_OK);
	post_run();
}

static void
sees_time(const char *zone, const char *want)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	notice_load(lab.v);
	post.n = 0;
	tell(NOTICE_LOST, METHOD_UNKNOWN);
	assert_non_null(strstr(post_text(0), want));
}

static void
the_time_is_the_host_s_and_says_its_zone(void **state)
{
	(void)state;
	sees_time("CET-1CEST", " at 14 Nov 23:13 UTC+01 from ");
	sees_time("IST-5:30", " at 15 Nov 03:43 UTC+05:30 from ");
	sees_time("NST3:30", " at 14 Nov 18:43 UTC-03:30 from ");
	sees_time("UTC0", " at 14 Nov 22:13 UTC from ");
}

/* R-TIME-1: ours goes on as it was, what people read is the right one. */
static void
a_clock_that_was_set_is_what_people_read(void **state)
{
	(void)state;
	lab.s += 3600;
	sees_time("UTC0", " at 14 Nov 23:13 UTC from ");
	lab.s -= 3600;
}

static void
send_one(enum notice_kind kind, enum method m)
{
	post.n = 0;
	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	assert_int_equal(notice_code(lab.v, s, kind, m,
			     m == METHOD_EMAIL ? POST_MAIL : POST_NUMBER,
			     "12345678"),
	    SSPR_OK);
	post_run();
}

/* R-DEL-5: host, time, source, a warning, the code. */
static void
a_code_s_text_says_what_it_must(void **state)
{
	static const enum method ways[] = { METHOD_SMS, METHOD_LANDLINE,
		METHOD_EMAIL };
	static const enum notice_kind kinds[] = { NOTICE_CODE, NOTICE_CONFIRM };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		send_one(kinds[i / 3], ways[i % 3]);
		assert_non_null(strstr(post_text(0), "web1"));
		assert_non_null(strstr(post_text(0), "14 Nov 22:13 UTC"));
		assert_non_null(strstr(post_text(0), HOME));
		assert_non_null(
		    strstr(post_text(0), "Never tell anyone this code"));
		assert_non_null(strstr(post_text(0),
		    i % 3 == 1 ? "1, 2, 3, 4, 5, 6, 7, 8. Once more: 1, 2"
			       : "12345678"));
		assert_null(strstr(post.at[0].subject, "1234"));
	}
}

/* However long the names are: one SMS, whose alphabet has all of it. */
static void
a_code_by_sms_fits_into_one(void **state)
{
	(void)state;
	memset(lab.v->host, 'h', VAULT_HOST_MAX);
	assert_int_equal(setenv("TZ", "NST3:30", 1), 0);
	notice_load(lab.v);
	snprintf(s->source.address, sizeof(s->source.address),
	    "2001:db8:1111:2222:3333:4444:5555:6666");
	send_one(NOTICE_CODE, METHOD_SMS);
	assert_in_range(post.at[0].text.len, 150, NOTICE_SHORT);
	assert_null(strpbrk(post_text(0), "^{}\\[~]|`"));
	s->source = (struct source){ .kind = SOURCE_UID };
	send_one(NOTICE_CONFIRM, METHOD_SMS);
	assert_in_range(post.at[0].text.len, 100, NOTICE_SHORT);
	assert_int_equal(unsetenv("TZ"), 0);
}

static const struct {
	enum notice_kind kind;
	const char *name, *subject, *text;
} built_in[] = {
#define NOTICE(NAME, number, name, subject, text) \
	{ NOTICE_##NAME, name, subject, text },
#include "vault/notice.def"
};

#define KINDS (sizeof(built_in) / sizeof(built_in[0]))

/* R-DEL-5, R-DEL-6; and each is one that we would take from a file. */
static void
the_built_in_texts_are_whole_and_without_links(void **state)
{
	char subject[IPC_SUBJECT_MAX + 1], text[IPC_MESSAGE_MAX + 1];
	struct record_message m = { .method = METHOD_EMAIL, .code = "123" };

	(void)state;
	memset(m.user, 'u', RECORD_USER_MAX);
	memset(m.source, 's', PROTO_HINT_MAX);
	memset(lab.v->host, 'h', VAULT_HOST_MAX);
	memset(lab.v->conf.contact, 'c', sizeof(lab.v->conf.contact) - 1);
	for (size_t i = 0; i < KINDS; i++) {
		assert_true(strlen(built_in[i].text) <= TEMPLATE_TEXT_MAX);
		assert_true(
		    strlen(built_in[i].subject) <= TEMPLATE_SUBJECT_MAX);
		assert_null(strstr(built_in[i].text, "www."));
		assert_null(strstr(built_in[i].text, "://"));
		assert_non_null(strstr(built_in[i].text, "%h"));
		assert_non_null(strstr(built_in[i].text, "%t"));
		m.notice = (uint8_t)built_in[i].kind;
		notice_write(lab.v, &m, subject, text);
		assert_true(strlen(text) < IPC_MESSAGE_MAX); /* not cut */
		assert_true(text_is_clean(text, strlen(text)));
		assert_true(text_is_clean(subject, strlen(subject)));
	}
}

static void
an_unknown_kind_has_no_text(void **state)
{
	const struct record_message m = { .notice = NOTICE_COUNT };
	char subject[IPC_SUBJECT_MAX + 1], text[IPC_MESSAGE_MAX + 1];

	(void)state;
	notice_write(lab.v, &m, subject, text);
	assert_string_equal(subject, "");
	assert_string_equal(text, "");
}

static void
write_template(const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.txt", messages, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
	assert_int_equal(chmod(path, 0644), 0);
}

static void
the_site_s_templates_take_the_place_of_ours(void **state)
{
	char path[64];

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(messages, sizeof(messages), "/tmp/sspr-test-XXXXXX");
	assert_non_null(mkdtemp(messages));
	write_template("lost", "Gesperrt auf %h\nApp von %u: %t, %s, %h.\n");
	write_template("added", "Neu\nhttps://x.example %h %t %s");
	notice_load(lab.v);
	tell(NOTICE_LOST, METHOD_UNKNOWN);
	assert_string_equal(post.at[0].subject, "Gesperrt auf web1");
	assert_string_equal(post_text(0),
	    "App von alice: 14 Nov 22:13 UTC, 192.0.2.7, web1.");
	tell(NOTICE_ADDED, METHOD_APP); /* refused: ours */
	assert_non_null(strstr(post_text(1), "authenticator app"));
	snprintf(path, sizeof(path), "%s/lost.txt", messages);
	assert_int_equal(unlink(path), 0);
	notice_load(lab.v);
	tell(NOTICE_LOST, METHOD_UNKNOWN);
	assert_string_equal(post.at[2].subject,
	    "App and phone were switched off on web1");
	snprintf(path, sizeof(path), "%s/added.txt", messages);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(messages), 0);
}

/* R-LOG-2: a name cannot put lines or links into a message. */
static void
a_name_of_others_is_tamed(void **state)
{
	char subject[IPC_SUBJECT_MAX + 1], text[IPC_MESSAGE_MAX + 1];
	struct record_message m = { .notice = NOTICE_RESET,
		.user = "a\nBcc: x@y.example\xe2\x80\xae://www.z",
		.source = "192.0.2.7" };

	(void)state;
	notice_write(lab.v, &m, subject, text);
	assert_true(text_is_clean(subject, strlen(subject)));
	assert_true(text_is_clean(text, strlen(text)));
	assert_non_null(strstr(subject, "a?Bcc: x@y.example????????z"));
}

#define IN_POST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_POST(the_time_is_the_host_s_and_says_its_zone),
		IN_POST(a_clock_that_was_set_is_what_people_read),
		IN_POST(a_code_s_text_says_what_it_must),
		IN_POST(a_code_by_sms_fits_into_one),
		IN_POST(the_built_in_texts_are_whole_and_without_links),
		IN_POST(an_unknown_kind_has_no_text),
		IN_POST(the_site_s_templates_take_the_place_of_ours),
		IN_POST(a_name_of_others_is_tamed),
	};

	(void)setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
