/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "secret.h"
#include "vault/letter.h"

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

static struct store_message
sealed_code(void)
{
	struct record_message m = { .method = METHOD_SMS,
		.notice = 1,
		.at = 1700000000,
		.address = "+4915112345678",
		.user = "alice",
		.source = "192.0.2.7",
		.code = "12345678",
		.reference = "7K2M" };
	const struct record_message zero = { 0 };
	struct store_message s = { .grant = 7, .state = STORE_HELD };

	assert_int_equal(letter_close(seal, &m, &s), SSPR_OK);
	assert_memory_equal(&m, &zero, sizeof(m)); /* nothing is left */
	return s;
}

static void
a_letter_opens_as_it_was_closed(void **state)
{
	const struct store_message s = sealed_code();
	struct record_message m;

	(void)state;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_OK);
	assert_int_equal(m.method, METHOD_SMS);
	assert_int_equal(m.at, 1700000000);
	assert_string_equal(m.address, "+4915112345678");
	assert_string_equal(m.user, "alice");
	assert_string_equal(m.source, "192.0.2.7");
	assert_string_equal(m.code, "12345678");
	assert_string_equal(m.reference, "7K2M");
}

/* R-KEY-3 */
static void
a_letter_shows_nothing(void **state)
{
	const struct store_message s = sealed_code();

	(void)state;
	assert_null(memmem(s.sealed.at, s.sealed.len, "49151", 5));
	assert_null(memmem(s.sealed.at, s.sealed.len, "alice", 5));
	assert_null(memmem(s.sealed.at, s.sealed.len, "12345678", 8));
}

static void
a_changed_letter_does_not_open(void **state)
{
	struct record_message m = { .method = 99 };
	struct store_message s = sealed_code();

	(void)state;
	for (uint16_t i = 0; i < s.sealed.len; i++) {
		s.sealed.at[i] ^= 1;
		assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
		s.sealed.at[i] ^= 1;
	}
	s.sealed.len--;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	s.sealed.len = SEAL_OVERHEAD - 1;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	s.sealed.len = ACCOUNT_SEALED_MAX + 1;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	s.sealed.len = 0;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	assert_int_equal(m.method, 99);
}

/* R-KEY-2: neither let go before its time, nor for another's reset. */
static void
a_letter_is_bound_to_its_grant_and_to_being_held(void **state)
{
	struct record_message m = { .method = 99 };
	struct store_message s = sealed_code();

	(void)state;
	s.state = STORE_QUEUED;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	s.state = STORE_TAKEN;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	s.state = STORE_HELD;
	s.grant = 8;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	s.grant = 0;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
	assert_int_equal(m.method, 99);
	s.grant = 7;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_OK);
}

/* A record of another kind, sealed by us, is no letter. */
static void
an_account_s_record_is_no_letter(void **state)
{
	const struct record_owner owner = { .uid = 7, .name = "alice" };
	struct record_message m;
	struct store_message s = { .state = STORE_QUEUED };
	struct account a;

	(void)state;
	assert_int_equal(account_new(seal, &owner, &a), SSPR_OK);
	s.sealed = a.owner;
	assert_int_equal(letter_open(seal, &s, &m), SSPR_SUSPENDED);
}

#define SEALED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SEALED(a_letter_opens_as_it_was_closed),
		SEALED(a_letter_shows_nothing),
		SEALED(a_changed_letter_does_not_open),
		SEALED(a_letter_is_bound_to_its_grant_and_to_being_held),
		SEALED(an_account_s_record_is_no_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
