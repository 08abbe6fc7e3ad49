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
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc.h"
#include "lines.h"
#include "parent/audit.h"

static char dir[] = "/tmp/sspr-audit-XXXXXX", path[64];

static const struct audit_record plain = { .event = "reset.intent",
	.correlation = "00112233445566778899aabbccddeeff",
	.actor = IPC_NOBODY,
	.subject = 1000,
	.service = "sshd",
	.source = "192.0.2.1",
	.result = SSPR_OK,
	.digest = "$5$salt$hash" };

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/audit.jsonl", dir);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static int
remove_dir(void **state)
{
	clean(state);
	return rmdir(dir);
}

/* As audit_open does, for any user. */
static struct audit
opened(void)
{
	struct audit a = {
		.fd = open(path, O_RDWR | O_APPEND | O_CREAT, 0640),
	};

	assert_int_not_equal(a.fd, -1);
	return a;
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0640), 0);
}

static const char *
text(void)
{
	static char buf[1 << 16];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, sizeof(buf) - 1, f);
	fclose(f);
	buf[n] = '\0';
	return buf;
}

static void
a_record_is_one_line_with_all_its_fields(void **state)
{
	struct audit a = opened();

	(void)state;
	assert_int_equal(audit_append(&a, &plain), SSPR_OK);
	assert_int_equal(audit_sync(&a), SSPR_OK);
	assert_int_equal(count_lines(text()), 1);
	assert_ptr_equal(strstr(text(), "{\"seq\":1,\"time\":\"2"), text());
	assert_non_null(strstr(text(),
	    "\"event\":\"reset.intent\","
	    "\"correlation\":\"00112233445566778899aabbccddeeff\","
	    "\"reference\":\"008J\",\"subject\":1000,\"service\":\"sshd\","
	    "\"source\":\"192.0.2.1\","
	    "\"digest\":\"$5$salt$hash\",\"code\":0,"
	    "\"result\":\"success\"}\n"));
	audit_close(&a);
	assert_int_equal(a.fd, -1);
}

static void
nobody_and_no_digest_are_left_out(void **state)
{
	struct audit_record r = plain;
	struct audit a = opened();

	(void)state;
	r.subject = IPC_NOBODY;
	r.actor = 0;
	r.digest = "";
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	assert_null(strstr(text(), "subject"));
	assert_null(strstr(text(), "digest"));
	assert_non_null(strstr(text(), "\"actor\":0,"));
	audit_close(&a);
}

/* R-ADM-1 */
static void
the_reason_of_an_operator_is_in_its_record(void **state)
{
	struct audit_record r = plain;
	struct audit a = opened();

	(void)state;
	r.digest = "";
	r.reason = "lost phone, \"called back\"";
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	assert_non_null(strstr(text(),
	    "\"reason\":\"lost phone, \\u0022called back\\u0022\","
	    "\"code\":0,"));
	assert_int_equal(ftruncate(a.fd, 0), 0);
	r.reason = "";
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	assert_null(strstr(text(), "reason"));
	assert_int_equal(count_lines(text()), 1);
	audit_close(&a);
}

/* R-LOG-4 */
static void
how_many_it_stands_for_is_written_if_it_does(void **state)
{
	struct audit_record r = { .event = "refused.more",
		.correlation = "",
		.service = "",
		.source = "192.0.2.7",
		.digest = "",
		.count = 15 };
	struct audit a = opened();

	(void)state;
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	assert_non_null(strstr(text(), "\"count\":15,"));
	assert_int_equal(ftruncate(a.fd, 0), 0);
	r.count = 0;
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	assert_null(strstr(text(), "count"));
	audit_close(&a);
}

/* R-LOG-2 */
static void
every_byte_of_every_string_stays_inside_its_quotes(void **state)
{
	char one[2] = { 0 };
	struct audit_record r = { one, one, 0, 0, one, one, SSPR_OK, one, one,
		0 };
	struct audit a = opened();

	(void)state;
	for (int c = 1; c < 256; c++) {
		char want[64];

		assert_int_equal(ftruncate(a.fd, 0), 0);
		one[0] = (char)c;
		assert_int_equal(audit_append(&a, &r), SSPR_OK);
		assert_int_equal(count_lines(text()), 1);
		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
			snprintf(want, sizeof(want), "\"event\":\"\\u%04x\",",
			    (unsigned int)c);
		else
			snprintf(want, sizeof(want), "\"event\":\"%c\",", c);
		assert_non_null(strstr(text(), want));
	}
	audit_close(&a);
}

