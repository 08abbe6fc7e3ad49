/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vault/totp.h"
#include "vectors.h"

#define UNTOUCHED 4711u

struct codes {
	uint8_t seed[TOTP_SEED_MAX];
	struct totp t;
	char code[16][TOTP_DIGITS_MAX + 1]; /* by step */
	size_t count;
};

static enum sspr_err
check(const struct totp *t, uint64_t now, const char *code, uint64_t last,
    uint64_t *step)
{
	*step = UNTOUCHED;
	return totp_check(t, now, code, strlen(code), last, step);
}

static FILE *
open_vectors(const char *path)
{
	FILE *f = fopen(path, "re");

	if (f == NULL)
		fail_msg("%s: run the tests from the top of the tree", path);
	return f;
}

static uint8_t
hash_of(const char *mode)
{
	return strcmp(mode, "SHA1") == 0  ? TOTP_SHA1
	    : strcmp(mode, "SHA256") == 0 ? TOTP_SHA256
					  : TOTP_SHA512;
}

/*
 * RFC 6238 appendix B: each code, offset seconds after its time; result is
 * that of all.
 */
static void
check_appendix_b(bool strict, int offset, enum sspr_err result)
{
	FILE *f = open_vectors("tests/vectors/rfc6238-appendix-b.txt");
	uint8_t seed[4][TOTP_SEED_MAX];
	uint16_t len[4] = { 0 };
	uint64_t now, step, seen = 0;
	struct vector v;

	while (vector_next(f, &v)) {
		const uint8_t hash = hash_of(v.word[1]);
		const struct totp t = { seed[hash], len[hash], hash, 8, 30,
			strict };

		if (strcmp(v.word[0], "key") == 0) {
			len[hash] = (uint16_t)vector_bytes(v.word[2],
			    seed[hash], TOTP_SEED_MAX);
			continue;
		}
		now = strtoull(v.word[2], NULL, 10);
		now += (uint64_t)(int64_t)offset;
		assert_int_equal(check(&t, now, v.word[4], 0, &step), result);
		assert_int_equal(step,
		    result == SSPR_OK ? strtoull(v.word[3], NULL, 16)
				      : UNTOUCHED);
		seen++;
	}
	fclose(f);
	assert_int_equal(seen, 18);
}

/* RFC 6238 appendix B */
static void
the_codes_of_rfc_6238_appendix_b_are_right(void **state)
{
	(void)state;
	check_appendix_b(false, 0, SSPR_OK);
	check_appendix_b(false, 30, SSPR_OK);
	check_appendix_b(false, -30, SSPR_OK);
	check_appendix_b(false, 60, SSPR_CODE_WRONG);
}

/* R-VER-3, with the vectors of RFC 6238 appendix B */
static void
the_strict_window_has_no_coming_step(void **state)
{
	(void)state;
	check_appendix_b(true, 0, SSPR_OK);
	check_appendix_b(true, 30, SSPR_OK);
	check_appendix_b(true, -30, SSPR_CODE_WRONG);
	check_appendix_b(true, 60, SSPR_CODE_WRONG);
}

/* RFC 4226 appendix D */
static void
read_codes(struct codes *c)
{
	FILE *f = open_vectors("tests/vectors/rfc4226-appendix-d.txt");
	struct vector v;

	memset(c, 0, sizeof(*c));
	c->t = (struct totp){ .seed = c->seed,
		.hash = TOTP_SHA1,
		.digits = 6,
		.period = 30 };
	while (vector_next(f, &v)) {
		if (strcmp(v.word[0], "key") == 0)
			c->t.len = (uint16_t)vector_bytes(v.word[1], c->seed,
			    sizeof(c->seed));
		else
			snprintf(c->code[strtoul(v.word[1], NULL, 10)],
			    sizeof(c->code[0]), "%s", v.word[2]);
		c->count += strcmp(v.word[0], "count") == 0;
	}
	fclose(f);
	assert_int_equal(c->count, 10);
}

static void
the_window_is_one_step_to_either_side_to_the_second(void **state)
{
	uint64_t step;
	struct codes c;

	(void)state;
	read_codes(&c);
	for (uint64_t s = 1; s < c.count; s++)
		for (uint64_t now = 0; now < 30 * 14; now++) {
			const bool in = now / 30 + 1 >= s && now / 30 <= s + 1;
			const enum sspr_err e =
			    check(&c.t, now, c.code[s], 0, &step);

			assert_int_equal(e, in ? SSPR_OK : SSPR_CODE_WRONG);
			assert_int_equal(step, in ? s : UNTOUCHED);
		}
}

/* R-VER-5: a step is accepted once, and none before it afterwards. */
static void
a_step_not_after_the_last_is_a_replay(void **state)
{
	uint64_t step;
	struct codes c;

	(void)state;
	read_codes(&c);
	for (uint64_t s = 1; s < c.count; s++)
		for (uint64_t last = 0; last < 12; last++) {
			const enum sspr_err e =
			    check(&c.t, 30 * s, c.code[s], last, &step);

			assert_int_equal(e,
			    last < s ? SSPR_OK : SSPR_CODE_REPLAY);
			assert_int_equal(step, last < s ? s : UNTOUCHED);
		}
}

