/* SPDX-License-Identifier: MIT */
/*
 * A fence cannot be left again: each is tried by a child.  A kernel without
 * them has nothing to test.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fence.h"

/* The errno of opening path inside the fence of a role. */
static int
open_in(enum role r, const char *path, int flags)
{
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    fence_enter(r) != SSPR_OK)
			_exit(255);
		_exit(open(path, flags, 0600) == -1 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 255);
	return WEXITSTATUS(status);
}

static void
need_fences(void)
{
	if (!fence_is_known())
		skip();
}

static void
vault_reads_little(void **state)
{
	(void)state;
	need_fences();
	assert_int_equal(open_in(ROLE_VAULT, "/dev/urandom", O_RDONLY), 0);
	assert_int_equal(open_in(ROLE_VAULT, "/dev/urandom", O_WRONLY), EACCES);
	assert_int_equal(open_in(ROLE_VAULT, "/proc/sys/kernel/random/boot_id",
			     O_RDONLY),
	    0);
	assert_int_equal(open_in(ROLE_VAULT, "/dev/null", O_RDONLY), EACCES);
	assert_int_equal(open_in(ROLE_VAULT, "/etc/passwd", O_RDONLY), EACCES);
	assert_int_equal(open_in(ROLE_VAULT, "/", O_RDONLY), EACCES);
}

static void
names_reads_all_but_homes(void **state)
{
	(void)state;
	need_fences();
	assert_int_equal(open_in(ROLE_NAMES, "/etc/passwd", O_RDONLY), 0);
	assert_int_equal(open_in(ROLE_NAMES, "/usr/lib", O_RDONLY), 0);
	assert_int_equal(open_in(ROLE_NAMES, "/dev/null", O_WRONLY), EACCES);
	assert_int_equal(open_in(ROLE_NAMES, "/home", O_RDONLY), EACCES);
	assert_int_equal(open_in(ROLE_NAMES, "/etc/../home", O_RDONLY), EACCES);
	assert_int_equal(open_in(ROLE_NAMES, "/proc/self/root/home", O_RDONLY),
	    EACCES);
}

static void
courier_writes_too(void **state)
{
	(void)state;
	need_fences();
	assert_int_equal(open_in(ROLE_COURIER, "/etc/passwd", O_RDONLY), 0);
	assert_int_equal(open_in(ROLE_COURIER, "/dev/null", O_WRONLY), 0);
	assert_int_equal(open_in(ROLE_COURIER, "/home", O_RDONLY), EACCES);
	assert_int_equal(open_in(ROLE_COURIER, "/", O_RDONLY), EACCES);
}

static void
the_others_have_none(void **state)
{
	static const enum role roles[] = { ROLE_PARENT, ROLE_FRONT, ROLE_DESK,
		ROLE_WORKER };

	(void)state;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		assert_int_equal(open_in(roles[i], "/home", O_RDONLY), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vault_reads_little),
		cmocka_unit_test(names_reads_all_but_homes),
		cmocka_unit_test(courier_writes_too),
		cmocka_unit_test(the_others_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
