/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "parent/permits.h"
#include "role.h"

#define NOW     1000000u
#define MINUTE  60000u
#define CHANGES 10u
#define CHECKS  30u

static const struct permits_rule rule = { .uid_min = 1000,
	.per_hour = 1000,
	.per_minute = { [PROTO_CHANGE] = CHANGES, [PROTO_CHECK] = CHECKS } };

static struct permits table;

static int
empty(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	for (size_t i = 0; i < PERMITS_MAX; i++)
		permits_leave(&table.at[i]);
	return 0;
}

static struct ipc_worker
wish(uint64_t grant, enum proto_job job, uint32_t uid)
{
	return (struct ipc_worker){ .grant = grant,
		.job = (uint8_t)job,
		.uid = uid };
}

static enum sspr_err
enter(uint64_t grant, enum proto_job job, uint32_t uid, uint64_t now)
{
	const struct ipc_worker w = wish(grant, job, uid);
	struct permit *p = NULL;
	enum sspr_err e = permits_enter(&table, &w, &rule, now, &p);

	assert_true((e == SSPR_OK) == (p != NULL));
	return e;
}

/* One request that ends at once. */
static enum sspr_err
pass(enum proto_job job, uint64_t now)
{
	const struct ipc_worker w = wish(1, job, 1000);
	struct permit *p = NULL;
	enum sspr_err e = permits_enter(&table, &w, &rule, now, &p);

	if (p != NULL)
		permits_leave(p);
	return e;
}

static void
an_entry_waits_for_its_checks(void **state)
{
	const struct ipc_worker w = wish(5, PROTO_CHANGE, 1000);
	struct permit *p = NULL;

	(void)state;
	assert_int_equal(permits_enter(&table, &w, &rule, NOW, &p), SSPR_OK);
	assert_int_equal(p->state, PERMIT_CHECKS);
	assert_int_equal(p->pid, -1);
	assert_int_equal(p->link, -1);
	assert_false(p->said);
	assert_string_equal(p->digest, "");
	assert_ptr_equal(permits_by_grant(&table, 5), p);
	assert_null(permits_by_grant(&table, 6));
	p->pid = 77;
	assert_ptr_equal(permits_by_pid(&table, 77), p);
	assert_null(permits_by_pid(&table, 78));
	permits_leave(p);
	assert_null(permits_by_grant(&table, 5));
	assert_null(permits_by_pid(&table, 77));
	assert_null(permits_by_pid(&table, -1));
}

/* Promise 8, R-SET-7, R-POL-1 */
static void
root_and_low_uids_are_refused_by_number(void **state)
{
	static const uint32_t bad[] = { 0, 1, 999, IPC_NOBODY };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(enter(1, PROTO_CHANGE, bad[i], NOW),
		    SSPR_EXCLUDED);
		assert_int_equal(enter(1, PROTO_CHECK, bad[i], NOW),
		    SSPR_EXCLUDED);
	}
	assert_int_equal(enter(1, PROTO_CHANGE, 1000, NOW), SSPR_OK);
	assert_int_equal(enter(2, PROTO_CHANGE, IPC_NOBODY - 1, NOW), SSPR_OK);
}

/* Promise 8 */
static void
root_is_refused_whatever_uid_min_says(void **state)
{
	const struct permits_rule loose = { .uid_min = 0,
		.per_hour = 1000,
		.per_minute = { 10, 10 } };
	const struct ipc_worker w = wish(1, PROTO_CHANGE, 0);
	struct permit *p = NULL;

	(void)state;
	assert_int_equal(permits_enter(&table, &w, &loose, NOW, &p),
	    SSPR_EXCLUDED);
	assert_null(p);
}

