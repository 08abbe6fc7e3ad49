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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "parent/recall.h"

#define HOUR_S 3600
#define DAY_S  (24 * HOUR_S)
#define BOOT   "abcdef01"
#define BEFORE "12345678"
#define UID    1000u

static char dir[32], path[64];
static struct resets resets;
static bool whole;
static FILE *file;
static uint64_t seq;

static const struct lines_now now = { .wall_s = 1767225600,
	.boot = BOOT,
	.boot_ms = 10 * HOUR_S * 1000ull };

static int
begin(void **state)
{
	(void)state;
	memset(&resets, 0, sizeof(resets));
	seq = 0;
	snprintf(dir, sizeof(dir), "/tmp/sspr-recall-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/log", dir);
	file = fopen(path, "ae");
	return file == NULL ? -1 : 0;
}

static int
end(void **state)
{
	char old[80];

	(void)state;
	fclose(file);
	(void)unlink(path);
	for (unsigned int i = 1; i <= RECALL_FILES; i++) {
		snprintf(old, sizeof(old), "%s.%u", path, i);
		(void)unlink(old);
	}
	return rmdir(dir);
}

/* One line, so many seconds ago by the time of day. */
static void
put(const char *event, int64_t ago_s, const char *boot, uint64_t boot_ms)
{
	const time_t t = (time_t)(now.wall_s - ago_s);
	struct tm tm;
	char text[32];

	assert_non_null(gmtime_r(&t, &tm));
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fprintf(file,
	    "{\"seq\":%llu,\"time\":\"%s\",\"boot\":\"%s\",\"boot_ms\":%llu,"
	    "\"event\":\"%s\",\"subject\":%u,\"source\":\"192.0.2.1\","
	    "\"code\":0}\n",
	    (unsigned long long)++seq, text, boot, (unsigned long long)boot_ms,
	    event, UID);
}

static void
rotate(unsigned int last)
{
	char from[80], to[80];

	fclose(file);
	for (unsigned int i = last; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%u", path, i);
		snprintf(from, sizeof(from), "%s.%u", path, i - 1);
		assert_int_equal(rename(i == 1 ? path : from, to), 0);
	}
	file = fopen(path, "ae");
	assert_non_null(file);
}

static enum sspr_err
recall(void)
{
	fflush(file);
	memset(&resets, 0, sizeof(resets));
	return recall_resets(path, &now, &resets, &whole);
}

static size_t
found(void)
{
	size_t n = 0;

	assert_int_equal(recall(), SSPR_OK);
	for (size_t i = 0; i < RESETS_MAX; i++)
		n += resets.at[i].used;
	return n;
}

/* R-SET-7 */
static void
the_resets_of_a_day_are_found(void **state)
{
	(void)state;
	put("reset.done", DAY_S, BEFORE, 1);
	put("reset.done", DAY_S - 1, BEFORE, 1);
	put("reset.unlocked", 5 * HOUR_S, BOOT, 5 * HOUR_S * 1000ull);
	put("reset.failed", 5 * HOUR_S, BOOT, 5 * HOUR_S * 1000ull);
	put("code.accepted", 5 * HOUR_S, BOOT, 5 * HOUR_S * 1000ull);
	put("reset.unknown", 0, BOOT, now.boot_ms);
	assert_int_equal(found(), 3);
	assert_true(whole);
	assert_true(resets.at[0].at_ms == (10 * HOUR_S - DAY_S + 1) * 1000ll);
	assert_int_equal(resets.at[0].uid, UID);
	assert_string_equal(resets.at[0].source, "192.0.2.1");
	assert_true(resets.at[1].at_ms == 5 * HOUR_S * 1000ll);
	assert_true(resets.at[2].at_ms == (int64_t)now.boot_ms);
}

/* R-THR: the log says three, whatever became of the clock */
static void
a_clock_that_jumped_makes_none_forgotten(void **state)
{
	(void)state;
	put("reset.done", 40 * DAY_S, BOOT, 9 * HOUR_S * 1000ull);
	put("reset.done", -40 * DAY_S, BOOT, 9 * HOUR_S * 1000ull);
	put("reset.done", -40 * DAY_S, BEFORE, 9 * HOUR_S * 1000ull);
	assert_int_equal(found(), 3);
}

static void
one_old_line_does_not_end_it(void **state)
{
	(void)state;
	put("reset.done", HOUR_S, BEFORE, 1);
	put("daemon.start", 9000 * DAY_S, BEFORE, 1); /* no clock yet */
	assert_int_equal(found(), 1);
}

static void
what_was_rotated_is_read_as_far_as_it_is_young(void **state)
{
	(void)state;
	put("reset.done", 23 * HOUR_S, BEFORE, 1);
	rotate(1);
	put("reset.done", 22 * HOUR_S, BEFORE, 1);
	rotate(2);
	rotate(3); /* twice on end */
	put("reset.done", HOUR_S, BEFORE, 1);
	assert_int_equal(found(), 3);
	assert_true(whole);
}

static void
reading_ends_where_a_whole_piece_is_old(void **state)
{
	(void)state;
	put("reset.done", HOUR_S, BEFORE, 1); /* nobody looks here */
	rotate(1);
	put("daemon.start", 2 * DAY_S, BEFORE, 1);
	rotate(2);
	put("reset.done", HOUR_S, BEFORE, 1);
	assert_int_equal(found(), 1);
	assert_true(whole);
}

static void
a_day_that_is_not_all_there_is_told(void **state)
{
	(void)state;
	seq = 41;
	put("reset.done", HOUR_S, BEFORE, 1);
	assert_int_equal(found(), 1);
	assert_false(whole);
}

static void
an_empty_log_has_none(void **state)
{
	(void)state;
	assert_int_equal(found(), 0);
	assert_true(whole);
}

/* More than one piece, most of it other people's tries. */
static void
a_long_log_is_read_to_the_end_of_the_day(void **state)
{
	(void)state;
	put("reset.done", DAY_S - 60, BEFORE, 1);
	for (size_t i = 0; i < 20000; i++)
		put("code.refused", HOUR_S, BEFORE, 1);
	put("reset.done", HOUR_S, BEFORE, 1);
	assert_int_equal(found(), 2);
}

static void
what_others_can_write_is_not_believed(void **state)
{
	char old[80];

	(void)state;
	put("reset.done", HOUR_S, BEFORE, 1);
	rotate(1);
	snprintf(old, sizeof(old), "%s.1", path);
	assert_int_equal(chmod(old, 0622), 0);
	assert_int_equal(recall(), SSPR_AUDIT);
	assert_int_equal(unlink(old), 0);
	assert_int_equal(mkfifo(old, 0600), 0);
	assert_int_equal(recall(), SSPR_AUDIT);
	assert_int_equal(unlink(old), 0);
	assert_int_equal(symlink("log", old), 0);
	assert_int_equal(recall(), SSPR_AUDIT);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_resets_of_a_day_are_found),
		TEST(a_clock_that_jumped_makes_none_forgotten),
		TEST(one_old_line_does_not_end_it),
		TEST(what_was_rotated_is_read_as_far_as_it_is_young),
		TEST(reading_ends_where_a_whole_piece_is_old),
		TEST(a_day_that_is_not_all_there_is_told),
		TEST(an_empty_log_has_none),
		TEST(a_long_log_is_read_to_the_end_of_the_day),
		TEST(what_others_can_write_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
