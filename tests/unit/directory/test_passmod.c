/* SPDX-License-Identifier: MIT */
/* Answers that a real server cannot be made to give; tests/system has one. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "link.h"
#include "passmod.h"

#define DN      "uid=alice,ou=people,dc=example,dc=net"
#define PASSMOD "1.3.6.1.4.1.4203.1.11.1"
#define POLICY  "1.3.6.1.4.1.42.2.27.8.5.1"
#define NO_RULE (-1)
#define BAD     (-2) /* a control that does not parse */

struct bytes {
	uint8_t at[2048];
	size_t len;
};

/* What the server does with the request, and what it heard. */
static struct script {
	struct bytes answer;
	bool hangs; /* else it closes after the answer */
	struct bytes heard;
} * script;

static struct {
	char path[40];
	pid_t pid;
	LDAP *ld;
	char text[PASSMOD_TEXT_MAX + 1];
} lab;

/* X.690 section 8.1 */
static void
put(struct bytes *b, uint8_t tag, const void *content, size_t len)
{
	assert_in_range(b->len + len + 4, 0, sizeof(b->at));
	b->at[b->len++] = tag;
	if (len > 127) {
		b->at[b->len++] = 0x82;
		b->at[b->len++] = (uint8_t)(len >> 8);
	}
	b->at[b->len++] = (uint8_t)len;
	memcpy(b->at + b->len, content, len);
	b->len += len;
}

static void
put_bytes(struct bytes *b, uint8_t tag, const struct bytes *content)
{
	put(b, tag, content->at, content->len);
}

static void
put_control(struct bytes *b, int rule)
{
	struct bytes value = { .len = 0 }, control = { .len = 0 },
		     list = { .len = 0 };
	const uint8_t error = (uint8_t)rule;

	put(&value, 0x81, &error, 1);
	put(&control, 0x04, POLICY, strlen(POLICY));
	if (rule == BAD) {
		put(&control, 0x04, "\x30\x7f\x81", 3);
	} else {
		struct bytes whole = { .len = 0 };

		put_bytes(&whole, 0x30, &value);
		put_bytes(&control, 0x04, &whole);
	}
	put_bytes(&list, 0x30, &control);
	put_bytes(b, 0xa0, &list);
}

/* RFC 4511 section 4.12, to request 2. */
static void
answers(uint8_t type, uint8_t code, const char *text, int rule)
{
	struct bytes body = { .len = 0 }, message = { .len = 0 };

	put(&message, 0x02, "\2", 1);
	put(&body, 0x0a, &code, 1);
	put(&body, 0x04, "", 0);
	put(&body, 0x04, text, strlen(text));
	put_bytes(&message, type, &body);
	if (rule != NO_RULE)
		put_control(&message, rule);
	script->answer.len = 0;
	put_bytes(&script->answer, 0x30, &message);
}

/* Read one message. */
static void
hear(int fd, struct bytes *b)
{
	size_t want = 2;

	b->len = 0;
	while (b->len < want) {
		const ssize_t n = read(fd, b->at + b->len, want - b->len);

		if (n <= 0)
			_exit(0);
		b->len += (size_t)n;
		if (b->len == 2)
			want = b->at[1] < 0x80 ? 2u + b->at[1]
					       : 2u + (b->at[1] & 0x7fu);
		else if (b->len == 4 && b->at[1] == 0x82)
			want = 4u + ((size_t)b->at[2] << 8 | b->at[3]);
		else if (b->len == 3 && b->at[1] == 0x81)
			want = 3u + b->at[2];
	}
}

static _Noreturn void
serve(int listener)
{
	static const uint8_t bound[] = { 0x30, 0x0c, 0x02, 1, 1, 0x61, 7, 0x0a,
		1, 0, 0x04, 0, 0x04, 0 };
	struct bytes bind;
	const int fd = accept(listener, NULL, NULL);

	hear(fd, &bind);
	if (write(fd, bound, sizeof(bound)) != sizeof(bound))
		_exit(1);
	hear(fd, &script->heard);
	if (write(fd, script->answer.at, script->answer.len) < 0)
		_exit(1);
	if (script->hangs)
		(void)pause();
	_exit(0);
}