/* R-TIME-3 */
static void
a_last_step_far_ahead_accepts_nothing(void **state)
{
	uint64_t step;
	struct codes c;

	(void)state;
	read_codes(&c);
	for (uint64_t s = 1; s < c.count; s++) {
		assert_int_not_equal(check(&c.t, 30 * s, c.code[s], UINT64_MAX,
					 &step),
		    SSPR_OK);
		assert_int_equal(check(&c.t, 30 * s, "000000", UINT64_MAX,
				     &step),
		    SSPR_CODE_WRONG);
		assert_int_equal(step, UNTOUCHED);
	}
}

static void
a_code_of_another_length_is_wrong(void **state)
{
	char code[2 * TOTP_DIGITS_MAX + 1];
	uint64_t step = UNTOUCHED;
	struct codes c;

	(void)state;
	read_codes(&c);
	for (size_t len = 0; len < sizeof(code); len++) {
		snprintf(code, sizeof(code), "%s%s", c.code[3], c.code[4]);
		if (len == 6)
			continue;
		assert_int_equal(totp_check(&c.t, 95, code, len, 0, &step),
		    SSPR_CODE_WRONG);
	}
	assert_int_equal(totp_check(&c.t, 95, NULL, 0, 0, &step),
	    SSPR_CODE_WRONG);
	assert_int_equal(step, UNTOUCHED);
}

static void
any_digit_changed_makes_a_code_wrong(void **state)
{
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t step;
	struct codes c;

	(void)state;
	read_codes(&c);
	for (size_t i = 0; i < 6; i++)
		for (int b = 1; b < 256; b++) {
			memcpy(code, c.code[5], sizeof(code));
			code[i] = (char)(code[i] ^ b);
			assert_int_equal(totp_check(&c.t, 150, code, 6, 0,
					     &step),
			    SSPR_CODE_WRONG);
		}
}

static void
a_period_of_60_and_8_digits_are_what_they_say(void **state)
{
	uint64_t step;
	struct codes c;

	(void)state;
	read_codes(&c);
	c.t.period = 60;
	assert_int_equal(check(&c.t, 60 * 4 + 59, c.code[4], 0, &step),
	    SSPR_OK);
	assert_int_equal(step, 4);
	c.t.digits = 8;
	assert_int_equal(check(&c.t, 60 * 4, c.code[4], 0, &step),
	    SSPR_CODE_WRONG);
}

/* Digits liboath does not make: no code fits, also not an empty one. */
static void
a_stored_length_that_cannot_be_is_an_error(void **state)
{
	uint64_t step = UNTOUCHED;
	struct codes c;

	(void)state;
	read_codes(&c);
	for (unsigned int digits = 0; digits < 256; digits++) {
		c.t.digits = (uint8_t)digits;
		if (digits >= 6 && digits <= 8)
			continue;
		assert_int_equal(totp_check(&c.t, 95, c.code[3], digits, 0,
				     &step),
		    SSPR_SYSTEM);
	}
	assert_int_equal(step, UNTOUCHED);
}

/* RFC 4648 section 10 */
static void
base32_is_that_of_rfc_4648_without_padding(void **state)
{
	FILE *f = open_vectors("tests/vectors/rfc4648-section-10.txt");
	char buf[TOTP_BASE32_SIZE], want[32];
	struct vector v;
	size_t seen = 0;

	(void)state;
	for (; vector_next(f, &v); seen++) {
		if (v.word[1][0] == '"')
			continue; /* there is no empty seed */
		snprintf(want, sizeof(want), "%s", v.word[2]);
		want[strcspn(want, "=")] = '\0';
		assert_int_equal(totp_base32((const uint8_t *)v.word[1],
				     strlen(v.word[1]), buf),
		    SSPR_OK);
		assert_string_equal(buf, want);
	}
	fclose(f);
	assert_int_equal(seen, 7);
}

static void
a_seed_too_long_for_base32_leaves_the_buffer_alone(void **state)
{
	char buf[TOTP_BASE32_SIZE] = "untouched";
	uint8_t seed[100] = { 0 };

	(void)state;
	assert_int_equal(totp_base32(seed, 81, buf), SSPR_MALFORMED);
	assert_string_equal(buf, "untouched");
	assert_int_equal(totp_base32(seed, 80, buf), SSPR_OK);
	assert_int_equal(strlen(buf), 128);
	assert_int_equal(totp_base32(seed, TOTP_SEED, buf), SSPR_OK);
	assert_int_equal(strlen(buf), 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_codes_of_rfc_6238_appendix_b_are_right),
		cmocka_unit_test(the_strict_window_has_no_coming_step),
		cmocka_unit_test(
		    the_window_is_one_step_to_either_side_to_the_second),
		cmocka_unit_test(a_step_not_after_the_last_is_a_replay),
		cmocka_unit_test(a_last_step_far_ahead_accepts_nothing),
		cmocka_unit_test(a_code_of_another_length_is_wrong),
		cmocka_unit_test(any_digit_changed_makes_a_code_wrong),
		cmocka_unit_test(a_period_of_60_and_8_digits_are_what_they_say),
		cmocka_unit_test(a_stored_length_that_cannot_be_is_an_error),
		cmocka_unit_test(base32_is_that_of_rfc_4648_without_padding),
		cmocka_unit_test(
		    a_seed_too_long_for_base32_leaves_the_buffer_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
