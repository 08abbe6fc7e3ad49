/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../fields.h"
#include "vault/record.h"

/* clang-format off */

#define WIRE_OF(msg)		struct record_##msg
#define MSG(NAME, name, number) \
	static const struct wire_field name##_fields[] = {
#include "wire_table.def"
#include "vault/record.def"

static const struct row {
	enum record_type type;
	const struct wire_field *fields;
} rows[] = {
#define MSG(NAME, name, number)	{ RECORD_##NAME, name##_fields },
#include "vault/record.def"
};

/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct record zero;

static size_t
make(const struct row *row, bool full, struct record *r,
    uint8_t buf[static RECORD_MAX])
{
	size_t len;

	memset(r, 0, sizeof(*r));
	r->type = row->type;
	fields_fill(row->fields, &r->as, full);
	assert_int_equal(record_encode(r, buf, &len), SSPR_OK);
	return len;
}

static enum sspr_err
decode(const uint8_t *p, size_t len, struct record *r)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum sspr_err e;

	assert_non_null(copy);
	memcpy(copy, p, len);
	memset(r, 0xee, sizeof(*r));
	e = record_decode(copy, len, r);
	free(copy);
	return e;
}

static void
assert_refused(const uint8_t *p, size_t len)
{
	struct record r;

	assert_int_equal(decode(p, len, &r), SSPR_MALFORMED);
	assert_memory_equal(&r, &zero, sizeof(r));
}

static void
every_record_comes_back_as_it_was_stored(void **state)
{
	uint8_t buf[RECORD_MAX];
	struct record in, out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 2 * ROWS; i++) {
		len = make(&rows[i / 2], i % 2 == 1, &in, buf);
		assert_true(len <= RECORD_MAX);
		assert_int_equal(decode(buf, len, &out), SSPR_OK);
		assert_memory_equal(&out, &in, sizeof(in));
	}
}

static void
every_prefix_and_a_byte_too_many_are_refused(void **state)
{
	uint8_t buf[RECORD_MAX + 2] = { 0 };
	struct record r;
	size_t len;

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		len = make(&rows[i], true, &r, buf);
		for (size_t n = 0; n < len; n++)
			assert_refused(buf, n);
		for (size_t n = WIRE_HEADER; n <= len + 1; n++) {
			buf[2] = (uint8_t)((n - WIRE_HEADER) >> 8);
			buf[3] = (uint8_t)(n - WIRE_HEADER);
			if (n != len)
				assert_refused(buf, n);
		}
	}
}

static void
a_type_nobody_declared_is_neither_read_nor_written(void **state)
{
	uint8_t frame[WIRE_HEADER] = { 0 }, buf[RECORD_MAX];
	struct record r = { 0 };
	size_t len = 7;

	(void)state;
	for (uint32_t t = 0; t <= UINT16_MAX; t++) {
		if (t >= RECORD_OWNER && t <= RECORD_MESSAGE)
			continue;
		frame[0] = (uint8_t)(t >> 8);
		frame[1] = (uint8_t)t;
		assert_refused(frame, sizeof(frame));
		r.type = (enum record_type)t;
		assert_int_equal(record_encode(&r, buf, &len), SSPR_MALFORMED);
	}
	assert_int_equal(len, 7);
}

static void
a_name_or_seed_too_long_is_not_stored(void **state)
{
	struct record r = { .type = RECORD_OWNER };
	uint8_t buf[RECORD_MAX];
	size_t len = 7;

	(void)state;
	memset(r.as.owner.name, 'x', sizeof(r.as.owner.name));
	assert_int_equal(record_encode(&r, buf, &len), SSPR_MALFORMED);
	r = (struct record){ .type = RECORD_APP };
	r.as.app.seed.len = TOTP_SEED_MAX + 1;
	assert_int_equal(record_encode(&r, buf, &len), SSPR_MALFORMED);
	r = (struct record){ .type = RECORD_ADDRESS };
	memset(r.as.address.address, 'x', sizeof(r.as.address.address));
	assert_int_equal(record_encode(&r, buf, &len), SSPR_MALFORMED);
	r = (struct record){ .type = RECORD_BACKUP };
	r.as.backup.hashes.len = CODE_BACKUPS * CODE_HASH + 1;
	assert_int_equal(record_encode(&r, buf, &len), SSPR_MALFORMED);
	r = (struct record){ .type = RECORD_MESSAGE };
	memset(r.as.message.code, '7', sizeof(r.as.message.code));
	assert_int_equal(record_encode(&r, buf, &len), SSPR_MALFORMED);
	assert_int_equal(len, 7);
}

static void
what_decodes_encodes_to_the_very_same_bytes(void **state)
{
	uint8_t buf[RECORD_MAX], again[RECORD_MAX];
	struct record r;
	size_t len, n, good = 0;

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		len = make(&rows[i], true, &r, buf);
		for (size_t bit = 0; bit < 8 * len; bit++) {
			buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
			if (decode(buf, len, &r) == SSPR_OK) {
				good++;
				assert_int_equal(record_encode(&r, again, &n),
				    SSPR_OK);
				assert_int_equal(n, len);
				assert_memory_equal(again, buf, len);
			}
			buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	assert_true(good > 0);
}

static void
a_wiped_record_is_zero(void **state)
{
	struct record r;

	(void)state;
	memset(&r, 0xff, sizeof(r));
	record_wipe(&r);
	assert_memory_equal(&r, &zero, sizeof(r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_comes_back_as_it_was_stored),
		cmocka_unit_test(every_prefix_and_a_byte_too_many_are_refused),
		cmocka_unit_test(
		    a_type_nobody_declared_is_neither_read_nor_written),
		cmocka_unit_test(a_name_or_seed_too_long_is_not_stored),
		cmocka_unit_test(what_decodes_encodes_to_the_very_same_bytes),
		cmocka_unit_test(a_wiped_record_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
