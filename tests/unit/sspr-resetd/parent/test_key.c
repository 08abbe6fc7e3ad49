/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
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

#include "parent/key.h"

#define GOOD                               \
	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f\n"
#define OTHER                              \
	"f00102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f\n"
#define LEN (sizeof(GOOD) - 1)

static char dir[] = "/tmp/sspr-key-XXXXXX";
static char path[64], db[64], credential[64];

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/master.key", dir);
	snprintf(db, sizeof(db), "%s/sspr.db", dir);
	snprintf(credential, sizeof(credential), "%s/sspr.master", dir);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(db);
	(void)unlink(credential);
	return 0;
}

static int
remove_dir(void **state)
{
	clean(state);
	return rmdir(dir);
}

static void
put(const char *file, const char *text, mode_t mode)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void
sixty_four_digits_and_a_newline_are_a_key(void **state)
{
	uint8_t key[IPC_KEY_LEN];

	(void)state;
	assert_int_equal(key_parse(GOOD, LEN, key), SSPR_OK);
	for (size_t i = 0; i < sizeof(key); i++)
		assert_int_equal(key[i], i);
}

/* R-CFG-2 */
static void
no_other_length_is_a_key(void **state)
{
	char text[2 * LEN];
	uint8_t key[IPC_KEY_LEN] = { 7 };

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		memset(text, '5', sizeof(text));
		memcpy(text, GOOD, LEN - 1);
		if (len > 0)
			text[len - 1] = '\n';
		if (len != LEN)
			assert_int_equal(key_parse(text, len, key), SSPR_KEY);
	}
	assert_int_equal(key_parse(GOOD, LEN - 1, key), SSPR_KEY);
	assert_int_equal(key_parse(GOOD "\n", LEN + 1, key), SSPR_KEY);
	assert_int_equal(key[0], 7);
}

/* R-CFG-2 */
static void
no_other_byte_is_a_digit_at_any_place(void **state)
{
	uint8_t key[IPC_KEY_LEN] = { 7 };
	char text[LEN + 1];

	(void)state;
	for (size_t at = 0; at < LEN; at++)
		for (int c = 0; c < 256; c++) {
			enum sspr_err want = SSPR_KEY;

			memcpy(text, GOOD, sizeof(text));
			text[at] = (char)c;
			if (at < LEN - 1 && c != 0 &&
			    strchr("0123456789abcdef", c) != NULL)
				want = SSPR_OK;
			if (at == LEN - 1 && c == '\n')
				want = SSPR_OK;
			memset(key, 7, sizeof(key));
			assert_int_equal(key_parse(text, LEN, key), want);
			if (want != SSPR_OK)
				assert_int_equal(key[3], 7);
		}
}

/* R-CFG-2: an example is no key */
static void
a_key_of_one_repeated_byte_is_refused(void **state)
{
	uint8_t key[IPC_KEY_LEN];
	char text[LEN + 1];

	(void)state;
	for (unsigned int c = 0; c < 256; c++) {
		for (size_t i = 0; i < IPC_KEY_LEN; i++)
			snprintf(text + 2 * i, 3, "%02x", c);
		memcpy(text + LEN - 1, "\n", 2);
		assert_int_equal(key_parse(text, LEN, key), SSPR_KEY);
	}
}

static void
a_key_is_made_readable_by_its_owner_alone(void **state)
{
	uint8_t key[IPC_KEY_LEN];
	char text[LEN + 1];
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(key_make(path, db), SSPR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), LEN);
	close(fd);
	assert_int_equal(key_parse(text, LEN, key), SSPR_OK);
}

static void
two_keys_differ(void **state)
{
	char text[2][LEN];

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd;

		assert_int_equal(key_make(path, db), SSPR_OK);
		fd = open(path, O_RDONLY);
		assert_int_equal(read(fd, text[i], LEN), LEN);
		close(fd);
		assert_int_equal(unlink(path), 0);
	}
	assert_memory_not_equal(text[0], text[1], LEN);
}