static void
start(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct settings s = { .auth = SETTINGS_ANONYMOUS, .seconds = 1 };
	char why[LINK_WHY_MAX + 1];
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(lab.path, sizeof(lab.path), "/tmp/sspr-passmod-%d",
	    (int)getpid());
	(void)snprintf(s.uri, sizeof(s.uri),
	    "ldapi://%%2Ftmp%%2Fsspr-passmod-%d", (int)getpid());
	memcpy(a.sun_path, lab.path, sizeof(lab.path));
	(void)unlink(lab.path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	if ((lab.pid = fork()) == 0)
		serve(fd);
	close(fd);
	assert_int_equal(link_open(&s, &lab.ld, why), SSPR_OK);
}

static void
stop(void)
{
	link_close(lab.ld);
	lab.ld = NULL;
	(void)kill(lab.pid, SIGKILL);
	(void)waitpid(lab.pid, NULL, 0);
	(void)unlink(lab.path);
}

static enum sspr_err
set(const char *old, const char *new)
{
	struct secret from, to;
	enum sspr_err e;

	assert_int_equal(secret_set(&to, new, strlen(new)), SSPR_OK);
	if (old != NULL)
		assert_int_equal(secret_set(&from, old, strlen(old)), SSPR_OK);
	memset(lab.text, 0, sizeof(lab.text));
	start();
	e = passmod_set(lab.ld, DN, old == NULL ? NULL : &from, &to, 1,
	    lab.text);
	stop();
	return e;
}

static bool
was_heard(const char *what)
{
	return memmem(script->heard.at, script->heard.len, what,
		   strlen(what)) != NULL;
}

static int
setup([[maybe_unused]] void **state)
{
	memset(script, 0, sizeof(*script));
	return 0;
}

static void
a_change_is_asked_for_as_rfc_3062_has_it([[maybe_unused]] void **state)
{
	answers(0x78, 0, "", NO_RULE);
	assert_int_equal(set(NULL, "Turnip-violin-52"), SSPR_OK);
	assert_string_equal(lab.text, "");
	assert_true(was_heard("\x80\x17" PASSMOD)); /* requestName */
	assert_true(was_heard("\x80\x25" DN));      /* userIdentity */
	assert_true(was_heard("\x82\x10Turnip-violin-52"));
	assert_true(was_heard(POLICY));
	assert_false(was_heard("\x81\x08"));
	assert_int_equal(set("Old-pass", "Turnip-violin-52"), SSPR_OK);
	assert_true(was_heard("\x81\x08Old-pass"));
}

/* draft-behera-ldap-password-policy-10 section 6.2 */
static void
each_rule_has_a_sentence([[maybe_unused]] void **state)
{
	static const struct {
		int rule;
		enum sspr_err e;
		const char *text;
	} rules[] = {
		{ 0, SSPR_DENIED, "has expired" },
		{ 1, SSPR_DENIED, "is locked" },
		{ 2, SSPR_DENIED, "by its owner first" },
		{ 3, SSPR_DENIED, "may not be changed" },
		{ 4, SSPR_DENIED, "only with the current password" },
		{ 5, SSPR_WEAK, "too easy to guess" },
		{ 6, SSPR_WEAK, "is too short" },
		{ 7, SSPR_DENIED, "too short a time ago" },
		{ 8, SSPR_WEAK, "was used before" },
		{ 9, SSPR_WEAK, "is too long" },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		answers(0x78, 19, "", rules[i].rule);
		assert_int_equal(set(NULL, "x"), rules[i].e);
		assert_non_null(strstr(lab.text, rules[i].text));
		assert_null(strchr(lab.text, '('));
		answers(0x78, 19, "in its own words", rules[i].rule);
		assert_int_equal(set(NULL, "x"), rules[i].e);
		assert_non_null(strstr(lab.text, " (in its own words)"));
	}
}

/* RFC 4511 section 4.1.9; proxies say 3, 52 and 80 of servers behind them. */
static void
without_a_rule_the_result_code_counts([[maybe_unused]] void **state)
{
	static const struct {
		uint8_t code;
		enum sspr_err e;
	} codes[] = { { 19, SSPR_WEAK }, { 53, SSPR_DENIED },
		{ 50, SSPR_DENIED }, { 2, SSPR_DENIED }, { 10, SSPR_DENIED },
		{ 51, SSPR_DIRECTORY }, { 3, SSPR_UNCERTAIN },
		{ 52, SSPR_UNCERTAIN }, { 80, SSPR_UNCERTAIN } };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		answers(0x78, codes[i].code, "No, thanks", NO_RULE);
		assert_int_equal(set(NULL, "x"), codes[i].e);
		assert_string_equal(lab.text, "No, thanks");
		answers(0x78, codes[i].code, "", BAD);
		assert_int_equal(set(NULL, "x"), codes[i].e);
		assert_string_equal(lab.text, ldap_err2string(codes[i].code));
		answers(0x78, codes[i].code, "", 42);
		assert_int_equal(set(NULL, "x"), codes[i].e);
	}
}