static void
the_longest_strings_of_the_worst_bytes_fit(void **state)
{
	struct ipc_worker w;
	char event[IPC_EVENT_MAX + 1] = "", digest[IPC_DIGEST_MAX + 1] = "";
	char reason[PROTO_REASON_MAX + 1] = "";
	struct audit_record r = { event, w.correlation, IPC_NOBODY - 1,
		IPC_NOBODY - 1, w.service, w.source, SSPR_NO_FACTOR, digest,
		reason, UINT32_MAX };
	struct audit a = opened();

	(void)state;
	memset(&w, 0, sizeof(w));
	memset(event, 1, sizeof(event) - 1);
	memset(w.correlation, 1, sizeof(w.correlation) - 1);
	memset(w.service, 1, sizeof(w.service) - 1);
	memset(w.source, 1, sizeof(w.source) - 1);
	memset(digest, '"', sizeof(digest) - 1);
	memset(reason, 0xff, sizeof(reason) - 1);
	a.seq = UINT64_MAX - 2;
	assert_int_equal(audit_append(&a, &r), SSPR_OK);
	assert_int_equal(count_lines(text()), 1);
	audit_close(&a);
}

static void
a_record_that_is_too_long_is_not_written_at_all(void **state)
{
	struct audit_record r = plain;
	struct audit a = opened();
	char service[5000];

	(void)state;
	memset(service, 'x', sizeof(service) - 1);
	service[sizeof(service) - 1] = '\0';
	r.service = service;
	assert_int_equal(audit_append(&a, &r), SSPR_AUDIT);
	assert_string_equal(text(), "");
	assert_int_equal(a.seq, 0);
	audit_close(&a);
}

