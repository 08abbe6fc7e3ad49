/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "counted.h"

#define HEAD                                                             \
	"alice:\n"                                                       \
	"When                Type  Source                              " \
	"             Valid\n"
#define FIRST  1767225600 /* 2026-01-01 00:00:00 UTC */
#define SECOND 1767225660

static const struct tally_rule three = {
	.deny = 3,
	.interval_s = 900,
	.unlock_s = 600,
};

static char text[4096];
static size_t count;

static int
setup([[maybe_unused]] void **state)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	return 0;
}

static void
print(time_t when, const char *source, char valid)
{
	const size_t at = strlen(text);
	char stamp[32];
	struct tm tm;

	localtime_r(&when, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + at, sizeof(text) - at, "%-19s %-5s %-52.52s %c\n",
	    stamp, "RHOST", source, valid);
}

static bool
is_locked_at(const struct tally_rule *rule, time_t now)
{
	bool locked = false;

	assert_int_equal(tally_judge(rule, "alice", text, strlen(text), now,
			     &count, &locked),
	    SSPR_OK);
	return locked;
}

static void
nothing_printed_is_no_count([[maybe_unused]] void **state)
{
	text[0] = '\0';
	assert_false(is_locked_at(&three, FIRST));
	assert_int_equal(count, 0);
	snprintf(text, sizeof(text), HEAD);
	assert_false(is_locked_at(&three, FIRST));
	assert_int_equal(count, 0);
}

static void
as_many_as_deny_lock([[maybe_unused]] void **state)
{
	struct tally_rule rule = three;

	snprintf(text, sizeof(text), HEAD);
	print(FIRST, "192.0.2.1", 'V');
	print(FIRST, "192.0.2.1", 'I');
	print(FIRST, "192.0.2.2", 'V');
	assert_false(is_locked_at(&three, SECOND));
	assert_int_equal(count, 3);
	print(SECOND, "", 'V');
	assert_true(is_locked_at(&three, SECOND));
	rule.deny = 4;
	assert_false(is_locked_at(&rule, SECOND));
	rule.deny = 0;
	assert_false(is_locked_at(&rule, SECOND));
}

static void
only_those_of_the_interval_before_the_last_count([[maybe_unused]] void **state)
{
	struct tally_rule rule = three;

	snprintf(text, sizeof(text), HEAD);
	print(FIRST, "", 'V');
	print(FIRST, "", 'V');
	print(SECOND, "", 'V');
	rule.interval_s = 60;
	assert_false(is_locked_at(&rule, SECOND));
	rule.interval_s = 61;
	assert_true(is_locked_at(&rule, SECOND));
}

static void
a_lock_ends_by_itself_or_never([[maybe_unused]] void **state)
{
	struct tally_rule rule = three;

	snprintf(text, sizeof(text), HEAD);
	for (int i = 0; i < 3; i++)
		print(FIRST, "", 'V');
	assert_true(is_locked_at(&rule, FIRST + 600));
	assert_false(is_locked_at(&rule, FIRST + 601));
	rule.unlock_s = 0;
	assert_true(is_locked_at(&rule, FIRST + 1000000));
}

/* The file is the user's; what is in it cannot make lines of its own. */
static void
a_source_may_be_anything([[maybe_unused]] void **state)
{
	snprintf(text, sizeof(text), HEAD);
	print(FIRST, "x V\n2026-01-01 00:00:00 RHOST \x80\xff V\n", 'I');
	print(FIRST, "\n\n\nV\n", 'I');
	print(FIRST, "bob:\nWhen", 'I');
	assert_false(is_locked_at(&three, FIRST));
	assert_int_equal(count, 3);
}

static void
refuse(const char *what)
{
	bool locked = true;

	count = 4711;
	assert_int_equal(tally_judge(&three, "alice", what, strlen(what), FIRST,
			     &count, &locked),
	    SSPR_MALFORMED);
	assert_true(locked);
	assert_int_equal(count, 4711);
}

static void
anything_else_is_malformed([[maybe_unused]] void **state)
{
	const size_t head = strlen(HEAD);
	char good[sizeof(text)];

	refuse("\n");
	refuse("bob:\n");
	refuse(HEAD "x");
	snprintf(text, sizeof(text), HEAD);
	print(FIRST, "", 'V');
	memcpy(good, text, sizeof(good));
	for (size_t i = 0; i < head + 81; i++) {
		memcpy(text, good, sizeof(text));
		text[i] = '\0';
		if (i > 0 && i != head)
			refuse(text);
	}
	for (size_t i = 0; i < head; i++) {
		memcpy(text, good, sizeof(text));
		text[i] = '?';
		refuse(text);
	}
	memcpy(text, good, sizeof(text));
	text[head + 79] = 'X';
	refuse(text);
	memcpy(text, good, sizeof(text));
	memcpy(text + head, "2026-13-01", 10);
	refuse(text);
}

