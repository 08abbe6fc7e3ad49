/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "request.h"

static struct request r;

static void
all_three_parts_are_taken(void **state)
{
	static const char bytes[] = "1001\nalice\np\0\nw\n";

	(void)state;
	assert_int_equal(request_parse(bytes, sizeof(bytes) - 1, true, &r),
	    SSPR_OK);
	assert_int_equal(r.uid, 1001);
	assert_string_equal(r.name, "alice");
	assert_int_equal(r.password.len, 5);
	assert_memory_equal(r.password.at, "p\0\nw\n", 6);
	request_wipe(&r);
	assert_int_equal(r.password.len, 0);
	assert_int_equal(request_parse("4294967294\n\n", 12, false, &r),
	    SSPR_OK);
	assert_true(r.uid == 4294967294u);
	assert_string_equal(r.name, "");
	assert_int_equal(request_parse("0\n\n", 3, false, &r), SSPR_OK);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const rows[] = { "", "\n", "\n\n", "1", "1\n",
		"1\nalice", "01\na\n", " 1\na\n", "+1\na\n", "-1\na\n",
		"1x\na\n", "4294967295\na\n", "99999999999\na\n", "1\na\tb\n",
		"1\na\x1b\n", "1\n\xff\n", "1\na\nx", "1\r\na\n" };

	(void)state;
	r.uid = 7;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (request_parse(rows[i], strlen(rows[i]), false, &r) !=
		    SSPR_MALFORMED)
			fail_msg("row %zu", i);
	assert_int_equal(request_parse("1\na\n", 4, true, &r), SSPR_MALFORMED);
	assert_int_equal(request_parse("1\na\0b\n", 6, false, &r),
	    SSPR_MALFORMED);
	assert_int_equal(r.uid, 7);
}

static void
name_and_password_have_their_lengths(void **state)
{
	char bytes[REQUEST_MAX + 1];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "1000000000\n", 11);
	bytes[11 + ENTRY_NAME_MAX] = '\n';
	assert_int_equal(request_parse(bytes, REQUEST_MAX, true, &r), SSPR_OK);
	assert_int_equal(r.password.len, SECRET_MAX);
	assert_int_equal(request_parse(bytes, REQUEST_MAX + 1, true, &r),
	    SSPR_MALFORMED);
	bytes[11 + ENTRY_NAME_MAX] = 'x';
	bytes[12 + ENTRY_NAME_MAX] = '\n';
	assert_int_equal(request_parse(bytes, REQUEST_MAX, true, &r),
	    SSPR_MALFORMED);
}

static void
it_is_read_up_to_its_end(void **state)
{
	char most[REQUEST_MAX + 1];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "1001\nali", 8), 8);
	assert_int_equal(write(fd[1], "ce\n", 3), 3);
	close(fd[1]);
	assert_int_equal(request_read(fd[0], false, &r), SSPR_OK);
	assert_string_equal(r.name, "alice");
	close(fd[0]);
	assert_int_equal(pipe(fd), 0);
	memset(most, 'x', sizeof(most));
	assert_int_equal(write(fd[1], most, sizeof(most)), sizeof(most));
	assert_int_equal(request_read(fd[0], true, &r), SSPR_MALFORMED);
	close(fd[1]);
	close(fd[0]);
	assert_int_equal(request_read(-1, true, &r), SSPR_SYSTEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_three_parts_are_taken),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(name_and_password_have_their_lengths),
		cmocka_unit_test(it_is_read_up_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
