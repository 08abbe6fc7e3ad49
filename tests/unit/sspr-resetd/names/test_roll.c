/* SPDX-License-Identifier: MIT */
/*
 * R-ENR-4.  What NSS tells is that of this host, which has daemon (uid 1) and
 * root.
 */
#include <poll.h>
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

#include "names/roll.h"

#define ROOT  "root:x:0:0:root:/root:/bin/sh\n"
#define ALICE "alice:x:1000:1000::/home/alice:/bin/sh\n"
#define BOB   "bob:x:1001:1001::/home/bob:/bin/sh\n"

static char dir[32], path[64], other[64];
static struct roll roll;
static char told[4096]; /* who left */

static void
left([[maybe_unused]] void *arg, const char *name, uid_t uid)
{
	const size_t at = strlen(told);

	snprintf(told + at, sizeof(told) - at, "%s %u\n", name, uid);
}

static void
write_file(const char *to, const char *text)
{
	FILE *f = fopen(to, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

/* As shadow's tools do it. */
static void
replace(const char *text)
{
	write_file(other, text);
	assert_int_equal(rename(other, path), 0);
}

static enum sspr_err
read_roll(void)
{
	told[0] = '\0';
	return roll_read(&roll, path, left, NULL);
}

static enum sspr_err
read_new(const char *text)
{
	replace(text);
	return read_roll();
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/sspr-test-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/passwd", dir);
	snprintf(other, sizeof(other), "%s/passwd+", dir);
	memset(&roll, 0, sizeof(roll));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	roll_clear(&roll);
	(void)unlink(path);
	(void)unlink(other);
	return rmdir(dir);
}

static enum ipc_counted_state
count(const char *name, uint32_t uid, const char *backend)
{
	struct ipc_census q = { .uid = uid };

	snprintf(q.name, sizeof(q.name), "%s", name);
	snprintf(q.backend, sizeof(q.backend), "%s", backend);
	return roll_count(&roll, &q);
}

#define assert_there(x)   assert_int_equal(x, COUNTED_THERE)
#define assert_missing(x) assert_int_equal(x, COUNTED_MISSING)
#define assert_doubt(x)   assert_int_equal(x, COUNTED_DOUBT)

static void
who_leaves_is_told_once(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT ALICE BOB), SSPR_OK);
	assert_string_equal(told, "");
	assert_int_equal(read_new(BOB ROOT), SSPR_OK);
	assert_string_equal(told, "alice 1000\n");
	assert_int_equal(read_new(BOB ROOT ALICE), SSPR_OK);
	assert_string_equal(told, "");
	assert_int_equal(read_roll(), SSPR_OK);
	assert_string_equal(told, "");
}

static void
another_uid_or_name_is_leaving_too(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT ALICE BOB), SSPR_OK);
	assert_int_equal(read_new(ROOT "alice:x:1234:1000::/:/bin/sh\n"
				       "rob:x:1001:1001::/:/bin/sh\n"),
	    SSPR_OK);
	assert_string_equal(told, "alice 1000\nbob 1001\n");
}

/* What is not part of it does not count, a second name of a uid does. */
static void
the_rest_of_a_line_may_change(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT ALICE "toor:x:0:0::/:/bin/sh\n"),
	    SSPR_OK);
	assert_int_equal(read_new(
			     "alice:!:1000:9:A,1,2:/srv:/bin/false\n" ROOT),
	    SSPR_OK);
	assert_string_equal(told, "toor 0\n");
}

static void
a_file_that_may_not_be_whole_is_not_believed(void **state)
{
	static const char *const bad[] = { "", BOB, "+::::::\n", "root:x",
		"garbage\n" };

	(void)state;
	assert_int_equal(read_new(ROOT ALICE), SSPR_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_new(bad[i]), SSPR_SYSTEM);
		assert_string_equal(told, "");
		assert_there(count("alice", 1000, "files"));
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(read_roll(), SSPR_SYSTEM);
	assert_int_equal(read_new(ROOT), SSPR_OK);
	assert_string_equal(told, "alice 1000\n");
}

static void
it_is_read_from_nothing_on(void **state)
{
	(void)state;
	assert_int_equal(read_roll(), SSPR_SYSTEM);
	assert_int_equal(read_new(ROOT), SSPR_OK);
	assert_missing(count("alice", 1000, "files"));
}

