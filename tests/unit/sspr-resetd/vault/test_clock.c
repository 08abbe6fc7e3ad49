/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vault/clock.h"

#define NOW 1700000000u

static const uint8_t boot[16] = { 1 }, reboot[16] = { 2 };

/* The clock after the daemon ended at a mark and began again. */
static void
begin_again(struct clock *c, uint64_t ended_ms, const uint8_t id[static 16],
    uint64_t boot_ms, uint64_t wall_s)
{
	struct store_clock mark;

	clock_mark(c, ended_ms, &mark);
	memset(c, 0xee, sizeof(*c));
	clock_begin(c, &mark, id, boot_ms, wall_s);
}

static void
at_first_it_is_the_wall_clock(void **state)
{
	struct clock c;

	(void)state;
	clock_begin(&c, NULL, boot, 5000, NOW);
	assert_true(clock_at(&c, 5000) == NOW);
	assert_true(clock_at(&c, 5999) == NOW);
	assert_true(clock_at(&c, 6000) == NOW + 1);
	assert_true(clock_at(&c, 5000 + 86400000u) == NOW + 86400);
	assert_true(clock_at(&c, 0) == NOW);
}

/* R-TIME-1: it never asks the wall clock again, nor at a restart. */
static void
the_wall_clock_means_nothing_within_a_boot(void **state)
{
	static const uint64_t walls[] = { 0, NOW - 86400, NOW, NOW + 86400,
		UINT32_MAX, INT64_MAX };
	struct clock c;

	(void)state;
	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		clock_begin(&c, NULL, boot, 1000, NOW);
		for (uint64_t ms = 1000; ms < 600000; ms += 7777) {
			begin_again(&c, ms, boot, ms + 99, walls[i]);
			assert_true(clock_at(&c, ms + 99) ==
			    NOW + (ms + 99 - 1000) / 1000);
		}
	}
}

static void
no_restart_loses_a_fraction_of_a_second(void **state)
{
	struct clock c;

	(void)state;
	clock_begin(&c, NULL, boot, 0, NOW);
	for (uint64_t ms = 0; ms <= 1000000; ms += 1999)
		begin_again(&c, ms, boot, ms, 0);
	assert_true(clock_at(&c, 1000000) == NOW + 1000);
}

static void
a_new_boot_goes_by_the_wall_clock(void **state)
{
	struct clock c;

	(void)state;
	clock_begin(&c, NULL, boot, 9000000, NOW);
	begin_again(&c, 9001000, reboot, 3000, NOW + 500);
	assert_true(clock_at(&c, 3000) == NOW + 500);
	assert_true(clock_at(&c, 4000) == NOW + 501);
	assert_memory_equal(c.mark.boot, reboot, sizeof(reboot));
}

/* R-TIME-1: nor does a new boot shorten what has to be waited. */
static void
a_new_boot_in_the_past_does_not_go_back(void **state)
{
	struct clock c;

	(void)state;
	clock_begin(&c, NULL, boot, 0, NOW);
	begin_again(&c, 60000, reboot, 3000, NOW - 86400);
	assert_true(clock_at(&c, 3000) == NOW + 60);
	assert_true(clock_at(&c, 5000) == NOW + 62);
	begin_again(&c, 5000, boot, 0, 0);
	assert_true(clock_at(&c, 0) == NOW + 62);
}

/* A machine that was put back to a snapshot, or a mark that was edited. */
static void
the_same_boot_at_an_earlier_time_does_not_go_back(void **state)
{
	struct clock c;

	(void)state;
	clock_begin(&c, NULL, boot, 0, NOW);
	begin_again(&c, 60000, boot, 30000, NOW + 30);
	assert_true(clock_at(&c, 30000) == NOW + 60);
	assert_true(clock_at(&c, 31000) == NOW + 61);
	assert_true(clock_at(&c, 29000) == NOW + 60);
}

/* R-TIME-1: any mix of restarts, boots and wall clocks. */
static void
it_never_goes_back(void **state)
{
	uint64_t seed = 1, ms = 5000, last = NOW, ended;
	uint8_t id[16] = { 0 };
	struct clock c;

	(void)state;
	clock_begin(&c, NULL, id, ms, NOW);
	for (int i = 0; i < 100000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		ended = ms += seed >> 33 & 0xffff;
		if ((seed >> 50 & 3) == 0) {
			id[0]++;
			ms = seed >> 40 & 0xffff;
		}
		assert_true(clock_at(&c, ended) >= last);
		last = clock_at(&c, ended);
		begin_again(&c, ended, id, ms, seed >> 20 & 0x7fffffff);
		assert_true(clock_at(&c, ms) >= last);
		last = clock_at(&c, ms);
	}
}

static void
this_boot_has_an_id_and_only_one(void **state)
{
	uint8_t a[16] = { 0 }, b[16] = { 0 };
	const uint8_t zero[16] = { 0 };

	(void)state;
	assert_int_equal(clock_boot(a), SSPR_OK);
	assert_int_equal(clock_boot(b), SSPR_OK);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, zero, sizeof(a));
	assert_int_equal(a[6] >> 4, 4); /* a random UUID, RFC 4122 4.4 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_first_it_is_the_wall_clock),
		cmocka_unit_test(the_wall_clock_means_nothing_within_a_boot),
		cmocka_unit_test(no_restart_loses_a_fraction_of_a_second),
		cmocka_unit_test(a_new_boot_goes_by_the_wall_clock),
		cmocka_unit_test(a_new_boot_in_the_past_does_not_go_back),
		cmocka_unit_test(
		    the_same_boot_at_an_earlier_time_does_not_go_back),
		cmocka_unit_test(it_never_goes_back),
		cmocka_unit_test(this_boot_has_an_id_and_only_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
