/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>

#include "../../capture.h"
#include "tty.h"

static struct capture c;

/* A script on standard input. */
struct script {
	int real;
	struct tty tty;
};

static void
script_begin(struct script *s, const char *text, size_t len)
{
	int fd = memfd_create("script", MFD_CLOEXEC);

	assert_int_equal(pwrite(fd, text, len, 0), len);
	s->real = dup(STDIN_FILENO);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	tty_open(&s->tty);
}

static void
script_end(struct script *s)
{
	tty_close(&s->tty);
	dup2(s->real, STDIN_FILENO);
	close(s->real);
}

static void
a_script_is_read_line_by_line_without_prompts(void **state)
{
	static const char text[] = "one\n\ntwo words \nlast";
	struct secret a = { 0 };
	struct script s;

	(void)state;
	script_begin(&s, text, sizeof(text) - 1);
	capture_begin(&c);
	assert_false(tty_is_person(&s.tty));
	assert_int_equal(tty_ask(&s.tty, false, "Prompt: ", &a), SSPR_OK);
	assert_string_equal(a.at, "one");
	assert_int_equal(lseek(STDIN_FILENO, 0, SEEK_CUR), 4);
	assert_int_equal(tty_ask(&s.tty, true, "Prompt: ", &a), SSPR_OK);
	assert_int_equal(a.len, 0);
	assert_int_equal(tty_ask(&s.tty, true, "Prompt: ", &a), SSPR_OK);
	assert_string_equal(a.at, "two words ");
	assert_int_equal(tty_ask(&s.tty, true, "Prompt: ", &a), SSPR_OK);
	assert_string_equal(a.at, "last");
	assert_int_equal(tty_ask(&s.tty, true, "Prompt: ", &a), SSPR_CANCELLED);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, "");
	script_end(&s);
}

static void
the_longest_answer_is_taken_and_a_longer_one_refused(void **state)
{
	char text[2 * SECRET_MAX + 4];
	struct secret a = { 0 };
	struct script s;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[SECRET_MAX] = text[2 * SECRET_MAX + 2] = '\n';
	script_begin(&s, text, sizeof(text));
	capture_begin(&c);
	assert_int_equal(tty_ask(&s.tty, true, "", &a), SSPR_OK);
	assert_int_equal(a.len, SECRET_MAX);
	assert_int_equal(tty_ask(&s.tty, true, "", &a), SSPR_USAGE);
	assert_int_equal(tty_ask(&s.tty, true, "", &a), SSPR_OK);
	assert_string_equal(a.at, "x");
	capture_end(&c);
	assert_non_null(strstr(c.err, "too long"));
	script_end(&s);
}

static void
a_nul_is_a_byte_like_others(void **state)
{
	struct secret a = { 0 };
	struct script s;

	(void)state;
	script_begin(&s, "a\0b\n", 4);
	assert_int_equal(tty_ask(&s.tty, true, "", &a), SSPR_OK);
	assert_int_equal(a.len, 3);
	assert_memory_equal(a.at, "a\0b", 3);
	script_end(&s);
}

/* Wait for text at the person's side; returns all that was there. */
static const char *
sees(int master, const char *text)
{
	static char seen[256];
	size_t n = 0;

	memset(seen, 0, sizeof(seen));
	while (strstr(seen, text) == NULL) {
		ssize_t got = read(master, seen + n, sizeof(seen) - 1 - n);

		assert_true(got > 0);
		n += (size_t)got;
	}
	return seen;
}

static void
types(int master, const char *text)
{
	assert_int_equal(write(master, text, strlen(text)), strlen(text));
}

/* A child asks on a terminal; its exit status is the result. */
static pid_t
asks(int *master, bool echo, const char *want)
{
	int slave;
	struct secret a = { 0 };
	struct tty t;
	enum sspr_err e;
	pid_t pid;

	assert_int_equal(openpty(master, &slave, NULL, NULL, NULL), 0);
	assert_int_not_equal(pid = fork(), -1);
	if (pid > 0) {
		close(slave);
		return pid;
	}
	t.in = t.out = slave;
	e = tty_ask(&t, echo, "Ask: ", &a);
	if (e == SSPR_OK && strcmp((const char *)a.at, want) != 0)
		_exit(99);
	tcdrain(slave);
	_exit((int)e);
}

static void
ends_with(pid_t pid, enum sspr_err e)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), e);
}

static void
a_person_sees_the_prompt_and_what_is_typed(void **state)
{
	int master;
	pid_t pid = asks(&master, true, "hello");

	(void)state;
	(void)sees(master, "Ask: ");
	types(master, "hello\n");
	(void)sees(master, "hello");
	ends_with(pid, SSPR_OK);
	close(master);
}

static void
without_echo_nothing_typed_is_seen(void **state)
{
	int master;
	pid_t pid = asks(&master, false, "secret");

	(void)state;
	(void)sees(master, "Ask: ");
	types(master, "secret\n");
	assert_string_equal(sees(master, "\n"), "\r\n");
	ends_with(pid, SSPR_OK);
	close(master);
}

static void
the_end_of_input_cancels(void **state)
{
	int master;
	pid_t pid = asks(&master, false, "");

	(void)state;
	(void)sees(master, "Ask: ");
	types(master, "\x04");
	ends_with(pid, SSPR_CANCELLED);
	close(master);
}

static void
a_person_is_asked_again_after_too_long_an_answer(void **state)
{
	char text[SECRET_MAX + 3];
	int master;
	pid_t pid;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[SECRET_MAX + 1] = '\n';
	text[SECRET_MAX + 2] = '\0';
	pid = asks(&master, false, "shorter");
	(void)sees(master, "Ask: ");
	types(master, text);
	(void)sees(master, "Ask: ");
	types(master, "shorter\n");
	ends_with(pid, SSPR_OK);
	close(master);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_script_is_read_line_by_line_without_prompts),
		cmocka_unit_test(
		    the_longest_answer_is_taken_and_a_longer_one_refused),
		cmocka_unit_test(a_nul_is_a_byte_like_others),
		cmocka_unit_test(a_person_sees_the_prompt_and_what_is_typed),
		cmocka_unit_test(without_echo_nothing_typed_is_seen),
		cmocka_unit_test(the_end_of_input_cancels),
		cmocka_unit_test(
		    a_person_is_asked_again_after_too_long_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
