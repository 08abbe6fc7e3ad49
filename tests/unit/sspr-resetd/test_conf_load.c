/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf.h"

static int
make_dir(void **state)
{
	static char dir[32];

	(void)snprintf(dir, sizeof(dir), "/tmp/test_conf_load.XXXXXX");
	*state = mkdtemp(dir);
	return *state == NULL || chdir(dir) == -1 ? -1 : 0;
}

static int
remove_dir(void **state)
{
	(void)unlink("conf"); /* if the test has not */
	return chdir("/") == -1 ? -1 : rmdir(*state);
}

static void
write_conf(const char *text, mode_t mode)
{
	int fd = open("conf", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

/* R-PRIV-5 */
static void
only_a_file_of_root_that_others_cannot_write_is_read(void **state)
{
	static const char text[] = "[offer]\noffer_after = 4\n";
	bool root = geteuid() == 0;
	struct conf c = { .offer_after = 77 };
	struct conf_fault fault;

	(void)state;
	write_conf(text, 0640);
	assert_int_equal(conf_load("conf", &c, &fault),
	    root ? SSPR_OK : SSPR_CONFIG);
	assert_int_equal(c.offer_after, root ? 4 : 77);
	if (!root)
		assert_string_equal(fault.reason, "does not belong to root");
	write_conf(text, 0660);
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_CONFIG);
	write_conf(text, 0642);
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_CONFIG);
	if (root) {
		assert_string_equal(fault.reason,
		    "others than root can write it");
		write_conf(text, 0640);
		assert_int_equal(chown("conf", 1000, 0), 0);
		assert_int_equal(conf_load("conf", &c, &fault), SSPR_CONFIG);
		assert_string_equal(fault.reason, "does not belong to root");
	}
}

static void
links_directories_fifos_and_nothing_are_not_read(void **state)
{
	struct conf c;
	struct conf_fault fault;

	(void)state;
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_CONFIG);
	assert_string_equal(fault.reason,
	    "cannot be opened: No such file or directory");
	assert_int_equal(symlink("/dev/null", "conf"), 0);
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_CONFIG);
	assert_int_equal(unlink("conf"), 0);
	assert_int_equal(mkfifo("conf", 0600), 0);
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_CONFIG);
	assert_string_equal(fault.reason, "not a regular file");
	assert_int_equal(conf_load(".", &c, &fault), SSPR_CONFIG);
	assert_string_equal(fault.reason, "not a regular file");
}

static bool
is_root(void)
{
	if (geteuid() != 0)
		print_message("only root is believed: skipped\n");
	return geteuid() == 0;
}

/* Whoever waits for all that end is to hear of nobody. */
static void
assert_nobody_is_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
what_is_refused_is_told_with_its_line(void **state)
{
	struct conf c = { .offer_after = 77 };
	struct conf_fault fault;

	(void)state;
	if (!is_root())
		skip();
	write_conf("[log]\n\ndebug = perhaps\n", 0640);
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_CONFIG);
	assert_int_equal(fault.line, 3);
	assert_string_equal(fault.key, "debug");
	assert_int_equal(c.offer_after, 77);
	assert_nobody_is_left();
}

/*
 * A memfd, too, is no larger than files may be: its first byte ends the
 * process that parses, and that one alone, as only it writes.
 */
static void
a_process_that_dies_leaves_the_old_configuration(void **state)
{
	struct conf old, c;
	struct conf_fault fault;
	struct rlimit was, none;
	enum sspr_err e;

	(void)state;
	if (!is_root())
		skip();
	write_conf("[offer]\noffer_after = 4\n", 0640);
	memset(&old, 0x5a, sizeof(old));
	c = old;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	none = was;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	e = conf_load("conf", &c, &fault);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(e, SSPR_SYSTEM);
	assert_memory_equal(&c, &old, sizeof(c));
	assert_non_null(strstr(fault.reason, "too little memory"));
	assert_non_null(strstr(fault.reason, "nothing was changed"));
	assert_nobody_is_left();
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_OK);
	assert_int_equal(c.offer_after, 4);
}

/* As parent has it: SIGCHLD is blocked, and somebody else's child runs. */
static void
other_children_are_left_to_others(void **state)
{
	const pid_t other = fork();
	struct conf_fault fault;
	struct conf c;
	int status;

	(void)state;
	if (other == 0)
		_exit(7);
	write_conf("", 0640);
	assert_int_equal(conf_load("conf", &c, &fault),
	    geteuid() == 0 ? SSPR_OK : SSPR_CONFIG);
	assert_int_equal(waitpid(-1, &status, 0), other);
	assert_int_equal(WEXITSTATUS(status), 7);
}

/* Whoever started us may have wanted no children's ends. */
static void
it_is_read_where_ends_of_children_are_ignored(void **state)
{
	struct conf_fault fault;
	struct conf c;

	(void)state;
	if (!is_root())
		skip();
	write_conf("[offer]\noffer_after = 4\n", 0640);
	assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	assert_int_equal(conf_load("conf", &c, &fault), SSPR_OK);
	assert_true(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
	assert_int_equal(c.offer_after, 4);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(only_a_file_of_root_that_others_cannot_write_is_read),
		IN_DIR(links_directories_fifos_and_nothing_are_not_read),
		IN_DIR(what_is_refused_is_told_with_its_line),
		IN_DIR(a_process_that_dies_leaves_the_old_configuration),
		IN_DIR(other_children_are_left_to_others),
		IN_DIR(it_is_read_where_ends_of_children_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