static void
a_long_file_is_read_whole(void **state)
{
	static char text[200000];
	size_t at = (size_t)snprintf(text, sizeof(text), ROOT);

	(void)state;
	for (unsigned int i = 0; i < 5000; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "u%u:x:%u:1::/:/bin/sh\n", 9999 - i, 1000 + i);
	assert_int_equal(read_new(text), SSPR_OK);
	assert_there(count("u9999", 1000, "files"));
	assert_there(count("u5000", 5999, "files"));
	assert_missing(count("u5000", 5998, "files"));
	assert_int_equal(read_new(ROOT), SSPR_OK);
	assert_int_equal(strncmp(told, "u5000 5999\nu5001 5998\n", 22), 0);
}

/* Whatever NSS says: no-such-user is in the file, daemon is not. */
static void
an_account_of_the_file_is_there_if_the_file_says_so(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT "no-such-user:x:5:5::/:/bin/sh\n"),
	    SSPR_OK);
	assert_there(count("no-such-user", 5, "files"));
	assert_missing(count("no-such-user", 6, "files"));
	assert_missing(count("daemon", 1, "files"));
}

static void
an_account_of_a_directory_is_there_if_nss_says_so(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT), SSPR_OK);
	assert_there(count("daemon", 1, "nss"));
	assert_missing(count("daemon", 2, "nss"));
}

static void
an_account_that_moved_into_the_file_is_missed(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT "daemon:x:1:1::/:/bin/sh\n"), SSPR_OK);
	assert_missing(count("daemon", 1, "nss"));
}

/* A directory that is down looks like an empty one. */
static void
an_empty_directory_misses_nobody(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT), SSPR_OK);
	assert_doubt(count("no-such-user", 5, "nss"));
	assert_there(count("daemon", 1, "nss"));
	assert_missing(count("no-such-user", 5, "nss"));
	snprintf(roll.witness, sizeof(roll.witness), "no-such-user-2");
	assert_doubt(count("no-such-user", 5, "nss"));
}

/* The file answers for it, not the directory. */
static void
who_moved_into_the_file_is_no_witness(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT), SSPR_OK);
	assert_there(count("daemon", 1, "nss"));
	assert_int_equal(read_new(ROOT "daemon:x:1:1::/:/bin/sh\n"), SSPR_OK);
	assert_doubt(count("no-such-user", 5, "nss"));
}

static void
a_name_that_cannot_be_one_is_not_missed(void **state)
{
	(void)state;
	assert_int_equal(read_new(ROOT), SSPR_OK);
	assert_there(count("daemon", 1, "nss"));
	assert_there(count("no/such", 5, "nss"));
}

static bool
is_told(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void
a_file_that_is_written_or_replaced_wakes(void **state)
{
	int fd;

	(void)state;
	replace(ROOT);
	fd = roll_watch(path);
	assert_true(fd >= 0);
	assert_false(is_told(fd));
	replace(ROOT BOB);
	assert_true(is_told(fd));
	roll_drain(fd);
	assert_false(is_told(fd));
	assert_int_equal(read_roll(), SSPR_OK);
	assert_false(is_told(fd));
	write_file(path, ROOT);
	assert_true(is_told(fd));
	roll_drain(fd);
	assert_int_equal(read_roll(), SSPR_OK);
	assert_string_equal(told, "bob 1001\n");
	close(fd);
}

static void
what_is_not_there_cannot_be_watched(void **state)
{
	(void)state;
	assert_int_equal(roll_watch("/no/such/place/passwd"), -1);
	assert_int_equal(roll_watch("/etc/passwd/passwd"), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_leaves_is_told_once),
		TEST(another_uid_or_name_is_leaving_too),
		TEST(the_rest_of_a_line_may_change),
		TEST(a_file_that_may_not_be_whole_is_not_believed),
		TEST(it_is_read_from_nothing_on),
		TEST(a_long_file_is_read_whole),
		TEST(an_account_of_the_file_is_there_if_the_file_says_so),
		TEST(an_account_of_a_directory_is_there_if_nss_says_so),
		TEST(an_account_that_moved_into_the_file_is_missed),
		TEST(an_empty_directory_misses_nobody),
		TEST(who_moved_into_the_file_is_no_witness),
		TEST(a_name_that_cannot_be_one_is_not_missed),
		TEST(a_file_that_is_written_or_replaced_wakes),
		TEST(what_is_not_there_cannot_be_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
