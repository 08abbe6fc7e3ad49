/* SPDX-License-Identifier: MIT */
#include "../../../capture.h"
#include "post.h"

#define DESK "it@example.org"

static struct capture said;

static int
set_up(void **state)
{
	(void)post_open(state);
	snprintf(lab.v->conf.notify_fallback,
	    sizeof(lab.v->conf.notify_fallback), DESK);
	return 0;
}

/* Give one about a uid, and do what follows. */
static void
give(uint32_t uid)
{
	capture_begin(&said);
	alarm_account(lab.v, uid, "alice");
	capture_end(&said);
	post_run();
}

static size_t
mails(const char *address)
{
	size_t n = 0;

	for (size_t i = 0; i < post.n; i++)
		n += strcmp(post.at[i].address, address) == 0;
	return n;
}

static size_t
records(const char *event)
{
	size_t n = 0;

	for (const char *at = lab.events; (at = strstr(at, event)) != NULL;
	     at++)
		n++;
	return n;
}

static void
log_audit_log_and_fallback_have_it(void **state)
{
	(void)state;
	give(ALICE);
	assert_non_null(strstr(said.err, "ALARM: the stored record of uid"));
	assert_string_equal(lab.events, "account.suspended 54\n");
	assert_int_equal(mails(DESK), 1);
	assert_non_null(strstr(post_text(0), "has stored of alice"));
	assert_int_equal(alarm_wait_ms(lab.v), UINT64_MAX);
}

/* R-LOG-4 */
static void
the_same_is_given_once_a_day(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		give(ALICE);
	assert_string_equal(said.err, "");
	assert_int_equal(records("account.suspended"), 1);
	assert_int_equal(mails(DESK), 1);
	lab.ms += 1000ull * ALARM_DAY_S;
	give(ALICE);
	assert_int_equal(records("account.suspended"), 2);
	assert_int_equal(mails(DESK), 2);
}

/* R-LOG-4: whoever edits every account floods nobody. */
static void
there_are_only_so_many_in_a_day(void **state)
{
	const size_t most = 2 * ALARM_ROWS;
	size_t lines = 0;

	(void)state;
	for (uint32_t i = 0; i < most; i++) {
		give(5000 + i);
		lines += strstr(said.err, "ALARM") != NULL;
	}
	assert_int_equal(lines, ALARM_ROWS + 1);
	assert_int_equal(records("account.suspended"), ALARM_ROWS);
	assert_int_equal(mails(DESK), ALARM_MAILS);
}

static void
each_kind_has_mails_of_its_own(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < ALARM_MAILS + 2; i++)
		give(5000 + i);
	alarm_raise(lab.v, ALARM_ROW, 0, "", "a row");
	post_run();
	assert_int_equal(mails(DESK), ALARM_MAILS + 1);
	assert_int_equal(records("alarm.database 54"), 1);
}

static void
without_a_fallback_every_administrator_is_told(void **state)
{
	struct account a;
	uint64_t was;

	(void)state;
	memset(lab.v->conf.notify_fallback, 0,
	    sizeof(lab.v->conf.notify_fallback));
	people_enrol(ALICE, "alice");
	people_enrol(BOB, "bob");
	post_give(ALICE, METHOD_EMAIL, "alice@example.org");
	post_give(BOB, METHOD_EMAIL, "bob@example.org");
	a = people_account(BOB);
	was = a.generation;
	a.admin_at = LAB_S;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	give(ALICE);
	assert_int_equal(mails("bob@example.org"), 1);
	assert_int_equal(mails("alice@example.org"), 0);
}

/* R-DUR-1: a database that fails keeps an alarm for later only. */
static void
one_that_was_not_durable_is_written_again(void **state)
{
	(void)state;
	disk_fails = 1;
	give(ALICE);
	assert_non_null(strstr(said.err, "ALARM"));
	disk_fails = 0;
	lab.ms += 2000;
	post_run();
	assert_int_equal(records("account.suspended"), 1);
	assert_int_equal(mails(DESK), 1);
	assert_int_equal(alarm_wait_ms(lab.v), UINT64_MAX);
}

static void
nobody_s_record_is_told_of_without_a_name(void **state)
{
	(void)state;
	give(IPC_NOBODY);
	assert_non_null(strstr(said.err, "of an account does not verify"));
	assert_int_equal(records("account.suspended"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(log_audit_log_and_fallback_have_it),
		TEST(the_same_is_given_once_a_day),
		TEST(there_are_only_so_many_in_a_day),
		TEST(each_kind_has_mails_of_its_own),
		TEST(without_a_fallback_every_administrator_is_told),
		TEST(one_that_was_not_durable_is_written_again),
		TEST(nobody_s_record_is_told_of_without_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
