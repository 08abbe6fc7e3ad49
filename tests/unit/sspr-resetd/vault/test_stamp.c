/* SPDX-License-Identifier: MIT */
/* R-KEY-2: rows that belong to no account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vault/stamp.h"

static struct seal *seal;

static int
set_up(void **state)
{
	const uint8_t key[SEAL_KEY] = { 3 };

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

static struct store_challenge
challenge(void)
{
	struct store_challenge c = { .key = { 1, 2 },
		.method = METHOD_SMS,
		.made = 1700000000,
		.until = 1700000600,
		.tries = 2,
		.hash = { 9, 8 } };

	stamp_challenge(seal, &c);
	return c;
}

static struct store_clock
mark(void)
{
	struct store_clock c = { .boot = { 1 },
		.boot_ms = 5000,
		.s = 1700000000 };

	stamp_clock(seal, &c);
	return c;
}

static void
what_was_stamped_verifies(void **state)
{
	const struct store_challenge c = challenge();
	const struct store_clock m = mark();

	(void)state;
	assert_int_equal(stamp_check_challenge(seal, &c), SSPR_OK);
	assert_int_equal(stamp_check_clock(seal, &m), SSPR_OK);
}

#define EDITED(what, edit)                                         \
	do {                                                       \
		struct store_##what c = make();                    \
                                                                   \
		edit;                                              \
		assert_int_equal(check(seal, &c), SSPR_SUSPENDED); \
	} while (0)

static void
an_edited_challenge_does_not_verify(void **state)
{
	struct store_challenge (*const make)(void) = challenge;
	enum sspr_err (*const check)(struct seal *,
	    const struct store_challenge *) = stamp_check_challenge;

	(void)state;
	EDITED(challenge, c.key[15] ^= 1);
	EDITED(challenge, c.method = METHOD_EMAIL);
	EDITED(challenge, c.made++);
	EDITED(challenge, c.until += 600);
	EDITED(challenge, c.tries = 0);
	EDITED(challenge, c.hash[CODE_HASH - 1] ^= 1);
	EDITED(challenge, c.mac[SEAL_HASH - 1] ^= 1);
}

static void
an_edited_mark_does_not_verify(void **state)
{
	struct store_clock (*const make)(void) = mark;
	enum sspr_err (*const check)(struct seal *,
	    const struct store_clock *) = stamp_check_clock;

	(void)state;
	EDITED(clock, c.boot[15] ^= 1);
	EDITED(clock, c.boot_ms--);
	EDITED(clock, c.s += 86400);
	EDITED(clock, c.mac[0] ^= 1);
}

static void
another_key_s_rows_do_not_verify(void **state)
{
	const uint8_t key[SEAL_KEY] = { 4 };
	const struct store_challenge c = challenge();
	const struct store_clock m = mark();
	struct seal *other;

	(void)state;
	assert_int_equal(seal_new(key, &other), SSPR_OK);
	assert_int_equal(stamp_check_challenge(other, &c), SSPR_SUSPENDED);
	assert_int_equal(stamp_check_clock(other, &m), SSPR_SUSPENDED);
	seal_free(other);
}

#define SEALED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SEALED(what_was_stamped_verifies),
		SEALED(an_edited_challenge_does_not_verify),
		SEALED(an_edited_mark_does_not_verify),
		SEALED(another_key_s_rows_do_not_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
