/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "desk.h"

static struct capture c;

static void
a_name_is_printable_and_of_some_length(void **state)
{
	char longest[PROTO_USER_MAX + 2];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[PROTO_USER_MAX + 1] = '\0';
	assert_non_null(desk_fault(&(struct desk){ .user = "" }, false));
	assert_non_null(desk_fault(&(struct desk){ .user = longest }, false));
	assert_non_null(desk_fault(&(struct desk){ .user = "a\nb" }, false));
	assert_non_null(desk_fault(&(struct desk){ .user = "\xff" }, false));
	longest[PROTO_USER_MAX] = '\0';
	assert_null(desk_fault(&(struct desk){ .user = longest }, false));
}

/* R-ADM-1 */
static void
a_reason_is_1_to_200_printable_bytes(void **state)
{
	char longest[PROTO_REASON_MAX + 2];
	struct desk d = { .user = "alice" };

	(void)state;
	assert_null(desk_fault(&d, false));
	assert_non_null(strstr(desk_fault(&d, true), "--reason"));
	memset(longest, 'x', sizeof(longest));
	longest[PROTO_REASON_MAX + 1] = '\0';
	d.reason = longest;
	assert_non_null(desk_fault(&d, true));
	longest[PROTO_REASON_MAX] = '\0';
	assert_null(desk_fault(&d, true));
	d.reason = "";
	assert_non_null(desk_fault(&d, false));
	d.reason = "\x1b[2J";
	assert_non_null(desk_fault(&d, true));
}

static void
the_daemon_is_told_whom_and_why_on_its_own_socket(void **state)
{
	const struct desk d = { .user = "alice", .reason = "ticket 12" };
	struct proto_hello hello = { .verb = VERB_UNLOCK };

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.path = PATH_DESK;
	capture_begin(&c);
	assert_int_equal(desk_hold(&d, &hello, NULL, NULL), SSPR_OK);
	capture_end(&c);
	assert_string_equal(daemon_is.hello.user, "alice");
	assert_string_equal(daemon_is.hello.reason, "ticket 12");
}

/* As one who is not root; the exit status is whether each is shut. */
static int
as_another(const char *shut, const char *open)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		if (geteuid() == 0 && seteuid(65534) == -1)
			_exit(9);
		_exit((desk_is_shut(shut) ? 1 : 0) |
		    (desk_is_shut(open) ? 2 : 0) |
		    (desk_is_shut("/nonexistent/x") ? 4 : 0));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void
a_socket_that_is_not_for_us_is_not_a_missing_one(void **state)
{
	char dir[] = "/tmp/sspr-desk-XXXXXX", shut[64], open[64];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	(void)snprintf(shut, sizeof(shut), "%s/shut", dir);
	(void)snprintf(open, sizeof(open), "%s/open", dir);
	assert_non_null(f = fopen(shut, "w"));
	fclose(f);
	assert_non_null(f = fopen(open, "w"));
	fclose(f);
	assert_int_equal(chmod(shut, 0), 0);
	assert_int_equal(chmod(open, 0666), 0);
	assert_int_equal(as_another(shut, open), 1);
	assert_int_equal(unlink(shut), 0);
	assert_int_equal(unlink(open), 0);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_printable_and_of_some_length),
		cmocka_unit_test(a_reason_is_1_to_200_printable_bytes),
		cmocka_unit_test(
		    the_daemon_is_told_whom_and_why_on_its_own_socket),
		cmocka_unit_test(
		    a_socket_that_is_not_for_us_is_not_a_missing_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