/* R-LOG-2 */
static void
what_a_server_says_is_printable([[maybe_unused]] void **state)
{
	char longest[1024];

	answers(0x78, 53, "\033[2J\xff caf\xc3\xa9\n\xe2\x80\xae", NO_RULE);
	assert_int_equal(set(NULL, "x"), SSPR_DENIED);
	assert_string_equal(lab.text, "?[2J? caf\xc3\xa9??");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	answers(0x78, 19, longest, 6);
	assert_int_equal(set(NULL, "x"), SSPR_WEAK);
	assert_in_range(strlen(lab.text), 200, PASSMOD_TEXT_MAX);
}

static void
an_empty_password_is_not_sent([[maybe_unused]] void **state)
{
	answers(0x78, 0, "", NO_RULE);
	script->hangs = true;
	assert_int_equal(set(NULL, ""), SSPR_WEAK);
	assert_string_equal(lab.text, "no password was given");
	assert_false(was_heard(PASSMOD));
}

/* R-SET-5: sent and not answered, whole and in time, is not known. */
static void
is_uncertain(void)
{
	struct timespec a, b;

	(void)clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(set(NULL, "Turnip-violin-52"), SSPR_UNCERTAIN);
	(void)clock_gettime(CLOCK_MONOTONIC, &b);
	assert_in_range(b.tv_sec - a.tv_sec, 0, 3);
	assert_true(was_heard("Turnip-violin-52"));
	assert_string_equal(lab.text, "the directory does not answer");
}

static void
no_answer_is_uncertain([[maybe_unused]] void **state)
{
	script->hangs = true;
	is_uncertain();
}

static void
an_end_in_the_place_of_an_answer_is_uncertain([[maybe_unused]] void **state)
{
	is_uncertain();
}

static void
part_of_an_answer_is_uncertain([[maybe_unused]] void **state)
{
	answers(0x78, 0, "well done", NO_RULE);
	for (script->answer.len = 1; script->answer.len < 24;
	     script->answer.len += 5) {
		script->hangs = script->answer.len == 11;
		is_uncertain();
	}
}

static void
what_is_no_answer_is_uncertain([[maybe_unused]] void **state)
{
	script->answer.len = 64;
	for (int c = 0; c < 0x100; c += 0x33) {
		memset(script->answer.at, c, script->answer.len);
		is_uncertain();
	}
	answers(0x65, 0, "", NO_RULE); /* searchResDone */
	is_uncertain();
	answers(0x78, 0, "", NO_RULE);
	script->answer.at[4] = 3; /* to another request */
	is_uncertain();
}

static void
what_could_not_be_sent_is_not_done([[maybe_unused]] void **state)
{
	struct secret new;

	assert_int_equal(secret_set(&new, "x", 1), SSPR_OK);
	script->hangs = true;
	start();
	(void)kill(lab.pid, SIGKILL);
	(void)waitpid(lab.pid, NULL, 0);
	assert_int_equal(passmod_set(lab.ld, DN, NULL, &new, 1, lab.text),
	    SSPR_DIRECTORY);
	stop();
}

static enum sspr_err
note(void)
{
	enum sspr_err e;

	memset(lab.text, 0, sizeof(lab.text));
	start();
	e = passmod_note(lab.ld, DN, 20000, 1, lab.text);
	stop();
	return e;
}

/* RFC 4528: only if it is there, and not to be passed over. */
static void
the_day_is_noted_where_there_is_one([[maybe_unused]] void **state)
{
	answers(0x67, 0, "", NO_RULE);
	assert_int_equal(note(), SSPR_OK);
	assert_true(was_heard("1.3.6.1.1.12\x01\x01\xff"));
	assert_true(was_heard("\x87\x10shadowLastChange"));
	assert_true(was_heard("\x04\x05"
			      "20000"));
	answers(0x67, 122, "", NO_RULE);
	assert_int_equal(note(), SSPR_OK);
	answers(0x67, 50, "not you", NO_RULE);
	assert_int_equal(note(), SSPR_DENIED);
	assert_string_equal(lab.text, "not you");
	script->answer.len = 0;
	assert_int_equal(note(), SSPR_DENIED);
	assert_string_equal(lab.text, "the directory does not answer");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_is_asked_for_as_rfc_3062_has_it),
		TEST(each_rule_has_a_sentence),
		TEST(without_a_rule_the_result_code_counts),
		TEST(what_a_server_says_is_printable),
		TEST(an_empty_password_is_not_sent),
		TEST(no_answer_is_uncertain),
		TEST(an_end_in_the_place_of_an_answer_is_uncertain),
		TEST(part_of_an_answer_is_uncertain),
		TEST(what_is_no_answer_is_uncertain),
		TEST(what_could_not_be_sent_is_not_done),
		TEST(the_day_is_noted_where_there_is_one),
	};

	script = mmap(NULL, sizeof(*script), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (script == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
