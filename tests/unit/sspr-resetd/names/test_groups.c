/* SPDX-License-Identifier: MIT */
/*
 * The groups are those that every Debian system has: root 0, daemon 1, bin 2.
 * They are asked of the C library, but some are far away, and so is the time.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "names/groups.h"

static const gid_t mine[] = { 4711, 1, 2 }; /* of daemon and bin */

#define MINE (sizeof(mine) / sizeof(mine[0]))
#define FAR  300u /* ms */

typedef int
asker(const char *, struct group *, char *, size_t, struct group **);

static struct {
	uint64_t ms;    /* on the clock */
	unsigned asked; /* times */
	unsigned takes; /* ms */
	int error;      /* of the C library, if not 0 */
} nss;

int
clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	*t = (struct timespec){ .tv_sec = (time_t)(nss.ms / 1000),
		.tv_nsec = (long)(nss.ms % 1000) * 1000000 };
	return 0;
}

/* The real one, from far away. */
int
getgrnam_r(const char *name, struct group *gr, char *buf, size_t size,
    struct group **found)
{
	void *real = dlsym(RTLD_NEXT, "getgrnam_r");
	asker *does;

	memcpy(&does, &real, sizeof(does));
	nss.asked++;
	nss.ms += nss.takes;
	*found = NULL;
	return nss.error != 0 ? nss.error : does(name, gr, buf, size, found);
}

static void
expect(struct groups *g, const char *words, bool strict, const char *first)
{
	char name[GROUPS_NAME_MAX + 1] = "unset";

	assert_int_equal(groups_match(g, words, strict, mine, MINE, name),
	    SSPR_OK);
	assert_string_equal(name, first);
}

static void
the_first_group_of_the_list_is_told(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "daemon", true, "daemon");
	expect(&g, "root bin daemon", true, "bin");
	expect(&g, "root", true, "");
	expect(&g, "", true, "");
	groups_clear(&g);
}

static void
a_group_that_never_was_found_need_not_exist(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "no-such-group daemon", true, "daemon");
	expect(&g, "no-such-group", true, "");
	groups_clear(&g);
}

static void
what_was_found_is_remembered_once(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "daemon no-such-group root", true, "daemon");
	assert_string_equal(g.found, "daemon root ");
	expect(&g, "root bin", true, "bin");
	assert_string_equal(g.found, "daemon root bin ");
	groups_clear(&g);
	assert_null(g.found);
}

/* R-POL-1 */
static void
a_group_that_was_found_must_be_found_for_ever(void **state)
{
	struct groups g = { .found = NULL };
	char name[GROUPS_NAME_MAX + 1] = "unset";

	(void)state;
	assert_non_null(g.found = strdup("bin no-such-group "));
	assert_int_equal(groups_match(&g, "daemon no-such-group", true, mine,
			     MINE, name),
	    SSPR_SYSTEM);
	assert_string_equal(name, "unset");
	assert_string_equal(g.lost, "no-such-group");
	expect(&g, "daemon", true, "daemon");
	expect(&g, "no-such", true, "");
	groups_clear(&g);
	assert_string_equal(g.lost, "");
}

static void
lists_that_are_not_strict_forget(void **state)
{
	struct groups g = { .found = NULL };

	(void)state;
	expect(&g, "daemon", false, "daemon");
	assert_null(g.found);
	assert_non_null(g.found = strdup("no-such-group "));
	expect(&g, "no-such-group bin", false, "bin");
	groups_clear(&g);
}

/* These, looked up once by a look-up, took this long each. */
static void
begin(struct groups *g, const char *words, unsigned takes)
{
	*g = (struct groups){ .found = NULL };
	nss.ms = 5000000;
	nss.error = 0;
	nss.takes = takes;
	assert_int_equal(groups_list(g, words, true, 0), SSPR_OK);
	expect(g, words, true, "");
	nss.asked = 0;
}

static void
a_group_far_away_is_absent_for_a_minute(void **state)
{
	struct groups g;

	(void)state;
	begin(&g, "no-such-group", FAR);
	nss.ms += GROUPS_KEEP_MS - FAR - 1;
	expect(&g, "no-such-group", true, "");
	expect(&g, "no-such-group", false, "");
	assert_int_equal(nss.asked, 0);
	nss.ms++;
	expect(&g, "no-such-group", true, "");
	assert_int_equal(nss.asked, 1);
	groups_clear(&g);
}

static void
who_is_not_listed_is_not_remembered(void **state)
{
	struct groups g;

	(void)state;
	begin(&g, "no-such-group", FAR);
	expect(&g, "another-group", true, "");
	expect(&g, "another-group", true, "");
	assert_int_equal(nss.asked, 2);
	groups_unlist(&g);
	assert_int_equal(groups_wait(&g), -1);
	expect(&g, "no-such-group", true, "");
	assert_int_equal(nss.asked, 3);
	groups_clear(&g);
}

