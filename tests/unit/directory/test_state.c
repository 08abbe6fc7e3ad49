/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "state.h"

#define NOW 1763856000 /* 2025-11-23, 00:00; day 20415 */

#define LOCKED  VERDICT_LOCKED
#define EXPIRED VERDICT_EXPIRED
#define GUESSED VERDICT_GUESSED
#define FINE    VERDICT_FINE

static char why[STATE_WHY_MAX + 1];

/* Attributes and values, up to NULL. */
struct row {
	const char *given[9];
	enum verdict v;
};

static enum verdict
judge(const char *const *given)
{
	struct state_value v[STATE_COUNT] = { { .count = 0 } };

	for (; given[0] != NULL; given += 2)
		for (enum state_attribute a = 0; a < STATE_COUNT; a++)
			if (strcmp(state_name(a), given[0]) == 0) {
				v[a].count++;
				v[a].at = given[1];
				v[a].len = strlen(given[1]);
			}
	return state_judge(v, NOW, why);
}

static void
judge_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (judge(rows[i].given) != rows[i].v)
			fail_msg("row %zu: %s", i, why);
		assert_int_equal(why[0] == '\0', rows[i].v == FINE);
	}
}

#define JUDGE(rows) judge_all(rows, sizeof(rows) / sizeof((rows)[0]))

/* R-SET-2 */
static void
locks_are_told_apart_by_who_set_them(void **state)
{
	static const struct row rows[] = {
		{ { NULL }, FINE },
		{ { "pwdAccountLockedTime", "000001010000Z" }, LOCKED },
		{ { "pwdAccountLockedTime", "000001010000Z", "pwdFailureTime",
		      "20251122000000Z" },
		    LOCKED },
		{ { "pwdAccountLockedTime", "20251122000000Z" }, LOCKED },
		{ { "pwdAccountLockedTime", "20251122000000Z", "pwdFailureTime",
		      "20251122000000.123456Z" },
		    GUESSED },
		{ { "pwdAccountLockedTime", "20251122000001Z", "pwdFailureTime",
		      "20251122000000.9Z" },
		    GUESSED },
		{ { "pwdAccountLockedTime", "20251122000002Z", "pwdFailureTime",
		      "20251122000000Z" },
		    LOCKED },
		{ { "pwdAccountLockedTime", "20251122000000Z", "pwdFailureTime",
		      "20251122000002Z" },
		    LOCKED },
		{ { "pwdAccountLockedTime", "20261122000000Z", "pwdFailureTime",
		      "20251122000000Z" },
		    LOCKED },
		{ { "pwdAccountLockedTime", "20251122000000Z", "pwdFailureTime",
		      "" },
		    LOCKED },
		{ { "pwdFailureTime", "20251122000000Z" }, FINE },
		{ { "nsAccountLock", "TRUE" }, LOCKED },
		{ { "nsAccountLock", "true" }, LOCKED },
		{ { "nsAccountLock", "FALSE" }, FINE },
		{ { "userAccountControl", "512" }, FINE },
		{ { "userAccountControl", "514" }, LOCKED },
		{ { "userAccountControl", "528" }, GUESSED },
		{ { "userAccountControl", "530" }, LOCKED },
		{ { "userAccountControl", "-2147483646" }, LOCKED },
		{ { "accountUnlockTime", "19700101000000Z" }, GUESSED },
		{ { "accountUnlockTime", "20251123000001Z" }, GUESSED },
		{ { "accountUnlockTime", "20251122235959Z" }, FINE },
	};

	(void)state;
	JUDGE(rows);
}

static void
what_ends_has_ended_at_its_time(void **state)
{
	static const struct row rows[] = {
		{ { "shadowExpire", "20416" }, FINE },
		{ { "shadowExpire", "20415" }, EXPIRED },
		{ { "shadowExpire", "0" }, EXPIRED },
		{ { "shadowExpire", "-1" }, FINE },
		{ { "krbPrincipalExpiration", "20251123000000Z" }, EXPIRED },
		{ { "krbPrincipalExpiration", "20251123000001Z" }, FINE },
		{ { "pwdEndTime", "20251123000000Z" }, EXPIRED },
		{ { "pwdEndTime", "20251123000001Z" }, FINE },
		{ { "pwdStartTime", "20251123000000Z" }, FINE },
		{ { "pwdStartTime", "20251123000001Z" }, EXPIRED },
	};

	(void)state;
	JUDGE(rows);
}

static void
who_was_away_too_long_is_expired(void **state)
{
	static const struct row rows[] = {
		{ { "shadowLastChange", "20300", "shadowMax", "100",
		      "shadowInactive", "15" },
		    EXPIRED },
		{ { "shadowLastChange", "20300", "shadowMax", "100",
		      "shadowInactive", "16" },
		    FINE },
		{ { "shadowLastChange", "0", "shadowMax", "100",
		      "shadowInactive", "15" },
		    FINE },
		{ { "shadowLastChange", "1", "shadowMax", "99999",
		      "shadowInactive", "-1" },
		    FINE },
		{ { "shadowLastChange", "1", "shadowMax", "-1",
		      "shadowInactive", "1" },
		    FINE },
		{ { "shadowLastChange", "1", "shadowInactive", "1" }, FINE },
		{ { "shadowLastChange", "1", "shadowMax", "1" }, FINE },
	};

	(void)state;
	JUDGE(rows);
}

