/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/hold.h"

static char dir[] = "/tmp/sspr-hold-XXXXXX";
static char shadow[64], fresh[64], changes[64], passwd[64];

static int
make_dir([[maybe_unused]] void **state)
{
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(shadow, sizeof(shadow), "%s/shadow", dir);
	snprintf(fresh, sizeof(fresh), "%s/nshadow", dir);
	snprintf(changes, sizeof(changes), "%s/changes", dir);
	snprintf(passwd, sizeof(passwd), "%s/.pwd.lock", dir);
	return 0;
}

static int
clean([[maybe_unused]] void **state)
{
	(void)unlink(shadow);
	(void)unlink(changes);
	(void)unlink(passwd);
	return 0;
}

static int
remove_dir(void **state)
{
	clean(state);
	return rmdir(dir);
}

/* As pam_unix and shadow's programs do: another file in its place. */
static void
replace(void)
{
	int fd = open(fresh, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, "x\n", 2), 2);
	close(fd);
	assert_int_equal(rename(fresh, shadow), 0);
}

/* What lckpwdf(3) does in another process, holding it for ms if it can. */
static pid_t
start_holder(int ms)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000l };
	int ready[2], fd;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		fd = open(passwd, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fcntl(fd, F_SETLKW, &all) == 0 &&
		    write(ready[1], "", 1) == 1)
			nanosleep(&t, NULL);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* Whether another process could take it now. */
static bool
is_free(void)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd, status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		fd = open(passwd, O_RDWR | O_CLOEXEC);
		_exit(fcntl(fd, F_SETLK, &all) == 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

/* R-SET-3 */
static void
others_wait_while_it_is_held(void **state)
{
	struct hold h = HOLD_NONE;

	(void)state;
	assert_int_equal(hold_changes(&h, changes), SSPR_OK);
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_OK);
	assert_false(is_free());
	hold_drop(&h);
	assert_true(is_free());
	hold_drop(&h);
}

/* pam_unix calls lckpwdf(3) in our process, while we hold the lock. */
static void
this_process_may_lock_the_files_again(void **state)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct hold h = HOLD_NONE;
	int fd;

	(void)state;
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_OK);
	fd = open(passwd, O_RDWR | O_CLOEXEC);
	assert_int_equal(fcntl(fd, F_SETLK, &all), 0);
	assert_false(is_free());
	close(fd);
	assert_true(is_free());
	hold_drop(&h);
}

/* R-SET-3 */
static void
it_waits_for_who_was_first(void **state)
{
	struct hold h = HOLD_NONE;
	pid_t pid = start_holder(300);

	(void)state;
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_OK);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	hold_drop(&h);
}

/* R-SET-3 */
static void
it_does_not_wait_for_ever(void **state)
{
	pid_t pid = start_holder(60000);
	struct hold h = HOLD_NONE;

	(void)state;
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_BUSY);
	assert_int_equal(h.passwd, -1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	hold_drop(&h);
}

/* R-SET-5: one is the stack's, the next is somebody else's. */
static void
a_second_writer_is_noticed(void **state)
{
	struct hold h = HOLD_NONE;

	(void)state;
	replace();
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_OK);
	assert_false(hold_was_written_again(&h, shadow));
	hold_drop(&h);
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_OK);
	replace();
	assert_false(hold_was_written_again(&h, shadow));
	hold_drop(&h);
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_OK);
	replace();
	replace();
	assert_true(hold_was_written_again(&h, shadow));
	hold_drop(&h);
	assert_false(hold_was_written_again(&h, shadow));
}

static void
a_lock_that_is_no_file_is_none(void **state)
{
	struct hold h = HOLD_NONE;

	(void)state;
	replace();
	assert_int_equal(symlink(shadow, changes), 0);
	assert_int_equal(hold_changes(&h, changes), SSPR_SYSTEM);
	assert_int_equal(mkfifo(passwd, 0600), 0);
	assert_int_equal(hold_passwd(&h, passwd, shadow), SSPR_SYSTEM);
	assert_int_equal(h.changes, -1);
	assert_int_equal(h.passwd, -1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, clean)
	const struct CMUnitTest tests[] = {
		TEST(others_wait_while_it_is_held),
		TEST(this_process_may_lock_the_files_again),
		TEST(it_waits_for_who_was_first),
		TEST(it_does_not_wait_for_ever),
		TEST(a_second_writer_is_noticed),
		TEST(a_lock_that_is_no_file_is_none),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
