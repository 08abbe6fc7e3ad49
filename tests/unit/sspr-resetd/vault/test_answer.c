/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <locale.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include <cmocka.h>

#include "text.h"
#include "vault/answer.h"
#include "vault/seal.h"

static struct seal *seal;

static int
set_up(void **state)
{
	const uint8_t key[SEAL_KEY] = { 42 };

	(void)state;
	return seal_new(key, &seal) == SSPR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	seal_free(seal);
	return 0;
}

/* The normal form of what was typed. */
static const char *
read_as(const char *typed)
{
	static char text[ANSWER_BYTES + 1];
	struct answer a = { .salt = { 7 } };

	assert_int_equal(answer_read(typed, strlen(typed), &a), SSPR_OK);
	assert_int_equal(a.salt[0], 7);
	assert_true(a.len <= ANSWER_BYTES);
	memcpy(text, a.text, a.len);
	text[a.len] = '\0';
	return text;
}

static void
refuse(const char *typed, size_t len)
{
	struct answer a, before;

	memset(&a, 0xee, sizeof(a));
	before = a;
	assert_int_equal(answer_read(typed, len, &a), SSPR_USAGE);
	assert_memory_equal(&a, &before, sizeof(a));
}

static void
refuse_text(const char *typed)
{
	refuse(typed, strlen(typed));
}

/* R-VER-7 */
static void
case_and_blanks_make_no_difference(void **state)
{
	(void)state;
	assert_string_equal(read_as("Rex"), "rex");
	assert_string_equal(read_as("  The  Old\t\tMILL "), "the old mill");
	assert_string_equal(read_as("Z\xc3\x9cRICH"), "z\xc3\xbcrich");
	assert_string_equal(read_as("z\xc3\xbcrich"), "z\xc3\xbcrich");
	assert_string_equal(read_as("\xce\x9f\xce\x94\xce\x9f\xce\xa3"),
	    "\xce\xbf\xce\xb4\xce\xbf\xcf\x83"); /* a final sigma */
	assert_string_equal(read_as("\xce\xbf\xce\xb4\xce\xbf\xcf\x82"),
	    "\xce\xbf\xce\xb4\xce\xbf\xcf\x83");
	assert_string_equal(read_as("\xd0\xa0\xd0\x95\xd0\x9a\xd0\xa1"),
	    "\xd1\x80\xd0\xb5\xd0\xba\xd1\x81");
	assert_string_equal(read_as("a\xc2\xa0\xe3\x80\x80 b"), "a b");
	assert_string_equal(read_as("\xf0\x9f\x90\x95\xf0\x9f\x90\x95!"),
	    "\xf0\x9f\x90\x95\xf0\x9f\x90\x95!");
}

/* Letters that people type: the table is Unicode's, as libc has it. */
static void
small_letters_are_those_of_unicode(void **state)
{
	char typed[32];
	struct answer a;
	uint32_t c, low;
	mbstate_t shift;
	size_t n;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (c = 0x21; c < 0x2000; c++) {
		if (!text_is_printable(c) || iswspace((wint_t)c) ||
		    (c >= 0x180 && c < 0x250) || (c >= 0x590 && c < 0x1e00) ||
		    c >= 0x1f00 || c == 0xa0 || c == 0x3c2)
			continue;
		memset(&shift, 0, sizeof(shift));
		memcpy(typed, "xyz", 3);
		n = wcrtomb(typed + 3, (wchar_t)c, &shift);
		assert_true(n <= 4);
		assert_int_equal(answer_read(typed, 3 + n, &a), SSPR_OK);
		assert_true(text_next((const char *)a.text + 3, a.len - 3u,
				&low) == a.len - 3u);
		assert_int_equal(low, towlower((wint_t)c));
	}
}

/* What is in its normal form stays as it is. */
static void
a_normal_form_is_its_own(void **state)
{
	struct answer a, b = { 0 };
	uint8_t typed[60];
	uint32_t seed = 1;
	size_t good = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		for (size_t at = 0; at < sizeof(typed); at++) {
			seed = seed * 1103515245 + 12345;
			typed[at] = (uint8_t)(seed >> 16 & 0x7f);
		}
		typed[0] = 0xc3;
		typed[1] = (uint8_t)(0x80 | typed[1]);
		memset(&a, 0, sizeof(a));
		if (answer_read(typed, 3 + seed % 8, &a) != SSPR_OK)
			continue;
		good++;
		memset(&b, 0, sizeof(b));
		assert_int_equal(answer_read(a.text, a.len, &b), SSPR_OK);
		assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_true(good > 1000);
}

static void
three_to_forty_characters_are_taken(void **state)
{
	char typed[200] = { 0 };

	(void)state;
	refuse_text("");
	refuse_text("ab");
	refuse_text("  ab  ");
	refuse_text("   ");
	assert_string_equal(read_as(" a b "), "a b");
	for (size_t i = 0; i < ANSWER_MAX; i++)
		memcpy(typed + 4 * i, "\xf0\x9f\x90\x95", 4);
	assert_string_equal(read_as(typed), typed);
	memcpy(typed + 4 * ANSWER_MAX, " ", 2);
	assert_int_equal(strlen(read_as(typed)), 4 * ANSWER_MAX);
	memcpy(typed + 4 * ANSWER_MAX, "x", 2);
	refuse_text(typed);
}

static void
what_is_not_text_is_refused(void **state)
{
	static const char *const bad[] = { "abc\x1b[2J", "abc\x7f",
		"abc\xc2\x85", "abc\xe2\x80\xae", "abc\xff", "abc\xc3",
		"abc\xc0\xaf", "abc\xed\xa0\x80", "abc\xf4\x90\x80\x80",
		"ab\xe2\x80\x8b!", "abc\n", "abc\r" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse_text(bad[i]);
	refuse("abc\0def", 7);
	refuse(NULL, 0);
}

static bool
is_readable(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, wait_ms) == 1;
}