/* R-SET-7 */
static void
an_account_has_one_worker_of_any_kind(void **state)
{
	(void)state;
	assert_int_equal(enter(1, PROTO_CHANGE, 1000, NOW), SSPR_OK);
	assert_int_equal(enter(2, PROTO_CHANGE, 1000, NOW), SSPR_BUSY);
	assert_int_equal(enter(2, PROTO_CHECK, 1000, NOW), SSPR_BUSY);
	assert_int_equal(enter(2, PROTO_CHECK, 1001, NOW), SSPR_OK);
	permits_leave(permits_by_grant(&table, 1));
	assert_int_equal(enter(3, PROTO_CHECK, 1000, NOW), SSPR_OK);
}

/* R-SET-7: one use */
static void
a_grant_in_use_is_not_given_twice(void **state)
{
	(void)state;
	assert_int_equal(enter(1, PROTO_CHANGE, 1000, NOW), SSPR_OK);
	assert_int_equal(enter(1, PROTO_CHANGE, 1001, NOW), SSPR_BUSY);
}

static void
the_table_has_an_end(void **state)
{
	uint64_t now = NOW;
	uint32_t i;

	(void)state;
	for (i = 0; i < PERMITS_MAX; i++, now += MINUTE)
		assert_int_equal(enter(i + 1, PROTO_CHANGE, 1000 + i, now),
		    SSPR_OK);
	assert_int_equal(enter(9999, PROTO_CHANGE, 5000, now), SSPR_BUSY);
	permits_leave(permits_by_grant(&table, 7));
	assert_int_equal(enter(9999, PROTO_CHANGE, 5000, now), SSPR_OK);
}

/* R-SET-7 */
static void
of_a_thousand_requests_in_a_minute_ten_are_served(void **state)
{
	unsigned int served = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		served += pass(PROTO_CHANGE, NOW + i * 59) == SSPR_OK;
	assert_int_equal(served, CHANGES);
}

/* R-SET-7 */
static void
the_rate_slides_and_no_minute_has_more(void **state)
{
	uint64_t at[1000];
	size_t n = 0;

	(void)state;
	for (uint64_t now = NOW; now < NOW + 10 * MINUTE; now += 700)
		if (pass(PROTO_CHANGE, now) == SSPR_OK)
			at[n++] = now;
	assert_in_range(n, 10 * CHANGES - 1, 10 * CHANGES);
	for (size_t i = CHANGES; i < n; i++)
		assert_true(at[i] - at[i - CHANGES] >= MINUTE);
}

static void
the_eleventh_waits_for_the_very_minute_of_the_first(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < CHANGES; i++)
		assert_int_equal(pass(PROTO_CHANGE, NOW + i), SSPR_OK);
	assert_int_equal(pass(PROTO_CHANGE, NOW + MINUTE - 1), SSPR_BUSY);
	assert_int_equal(pass(PROTO_CHANGE, NOW + MINUTE), SSPR_OK);
	assert_int_equal(pass(PROTO_CHANGE, NOW + MINUTE), SSPR_BUSY);
	assert_int_equal(pass(PROTO_CHANGE, NOW + MINUTE + 1), SSPR_OK);
}

static void
a_refused_request_costs_nothing(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(enter(1, PROTO_CHANGE, 0, NOW), SSPR_EXCLUDED);
	for (unsigned int i = 0; i < CHANGES; i++)
		assert_int_equal(pass(PROTO_CHANGE, NOW), SSPR_OK);
	assert_int_equal(pass(PROTO_CHANGE, NOW), SSPR_BUSY);
}

static void
checks_and_changes_have_rates_of_their_own(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < CHECKS; i++)
		assert_int_equal(pass(PROTO_CHECK, NOW), SSPR_OK);
	assert_int_equal(pass(PROTO_CHECK, NOW), SSPR_BUSY);
	assert_int_equal(pass(PROTO_CHANGE, NOW), SSPR_OK);
}

