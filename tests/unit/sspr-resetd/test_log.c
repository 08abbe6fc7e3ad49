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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

static int kept; /* the real standard error */

/* Let standard error lead to fd from here on. */
static void
redirect(int fd)
{
	kept = dup(STDERR_FILENO);
	assert_int_not_equal(kept, -1);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	(void)close(fd);
}

/* What has been logged, from the other end; standard error is back. */
static const char *
logged(int from)
{
	static char text[4096];
	ssize_t n;

	assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
	(void)close(kept);
	n = read(from, text, sizeof(text) - 1);
	(void)close(from);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static int
redirect_to_pipe(void)
{
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	redirect(p[1]);
	return p[0];
}

static void
a_line_names_the_role(void **state)
{
	int from = redirect_to_pipe();

	(void)state;
	log_open("vault");
	log_info("account %u", 7u);
	log_warn("warned");
	log_err("failed");
	assert_string_equal(logged(from),
	    "sspr-resetd[vault]: account 7\n"
	    "sspr-resetd[vault]: warned\n"
	    "sspr-resetd[vault]: failed\n");
}

static void
debug_lines_are_for_those_who_ask(void **state)
{
	int from = redirect_to_pipe();

	(void)state;
	log_open("vault");
	log_debug("one");
	log_debug_on(1);
	log_debug("two");
	log_debug_on(0);
	log_debug("three");
	assert_string_equal(logged(from), "sspr-resetd[vault]: two\n");
}

/* R-LOG-2 */
static void
no_byte_can_forge_a_line_or_reach_the_terminal(void **state)
{
	int from = redirect_to_pipe();

	(void)state;
	log_open("front");
	log_info("%s", "a\nsspr-resetd[vault]: b\r\t\x1b[2J\x7f\\");
	log_info("%s", "Grüße\xc2\x9b\xe2\x80\xae\xff\xc3");
	assert_string_equal(logged(from),
	    "sspr-resetd[front]: "
	    "a\\x0asspr-resetd[vault]: b\\x0d\\x09\\x1b[2J\\x7f\\x5c\n"
	    "sspr-resetd[front]: "
	    "Grüße\\xc2\\x9b\\xe2\\x80\\xae\\xff\\xc3\n");
}

static void
a_long_line_is_cut_at_a_kibibyte(void **state)
{
	char most[1201];
	const char *text;
	size_t len;
	int from;

	(void)state;
	for (int c = 0; c <= 1; c++) {
		memset(most, c == 0 ? 'a' : '\x01', sizeof(most) - 1);
		most[sizeof(most) - 1] = '\0';
		from = redirect_to_pipe();
		log_open("front");
		log_info("%s", most);
		text = logged(from);
		len = strlen(text);
		assert_in_range(len, 1020, 1024);
		assert_string_equal(text + len - 4, "...\n");
		assert_ptr_equal(strchr(text, '\n'), text + len - 1);
	}
}

static void
errno_survives(void **state)
{
	int from = redirect_to_pipe();

	(void)state;
	log_open("front");
	(void)close(STDERR_FILENO);
	errno = ENOTTY;
	log_info("lost");
	assert_int_equal(errno, ENOTTY);
	assert_string_equal(logged(from), "");
}

static void
fatal_ends_the_process_with_status_1(void **state)
{
	int from = redirect_to_pipe(), status;
	pid_t pid;

	(void)state;
	log_open("front");
	if ((pid = fork()) == 0)
		log_fatal("no use");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_string_equal(logged(from), "sspr-resetd[front]: no use\n");
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void
a_socket_that_is_not_the_journals_gets_plain_lines(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     pair),
	    0);
	redirect(pair[1]);
	log_open("front");
	log_info("plain");
	assert_string_equal(logged(pair[0]), "sspr-resetd[front]: plain\n");
}

/* Listen as journald does, below a directory of our own. */
static int
listen_as_journal(const char *dir, struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/systemd", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/systemd/journal", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	a->sun_family = AF_UNIX;
	(void)snprintf(a->sun_path, sizeof(a->sun_path), "%s/stdout", path);
	assert_int_equal(bind(fd, (struct sockaddr *)a, sizeof(*a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void
remove_journal(const char *dir, const struct sockaddr_un *a)
{
	char path[80];

	assert_int_equal(unlink(a->sun_path), 0);
	(void)snprintf(path, sizeof(path), "%s/systemd/journal", dir);
	assert_int_equal(rmdir(path), 0);
	(void)snprintf(path, sizeof(path), "%s/systemd", dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
the_journal_is_told_priorities(void **state)
{
	char dir[] = "/tmp/test_log.XXXXXX";
	struct sockaddr_un a = { 0 };
	int server, client, from;

	(void)state;
	assert_non_null(mkdtemp(dir));
	server = listen_as_journal(dir, &a);
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&a, sizeof(a)), 0);
	from = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	redirect(client);
	log_open("vault");
	log_info("a");
	log_warn("b");
	log_err("c");
	assert_string_equal(logged(from),
	    "<6>vault: a\n<4>vault: b\n<3>vault: c\n");
	(void)close(server);
	remove_journal(dir, &a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_the_role),
		cmocka_unit_test(debug_lines_are_for_those_who_ask),
		cmocka_unit_test(
		    no_byte_can_forge_a_line_or_reach_the_terminal),
		cmocka_unit_test(a_long_line_is_cut_at_a_kibibyte),
		cmocka_unit_test(errno_survives),
		cmocka_unit_test(fatal_ends_the_process_with_status_1),
		cmocka_unit_test(
		    a_socket_that_is_not_the_journals_gets_plain_lines),
		cmocka_unit_test(the_journal_is_told_priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