static struct tally_rule
rule_of(const char *conf, const char *service)
{
	struct tally_rule rule;
	struct counted c;

	counted_open(&c, conf);
	services_put(&c.services, "login", service);
	assert_int_equal(tally_rule(&c.place, &rule), SSPR_OK);
	counted_close(&c);
	return rule;
}

static void
expect_rule(const struct tally_rule *r, unsigned int deny,
    unsigned int interval, unsigned int unlock)
{
	assert_int_equal(r->deny, deny);
	assert_int_equal(r->interval_s, interval);
	assert_int_equal(r->unlock_s, unlock);
}

static void
the_rule_is_that_of_faillock_conf([[maybe_unused]] void **state)
{
	struct tally_rule r;

	r = rule_of("", "");
	expect_rule(&r, 3, 900, 600);
	r = rule_of("deny = 5\nfail_interval=60 # deny = 7\n"
		    "\tunlock_time\t1200\n# deny = 9\naudit\n",
	    "auth required pam_unix.so deny=1 preauth\n");
	expect_rule(&r, 5, 60, 1200);
	r = rule_of("unlock_time = never\ndeny=0", "");
	expect_rule(&r, 0, 900, 0);
	r = rule_of("deny = x\ndeny = -1\ndeny = 3x\ndeny\ndeny =\n"
		    "deny = 99999999999999999999999\nunlock_time = nevermore\n"
		    "dir = relative\n",
	    "");
	expect_rule(&r, 3, 900, 600);
	assert_memory_equal(r.dir, "/tmp/", 5);
}

static void
a_missing_file_leaves_the_defaults([[maybe_unused]] void **state)
{
	struct tally_rule r;
	struct counted c;

	counted_open(&c, "");
	c.place.conf = "/nonexistent/faillock.conf";
	assert_int_equal(tally_rule(&c.place, &r), SSPR_OK);
	expect_rule(&r, 3, 900, 600);
	assert_string_equal(r.dir, "/var/run/faillock");
	c.place.conf = c.dir;
	assert_int_equal(tally_rule(&c.place, &r), SSPR_SYSTEM);
	counted_close(&c);
}

static void
lines_of_services_have_the_last_word([[maybe_unused]] void **state)
{
	struct tally_rule r;

	r = rule_of("deny = 5\n",
	    "auth required pam_faillock.so preauth silent deny=4 "
	    "unlock_time=60 fail_interval=10 dir=/var/lib/faillock\n"
	    "auth [default=die] pam_faillock.so authfail deny=2\n"
	    "account required pam_faillock.so\n");
	expect_rule(&r, 4, 10, 60);
	assert_string_equal(r.dir, "/var/lib/faillock");
	r = rule_of("",
	    "auth required pam_faillock.so preauth deny=4 fail_interval=10\n"
	    "auth required pam_faillock.so preauth deny=0 unlock_time=never\n"
	    "auth required pam_faillock.so preauth deny=6 fail_interval=20\n");
	expect_rule(&r, 4, 900, 0);
}

static bool
is_locked(const struct counted *c)
{
	bool locked = false;

	assert_int_equal(tally_is_locked(&c->place, c->name, &locked), SSPR_OK);
	return locked;
}

/* With the real tool, package libpam-modules-bin. */
static void
the_tool_tells_who_is_locked([[maybe_unused]] void **state)
{
	struct counted c;

	counted_open(&c, "deny = 2\n");
	assert_false(is_locked(&c));
	counted_add(&c, 1, 0);
	assert_false(is_locked(&c));
	counted_add(&c, 1, 0);
	assert_true(is_locked(&c));
	counted_close(&c);
	counted_open(&c, "deny = 2\nunlock_time = 100\n");
	counted_add(&c, 2, 200);
	assert_false(is_locked(&c));
	counted_close(&c);
}

static void
the_tool_clears_a_count_and_leaves_the_file([[maybe_unused]] void **state)
{
	struct counted c;
	bool cleared = true;

	counted_open(&c, "");
	assert_int_equal(tally_clear(&c.place, c.name, &cleared), SSPR_OK);
	assert_false(cleared);
	counted_add(&c, 5, 0);
	assert_true(is_locked(&c));
	assert_int_equal(tally_clear(&c.place, c.name, &cleared), SSPR_OK);
	assert_true(cleared);
	assert_false(is_locked(&c));
	assert_int_equal(counted_size(&c), 0);
	counted_close(&c);
}

