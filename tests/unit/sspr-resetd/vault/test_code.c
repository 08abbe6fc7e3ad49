/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vault/code.h"
#include "vault/record.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

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

/* R-VER-4: chi-square of each digit, 9 degrees, p = 10^-9. */
static void
sent_codes_are_eight_even_digits(void **state)
{
	static unsigned int seen[CODE_SENT][10];
	const double want = 20000 / 10.0;
	char code[CODE_SENT_SIZE];
	double chi;

	(void)state;
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < 20000; i++) {
		code_new_sent(code);
		assert_int_equal(strlen(code), CODE_SENT);
		for (size_t at = 0; at < CODE_SENT; at++) {
			assert_true(isdigit(code[at]));
			seen[at][code[at] - '0']++;
		}
	}
	for (size_t at = 0; at < CODE_SENT; at++) {
		chi = 0;
		for (size_t d = 0; d < 10; d++)
			chi +=
			    (seen[at][d] - want) * (seen[at][d] - want) / want;
		assert_true(chi < 60);
	}
}

static void
a_sent_code_is_bound_to_what_it_was_sent_for(void **state)
{
	uint8_t key[16] = { 1 }, a[CODE_HASH], b[CODE_HASH];
	static const char longest[600] = "12345678";

	(void)state;
	code_hash_sent(seal, key, "12345678", 8, a);
	code_hash_sent(seal, key, "12345678", 8, b);
	assert_memory_equal(a, b, sizeof(a));
	code_hash_sent(seal, key, "12345679", 8, b);
	assert_memory_not_equal(a, b, sizeof(a));
	code_hash_sent(seal, key, "1234567", 7, b);
	assert_memory_not_equal(a, b, sizeof(a));
	code_hash_sent(seal, key, longest, sizeof(longest), b);
	assert_memory_not_equal(a, b, sizeof(a));
	code_hash_sent(seal, key, NULL, 0, b);
	assert_memory_not_equal(a, b, sizeof(a));
	key[15]++;
	code_hash_sent(seal, key, "12345678", 8, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static enum sspr_err
check(const struct record_backup *r, uint64_t used, const char *typed,
    uint32_t *number)
{
	return code_check_sheet(seal, r, used, typed, strlen(typed), number);
}

/* R-VER-6 */
static void
each_code_of_a_sheet_is_good_once(void **state)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];
	struct record_backup r = { .label = "mine" };
	uint64_t used = 0;
	uint32_t n = 99;

	(void)state;
	code_new_sheet(seal, &r, sheet);
	assert_string_equal(r.label, "mine");
	for (uint32_t i = 0; i < CODE_BACKUPS; i++) {
		assert_int_equal(strlen(sheet[i]), CODE_BACKUP_SIZE - 1);
		assert_int_equal(check(&r, used, sheet[i], &n), SSPR_OK);
		assert_int_equal(n, i + 1);
		used |= (uint64_t)1 << i;
		n = 99;
		assert_int_equal(check(&r, used, sheet[i], &n),
		    SSPR_CODE_REPLAY);
		assert_int_equal(n, 99);
	}
}

static void
a_sheet_is_of_the_alphabet_and_never_the_same(void **state)
{
	char a[CODE_BACKUPS][CODE_BACKUP_SIZE],
	    b[CODE_BACKUPS][CODE_BACKUP_SIZE];
	struct record_backup r = { 0 }, q = { 0 };
	uint32_t n;

	(void)state;
	code_new_sheet(seal, &r, a);
	code_new_sheet(seal, &q, b);
	assert_memory_not_equal(r.salt.at, q.salt.at, CODE_SALT);
	for (size_t i = 0; i < CODE_BACKUPS; i++) {
		for (size_t at = 0; at < CODE_BACKUP_SIZE - 1; at++)
			assert_true(at % 5 == 4
				? a[i][at] == '-'
				: strchr(alphabet, a[i][at]) != NULL);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(a[i], a[j]);
		assert_int_equal(check(&q, 0, a[i], &n), SSPR_CODE_WRONG);
		assert_int_equal(check(&r, 0, b[i], &n), SSPR_CODE_WRONG);
	}
}