static struct answer_job
job_of(uint64_t id, size_t n)
{
	struct answer_job job = { .id = id, .n = n };

	for (size_t i = 0; i < n; i++) {
		job.answer[i].salt[0] = (uint8_t)(id + i);
		job.answer[i].len = 3;
		memcpy(job.answer[i].text, "rex", 3);
	}
	return job;
}

static void
assert_hashed(const struct answer_job *job)
{
	const uint8_t zero[ANSWER_HASH] = { 0 };
	const struct answer *a;
	uint8_t hash[ANSWER_HASH];

	assert_int_equal(job->err, SSPR_OK);
	for (size_t i = 0; i < ANSWER_JOB_MAX; i++) {
		a = &job->answer[i];
		memcpy(hash, zero, sizeof(hash));
		if (i < job->n)
			assert_int_equal(seal_stretch(a->text, a->len, a->salt,
					     hash),
			    SSPR_OK);
		assert_memory_equal(job->hash[i], hash, sizeof(hash));
	}
}

static void
a_job_comes_back_done(void **state)
{
	struct answer_job job = job_of(7, 2), out;
	struct answers *as = NULL;
	int fd = -1;

	(void)state;
	assert_int_equal(answer_open(&as, &fd), SSPR_OK);
	assert_false(is_readable(fd, 0));
	assert_int_equal(answer_take(as, &out), SSPR_BUSY);
	assert_int_equal(answer_ask(as, &job), SSPR_OK);
	assert_true(is_readable(fd, 10000));
	assert_int_equal(answer_take(as, &out), SSPR_OK);
	assert_int_equal(out.id, 7);
	assert_hashed(&out);
	assert_false(is_readable(fd, 0));
	assert_int_equal(answer_take(as, &out), SSPR_BUSY);
	answer_close(as);
}

/* R-VER-7: bounded. */
static void
more_jobs_than_may_wait_are_refused(void **state)
{
	const struct answer_job small = job_of(99, 0);
	struct answer_job job, out;
	bool back[ANSWER_JOBS] = { false };
	struct answers *as = NULL;
	int fd = -1;

	(void)state;
	assert_int_equal(answer_open(&as, &fd), SSPR_OK);
	for (uint64_t id = 0; id < ANSWER_JOBS; id++) {
		job = job_of(id, id == 0 ? ANSWER_JOB_MAX : id % 2);
		assert_int_equal(answer_ask(as, &job), SSPR_OK);
	}
	/* What is done still has its place until it is taken. */
	assert_int_equal(answer_ask(as, &small), SSPR_BUSY);
	for (size_t n = 0; n < ANSWER_JOBS; n++) {
		assert_true(is_readable(fd, 10000));
		assert_int_equal(answer_take(as, &out), SSPR_OK);
		assert_true(out.id < ANSWER_JOBS && !back[out.id]);
		back[out.id] = true;
		assert_hashed(&out);
	}
	assert_false(is_readable(fd, 0));
	assert_int_equal(answer_ask(as, &small), SSPR_OK);
	assert_true(is_readable(fd, 10000));
	answer_close(as);
}

static void
closing_drops_what_waits(void **state)
{
	struct answers *as = NULL;
	struct answer_job job;
	int fd = -1;

	(void)state;
	answer_close(NULL);
	assert_int_equal(answer_open(&as, &fd), SSPR_OK);
	answer_close(as);
	assert_int_equal(answer_open(&as, &fd), SSPR_OK);
	for (uint64_t id = 0; id < ANSWER_JOBS; id++) {
		job = job_of(id, 1);
		assert_int_equal(answer_ask(as, &job), SSPR_OK);
	}
	answer_close(as);
}

/* The signals a thread of this process blocks. */
static unsigned long
blocked(const char *tid)
{
	char path[64], line[128];
	unsigned long mask = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%.20s/status", tid);
	assert_non_null(f = fopen(path, "re"));
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "SigBlk:", 7) == 0)
			mask = strtoul(line + 7, NULL, 16);
	fclose(f);
	return mask;
}

static void
the_threads_block_every_signal(void **state)
{
	const unsigned long all =
	    0x7fffffff & ~(1ul << (SIGKILL - 1)) & ~(1ul << (SIGSTOP - 1));
	struct answers *as = NULL;
	sigset_t before, after;
	unsigned int n = 0;
	struct dirent *d;
	int fd = -1;
	DIR *dir;

	(void)state;
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &before), 0);
	assert_int_equal(answer_open(&as, &fd), SSPR_OK);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &after), 0);
	for (int sig = 1; sig <= SIGSYS; sig++)
		assert_int_equal(sigismember(&after, sig),
		    sigismember(&before, sig));
	assert_non_null(dir = opendir("/proc/self/task"));
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' &&
		    strtol(d->d_name, NULL, 10) != getpid())
			n += (blocked(d->d_name) & all) == all;
	closedir(dir);
	assert_true(n >= ANSWER_THREADS); /* a sanitizer may have its own */
	answer_close(as);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_and_blanks_make_no_difference),
		cmocka_unit_test(small_letters_are_those_of_unicode),
		cmocka_unit_test(a_normal_form_is_its_own),
		cmocka_unit_test(three_to_forty_characters_are_taken),
		cmocka_unit_test(what_is_not_text_is_refused),
		cmocka_unit_test(a_job_comes_back_done),
		cmocka_unit_test(more_jobs_than_may_wait_are_refused),
		cmocka_unit_test(closing_drops_what_waits),
		cmocka_unit_test(the_threads_block_every_signal),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