/* Promise 6, R-LOG-1 */
static void
a_full_disk_leaves_no_half_line(void **state)
{
	struct audit a = opened();
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(audit_append(&a, &plain), SSPR_OK);
	fflush(NULL);
	if ((pid = fork()) == 0) {
		const rlim_t size = (rlim_t)lseek(a.fd, 0, SEEK_END) + 50;
		const struct rlimit most = { size, size };

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &most);
		_exit(audit_append(&a, &plain) == SSPR_AUDIT ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(count_lines(text()), 1);
	assert_int_equal(audit_append(&a, &plain), SSPR_OK);
	assert_int_equal(count_lines(text()), 2);
	audit_close(&a);
}

/* Promise 6 */
static void
a_device_without_room_is_told(void **state)
{
	struct audit a = { .fd = open("/dev/full", O_WRONLY | O_APPEND) };

	(void)state;
	assert_int_equal(audit_append(&a, &plain), SSPR_AUDIT);
	assert_int_equal(audit_sync(&a), SSPR_AUDIT);
	assert_int_equal(a.seq, 0);
	audit_close(&a);
	a = (struct audit){ .fd = -1 };
	assert_int_equal(audit_append(&a, &plain), SSPR_AUDIT);
	assert_int_equal(audit_sync(&a), SSPR_AUDIT);
}

static void
a_half_line_that_stays_does_not_swallow_the_next(void **state)
{
	struct audit a = opened();

	(void)state;
	put("{\"seq\":1,\"ti");
	a.torn = true;
	assert_int_equal(audit_append(&a, &plain), SSPR_OK);
	assert_false(a.torn);
	assert_memory_equal(text(), "{\"seq\":1,\"ti\n", 13);
	assert_int_equal(count_lines(text() + 13), 1);
	assert_int_equal(audit_append(&a, &plain), SSPR_OK);
	assert_int_equal(count_lines(text() + 13), 2);
	audit_close(&a);
}

static enum sspr_err
open_log(struct audit *a)
{
	const char *why = NULL;
	enum sspr_err e = audit_open(path, getegid(), a, &why);

	assert_true(e == SSPR_OK || why != NULL);
	return e;
}

static void
need_root(void)
{
	if (geteuid() != 0)
		skip();
}

/* R-LOG-1 */
static void
the_sequence_goes_on_after_a_restart(void **state)
{
	struct audit a;

	(void)state;
	need_root();
	for (uint64_t n = 1; n <= 60; n++) {
		assert_int_equal(open_log(&a), SSPR_OK);
		assert_int_equal(a.seq, n - 1);
		assert_int_equal(audit_append(&a, &plain), SSPR_OK);
		audit_close(&a);
	}
	assert_int_equal(count_lines(text()), 60);
}

static void
a_torn_last_line_is_closed(void **state)
{
	struct audit a;

	(void)state;
	need_root();
	put("{\"seq\":7,\"time\":\"\"}\n{\"seq\":8,\"tim");
	assert_int_equal(open_log(&a), SSPR_OK);
	assert_int_equal(a.seq, 7);
	assert_int_equal(audit_append(&a, &plain), SSPR_OK);
	audit_close(&a);
	assert_non_null(strstr(text(), "\"tim\n{\"seq\":8,\"time\":\"2"));
}

static void
garbage_in_the_log_does_not_stop_it(void **state)
{
	struct audit a;

	(void)state;
	need_root();
	put("\n\n{\"seq\":\n{\"seq\":12,\"x\":\"\"}\nnot ours\n{\"seq\"\n");
	assert_int_equal(open_log(&a), SSPR_OK);
	assert_int_equal(a.seq, 12);
	audit_close(&a);
}

static void
a_new_log_has_its_mode_whatever_the_umask_is(void **state)
{
	mode_t mask = umask(0777);
	struct audit a;
	struct stat st;

	(void)state;
	if (geteuid() != 0) {
		umask(mask);
		skip();
	}
	assert_int_equal(open_log(&a), SSPR_OK);
	umask(mask);
	assert_int_equal(fstat(a.fd, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0640);
	audit_close(&a);
}

/* R-PRIV-5 */
static void
a_log_that_others_may_touch_is_refused(void **state)
{
	struct audit a = { .fd = -5 };

	(void)state;
	need_root();
	for (mode_t bit = 01; bit <= 0400; bit <<= 1) {
		put("");
		assert_int_equal(chmod(path, 0640 | bit), 0);
		if ((0640 & bit) == 0)
			assert_int_equal(open_log(&a), SSPR_AUDIT);
	}
	put("");
	assert_int_equal(chown(path, 1, 0), 0);
	assert_int_equal(open_log(&a), SSPR_AUDIT);
	assert_int_equal(a.fd, -5);
}

/* R-PRIV-5 */
static void
what_is_no_file_is_no_log(void **state)
{
	char other[64];
	struct audit a;

	(void)state;
	snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(open_log(&a), SSPR_AUDIT);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0640), 0);
	assert_int_equal(open_log(&a), SSPR_AUDIT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0750), 0);
	assert_int_equal(open_log(&a), SSPR_AUDIT);
	assert_int_equal(rmdir(path), 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_is_one_line_with_all_its_fields),
		TEST(nobody_and_no_digest_are_left_out),
		TEST(the_reason_of_an_operator_is_in_its_record),
		TEST(how_many_it_stands_for_is_written_if_it_does),
		TEST(every_byte_of_every_string_stays_inside_its_quotes),
		TEST(the_longest_strings_of_the_worst_bytes_fit),
		TEST(a_record_that_is_too_long_is_not_written_at_all),
		TEST(a_full_disk_leaves_no_half_line),
		TEST(a_device_without_room_is_told),
		TEST(a_half_line_that_stays_does_not_swallow_the_next),
		TEST(the_sequence_goes_on_after_a_restart),
		TEST(a_torn_last_line_is_closed),
		TEST(garbage_in_the_log_does_not_stop_it),
		TEST(a_new_log_has_its_mode_whatever_the_umask_is),
		TEST(a_log_that_others_may_touch_is_refused),
		TEST(what_is_no_file_is_no_log),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