static void
a_key_is_never_overwritten(void **state)
{
	struct stat st;

	(void)state;
	put(path, "what was there", 0600);
	assert_int_equal(key_make(path, db), SSPR_FILE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen("what was there"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(db, path), 0); /* leads nowhere */
	assert_int_equal(key_make(path, db), SSPR_FILE);
	assert_int_equal(access(db, F_OK), -1);
}

static void
no_key_is_made_beside_a_database(void **state)
{
	(void)state;
	put(db, "", 0600);
	assert_int_equal(key_make(path, db), SSPR_FILE);
	assert_int_equal(access(path, F_OK), -1);
}

static void
no_key_is_made_where_a_database_cannot_be_looked_for(void **state)
{
	char below[80];

	(void)state;
	snprintf(below, sizeof(below), "%s/sspr.db", db);
	put(db, "no directory", 0600);
	assert_int_equal(key_make(path, below), SSPR_SYSTEM);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(access(path, F_OK), -1);
}

static void
no_key_is_made_in_no_directory(void **state)
{
	char below[80];

	(void)state;
	snprintf(below, sizeof(below), "%s/none/master.key", dir);
	assert_int_equal(key_make(below, db), SSPR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(key_make("master.key", db), SSPR_SYSTEM);
}

static void
nothing_is_left_of_a_key_that_cannot_be_written(void **state)
{
	const struct rlimit none = { 10, 10 };
	int status;
	pid_t pid;

	(void)state;
	fflush(NULL);
	if ((pid = fork()) == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &none);
		_exit(key_make(path, db) == SSPR_SYSTEM && errno != 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(access(path, F_OK), -1);
}

static enum sspr_err
load(const char *credentials, uint8_t first)
{
	uint8_t key[IPC_KEY_LEN];
	const char *why = NULL;
	enum sspr_err e;

	memset(key, 7, sizeof(key));
	e = key_load(credentials, path, key, &why);
	assert_int_equal(key[0], first);
	assert_true(e == SSPR_OK || why != NULL);
	return e;
}

/* R-KEY-1 */
static void
the_credential_comes_before_the_file(void **state)
{
	(void)state;
	need_root();
	put(path, GOOD, 0400);
	assert_int_equal(load(NULL, 0x00), SSPR_OK);
	assert_int_equal(load(dir, 0x00), SSPR_OK);
	put(credential, OTHER, 0400);
	assert_int_equal(load(dir, 0xf0), SSPR_OK);
	assert_int_equal(load(NULL, 0x00), SSPR_OK);
}

static void
a_bad_credential_is_not_passed_over(void **state)
{
	char name[600];

	(void)state;
	need_root();
	put(path, GOOD, 0400);
	put(credential, "f00102\n", 0400);
	assert_int_equal(load(dir, 7), SSPR_KEY);
	assert_int_equal(unlink(credential), 0);
	assert_int_equal(symlink(path, credential), 0);
	assert_int_equal(load(dir, 7), SSPR_KEY);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(load(name, 7), SSPR_KEY);
}

/* R-PRIV-5 */
static void
a_symbolic_link_is_no_key(void **state)
{
	(void)state;
	put(credential, GOOD, 0400);
	assert_int_equal(symlink(credential, path), 0);
	assert_int_equal(load(NULL, 7), SSPR_KEY);
}

/* R-PRIV-5, R-CFG-2 */
static void
a_key_that_others_can_touch_is_refused(void **state)
{
	(void)state;
	need_root();
	for (mode_t bit = 01; bit <= 040; bit <<= 1) {
		put(path, GOOD, 0400 | bit);
		assert_int_equal(load(NULL, 7), SSPR_KEY);
		assert_int_equal(unlink(path), 0);
	}
}

/* R-PRIV-5 */
static void
a_key_of_another_owner_is_refused(void **state)
{
	(void)state;
	put(path, GOOD, 0400);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 1, 0), 0);
	assert_int_equal(load(NULL, 7), SSPR_KEY);
}

static void
what_is_no_file_is_no_key_and_nothing_waits_for_it(void **state)
{
	(void)state;
	assert_int_equal(load(NULL, 7), SSPR_KEY);
	assert_int_equal(mkfifo(path, 0400), 0);
	assert_int_equal(load(NULL, 7), SSPR_KEY);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(load(NULL, 7), SSPR_KEY);
	assert_int_equal(rmdir(path), 0);
}

static void
an_empty_or_a_longer_file_is_no_key(void **state)
{
	(void)state;
	need_root();
	put(path, "", 0400);
	assert_int_equal(load(NULL, 7), SSPR_KEY);
	assert_int_equal(unlink(path), 0);
	put(path, GOOD GOOD, 0400);
	assert_int_equal(load(NULL, 7), SSPR_KEY);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sixty_four_digits_and_a_newline_are_a_key),
		TEST(no_other_length_is_a_key),
		TEST(no_other_byte_is_a_digit_at_any_place),
		TEST(a_key_of_one_repeated_byte_is_refused),
		TEST(a_key_is_made_readable_by_its_owner_alone),
		TEST(two_keys_differ),
		TEST(a_key_is_never_overwritten),
		TEST(no_key_is_made_beside_a_database),
		TEST(no_key_is_made_where_a_database_cannot_be_looked_for),
		TEST(no_key_is_made_in_no_directory),
		TEST(nothing_is_left_of_a_key_that_cannot_be_written),
		TEST(the_credential_comes_before_the_file),
		TEST(a_bad_credential_is_not_passed_over),
		TEST(a_symbolic_link_is_no_key),
		TEST(a_key_that_others_can_touch_is_refused),
		TEST(a_key_of_another_owner_is_refused),
		TEST(what_is_no_file_is_no_key_and_nothing_waits_for_it),
		TEST(an_empty_or_a_longer_file_is_no_key),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
