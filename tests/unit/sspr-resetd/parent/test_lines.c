/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "parent/audit.h"
#include "parent/lines.h"

#define ID   "00112233445566778899aabbccddeeff"
#define WALL 1767225600 /* 2026-01-01T00:00:00Z */

#define HEAD "{\"seq\":7,\"time\":\"2026-01-01T00:00:00Z\","

static const struct lines_now now = { .wall_s = WALL + 60,
	.boot = "abcdef01",
	.boot_ms = 100000 };

static struct lines_line line;

static bool
next(const char *text)
{
	size_t len = strlen(text);

	memset(&line, 1, sizeof(line));
	return lines_next(&text, &len, &line);
}

static int
new_file(void)
{
	char path[] = "/tmp/sspr-lines-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd != -1);
	assert_int_equal(unlink(path), 0);
	return fd;
}

/* The writer's line, by the reader: there is one format. */
static void
what_audit_appends_is_read_back(void **state)
{
	static char text[8192];
	struct audit a = { .fd = new_file(), .boot = "abcdef01" };
	const struct audit_record r = { .event = "reset.done",
		.correlation = ID,
		.actor = IPC_NOBODY,
		.subject = 4242,
		.service = "sshd",
		.source = "192.0.2.1",
		.result = SSPR_OK,
		.digest = "$5$x$y",
		.reason = "because" };
	const char *at = text;
	size_t len;
	ssize_t n;

	(void)state;
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	n = pread(a.fd, text, sizeof(text), 0);
	assert_true(n > 0);
	len = (size_t)n;
	for (uint64_t seq = 1; seq <= 2; seq++) {
		assert_true(lines_next(&at, &len, &line));
		assert_int_equal(line.seq, seq);
		assert_string_equal(line.event, "reset.done");
		assert_string_equal(line.correlation, ID);
		assert_string_equal(line.digest, "$5$x$y");
		assert_string_equal(line.source, "192.0.2.1");
		assert_string_equal(line.boot, "abcdef01");
		assert_int_equal(line.subject, 4242);
		assert_true(line.wall_s > WALL);
		assert_true(line.boot_ms < UINT64_MAX);
	}
	assert_false(lines_next(&at, &len, &line));
	assert_int_equal(len, 0);
	audit_close(&a);
}

static void
what_is_missing_or_not_ours_is_unknown(void **state)
{
	static const char *const odd[] = { "\n", "{}\n", "nonsense\n",
		"\"event\":\"\n", "\"subject\":-1,\"seq\":-1,\n",
		"\"subject\":4294967295,\n",
		"\"subject\":99999999999999999999999,\n", "\"subject\":10x,\n",
		"\"subject\":10\n", "\"event\":\"\\u0041\",\n",
		"\"event\":\"a word that is much too long for any event\"\n",
		"\"time\":\"yesterday\",\n", "\"time\":\"2026-01-01\",\n",
		"\"time\":\"2026-13-01T00:00:00Z\",\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_true(next(odd[i]));
		assert_int_equal(line.seq, 0);
		assert_string_equal(line.event, "");
		assert_int_equal(line.subject, IPC_NOBODY);
		assert_true(line.wall_s == -1);
		assert_true(line.boot_ms == UINT64_MAX);
	}
}

/* R-LOG-2: quotes inside values are escaped, so nothing there is a field. */
static void
what_a_stranger_typed_is_no_field(void **state)
{
	(void)state;
	assert_true(next(HEAD "\"event\":\"code.refused\",\"source\":"
			      "\"\\u0022subject\\u0022:0,event:reset.done\","
			      "\"subject\":1000,\n"));
	assert_string_equal(line.event, "code.refused");
	assert_int_equal(line.subject, 1000);
	assert_string_equal(line.source, "");
}

static void
lines_are_found_by_what_is_in_them(void **state)
{
	static const char text[] = HEAD "\"event\":\"reset.done\",\n" HEAD
					"\"event\":\"code.refused\",\n"
					"{}\n" HEAD "\"event\":\"reset.failed"
					"\",\n\"event\":\"reset.torn";
	const char *at = text, *what = "\"event\":\"reset.";
	size_t len = sizeof(text) - 1;

	(void)state;
	assert_true(lines_find(&at, &len, what, &line));
	assert_string_equal(line.event, "reset.done");
	assert_true(lines_find(&at, &len, what, &line));
	assert_string_equal(line.event, "reset.failed");
	assert_int_equal(line.seq, 7);
	assert_false(lines_find(&at, &len, what, &line));
	assert_false(lines_find(&at, &len, what, &line));
}

static void
a_line_without_its_newline_is_never_read_past(void **state)
{
	static const char whole[] = HEAD "\"event\":\"reset.done\","
					 "\"subject\":1000,\"boot_ms\":1,\n";
	char *text;
	const char *at;
	size_t left;

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		text = malloc(len + 1); /* no more, so that ASan sees */
		assert_non_null(text);
		memcpy(text, whole, len);
		at = text;
		left = len;
		assert_int_equal(lines_next(&at, &left, &line),
		    len == sizeof(whole) - 1);
		text[len == 0 ? 0 : len - 1] = '\n';
		at = text;
		left = len;
		assert_int_equal(lines_next(&at, &left, &line), len != 0);
		free(text);
	}
}

