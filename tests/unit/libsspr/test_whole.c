/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "whole.h"

static int in, out;

static int
make_pipe([[maybe_unused]] void **state)
{
	int fd[2];

	if (pipe(fd) == -1)
		return -1;
	in = fd[0];
	out = fd[1];
	return 0;
}

static int
close_pipe([[maybe_unused]] void **state)
{
	close(in);
	if (out != -1)
		close(out);
	return 0;
}

static void
put(const char *text)
{
	assert_int_equal(write(out, text, strlen(text)), strlen(text));
}

static void
end(void)
{
	close(out);
	out = -1;
}

static void
all_up_to_the_end_is_read([[maybe_unused]] void **state)
{
	char buf[8];
	size_t len;

	put("abcde");
	end();
	assert_int_equal(whole_read(in, buf, sizeof(buf), &len), SSPR_OK);
	assert_int_equal(len, 5);
	assert_memory_equal(buf, "abcde", 5);
	assert_int_equal(whole_read(in, buf, sizeof(buf), &len), SSPR_OK);
	assert_int_equal(len, 0);
}

static void
no_more_is_read_than_there_is_room_for([[maybe_unused]] void **state)
{
	char buf[8] = "........";
	size_t len;

	put("abcdef");
	assert_int_equal(whole_read(in, buf, 4, &len), SSPR_OK);
	assert_int_equal(len, 4);
	assert_memory_equal(buf, "abcd....", 8);
	assert_int_equal(whole_read(in, buf, 0, &len), SSPR_OK);
	assert_int_equal(len, 0);
}

static void
an_error_is_told_with_its_number([[maybe_unused]] void **state)
{
	char buf[4];
	size_t len;

	assert_int_equal(whole_read(out, buf, sizeof(buf), &len), SSPR_SYSTEM);
	assert_int_equal(errno, EBADF);
	assert_int_equal(len, 0);
}

/* The rest comes only when the read was interrupted. */
static void
on_alarm([[maybe_unused]] int number)
{
	if (out != -1 && write(out, "cd", 2) == 2)
		end();
}

static void
an_interrupted_read_goes_on([[maybe_unused]] void **state)
{
	const struct itimerval soon = { .it_value = { .tv_usec = 20000 } };
	struct sigaction act = { .sa_handler = on_alarm };
	char buf[8];
	size_t len;

	put("ab");
	assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(whole_read(in, buf, sizeof(buf), &len), SSPR_OK);
	assert_int_equal(len, 4);
	assert_memory_equal(buf, "abcd", 4);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_pipe, close_pipe)
	const struct CMUnitTest tests[] = {
		TEST(all_up_to_the_end_is_read),
		TEST(no_more_is_read_than_there_is_room_for),
		TEST(an_error_is_told_with_its_number),
		TEST(an_interrupted_read_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
