/* SPDX-License-Identifier: MIT */
/*
 * What is checked is root's, so most of this needs root; the rest looks at
 * files that every system has.
 */
#include <errno.h>
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

#include "courier/command.h"

static struct {
	char dir[64];  /* of root, as are those above it */
	char path[96]; /* what a test is about */
} lab;

static const char *
in_lab(const char *name)
{
	snprintf(lab.path, sizeof(lab.path), "%s/%s", lab.dir, name);
	return lab.path;
}

static void
make(const char *name, mode_t mode)
{
	int fd = open(in_lab(name), O_WRONLY | O_CREAT | O_EXCL, 0700);

	assert_int_not_equal(fd, -1);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
set_up(void **state)
{
	(void)state;
	lab.dir[0] = '\0';
	if (getuid() != 0)
		return 0;
	snprintf(lab.dir, sizeof(lab.dir), "/run/sspr-test-XXXXXX");
	if (mkdtemp(lab.dir) == NULL || chmod(lab.dir, 0755) == -1 ||
	    mkdir(in_lab("sub"), 0755) == -1)
		return -1;
	make("program", 0755);
	make("sub/program", 0755);
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "sub/program", "sub/link", "sub",
		"program", "link", "other", "loop" };

	(void)state;
	if (lab.dir[0] == '\0')
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(in_lab(names[i]));
	return rmdir(lab.dir);
}

static void
need_root(void)
{
	if (lab.dir[0] == '\0')
		skip();
}

static void
accepts(const char *path)
{
	const char *why = "";

	if (command_check(path, &why) != SSPR_OK)
		fail_msg("%s: %s", path, why);
}

static void
refuses(const char *path, const char *because)
{
	const char *why = "";

	assert_int_equal(command_check(path, &why), SSPR_CONFIG);
	if (strstr(why, because) == NULL)
		fail_msg("%s: %s", path, why);
}

/* R-DEL-1: a fixed vector, no shell, nothing quoted, nothing expanded */
static void
words_are_what_stands_between_blanks(void **state)
{
	static const char *const want[] = { "/usr/bin/send", "-x", "$(id)",
		"\"a", "b\"", ";", "*", NULL };
	struct command c;

	(void)state;
	assert_int_equal(command_split(" /usr/bin/send  -x\t$(id) \"a b\" ; * ",
			     &c),
	    SSPR_OK);
	for (size_t i = 0; want[i] != NULL; i++)
		assert_string_equal(c.argv[i], want[i]);
	assert_null(c.argv[7]);
}

static void
no_words_are_no_command(void **state)
{
	struct command c;

	(void)state;
	assert_int_equal(command_split("", &c), SSPR_OK);
	assert_null(c.argv[0]);
	assert_int_equal(command_split(" \t ", &c), SSPR_OK);
	assert_null(c.argv[0]);
}

static void
a_program_without_its_whole_path_is_refused(void **state)
{
	struct command c;

	(void)state;
	assert_int_equal(command_split("send -x", &c), SSPR_CONFIG);
	assert_null(c.argv[0]);
	assert_int_equal(command_split("./send", &c), SSPR_CONFIG);
	refuses("send", "absolute");
}

static void
too_many_words_or_bytes_are_refused(void **state)
{
	char text[COMMAND_MAX + 2] = "/";
	struct command c;

	(void)state;
	for (size_t i = 1; i < COMMAND_WORDS_MAX; i++)
		memcpy(text + 2 * i - 1, " x", 3);
	assert_int_equal(command_split(text, &c), SSPR_OK);
	assert_non_null(c.argv[COMMAND_WORDS_MAX - 1]);
	assert_null(c.argv[COMMAND_WORDS_MAX]);
	memcpy(text + strlen(text), " x", 3);
	assert_int_equal(command_split(text, &c), SSPR_CONFIG);
	assert_null(c.argv[0]);
	memset(text, '/', COMMAND_MAX);
	text[COMMAND_MAX] = '\0';
	assert_int_equal(command_split(text, &c), SSPR_OK);
	text[COMMAND_MAX] = '/';
	text[COMMAND_MAX + 1] = '\0';
	assert_int_equal(command_split(text, &c), SSPR_CONFIG);
}

static void
a_program_of_the_system_is_accepted(void **state)
{
	(void)state;
	accepts("/bin/sh"); /* through links on most systems */
	accepts("/usr/bin/env");
	accepts("//usr/./bin/../bin/env");
}

