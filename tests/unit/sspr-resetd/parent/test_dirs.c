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
#include <unistd.h>

#include <cmocka.h>

#include "parent/dirs.h"

static char dir[] = "/tmp/sspr-dirs-XXXXXX";
static char path[64], other[64];

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/run", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	if (rmdir(path) == -1)
		(void)unlink(path);
	(void)rmdir(other);
	return 0;
}

static int
remove_dir(void **state)
{
	clean(state);
	return rmdir(dir);
}

static enum sspr_err
ensure(uid_t uid, gid_t gid, mode_t mode)
{
	const struct dirs_want w = { path, uid, gid, mode };
	const char *why = NULL;
	enum sspr_err e = dirs_ensure(&w, &why);

	assert_true(e == SSPR_OK || why != NULL);
	return e;
}

static enum sspr_err
ensure_mine(mode_t mode)
{
	return ensure(geteuid(), getegid(), mode);
}

/* A directory that is there already, as somebody left it. */
static void
there_is(uid_t uid, gid_t gid, mode_t mode)
{
	(void)rmdir(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(path, uid, gid), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
a_missing_directory_is_made_whatever_the_umask_is(void **state)
{
	mode_t mask = umask(077);
	struct stat st;

	(void)state;
	assert_int_equal(ensure_mine(0755), SSPR_OK);
	umask(mask);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(ensure_mine(0755), SSPR_OK);
}

static void
a_made_directory_gets_its_owner(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(ensure(1, 2, 0700), SSPR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 1);
	assert_int_equal(st.st_gid, 2);
}

static void
a_stricter_directory_stays_as_it_is(void **state)
{
	struct stat st;

	(void)state;
	there_is(geteuid(), getegid(), 0700);
	assert_int_equal(ensure_mine(0755), SSPR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

/* R-PRIV-5 */
static void
a_directory_open_to_more_is_refused(void **state)
{
	(void)state;
	for (mode_t bit = 01; bit <= 04000; bit <<= 1) {
		if ((0750 & bit) != 0)
			continue;
		there_is(geteuid(), getegid(), 0750 | bit);
		assert_int_equal(ensure_mine(0750), SSPR_SYSTEM);
	}
}

/* R-PRIV-5 */
static void
a_directory_of_another_owner_is_refused(void **state)
{
	(void)state;
	there_is(geteuid(), getegid(), 0700);
	assert_int_equal(ensure(geteuid() + 1, getegid(), 0700), SSPR_SYSTEM);
}

/* R-PRIV-5 */
static void
a_directory_open_to_another_group_is_refused(void **state)
{
	(void)state;
	there_is(geteuid(), getegid(), 0750);
	assert_int_equal(ensure(geteuid(), getegid() + 1, 0750), SSPR_SYSTEM);
	there_is(geteuid(), getegid(), 0755);
	assert_int_equal(ensure(geteuid(), getegid() + 1, 0755), SSPR_OK);
	there_is(geteuid(), getegid(), 0700);
	assert_int_equal(ensure(geteuid(), getegid() + 1, 0750), SSPR_OK);
}

/* R-PRIV-5 */
static void
a_symbolic_link_is_refused_wherever_it_leads(void **state)
{
	(void)state;
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(ensure_mine(0755), SSPR_SYSTEM);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(ensure_mine(0755), SSPR_SYSTEM);
}

static void
a_file_is_no_directory(void **state)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	(void)state;
	close(fd);
	assert_int_equal(ensure_mine(0755), SSPR_SYSTEM);
}

static void
a_directory_below_nothing_cannot_be_made(void **state)
{
	const struct dirs_want w = { "/nonexistent/sspr", 0, 0, 0755 };
	const char *why = NULL;

	(void)state;
	assert_int_equal(dirs_ensure(&w, &why), SSPR_SYSTEM);
	assert_non_null(why);
}

static void
a_group_is_found_in_its_file(void **state)
{
	(void)state;
	assert_int_equal(dirs_group("root", 77), 0);
	assert_int_equal(dirs_group("no such group", 77), 77);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_directory_is_made_whatever_the_umask_is),
		TEST(a_made_directory_gets_its_owner),
		TEST(a_stricter_directory_stays_as_it_is),
		TEST(a_directory_open_to_more_is_refused),
		TEST(a_directory_of_another_owner_is_refused),
		TEST(a_directory_open_to_another_group_is_refused),
		TEST(a_symbolic_link_is_refused_wherever_it_leads),
		TEST(a_file_is_no_directory),
		TEST(a_directory_below_nothing_cannot_be_made),
		TEST(a_group_is_found_in_its_file),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
