/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/elsewhere.h"

/*
 * The sources are real ones.  `systemd' has root
 * and nobody of itself on any host, and nobody else of these; `hesiod', which
 * is a part of libc, does not answer without its settings.  A source of one's
 * own making is tried in tests/system.
 */
#define FREE_UID 64999

static char file[] = "/tmp/sspr-nsswitch-XXXXXX";

static int
setup([[maybe_unused]] void **state)
{
	int fd = mkstemp(file);

	return fd == -1 ? -1 : close(fd);
}

static int
teardown([[maybe_unused]] void **state)
{
	return unlink(file);
}

static enum sspr_err
look(const char *lines, const char *name, uid_t uid, bool *is)
{
	FILE *f = fopen(file, "we");

	assert_non_null(f);
	assert_true(fputs(lines, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return elsewhere_look(file, name, uid, is);
}

static void
expect(const char *lines, const char *name, uid_t uid, bool want)
{
	bool is = !want;

	assert_int_equal(look(lines, name, uid, &is), SSPR_OK);
	if (is != want)
		fail_msg("%s of %s: %d", name, lines, is);
}

static void
expect_error(const char *lines, const char *name, uid_t uid, enum sspr_err e)
{
	for (int i = 0; i < 2; i++) {
		bool is = i;

		assert_int_equal(look(lines, name, uid, &is), e);
		assert_int_equal(is, i);
	}
}

static void
expect_silence(const char *lines, const char *name, uid_t uid)
{
	expect_error(lines, name, uid, SSPR_SYSTEM);
}

/* R-SET-2: what the shipped nsswitch.conf of Debian says. */
static void
an_ordinary_local_account_is_nowhere_else([[maybe_unused]] void **state)
{
	expect("passwd: files systemd\n", "daemon", FREE_UID, false);
	expect("passwd: files systemd\n", "alice", FREE_UID, false);
	expect("passwd:\tcompat\tsystemd\n", "alice", FREE_UID, false);
}

/* R-SET-2 */
static void
a_name_that_another_source_has_is_found([[maybe_unused]] void **state)
{
	expect("passwd: files systemd\n", "root", FREE_UID, true);
	expect("passwd: systemd files\n", "nobody", FREE_UID, true);
	expect("passwd:systemd", "nobody", FREE_UID, true);
}

/* R-SET-2 */
static void
a_name_is_found_in_any_case([[maybe_unused]] void **state)
{
	expect("passwd: files systemd\n", "NOBODY", FREE_UID, true);
	expect("passwd: files systemd\n", "Nobody", FREE_UID, true);
	expect("passwd: files systemd\n", "nObOdY", FREE_UID, true);
	expect("passwd: files systemd\n", "nobody1", FREE_UID, false);
}

/* R-SET-2 */
static void
a_uid_that_another_source_has_is_found([[maybe_unused]] void **state)
{
	expect("passwd: files systemd\n", "alice", 0, true);
	expect("passwd: files systemd\n", "alice", 65534, true);
}

/* R-SET-2: no look-up would come to it. */
static void
a_source_that_is_not_reached_is_asked([[maybe_unused]] void **state)
{
	expect("passwd: files [NOTFOUND=return] systemd\n", "root", FREE_UID,
	    true);
	expect("passwd: files [ SUCCESS=return !UNAVAIL=return ] systemd # x\n",
	    "root", FREE_UID, true);
	expect("passwd: files[NOTFOUND=return]systemd\n", "root", FREE_UID,
	    true);
}

static void
the_local_files_are_not_asked([[maybe_unused]] void **state)
{
	expect("passwd: files compat\n", "root", 0, false);
	expect("passwd:\n", "root", 0, false);
	expect("", "root", 0, false);
}

static void
only_lines_of_passwd_matter([[maybe_unused]] void **state)
{
	expect("group: systemd\nshadow: hesiod\n#passwd: hesiod\n"
	       "passwd: files # hesiod\npasswds: hesiod\nx passwd: hesiod\n",
	    "root", 0, false);
	expect("\n passwd : systemd\n", "root", FREE_UID, true);
	expect("PASSWD: systemd\n", "root", FREE_UID, true);
	expect("passwd: files\npasswd: systemd\n", "root", FREE_UID, true);
	expect("passwd: compat\npasswd_compat: systemd\n", "root", FREE_UID,
	    true);
}

/* R-SET-2: never a `no'. */
static void
a_source_that_does_not_answer_leaves_it_open([[maybe_unused]] void **state)
{
	expect_error("passwd: files hesiod\n", "alice", FREE_UID,
	    SSPR_DIRECTORY);
	expect_error("passwd: hesiod systemd\n", "alice", FREE_UID,
	    SSPR_DIRECTORY);
	expect("passwd: hesiod systemd\n", "root", FREE_UID, true);
	expect("passwd: systemd hesiod\n", "alice", 0, true);
}

/* For libc neither: nobody can log in by it. */
static void
a_source_that_is_not_installed_has_nobody([[maybe_unused]] void **state)
{
	expect("passwd: files nonesuch\n", "root", 0, false);
	expect("passwd: nonesuch systemd\n", "root", FREE_UID, true);
}

static void
a_line_that_is_not_understood_leaves_it_open([[maybe_unused]] void **state)
{
	expect_silence("passwd: files ../../tmp/x\n", "alice", FREE_UID);
	expect_silence("passwd: files /tmp/x\n", "alice", FREE_UID);
	expect_silence("passwd: files [NOTFOUND=return systemd\n", "alice", 1);
	expect_silence("passwd: systemd ] files\n", "alice", 1);
	expect_silence("passwd files systemd\n", "alice", FREE_UID);
	expect_silence("passwd: 0123456789012345678901234567890123456789\n",
	    "alice", FREE_UID);
}

static void
a_file_that_cannot_be_read_leaves_it_open([[maybe_unused]] void **state)
{
	bool is = true;

	assert_int_equal(elsewhere_look("/tmp", "alice", FREE_UID, &is),
	    SSPR_SYSTEM);
	assert_int_equal(elsewhere_look("/etc/passwd/x", "alice", FREE_UID,
			     &is),
	    SSPR_SYSTEM);
	assert_true(is);
	assert_int_equal(elsewhere_look("/nonexistent", "root", 0, &is),
	    SSPR_OK);
	assert_false(is);
}

static void
a_name_that_is_too_long_leaves_it_open([[maybe_unused]] void **state)
{
	char name[300];

	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	expect("passwd: systemd\n", name, FREE_UID, false);
	name[255] = 'a';
	name[256] = '\0';
	expect_silence("passwd: systemd\n", name, FREE_UID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_local_account_is_nowhere_else),
		cmocka_unit_test(a_name_that_another_source_has_is_found),
		cmocka_unit_test(a_name_is_found_in_any_case),
		cmocka_unit_test(a_uid_that_another_source_has_is_found),
		cmocka_unit_test(a_source_that_is_not_reached_is_asked),
		cmocka_unit_test(the_local_files_are_not_asked),
		cmocka_unit_test(only_lines_of_passwd_matter),
		cmocka_unit_test(a_source_that_does_not_answer_leaves_it_open),
		cmocka_unit_test(a_source_that_is_not_installed_has_nobody),
		cmocka_unit_test(a_line_that_is_not_understood_leaves_it_open),
		cmocka_unit_test(a_file_that_cannot_be_read_leaves_it_open),
		cmocka_unit_test(a_name_that_is_too_long_leaves_it_open),
	};

	if (dlopen("libnss_systemd.so.2", RTLD_LAZY) == NULL) {
		puts("skipped: no libnss_systemd.so.2");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