/* R-VER-6: case, dashes, O/0, I/1/L. */
static void
a_recovery_code_is_read_forgivingly(void **state)
{
	static const char *const ways[][5] = { { "", "", "", "", "" },
		{ "", " ", " ", " ", "" }, { "  ", "--", "-", "", "- " },
		{ "", "\xe2\x80\x93", "\xe2\x80\x91", "\xc2\xa0", "" },
		{ "\xe2\x88\x92", ".", "_", "\t", "\xe2\x80\x94" } };
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE], typed[64];
	struct record_backup r = { 0 };
	uint32_t n;

	(void)state;
	code_new_sheet(seal, &r, sheet);
	for (uint32_t i = 0; i < 2 * CODE_BACKUPS; i++) {
		char *s = sheet[i / 2];

		for (size_t at = 0; s[at] != '\0'; at++) {
			s[at] = (char)tolower(s[at]);
			if (s[at] == '0')
				s[at] = i % 2 == 0 ? 'O' : 'o';
			else if (s[at] == '1')
				s[at] = "IiLl"[(i + at) % 4];
		}
		for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
			snprintf(typed, sizeof(typed),
			    "%s%.4s%s%.4s%s%.4s%s%.4s%s", ways[w][0], s,
			    ways[w][1], s + 5, ways[w][2], s + 10, ways[w][3],
			    s + 15, ways[w][4]);
			assert_int_equal(check(&r, 0, typed, &n), SSPR_OK);
			assert_int_equal(n, i / 2 + 1);
		}
		for (size_t at = 0; s[at] != '\0'; at++)
			s[at] = (char)(strchr("oO", s[at]) != NULL ? '0'
				: strchr("iIlL", s[at]) != NULL    ? '1'
								   : s[at]);
	}
}

static void
anything_else_is_wrong_and_harmless(void **state)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE], typed[600];
	struct record_backup r = { 0 };
	uint32_t n = 99;

	(void)state;
	code_new_sheet(seal, &r, sheet);
	for (size_t len = 0; len < CODE_BACKUP_SIZE - 1; len++)
		assert_int_equal(code_check_sheet(seal, &r, 0, sheet[0], len,
				     &n),
		    SSPR_CODE_WRONG);
	for (size_t at = 0; at < CODE_BACKUP_SIZE - 1; at++) {
		memcpy(typed, sheet[3], CODE_BACKUP_SIZE);
		typed[at] = typed[at] == '7' ? '8' : '7';
		assert_int_equal(check(&r, 0, typed, &n), SSPR_CODE_WRONG);
		typed[at] = 'U';
		assert_int_equal(check(&r, 0, typed, &n), SSPR_CODE_WRONG);
		typed[at] = '\0';
		assert_int_equal(code_check_sheet(seal, &r, 0, typed,
				     CODE_BACKUP_SIZE - 1, &n),
		    SSPR_CODE_WRONG);
	}
	snprintf(typed, sizeof(typed), "%s7", sheet[0]);
	assert_int_equal(check(&r, 0, typed, &n), SSPR_CODE_WRONG);
	memset(typed, 0xff, sizeof(typed));
	assert_int_equal(code_check_sheet(seal, &r, 0, typed, sizeof(typed),
			     &n),
	    SSPR_CODE_WRONG);
	memset(typed, '-', sizeof(typed));
	assert_int_equal(code_check_sheet(seal, &r, 0, typed, sizeof(typed),
			     &n),
	    SSPR_CODE_WRONG);
	assert_int_equal(code_check_sheet(seal, &r, 0, "\xe2\x80", 2, &n),
	    SSPR_CODE_WRONG);
	assert_int_equal(n, 99);
}