static void
without_the_tool_nobody_is_locked([[maybe_unused]] void **state)
{
	struct counted c;
	bool cleared = true;

	counted_open(&c, "");
	counted_add(&c, 5, 0);
	c.place.program = "/nonexistent/faillock";
	assert_false(is_locked(&c));
	assert_int_equal(tally_clear(&c.place, c.name, &cleared), SSPR_OK);
	assert_false(cleared);
	assert_int_not_equal(counted_size(&c), 0);
	counted_close(&c);
}

/* The tool waits for the lock, which the user can hold; we do not. */
static void
a_file_held_by_its_owner_costs_a_moment([[maybe_unused]] void **state)
{
	struct counted c;
	bool is = true;
	int fd;

	counted_open(&c, "");
	counted_add(&c, 5, 0);
	fd = open(c.file, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	c.place.ms = 100;
	assert_int_equal(tally_is_locked(&c.place, c.name, &is), SSPR_TIMEOUT);
	assert_true(is);
	close(fd);
	counted_close(&c);
}

static void
rubbish_in_the_file_is_cleared_too([[maybe_unused]] void **state)
{
	struct counted_entry entry = { .when = 1ull << 50 };
	struct counted c;
	bool cleared;
	FILE *f;

	counted_open(&c, "");
	f = fopen(c.file, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(&entry, sizeof(entry), 1, f), 1);
	fclose(f);
	assert_int_equal(tally_is_locked(&c.place, c.name, &cleared),
	    SSPR_MALFORMED);
	assert_int_equal(tally_clear(&c.place, c.name, &cleared), SSPR_OK);
	assert_int_equal(counted_size(&c), 0);
	counted_close(&c);
}

/* The tool would empty, and give away, whatever a link of theirs names. */
static void
where_others_can_put_a_link_nothing_is_cleared([[maybe_unused]] void **state)
{
	const mode_t modes[] = { 0777, 01777, 0770, 0702 };
	struct counted c;
	bool is = true;

	counted_open(&c, "");
	counted_add(&c, 5, 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(c.dir, modes[i]), 0);
		assert_int_equal(tally_is_locked(&c.place, c.name, &is),
		    SSPR_SYSTEM);
		assert_int_equal(tally_clear(&c.place, c.name, &is),
		    SSPR_SYSTEM);
	}
	assert_int_not_equal(counted_size(&c), 0);
	assert_int_equal(chmod(c.dir, 0755), 0);
	assert_int_equal(tally_clear(&c.place, c.name, &is), SSPR_OK);
	assert_int_equal(counted_size(&c), 0);
	counted_close(&c);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

/* Or a later check of the current password, as root's group, would not count.
 */
static void
a_file_that_the_tool_makes_is_for_group_root([[maybe_unused]] void **state)
{
	char dir[] = "/run/sspr-tally-XXXXXX", program[64];
	struct counted c;
	mode_t was;
	bool is;
	FILE *f;

	if (geteuid() != 0) /* whose programs alone are run */
		skip();
	counted_open(&c, "");
	assert_non_null(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/faillock", dir);
	f = fopen(program, "we");
	assert_non_null(f);
	fputs("#!/bin/sh\n: >\"$2/$4\"\n", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0700), 0);
	c.place.program = program;
	was = umask(077);
	assert_int_equal(tally_is_locked(&c.place, c.name, &is), SSPR_OK);
	assert_int_equal(umask(was), 077);
	assert_int_equal(mode_of(c.file), 0660);
	assert_int_equal(unlink(program), 0);
	assert_int_equal(rmdir(dir), 0);
	counted_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_printed_is_no_count),
		cmocka_unit_test(as_many_as_deny_lock),
		cmocka_unit_test(
		    only_those_of_the_interval_before_the_last_count),
		cmocka_unit_test(a_lock_ends_by_itself_or_never),
		cmocka_unit_test(a_source_may_be_anything),
		cmocka_unit_test(anything_else_is_malformed),
		cmocka_unit_test(the_rule_is_that_of_faillock_conf),
		cmocka_unit_test(a_missing_file_leaves_the_defaults),
		cmocka_unit_test(lines_of_services_have_the_last_word),
		cmocka_unit_test(the_tool_tells_who_is_locked),
		cmocka_unit_test(the_tool_clears_a_count_and_leaves_the_file),
		cmocka_unit_test(without_the_tool_nobody_is_locked),
		cmocka_unit_test(a_file_held_by_its_owner_costs_a_moment),
		cmocka_unit_test(rubbish_in_the_file_is_cleared_too),
		cmocka_unit_test(
		    where_others_can_put_a_link_nothing_is_cleared),
		cmocka_unit_test(a_file_that_the_tool_makes_is_for_group_root),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
