/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/quota.h"

#define MAX 4u /* conversations of one source */

static size_t
connect_as(struct quota *q, uid_t uid)
{
	size_t seat = QUOTA_SEATS;

	assert_int_equal(quota_connect(q, uid, MAX, &seat), SSPR_OK);
	assert_true(seat < QUOTA_SEATS);
	return seat;
}

/* A conversation of a source that nobody has anything in common with. */
static enum sspr_err
talk(struct quota *q, size_t seat, const char *key, uint32_t max)
{
	struct source s = { .kind = SOURCE_NET };

	snprintf(s.key, sizeof(s.key), "%s", key);
	snprintf(s.wide, sizeof(s.wide), "%s", key);
	return quota_talk(q, seat, &s, max);
}

/* One of a host in the nth /64 of a /48. */
static enum sspr_err
talk_from(struct quota *q, unsigned int site, unsigned int n, bool shared)
{
	const size_t seat = connect_as(q, 0);
	char rhost[SOURCE_MAX + 1];
	struct source s;
	enum sspr_err e;

	snprintf(rhost, sizeof(rhost), "2001:db8:%x:%x::1", site, n);
	source_read(0, rhost, "ssh", false, "", shared ? "2001:db8::/32" : "",
	    &s);
	if ((e = quota_talk(q, seat, &s, MAX)) != SSPR_OK)
		quota_leave(q, seat);
	return e;
}

/* R-IPC-3, R-AVL-2 */
static void
others_cannot_take_the_seats_of_uid_0(void **state)
{
	struct quota q = { 0 };
	size_t seat = 7777;

	(void)state;
	for (uid_t uid = 1; uid <= QUOTA_KIND; uid++)
		connect_as(&q, uid);
	assert_int_equal(quota_connect(&q, 2000, MAX, &seat), SSPR_BUSY);
	assert_int_equal(seat, 7777);
	for (size_t i = 0; i < QUOTA_KIND; i++)
		connect_as(&q, 0);
	assert_int_equal(quota_connect(&q, 0, MAX, &seat), SSPR_BUSY);
}

/* R-IPC-3 */
static void
uid_0_cannot_take_the_seats_of_others(void **state)
{
	struct quota q = { 0 };
	size_t seat;

	(void)state;
	for (size_t i = 0; i < QUOTA_KIND; i++)
		connect_as(&q, 0);
	assert_int_equal(quota_connect(&q, 0, MAX, &seat), SSPR_BUSY);
	connect_as(&q, 1000);
}

/* R-AVL-2 */
static void
one_uid_that_never_says_hello_leaves_room_for_the_others(void **state)
{
	struct quota q = { 0 };
	size_t seat;

	(void)state;
	for (size_t i = 0; i < MAX + QUOTA_SPARE; i++)
		connect_as(&q, 1000);
	assert_int_equal(quota_connect(&q, 1000, MAX, &seat), SSPR_SOURCE);
	connect_as(&q, 1001);
}

/* R-IPC-3 */
static void
a_source_has_so_many_conversations_and_no_more(void **state)
{
	struct quota q = { 0 };
	size_t seats[MAX + 1];

	(void)state;
	for (size_t i = 0; i <= MAX; i++)
		seats[i] = connect_as(&q, 0);
	for (size_t i = 0; i < MAX; i++)
		assert_int_equal(talk(&q, seats[i], "192.0.2.7", MAX), SSPR_OK);
	assert_int_equal(talk(&q, seats[MAX], "192.0.2.7", MAX), SSPR_SOURCE);
	assert_int_equal(talk(&q, seats[MAX], "192.0.2.8", MAX), SSPR_OK);
}

static void
who_leaves_makes_room(void **state)
{
	struct quota q = { 0 };
	size_t seat = connect_as(&q, 0), other = connect_as(&q, 0);

	(void)state;
	assert_int_equal(talk(&q, seat, "tty:tty1", 1), SSPR_OK);
	assert_int_equal(talk(&q, other, "tty:tty1", 1), SSPR_SOURCE);
	quota_leave(&q, seat);
	assert_int_equal(talk(&q, other, "tty:tty1", 1), SSPR_OK);
	assert_int_equal(connect_as(&q, 0), seat);
}

static void
a_quota_lowered_by_reload_counts_at_once(void **state)
{
	struct quota q = { 0 };
	size_t seats[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		seats[i] = connect_as(&q, 1000);
	assert_int_equal(talk(&q, seats[0], "uid:1000", 4), SSPR_OK);
	assert_int_equal(talk(&q, seats[1], "uid:1000", 4), SSPR_OK);
	assert_int_equal(talk(&q, seats[2], "uid:1000", 1), SSPR_SOURCE);
}

/* R-THR-5 */
static void
a_48_has_four_times_as_many_from_whatever_64(void **state)
{
	struct quota q = { 0 };

	(void)state;
	for (unsigned int n = 0; n < QUOTA_WIDE * MAX; n++)
		assert_int_equal(talk_from(&q, 1, n, false), SSPR_OK);
	assert_int_equal(talk_from(&q, 1, 7777, false), SSPR_SOURCE);
	assert_int_equal(talk_from(&q, 1, 0, false), SSPR_SOURCE);
	assert_int_equal(talk_from(&q, 2, 0, false), SSPR_OK);
	quota_leave(&q, 3);
	assert_int_equal(talk_from(&q, 1, 7777, false), SSPR_OK);
	assert_int_equal(talk_from(&q, 1, 7778, false), SSPR_SOURCE);
}

/* R-THR-5 */
static void
one_64_of_a_48_has_no_more_than_any_source(void **state)
{
	struct quota q = { 0 };

	(void)state;
	for (unsigned int n = 0; n < MAX; n++)
		assert_int_equal(talk_from(&q, 1, 5, false), SSPR_OK);
	assert_int_equal(talk_from(&q, 1, 5, false), SSPR_SOURCE);
	assert_int_equal(talk_from(&q, 1, 6, false), SSPR_OK);
}

/* R-THR-5: what many people have is neither limited nor counted so. */
static void
a_shared_source_is_not_counted_by_its_48(void **state)
{
	struct quota q = { 0 };

	(void)state;
	for (unsigned int n = 0; n <= QUOTA_WIDE * MAX; n++)
		assert_int_equal(talk_from(&q, 1, n, true), SSPR_OK);
	assert_int_equal(talk_from(&q, 1, 7777, false), SSPR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_cannot_take_the_seats_of_uid_0),
		cmocka_unit_test(uid_0_cannot_take_the_seats_of_others),
		cmocka_unit_test(
		    one_uid_that_never_says_hello_leaves_room_for_the_others),
		cmocka_unit_test(
		    a_source_has_so_many_conversations_and_no_more),
		cmocka_unit_test(who_leaves_makes_room),
		cmocka_unit_test(a_quota_lowered_by_reload_counts_at_once),
		cmocka_unit_test(a_48_has_four_times_as_many_from_whatever_64),
		cmocka_unit_test(one_64_of_a_48_has_no_more_than_any_source),
		cmocka_unit_test(a_shared_source_is_not_counted_by_its_48),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