static void
an_empty_record_takes_nothing(void **state)
{
	char zeros[CODE_BACKUP] = { 0 }, code[CODE_PASS_SIZE];
	const struct record_backup none = { 0 };
	struct record_backup r = { 0 };
	const struct record_pass empty = { 0 };
	struct record_pass p = { 0 };
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];
	uint32_t n;

	(void)state;
	assert_int_equal(check(&none, 0, "0000000000000000", &n),
	    SSPR_CODE_WRONG);
	assert_int_equal(code_check_sheet(seal, &none, 0, zeros, sizeof(zeros),
			     &n),
	    SSPR_CODE_WRONG);
	assert_int_equal(code_check_pass(seal, &empty, "000000000000", 12),
	    SSPR_CODE_WRONG);
	code_new_sheet(seal, &r, sheet);
	r.hashes.len--;
	assert_int_equal(check(&r, 0, sheet[0], &n), SSPR_CODE_WRONG);
	code_new_pass(seal, &p, code);
	p.hash.len--;
	assert_int_equal(code_check_pass(seal, &p, code, CODE_PASS),
	    SSPR_CODE_WRONG);
}

static void
a_pass_is_good_for_its_record_only(void **state)
{
	struct record_pass a = { .alone = 1, .issuer = 7 }, b = { 0 };
	char code[CODE_PASS_SIZE], other[CODE_PASS_SIZE], typed[32];

	(void)state;
	code_new_pass(seal, &a, code);
	code_new_pass(seal, &b, other);
	assert_true(a.alone == 1 && a.issuer == 7);
	assert_int_equal(strlen(code), CODE_PASS);
	assert_int_equal(strspn(code, alphabet), CODE_PASS);
	assert_int_equal(code_check_pass(seal, &a, code, CODE_PASS), SSPR_OK);
	assert_int_equal(code_check_pass(seal, &b, code, CODE_PASS),
	    SSPR_CODE_WRONG);
	assert_int_equal(code_check_pass(seal, &a, other, CODE_PASS),
	    SSPR_CODE_WRONG);
	snprintf(typed, sizeof(typed), "%.4s-%.4s %.4s", code, code + 4,
	    code + 8);
	for (size_t i = 0; typed[i] != '\0'; i++)
		typed[i] = (char)tolower(typed[i]);
	assert_int_equal(code_check_pass(seal, &a, typed, strlen(typed)),
	    SSPR_OK);
	for (size_t i = 0; i < CODE_PASS; i++) {
		code[i] = code[i] == '7' ? '8' : '7';
		assert_int_equal(code_check_pass(seal, &a, code, CODE_PASS),
		    SSPR_CODE_WRONG);
		code_new_pass(seal, &a, code);
	}
}

/* R-KEY-3: who has the records and not the key can try no codes. */
static void
another_key_takes_no_code(void **state)
{
	const uint8_t key[SEAL_KEY] = { 43 };
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE], code[CODE_PASS_SIZE];
	struct record_backup r = { 0 };
	struct record_pass p = { 0 };
	struct seal *other;
	uint32_t n;

	(void)state;
	code_new_sheet(seal, &r, sheet);
	code_new_pass(seal, &p, code);
	assert_int_equal(seal_new(key, &other), SSPR_OK);
	for (size_t i = 0; i < CODE_BACKUPS; i++)
		assert_int_equal(code_check_sheet(other, &r, 0, sheet[i],
				     strlen(sheet[i]), &n),
		    SSPR_CODE_WRONG);
	assert_int_equal(code_check_pass(other, &p, code, CODE_PASS),
	    SSPR_CODE_WRONG);
	seal_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sent_codes_are_eight_even_digits),
		cmocka_unit_test(a_sent_code_is_bound_to_what_it_was_sent_for),
		cmocka_unit_test(each_code_of_a_sheet_is_good_once),
		cmocka_unit_test(a_sheet_is_of_the_alphabet_and_never_the_same),
		cmocka_unit_test(a_recovery_code_is_read_forgivingly),
		cmocka_unit_test(anything_else_is_wrong_and_harmless),
		cmocka_unit_test(an_empty_record_takes_nothing),
		cmocka_unit_test(a_pass_is_good_for_its_record_only),
		cmocka_unit_test(another_key_takes_no_code),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
