/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sendmail.h"

static char dir[] = "/tmp/sspr-test-XXXXXX";
static char program[64], seen[64];

/* Make a sendmail of a few lines of shell; OUT is where it may write. */
static void
script(const char *text)
{
	FILE *f = fopen(program, "w");

	assert_non_null(f);
	fprintf(f, "#!/bin/sh\nOUT=%s\n%s\n", seen, text);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0700), 0);
}

static enum sspr_err
run(const char *from, const char *mail, struct outcome *o)
{
	memset(o, 0, sizeof(*o));
	unlink(seen);
	return sendmail_send(program, from, mail, strlen(mail), o);
}

static const char *
content(void)
{
	static char buf[4096];
	const int fd = open(seen, O_RDONLY);
	const ssize_t n = read(fd, buf, sizeof(buf) - 1);

	assert_true(n >= 0);
	buf[n] = '\0';
	close(fd);
	return buf;
}

/* R-DEL-1 */
static void
it_gets_the_mail_on_its_input_and_no_address_otherwise(void **state)
{
	struct outcome o;

	(void)state;
	assert_int_equal(setenv("HTTP_PROXY", "x", 1), 0);
	script("echo \"$#\" \"$@\" > $OUT; env >> $OUT; cat >> $OUT");
	assert_int_equal(run(NULL, "To: a@b\n\nhello\n", &o), SSPR_OK);
	assert_true(strncmp(content(), "2 -i -t\n", 8) == 0);
	assert_non_null(strstr(content(), "\nTo: a@b\n\nhello\n"));
	assert_non_null(
	    strstr(content(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"));
	assert_null(strstr(content(), "HTTP_PROXY"));
	assert_int_equal(run("c@d", "x", &o), SSPR_OK);
	assert_true(strncmp(content(), "4 -i -t -f c@d\n", 15) == 0);
}

static void
its_exit_status_decides(void **state)
{
	struct outcome o;

	(void)state;
	script("cat > /dev/null; exit 75");
	assert_int_equal(run(NULL, "x", &o), SSPR_DENIED);
	assert_string_equal(o.why, "sendmail ended with exit status 75");
	script("kill -9 $$");
	assert_int_equal(run(NULL, "x", &o), SSPR_DENIED);
	assert_string_equal(o.why, "sendmail was ended by signal 9");
}

static void
one_that_does_not_read_is_not_believed(void **state)
{
	static char large[300000];
	struct outcome o;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	script("exit 0");
	assert_int_equal(run(NULL, large, &o), SSPR_DENIED);
	/* It has the signal as a program should. */
	script("kill -PIPE $$; exit 0");
	assert_int_equal(run(NULL, "", &o), SSPR_DENIED);
	assert_string_equal(o.why, "sendmail was ended by signal 13");
}

static void
one_that_is_not_there_is_a_wrong_configuration(void **state)
{
	struct outcome o;

	(void)state;
	unlink(program);
	assert_int_equal(run(NULL, "x", &o), SSPR_CONFIG);
	assert_non_null(strstr(o.why, program));
}

static int
setup(void **state)
{
	(void)state;
	/* As process_start has it. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || mkdtemp(dir) == NULL)
		return -1;
	snprintf(program, sizeof(program), "%s/sendmail", dir);
	snprintf(seen, sizeof(seen), "%s/seen", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(program);
	unlink(seen);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    it_gets_the_mail_on_its_input_and_no_address_otherwise),
		cmocka_unit_test(its_exit_status_decides),
		cmocka_unit_test(one_that_does_not_read_is_not_believed),
		cmocka_unit_test(
		    one_that_is_not_there_is_a_wrong_configuration),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