static void
what_is_not_understood_locks(void **state)
{
	static const struct row rows[] = {
		{ { "pwdAccountLockedTime", "" }, LOCKED },
		{ { "pwdAccountLockedTime", "never" }, LOCKED },
		{ { "nsAccountLock", "yes" }, LOCKED },
		{ { "nsAccountLock", "" }, LOCKED },
		{ { "nsAccountLock", "FALSE", "nsAccountLock", "FALSE" },
		    LOCKED },
		{ { "userAccountControl", "0x200" }, LOCKED },
		{ { "userAccountControl", "99999999999" }, LOCKED },
		{ { "userAccountControl", "-" }, LOCKED },
		{ { "accountUnlockTime", "2025" }, LOCKED },
		{ { "shadowExpire", "" }, LOCKED },
		{ { "shadowExpire", " 1" }, LOCKED },
		{ { "shadowExpire", "+30000" }, LOCKED },
		{ { "krbPrincipalExpiration", "20251332000000Z" }, LOCKED },
		{ { "pwdEndTime", "20251123000000" }, LOCKED },
		{ { "pwdStartTime", "x" }, LOCKED },
		{ { "shadowInactive", "x" }, LOCKED },
		{ { "shadowLastChange", "x", "shadowMax", "1", "shadowInactive",
		      "1" },
		    LOCKED },
	};

	(void)state;
	JUDGE(rows);
}

static void
the_worst_counts(void **state)
{
	static const struct row rows[] = {
		{ { "accountUnlockTime", "19700101000000Z", "shadowExpire",
		      "1" },
		    EXPIRED },
		{ { "shadowExpire", "1", "nsAccountLock", "TRUE" }, LOCKED },
		{ { "nsAccountLock", "TRUE", "shadowExpire", "1" }, LOCKED },
		{ { "nsAccountLock", "FALSE", "accountUnlockTime",
		      "19700101000000Z" },
		    GUESSED },
	};

	(void)state;
	JUDGE(rows);
	assert_string_equal(why,
	    "accountUnlockTime: locked after wrong passwords");
	assert_int_equal(state_rank(VERDICT_FINE), 0);
	assert_true(state_rank(GUESSED) < state_rank(VERDICT_BARE));
	assert_true(state_rank(VERDICT_BARE) < state_rank(EXPIRED));
	assert_true(state_rank(EXPIRED) < state_rank(LOCKED));
}

/* RFC 4517 section 3.3.13 */
static void
every_form_of_a_time_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t t;
	} rows[] = {
		{ "19700101000000Z", 0 },
		{ "1970010100Z", 0 },
		{ "197001010000Z", 0 },
		{ "19700101000000.999Z", 0 },
		{ "19700101000001,5Z", 1 },
		{ "197001010000.5Z", 30 },
		{ "1970010100.25Z", 900 },
		{ "19700101010000+01", 0 },
		{ "19700101003000-0030", 3600 },
		{ "19691231235959Z", -1 },
		{ "20000229000000Z", 951782400 },
		{ "20251123000000Z", NOW },
		{ "99991231235960Z", 253402300800 },
		{ "000001010000Z", -62167219200 },
		{ "00000301000000Z", -62162035200 },
		{ "00010101000000Z", -62135596800 },
	};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!state_time(rows[i].text, strlen(rows[i].text), &t))
			fail_msg("%s", rows[i].text);
		assert_true(t == rows[i].t);
	}
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const rows[] = { "", "Z", "2025", "20251123Z",
		"20251123000000", "20251123000000z", "20251123000000Z ",
		" 20251123000000Z", "20250229000000Z", "19000229000000Z",
		"20251301000000Z", "20250001000000Z", "20250100000000Z",
		"20251123240000Z", "20251123006000Z", "20251123000061Z",
		"2025112300000Z", "20251123000000.Z", "20251123000000.1",
		"20251123000000+", "20251123000000+1", "20251123000000+24",
		"20251123000000+0160", "20251123000000+01Z",
		"-0251123000000Z" };
	int64_t t = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (state_time(rows[i], strlen(rows[i]), &t))
			fail_msg("%s", rows[i]);
	assert_true(t == 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks_are_told_apart_by_who_set_them),
		cmocka_unit_test(what_ends_has_ended_at_its_time),
		cmocka_unit_test(who_was_away_too_long_is_expired),
		cmocka_unit_test(what_is_not_understood_locks),
		cmocka_unit_test(the_worst_counts),
		cmocka_unit_test(every_form_of_a_time_is_read),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