static struct lines_line
at(int64_t wall_s, const char *boot, uint64_t boot_ms)
{
	struct lines_line l = { .wall_s = wall_s, .boot_ms = boot_ms };

	snprintf(l.boot, sizeof(l.boot), "%s", boot);
	return l;
}

/* R-THR: whoever sets the clock makes nothing older than it is. */
static void
of_this_boot_the_time_of_day_does_not_matter(void **state)
{
	const struct lines_line old = at(0, "abcdef01", 40000);
	const struct lines_line late = at(WALL, "abcdef01", 200000);
	const struct lines_line lost = at(WALL, "abcdef01", UINT64_MAX);

	(void)state;
	assert_int_equal(lines_age(&old, &now), 60000);
	assert_int_equal(lines_age(&late, &now), 0);
	assert_int_equal(lines_age(&lost, &now), 0);
}

static void
of_another_boot_the_future_is_now(void **state)
{
	const struct lines_line old = at(WALL, "12345678", 1);
	const struct lines_line late = at(WALL + 61, "12345678", 1);
	const struct lines_line lost = at(-1, "12345678", 1);
	struct lines_now nameless = now;
	const struct lines_line none = at(WALL, "", 99999);

	(void)state;
	assert_int_equal(lines_age(&old, &now), 60000);
	assert_int_equal(lines_age(&late, &now), 0);
	assert_int_equal(lines_age(&lost, &now), 0);
	nameless.boot[0] = '\0';
	assert_int_equal(lines_age(&none, &nameless), 60000);
}

/* All pieces, put together again from the end. */
struct pieces {
	char *text;
	size_t from, count, most;
};

static bool
collect(void *arg, const char *text, size_t len)
{
	struct pieces *p = arg;

	assert_true(len <= p->from);
	assert_int_equal(text[len - 1], '\n');
	p->from -= len;
	memcpy(p->text + p->from, text, len);
	return ++p->count < p->most;
}

static void
a_log_is_read_whole_from_its_end(void **state)
{
	const size_t size = 3 * LINES_CHUNK + 12345;
	char *text = malloc(size), *back = malloc(size);
	struct pieces p = { .text = back, .from = size, .most = 100 };
	int fd = new_file();
	bool more = false;

	(void)state;
	assert_true(text != NULL && back != NULL);
	for (size_t i = 0; i < size; i++)
		text[i] = i % 97 == 0 ? '\n' : (char)('a' + i % 26);
	text[size - 1] = '\n';
	assert_int_equal(write(fd, text, size), size);
	assert_int_equal(lines_back(fd, collect, &p, &more), SSPR_OK);
	assert_true(more);
	assert_int_equal(p.from, 0);
	assert_int_equal(p.count, 4);
	assert_memory_equal(text, back, size);
	p = (struct pieces){ .text = back, .from = size, .most = 2 };
	assert_int_equal(lines_back(fd, collect, &p, &more), SSPR_OK);
	assert_false(more);
	assert_int_equal(p.count, 2);
	close(fd);
	free(text);
	free(back);
}

static bool
count(void *arg, const char *text, size_t len)
{
	size_t *lines = arg;

	while (lines_next(&text, &len, &line))
		(*lines)++;
	return true;
}

static void
what_has_no_lines_is_passed_over(void **state)
{
	static char dirt[2 * LINES_CHUNK];
	int fd = new_file();
	size_t lines = 0;
	bool more = false;

	(void)state;
	assert_int_equal(lines_back(fd, count, &lines, &more), SSPR_OK);
	assert_true(more);
	assert_int_equal(write(fd, "{}\n{}\n", 6), 6);
	memset(dirt, 'x', sizeof(dirt));
	assert_int_equal(write(fd, dirt, sizeof(dirt)), sizeof(dirt));
	assert_int_equal(write(fd, "\n", 1), 1);
	assert_int_equal(lines_back(fd, count, &lines, &more), SSPR_OK);
	assert_in_range(lines, 2, 3);
	close(fd);
}

static void
what_cannot_be_read_is_an_error(void **state)
{
	char path[] = "/tmp/sspr-lines-XXXXXX";
	int fd = mkstemp(path);
	size_t lines = 0;
	bool more;

	(void)state;
	assert_int_equal(write(fd, "{}\n", 3), 3);
	close(fd);
	assert_int_equal(lines_back(-1, count, &lines, &more), SSPR_AUDIT);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(lines_back(fd, count, &lines, &more), SSPR_AUDIT);
	assert_int_equal(lines, 0);
	close(fd);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_audit_appends_is_read_back),
		cmocka_unit_test(what_is_missing_or_not_ours_is_unknown),
		cmocka_unit_test(what_a_stranger_typed_is_no_field),
		cmocka_unit_test(lines_are_found_by_what_is_in_them),
		cmocka_unit_test(a_line_without_its_newline_is_never_read_past),
		cmocka_unit_test(of_this_boot_the_time_of_day_does_not_matter),
		cmocka_unit_test(of_another_boot_the_future_is_now),
		cmocka_unit_test(a_log_is_read_whole_from_its_end),
		cmocka_unit_test(what_has_no_lines_is_passed_over),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
