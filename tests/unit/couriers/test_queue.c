/* SPDX-License-Identifier: MIT */
#include <dirent.h>
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

#include "message.h"
#include "queue.h"

#define NUMBER "+15551234567"
#define NOW    1700000000
#define ID     0xabcdefu

static char dir[] = "/tmp/sspr-test-XXXXXX";

static enum sspr_err
put(const char *outbox, const char *text)
{
	struct outcome o = { 0 };

	return queue_put(outbox, NUMBER, text, NOW, ID, &o);
}

/* The one file of the outbox: its name.  It is removed by take. */
static const char *
only_file(void)
{
	static char name[256];
	const struct dirent *d;
	DIR *list = opendir(dir);
	int n = 0;

	assert_non_null(list);
	while ((d = readdir(list)) != NULL)
		if (strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0) {
			snprintf(name, sizeof(name), "%s", d->d_name);
			n++;
		}
	closedir(list);
	assert_int_equal(n, 1);
	return name;
}

/* The content of the one file, whose lines end with CR LF, without the CR. */
static const char *
take(void)
{
	static char buf[65536];
	char path[512];
	size_t len = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, only_file());
	fd = open(path, O_RDONLY);
	n = read(fd, buf, sizeof(buf) - 1);
	assert_true(n >= 0);
	close(fd);
	assert_int_equal(unlink(path), 0);
	for (ssize_t i = 0; i < n; i++)
		if (buf[i] != '\r')
			buf[len++] = buf[i];
	buf[len] = '\0';
	return buf;
}

static void
a_message_is_one_file_that_gammu_smsd_may_write(void **state)
{
	char path[512];
	struct stat st;

	(void)state;
	umask(077);
	assert_int_equal(put(dir, "Hello"), SSPR_OK);
	snprintf(path, sizeof(path), "%s/%s", dir, only_file());
	assert_true(strncmp(only_file(), "OUTC20231", 9) == 0);
	assert_non_null(
	    strstr(only_file(), "_00_sspr_0000000000abcdef.smsbackup"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_non_null(strstr(take(), "Number = \"" NUMBER "\"\n"));
}

static void
the_alphabet_is_the_smallest_that_does(void **state)
{
	const char *file;

	(void)state;
	assert_int_equal(put(dir, "{\xe2\x82\xac}"), SSPR_OK);
	file = take();
	assert_non_null(strstr(file, "Text00 = 007B20AC007D\n"));
	assert_non_null(strstr(file, "Coding = Default_No_Compression\n"));
	assert_int_equal(put(dir, "\xd0\x9a\xf0\x9f\x98\x80"), SSPR_OK);
	file = take();
	assert_non_null(strstr(file, "Text00 = 041AD83DDE00\n"));
	assert_non_null(strstr(file, "Coding = Unicode_No_Compression\n"));
}

static int
count(const char *s, const char *what)
{
	int n = 0;

	for (; (s = strstr(s, what)) != NULL; s++)
		n++;
	return n;
}

static void
a_long_text_is_split_and_no_character_is_cut(void **state)
{
	char text[MESSAGE_TEXT_MAX + 1] = "x";
	const char *file;

	(void)state;
	for (size_t i = 0; i < 249; i++)
		memcpy(text + 1 + 4 * i, "\xf0\x9f\x98\x80", 5);
	assert_int_equal(put(dir, text), SSPR_OK);
	file = take();
	assert_int_equal(count(file, "\n[SMSBackup"), 8);
	assert_int_equal(count(file, "\nUDH = 050003"), 8);
	/* Two units a character, and no part begins or ends within one. */
	assert_null(strstr(file, "Text00 = DE00"));
	assert_null(strstr(file, "D83D\nCoding"));
}

static void
a_text_cannot_forge_a_part(void **state)
{
	const char *file;

	(void)state;
	assert_int_equal(put(dir, "a\n[SMSBackup001]\nNumber = \"+19\"\n"),
	    SSPR_OK);
	file = take();
	assert_int_equal(count(file, "\n[SMSBackup"), 1);
	assert_int_equal(count(file, "\nNumber = "), 1);
}

static void
what_cannot_be_queued_leaves_no_file(void **state)
{
	char text[MESSAGE_TEXT_MAX + 2], path[512];
	struct outcome o = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(put(dir, text), SSPR_MALFORMED);
	assert_int_equal(queue_put(dir, "+1;id", "x", NOW, ID, &o),
	    SSPR_MALFORMED);
	assert_int_equal(put("/nowhere", "x"), SSPR_CONFIG);
	/* Nothing is written over. */
	assert_int_equal(put(dir, "first"), SSPR_OK);
	snprintf(path, sizeof(path), "%s", only_file());
	assert_int_equal(put(dir, "second"), SSPR_SYSTEM);
	assert_string_equal(only_file(), path);
	assert_non_null(strstr(take(), "; first"));
}

static void
a_link_in_the_way_is_not_followed(void **state)
{
	char draft[512];

	(void)state;
	snprintf(draft, sizeof(draft), "%s/.sspr-%016x", dir, ID);
	assert_int_equal(symlink("/dev/null", draft), 0);
	assert_int_equal(put(dir, "x"), SSPR_CONFIG);
	assert_int_equal(unlink(draft), 0);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_message_is_one_file_that_gammu_smsd_may_write),
		cmocka_unit_test(the_alphabet_is_the_smallest_that_does),
		cmocka_unit_test(a_long_text_is_split_and_no_character_is_cut),
		cmocka_unit_test(a_text_cannot_forge_a_part),
		cmocka_unit_test(what_cannot_be_queued_leaves_no_file),
		cmocka_unit_test(a_link_in_the_way_is_not_followed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
