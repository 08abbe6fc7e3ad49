/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../fields.h"
#include "wire.h"

#define TYPE 0x1234

struct sample {
	uint8_t a;
	uint16_t b;
	uint32_t c;
	uint64_t d;
	char s[5 + 1];
	WIRE_OCTETS(4) o;
};

static const struct wire_field fields[] = {
	{ "a", WIRE_U8, offsetof(struct sample, a), 0 },
	{ "b", WIRE_U16, offsetof(struct sample, b), 0 },
	{ "c", WIRE_U32, offsetof(struct sample, c), 0 },
	{ "d", WIRE_U64, offsetof(struct sample, d), 0 },
	{ "s", WIRE_STR, offsetof(struct sample, s), 5 },
	{ "o", WIRE_BYTES, offsetof(struct sample, o), 4 },
	{ NULL, WIRE_END, 0, 0 },
};

static const struct sample sample = { .a = 1,
	.b = 0x0203,
	.c = 0x04050607,
	.d = 0x08090a0b0c0d0e0f,
	.s = "hey",
	.o = { 2, { 0xff, 0x00 } } };

/* The same as bytes: the format of wire.h, by hand. */
static const uint8_t bytes[] = { 0x12, 0x34, 0, 24, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	10, 11, 12, 13, 14, 15, 0, 3, 'h', 'e', 'y', 0, 2, 0xff, 0x00 };

/* Decode from memory that ends where the body does. */
static enum sspr_err
decode(const uint8_t *body, size_t len, struct sample *out)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum sspr_err e;

	assert_non_null(copy);
	memcpy(copy, body, len);
	memset(out, 0xee, sizeof(*out));
	e = wire_decode(fields, copy, len, out, sizeof(*out));
	free(copy);
	return e;
}

static void
assert_refused(const uint8_t *body, size_t len)
{
	static const struct sample zero;
	struct sample out;

	assert_int_equal(decode(body, len, &out), SSPR_MALFORMED);
	assert_memory_equal(&out, &zero, sizeof(out));
}

static void
integers_are_big_endian_and_runs_are_counted(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len = 0;

	(void)state;
	assert_int_equal(wire_encode(TYPE, fields, &sample, buf, &len),
	    SSPR_OK);
	assert_int_equal(len, sizeof(bytes));
	assert_memory_equal(buf, bytes, len);
}

static void
what_is_encoded_decodes_to_the_same(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct sample in, out;
	size_t len;

	(void)state;
	assert_int_equal(decode(bytes + WIRE_HEADER,
			     sizeof(bytes) - WIRE_HEADER, &out),
	    SSPR_OK);
	assert_memory_equal(&out.s, &sample.s, sizeof(out.s));
	for (int full = 0; full < 2; full++) {
		memset(&in, 0, sizeof(in));
		fields_fill(fields, &in, full == 1);
		assert_int_equal(wire_encode(TYPE, fields, &in, buf, &len),
		    SSPR_OK);
		assert_int_equal(decode(buf + WIRE_HEADER, len - WIRE_HEADER,
				     &out),
		    SSPR_OK);
		assert_memory_equal(&out, &in, sizeof(in));
	}
	assert_int_equal(len, WIRE_HEADER + fields_longest(fields));
}

static void
every_prefix_and_a_byte_too_many_are_refused(void **state)
{
	const size_t len = sizeof(bytes) - WIRE_HEADER;
	uint8_t more[sizeof(bytes) + 1] = { 0 };

	(void)state;
	for (size_t n = 0; n < len; n++)
		assert_refused(bytes + WIRE_HEADER, n);
	memcpy(more, bytes + WIRE_HEADER, len);
	assert_refused(more, len + 1);
}

static void
a_nul_inside_a_string_is_refused(void **state)
{
	uint8_t body[sizeof(bytes) - WIRE_HEADER];

	(void)state;
	for (size_t at = 0; at < 3; at++) {
		memcpy(body, bytes + WIRE_HEADER, sizeof(body));
		body[17 + at] = '\0';
		assert_refused(body, sizeof(body));
	}
}

static void
a_run_over_its_maximum_is_refused(void **state)
{
	uint8_t body[64] = { 0 };

	(void)state;
	memset(body + 17, 'x', 6);
	body[16] = 6; /* of s, 5 at most */
	assert_refused(body, 17 + 6 + 2);
	body[16] = 0;
	body[18] = 5; /* of o, 4 at most */
	assert_refused(body, 19 + 5);
	body[15] = 0xff; /* more than there is */
	assert_refused(body, 19);
}