static void
what_is_no_program_is_refused(void **state)
{
	(void)state;
	refuses("/", "no program");
	refuses("/usr/bin", "no program");
	refuses("/usr/bin/", "no program");
	refuses("/etc/passwd", "no program");
	refuses("/dev/null", "others"); /* it is writable first of all */
	refuses("/usr/bin/env/", "no program");
	refuses("/usr/bin/env/x", "no program");
	refuses("/no/such/program", "No such file");
	refuses("", "absolute");
}

/* R-DEL-1 */
static void
a_directory_that_others_may_write_spoils_all_below(void **state)
{
	char path[] = "/tmp/sspr-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(fchmod(fd, 0755), 0);
	refuses(path, "others");
	close(fd);
	(void)unlink(path);
	need_root();
	accepts(in_lab("sub/program"));
	assert_int_equal(chmod(in_lab("sub"), 0775), 0);
	refuses(in_lab("sub/program"), "others");
	assert_int_equal(chmod(in_lab("sub"), 01757), 0);
	refuses(in_lab("sub/program"), "others");
	assert_int_equal(chmod(in_lab("sub"), 0755), 0);
	assert_int_equal(chmod(lab.dir, 0775), 0);
	refuses(in_lab("sub/program"), "others");
	assert_int_equal(chmod(lab.dir, 0755), 0);
	accepts(in_lab("sub/program"));
}

/* R-DEL-1 */
static void
a_program_that_others_may_write_is_refused(void **state)
{
	(void)state;
	need_root();
	accepts(in_lab("program"));
	assert_int_equal(chmod(in_lab("program"), 0775), 0);
	refuses(in_lab("program"), "others");
	assert_int_equal(chmod(in_lab("program"), 0757), 0);
	refuses(in_lab("program"), "others");
	assert_int_equal(chmod(in_lab("program"), 0644), 0);
	refuses(in_lab("program"), "no program");
}

/* R-DEL-1 */
static void
what_is_not_roots_is_refused(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(chown(in_lab("program"), 12345, 0), 0);
	refuses(in_lab("program"), "not root's");
	assert_int_equal(chown(in_lab("sub"), 12345, 0), 0);
	refuses(in_lab("sub/program"), "not root's");
}

static void
a_link_of_roots_is_followed(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(symlink("../program", in_lab("sub/link")), 0);
	accepts(in_lab("sub/link"));
	assert_int_equal(symlink("/bin/sh", in_lab("link")), 0);
	accepts(in_lab("link"));
}

/* R-DEL-1 */
static void
a_link_to_what_is_not_good_is_not_good(void **state)
{
	char loose[] = "/tmp/sspr-test-XXXXXX";
	int fd = mkstemp(loose);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(fchmod(fd, 0755), 0);
	close(fd);
	if (lab.dir[0] != '\0') {
		assert_int_equal(symlink(loose, in_lab("link")), 0);
		refuses(in_lab("link"), "others");
		assert_int_equal(symlink("program", in_lab("other")), 0);
		accepts(in_lab("other"));
		assert_int_equal(lchown(in_lab("other"), 12345, 0), 0);
		refuses(in_lab("other"), "not root's");
	}
	(void)unlink(loose);
	need_root();
}

static void
links_in_a_circle_end(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(symlink("loop", in_lab("loop")), 0);
	refuses(in_lab("loop"), "links");
}

/* No descriptor stays open, whatever comes of it. */
static void
a_check_leaves_no_descriptor(void **state)
{
	const char *why;
	int first = dup(0), again;

	(void)state;
	close(first);
	(void)command_check("/bin/sh", &why);
	(void)command_check("/usr/bin/", &why);
	(void)command_check("/no/such", &why);
	(void)command_check("/tmp/x", &why);
	again = dup(0);
	close(again);
	assert_int_equal(first, again);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_what_stands_between_blanks),
		TEST(no_words_are_no_command),
		TEST(a_program_without_its_whole_path_is_refused),
		TEST(too_many_words_or_bytes_are_refused),
		TEST(a_program_of_the_system_is_accepted),
		TEST(what_is_no_program_is_refused),
		TEST(a_directory_that_others_may_write_spoils_all_below),
		TEST(a_program_that_others_may_write_is_refused),
		TEST(what_is_not_roots_is_refused),
		TEST(a_link_of_roots_is_followed),
		TEST(a_link_to_what_is_not_good_is_not_good),
		TEST(links_in_a_circle_end),
		TEST(a_check_leaves_no_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
