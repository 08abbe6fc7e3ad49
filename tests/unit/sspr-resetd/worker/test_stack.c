/* SPDX-License-Identifier: MIT */
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

#include "worker/stack.h"

struct place {
	char dir[64], file[80], other[80];
};

static int
make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	FILE *f;

	snprintf(p->dir, sizeof(p->dir), "/tmp/sspr-stack-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->file, sizeof(p->file), "%s/sspr-x", p->dir);
	snprintf(p->other, sizeof(p->other), "%s/other", p->dir);
	assert_non_null(f = fopen(p->file, "w"));
	fputs("auth requisite pam_deny.so\n", f);
	fclose(f);
	assert_int_equal(chmod(p->file, 0644), 0);
	*state = p;
	return 0;
}

static int
free_place(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	rmdir(p->file);
	unlink(p->other);
	rmdir(p->dir);
	free(p);
	return 0;
}

static enum sspr_err
check(const struct place *p)
{
	struct stat st;

	assert_int_equal(stat(p->dir, &st), 0);
	return stack_check(p->dir, "sspr-x", st.st_uid, st.st_gid);
}

/* R-SET-1 */
static void
a_file_of_its_owner_only_is_taken(void **state)
{
	assert_int_equal(check(*state), SSPR_OK);
}

/* R-SET-1: libpam would run `other'. */
static void
a_missing_or_empty_file_is_refused(void **state)
{
	const struct place *p = *state;

	assert_int_equal(truncate(p->file, 0), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
	assert_int_equal(unlink(p->file), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
}

/* R-SET-1 */
static void
what_others_can_write_is_refused(void **state)
{
	const struct place *p = *state;

	assert_int_equal(chmod(p->file, 0664), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
	assert_int_equal(chmod(p->file, 0646), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
	assert_int_equal(chmod(p->file, 0644), 0);
	assert_int_equal(chmod(p->dir, 0775), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
	assert_int_equal(chmod(p->dir, 0757), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
	assert_int_equal(chmod(p->dir, 0755), 0);
	assert_int_equal(check(p), SSPR_OK);
}

/* R-SET-1 */
static void
another_owner_is_refused(void **state)
{
	const struct place *p = *state;
	struct stat st;

	assert_int_equal(stat(p->dir, &st), 0);
	assert_int_equal(stack_check(p->dir, "sspr-x", st.st_uid + 1,
			     st.st_gid),
	    SSPR_CONFIG);
	assert_int_equal(stack_check(p->dir, "sspr-x", st.st_uid,
			     st.st_gid + 1),
	    SSPR_CONFIG);
}

/* R-SET-1: also a link to a good file, a FIFO, a directory. */
static void
what_is_not_a_regular_file_is_refused(void **state)
{
	const struct place *p = *state;

	assert_int_equal(rename(p->file, p->other), 0);
	assert_int_equal(symlink(p->other, p->file), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
	assert_int_equal(unlink(p->file), 0);
	assert_int_equal(mkfifo(p->file, 0644), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
	assert_int_equal(unlink(p->file), 0);
	assert_int_equal(mkdir(p->file, 0755), 0);
	assert_int_equal(check(p), SSPR_CONFIG);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, free_place)
	const struct CMUnitTest tests[] = {
		TEST(a_file_of_its_owner_only_is_taken),
		TEST(a_missing_or_empty_file_is_refused),
		TEST(what_others_can_write_is_refused),
		TEST(another_owner_is_refused),
		TEST(what_is_not_a_regular_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