/* The property of the fuzzers, for all frames one bit away from a good one. */
static void
what_decodes_encodes_to_the_very_same_bytes(void **state)
{
	uint8_t body[sizeof(bytes) - WIRE_HEADER], buf[WIRE_FRAME_MAX];
	struct sample out;
	size_t len, good = 0;

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(body); bit++) {
		memcpy(body, bytes + WIRE_HEADER, sizeof(body));
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (decode(body, sizeof(body), &out) != SSPR_OK)
			continue;
		good++;
		assert_int_equal(wire_encode(TYPE, fields, &out, buf, &len),
		    SSPR_OK);
		assert_int_equal(len, sizeof(bytes));
		assert_memory_equal(buf + WIRE_HEADER, body, sizeof(body));
	}
	assert_true(good > 0);
}

static void
an_unterminated_string_is_not_sent(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct sample in = sample;
	size_t len = 77;

	(void)state;
	memset(in.s, 'x', sizeof(in.s));
	assert_int_equal(wire_encode(TYPE, fields, &in, buf, &len),
	    SSPR_MALFORMED);
	in = sample;
	in.o.len = 5;
	assert_int_equal(wire_encode(TYPE, fields, &in, buf, &len),
	    SSPR_MALFORMED);
	assert_int_equal(len, 77);
}

static void
a_body_too_long_for_a_frame_is_not_sent(void **state)
{
	static struct {
		WIRE_OCTETS(WIRE_BODY_MAX) a;
		uint8_t b;
	} in = { .a.len = WIRE_BODY_MAX - 3 };
	static const struct wire_field two[] = {
		{ "a", WIRE_BYTES, 0, WIRE_BODY_MAX },
		{ "b", WIRE_U8, sizeof(in.a), 0 },
		{ NULL, WIRE_END, 0, 0 },
	};
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len = 77;
	uint16_t type;

	(void)state;
	assert_int_equal(wire_encode(TYPE, two, &in, buf, &len), SSPR_OK);
	assert_int_equal(len, WIRE_FRAME_MAX);
	assert_int_equal(wire_frame(buf, len, &type), SSPR_OK);
	len = 77;
	for (in.a.len++; in.a.len <= WIRE_BODY_MAX; in.a.len++)
		assert_int_equal(wire_encode(TYPE, two, &in, buf, &len),
		    SSPR_MALFORMED);
	assert_int_equal(len, 77);
}

static void
a_frame_is_just_as_long_as_its_header_says(void **state)
{
	uint8_t frame[WIRE_FRAME_MAX + 1] = { 0xfe, 0xdc };
	uint16_t type = 7;

	(void)state;
	for (size_t body = 0; body <= WIRE_BODY_MAX; body++) {
		const size_t len = WIRE_HEADER + body;

		frame[2] = (uint8_t)(body >> 8);
		frame[3] = (uint8_t)body;
		assert_int_equal(wire_frame(frame, len - 1, &type),
		    SSPR_MALFORMED);
		assert_int_equal(wire_frame(frame, len + 1, &type),
		    SSPR_MALFORMED);
		assert_int_equal(type, 7);
		assert_int_equal(wire_frame(frame, len, &type), SSPR_OK);
		assert_int_equal(type, 0xfedc);
		type = 7;
	}
	frame[2] = (WIRE_BODY_MAX + 1) >> 8;
	frame[3] = (WIRE_BODY_MAX + 1) & 0xff;
	assert_int_equal(wire_frame(frame, WIRE_FRAME_MAX + 1, &type),
	    SSPR_MALFORMED);
	for (size_t len = 0; len < WIRE_HEADER; len++)
		assert_int_equal(wire_frame(frame, len, &type), SSPR_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_big_endian_and_runs_are_counted),
		cmocka_unit_test(what_is_encoded_decodes_to_the_same),
		cmocka_unit_test(every_prefix_and_a_byte_too_many_are_refused),
		cmocka_unit_test(a_nul_inside_a_string_is_refused),
		cmocka_unit_test(a_run_over_its_maximum_is_refused),
		cmocka_unit_test(what_decodes_encodes_to_the_very_same_bytes),
		cmocka_unit_test(an_unterminated_string_is_not_sent),
		cmocka_unit_test(a_body_too_long_for_a_frame_is_not_sent),
		cmocka_unit_test(a_frame_is_just_as_long_as_its_header_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