/* Also those that a program here gives while it cannot reach its directory. */
static void
what_came_at_once_or_too_late_is_not_remembered(void **state)
{
	const unsigned takes[] = { 0, GROUPS_NEAR_MS - 1, GROUPS_FAR_MS };
	struct groups g;

	(void)state;
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		begin(&g, "no-such-group", takes[i]);
		expect(&g, "no-such-group", true, "");
		assert_int_equal(nss.asked, 1);
		assert_int_equal(groups_wait(&g),
		    takes[i] < GROUPS_NEAR_MS ? -1 : (int)GROUPS_RENEW_MS);
		groups_clear(&g);
	}
}

/* ENOENT may be a directory's lost socket; others never are a no. */
static void
errors_are_not_remembered(void **state)
{
	char name[GROUPS_NAME_MAX + 1] = "unset";
	struct groups g;

	(void)state;
	begin(&g, "no-such-group", FAR);
	nss.ms += GROUPS_KEEP_MS;
	nss.error = ENOENT;
	expect(&g, "no-such-group", true, "");
	expect(&g, "no-such-group", true, "");
	assert_int_equal(nss.asked, 2);
	nss.error = ECONNREFUSED;
	assert_int_equal(groups_match(&g, "no-such-group", true, mine, MINE,
			     name),
	    SSPR_SYSTEM);
	assert_string_equal(name, "unset");
	assert_int_equal(nss.asked, 3);
	groups_clear(&g);
}

/* R-POL-1: as long as it is there we know that its members are told. */
static void
what_is_there_is_asked_for_each_time(void **state)
{
	char name[GROUPS_NAME_MAX + 1] = "unset";
	struct groups g;

	(void)state;
	begin(&g, "root no-such-group", FAR);
	expect(&g, "root no-such-group", true, "");
	assert_int_equal(nss.asked, 1);
	nss.error = ENOENT;
	assert_int_equal(groups_match(&g, "root no-such-group", true, mine,
			     MINE, name),
	    SSPR_SYSTEM);
	assert_string_equal(g.lost, "root");
	groups_clear(&g);
}

/* R-POL-1: nobody is served until it is back, and then at once. */
static void
a_group_that_got_lost_is_not_remembered_to_be_absent(void **state)
{
	char name[GROUPS_NAME_MAX + 1];
	struct groups g;

	(void)state;
	begin(&g, "", FAR);
	assert_int_equal(groups_list(&g, "no-such-group", true, 0), SSPR_OK);
	assert_non_null(g.found = strdup("no-such-group "));
	for (unsigned i = 1; i <= 2; i++) {
		expect(&g, "no-such-group", false, "");
		assert_int_equal(groups_match(&g, "no-such-group", true, mine,
				     MINE, name),
		    SSPR_SYSTEM);
		assert_int_equal(nss.asked, 2 * i);
	}
	groups_clear(&g);
}

static void
silence_is_used_before_the_minute_is_over(void **state)
{
	struct groups g;

	(void)state;
	begin(&g, "no-such-group", FAR);
	assert_int_equal(groups_wait(&g), (int)(GROUPS_RENEW_MS - FAR));
	groups_renew(&g);
	assert_int_equal(nss.asked, 0);
	nss.ms += GROUPS_RENEW_MS - FAR;
	assert_int_equal(groups_wait(&g), 0);
	groups_renew(&g);
	assert_int_equal(nss.asked, 1);
	nss.ms += GROUPS_KEEP_MS - FAR - 1;
	expect(&g, "no-such-group", true, "");
	assert_int_equal(nss.asked, 1);
	groups_clear(&g);
}

static void
what_is_listed_is_asked_for_after_a_while_one_at_a_time(void **state)
{
	struct groups g;

	(void)state;
	begin(&g, "", FAR);
	assert_int_equal(groups_list(&g, "one-group root daemon", true, 500),
	    SSPR_OK);
	assert_int_equal(groups_list(&g, "bin one-group", false, 500), SSPR_OK);
	assert_int_equal(g.n, 4);
	assert_int_equal(groups_wait(&g), 500);
	nss.ms += 500;
	for (unsigned i = 1; i <= 4; i++) {
		assert_int_equal(groups_wait(&g), 0);
		groups_renew(&g);
		assert_int_equal(nss.asked, i);
	}
	assert_string_equal(g.found, "root daemon ");
	assert_int_equal(groups_wait(&g), (int)(GROUPS_RENEW_MS - 4 * FAR));
	expect(&g, "one-group", true, "");
	assert_int_equal(nss.asked, 4);
	groups_clear(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_group_of_the_list_is_told),
		cmocka_unit_test(a_group_that_never_was_found_need_not_exist),
		cmocka_unit_test(what_was_found_is_remembered_once),
		cmocka_unit_test(a_group_that_was_found_must_be_found_for_ever),
		cmocka_unit_test(lists_that_are_not_strict_forget),
		cmocka_unit_test(a_group_far_away_is_absent_for_a_minute),
		cmocka_unit_test(who_is_not_listed_is_not_remembered),
		cmocka_unit_test(
		    what_came_at_once_or_too_late_is_not_remembered),
		cmocka_unit_test(errors_are_not_remembered),
		cmocka_unit_test(what_is_there_is_asked_for_each_time),
		cmocka_unit_test(
		    a_group_that_got_lost_is_not_remembered_to_be_absent),
		cmocka_unit_test(silence_is_used_before_the_minute_is_over),
		cmocka_unit_test(
		    what_is_listed_is_asked_for_after_a_while_one_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