static void
the_highest_rate_is_what_the_table_can_remember(void **state)
{
	const struct permits_rule most = { .uid_min = 1000,
		.per_hour = UINT32_MAX,
		.per_minute = { UINT32_MAX, PERMITS_RATE_MAX } };
	unsigned int served = 0;

	(void)state;
	for (unsigned int i = 0; i < 2 * PERMITS_RATE_MAX; i++) {
		const struct ipc_worker w = wish(1, PROTO_CHANGE, 1000);
		struct permit *p = NULL;

		if (permits_enter(&table, &w, &most, NOW + i, &p) == SSPR_OK) {
			served++;
			permits_leave(p);
		}
	}
	assert_int_equal(served, PERMITS_RATE_MAX);
}

/* One account with many apps must not use up what the host has for all. */
static void
an_account_has_its_changes_an_hour(void **state)
{
	const struct permits_rule few = { .uid_min = 1000,
		.per_hour = 5,
		.per_minute = { 1000, 1000 } };
	const uint64_t hour = 60 * MINUTE;
	struct permit *p = NULL;
	unsigned int served = 0;

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		const struct ipc_worker w = wish(1, PROTO_CHANGE, 1000);

		if (permits_enter(&table, &w, &few, NOW, &p) == SSPR_OK) {
			served++;
			permits_leave(p);
		}
	}
	assert_int_equal(served, 5);
	const struct ipc_worker other = wish(2, PROTO_CHANGE, 1001);
	const struct ipc_worker again = wish(3, PROTO_CHANGE, 1000);
	const struct ipc_worker check = wish(4, PROTO_CHECK, 1000);

	assert_int_equal(permits_enter(&table, &other, &few, NOW, &p), SSPR_OK);
	assert_int_equal(permits_enter(&table, &check, &few, NOW, &p), SSPR_OK);
	permits_leave(p);
	assert_int_equal(permits_enter(&table, &again, &few, NOW + hour - 1,
			     &p),
	    SSPR_BUSY);
	assert_int_equal(permits_enter(&table, &again, &few, NOW + hour, &p),
	    SSPR_OK);
}

static struct permit
worker(enum proto_job job, bool said, enum sspr_err err)
{
	return (struct permit){ .state = PERMIT_WORKS,
		.for_whom = wish(1, job, 1000),
		.said = said,
		.err = err };
}

/* What stands in a wait status, built as wait(2) does on Linux. */
static int
exited(int status)
{
	return status << 8;
}

/* Success is the rare status of its own job, and nothing else. */
static void
only_the_rare_status_of_its_own_job_is_success(void **state)
{
	static const enum proto_job jobs[] = { PROTO_CHANGE, PROTO_CHECK };

	(void)state;
	assert_true(WIFEXITED(exited(3)) && WEXITSTATUS(exited(3)) == 3);
	for (size_t j = 0; j < 2; j++) {
		const int want = j == 0 ? ROLE_CHANGED : ROLE_CHECKED;
		const enum sspr_err fear = j == 0 ? SSPR_UNCERTAIN : SSPR_BUSY;
		const struct permit mute = worker(jobs[j], false, SSPR_OK);
		const struct permit weak = worker(jobs[j], true, SSPR_WEAK);
		const struct permit odd = worker(jobs[j], true, SSPR_OK);

		for (int s = 0; s < 256; s++) {
			const bool un = j == 0 && s == ROLE_UNLOCKED;
			enum sspr_err e = s == want ? SSPR_OK
			    : un                    ? SSPR_UNLOCKED
						    : fear;

			assert_int_equal(permits_outcome(&mute, exited(s)), e);
			assert_int_equal(permits_outcome(&odd, exited(s)),
			    fear);
			e = s == want || un ? fear : SSPR_WEAK;
			assert_int_equal(permits_outcome(&weak, exited(s)), e);
		}
		for (int s = 1; s < 0x80; s++) {
			assert_int_equal(permits_outcome(&mute, s), fear);
			assert_int_equal(permits_outcome(&weak, s), fear);
			assert_int_equal(permits_outcome(&mute, s | 0x80),
			    fear);
		}
	}
}

/* Its exit status alone says that an account was unlocked. */
static void
a_word_cannot_say_that_an_account_was_unlocked(void **state)
{
	const struct permit w = worker(PROTO_CHANGE, true, SSPR_UNLOCKED);

	(void)state;
	assert_int_equal(permits_outcome(&w, exited(ROLE_REFUSED)),
	    SSPR_UNCERTAIN);
}

/* Who was refused may try again at once, though the process is still there. */
static void
a_refused_worker_keeps_nobody_waiting(void **state)
{
	const struct ipc_worker first = wish(5, PROTO_CHANGE, 1000);
	const struct ipc_worker next = wish(6, PROTO_CHANGE, 1000);
	struct permit *p = NULL, *q = NULL;

	(void)state;
	assert_int_equal(permits_enter(&table, &first, &rule, NOW, &p),
	    SSPR_OK);
	assert_int_equal(permits_enter(&table, &next, &rule, NOW, &q),
	    SSPR_BUSY);
	p->said = true;
	assert_int_equal(permits_enter(&table, &first, &rule, NOW, &q),
	    SSPR_BUSY);
	assert_int_equal(permits_enter(&table, &next, &rule, NOW, &q), SSPR_OK);
	assert_ptr_not_equal(p, q);
	p->state = PERMIT_WORKS;
	q->state = PERMIT_FREE;
	assert_int_equal(permits_enter(&table, &next, &rule, NOW, &q),
	    SSPR_BUSY);
}

#define TEST(f) cmocka_unit_test_setup(f, empty)

static void
those_under_way_are_counted(void **state)
{
	struct resets_ask ask = { .uid = 1000, .source = "192.0.2.1" };
	struct ipc_worker w = wish(1, PROTO_CHANGE, 1000);
	struct permit *p;

	(void)state;
	snprintf(w.source, sizeof(w.source), "192.0.2.1");
	snprintf(w.correlation, sizeof(w.correlation), "one");
	assert_int_equal(permits_enter(&table, &w, &rule, NOW, &p), SSPR_OK);
	assert_true(permits_has(&table, "one"));
	assert_false(permits_has(&table, "two"));
	w.grant = 2;
	w.uid = 1001;
	w.job = PROTO_CHECK; /* no change */
	assert_int_equal(permits_enter(&table, &w, &rule, NOW, &p), SSPR_OK);
	assert_int_equal(enter(3, PROTO_CHANGE, 1002, NOW), SSPR_OK);
	permits_count(&table, &ask);
	assert_int_equal(ask.of_uid, 1);
	assert_int_equal(ask.of_source, 1);
	assert_int_equal(ask.of_host, 2);
	permits_by_grant(&table, 1)->said = true; /* refused, not yet reaped */
	permits_leave(permits_by_grant(&table, 2));
	ask = (struct resets_ask){ .uid = 1000, .source = "192.0.2.1" };
	permits_count(&table, &ask);
	assert_int_equal(ask.of_uid + ask.of_source, 0);
	assert_int_equal(ask.of_host, 1);
	assert_false(permits_has(&table, "one"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_waits_for_its_checks),
		TEST(root_and_low_uids_are_refused_by_number),
		TEST(root_is_refused_whatever_uid_min_says),
		TEST(an_account_has_one_worker_of_any_kind),
		TEST(a_grant_in_use_is_not_given_twice),
		TEST(the_table_has_an_end),
		TEST(of_a_thousand_requests_in_a_minute_ten_are_served),
		TEST(the_rate_slides_and_no_minute_has_more),
		TEST(the_eleventh_waits_for_the_very_minute_of_the_first),
		TEST(a_refused_request_costs_nothing),
		TEST(checks_and_changes_have_rates_of_their_own),
		TEST(an_account_has_its_changes_an_hour),
		TEST(the_highest_rate_is_what_the_table_can_remember),
		TEST(a_word_cannot_say_that_an_account_was_unlocked),
		TEST(a_refused_worker_keeps_nobody_waiting),
		TEST(only_the_rare_status_of_its_own_job_is_success),
		cmocka_unit_test_setup(those_under_way_are_counted, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
