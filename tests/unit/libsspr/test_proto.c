/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../fields.h"
#include "proto.h"

/* clang-format off */

static const enum proto_type types[] = {
#define MSG(NAME, name, number, direction)	MSG_##NAME,
#include "proto.def"
};

/* clang-format on */

#define TYPES      (sizeof(types) / sizeof(types[0]))
#define OTHER(dir) ((dir) == PROTO_UP ? PROTO_DOWN : PROTO_UP)

static const struct proto_msg zero;

/* A message of the type, full or empty, and its frame. */
static size_t
make(enum proto_type type, bool full, struct proto_msg *m,
    uint8_t buf[static WIRE_FRAME_MAX])
{
	const struct proto_row *row = proto_row((uint16_t)type);
	size_t len;

	assert_non_null(row);
	memset(m, 0, sizeof(*m));
	m->type = type;
	fields_fill(row->fields, &m->as, full);
	assert_int_equal(proto_encode(m, buf, &len), SSPR_OK);
	return len;
}

/* Decode from memory that ends where the frame does. */
static enum sspr_err
decode(const uint8_t *frame, size_t len, enum proto_dir dir,
    struct proto_msg *m)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	enum sspr_err e;

	assert_non_null(copy);
	memcpy(copy, frame, len);
	memset(m, 0xee, sizeof(*m));
	e = proto_decode(copy, len, dir, m);
	free(copy);
	return e;
}

static void
assert_refused(const uint8_t *frame, size_t len, enum proto_dir dir)
{
	struct proto_msg m;

	assert_int_equal(decode(frame, len, dir, &m), SSPR_MALFORMED);
	assert_memory_equal(&m, &zero, sizeof(m));
}

static void
every_message_comes_back_as_it_was_sent(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct proto_msg in, out;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 2 * TYPES; i++) {
		len = make(types[i / 2], i % 2 == 1, &in, buf);
		assert_int_equal(decode(buf, len,
				     proto_row((uint16_t)in.type)->dir, &out),
		    SSPR_OK);
		assert_memory_equal(&out, &in, sizeof(in));
	}
}

static void
no_frame_is_longer_than_the_longest_there_is(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct proto_msg m;

	(void)state;
	for (size_t i = 0; i < TYPES; i++)
		assert_true(make(types[i], true, &m, buf) <= PROTO_FRAME_MAX);
}

static void
every_prefix_and_a_byte_too_many_are_refused(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX + 2];
	struct proto_msg m;
	enum proto_dir dir;
	size_t len;

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		len = make(types[i], true, &m, buf);
		dir = proto_row((uint16_t)types[i])->dir;
		for (size_t n = 0; n < len; n++)
			assert_refused(buf, n, dir);
		/* With a header that fits the wrong length, too. */
		for (size_t n = WIRE_HEADER; n <= len + 1; n++) {
			buf[2] = (uint8_t)((n - WIRE_HEADER) >> 8);
			buf[3] = (uint8_t)(n - WIRE_HEADER);
			if (n != len)
				assert_refused(buf, n, dir);
		}
	}
}

static void
a_message_of_the_other_direction_is_refused(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct proto_msg m;
	size_t len;

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		len = make(types[i], true, &m, buf);
		assert_refused(buf, len,
		    OTHER(proto_row((uint16_t)types[i])->dir));
	}
}

static void
a_type_nobody_declared_is_refused(void **state)
{
	uint8_t frame[WIRE_HEADER] = { 0 };
	struct proto_msg m = { 0 };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len = 7;

	(void)state;
	for (uint32_t t = 0; t <= UINT16_MAX; t++) {
		if (proto_row((uint16_t)t) != NULL)
			continue;
		frame[0] = (uint8_t)(t >> 8);
		frame[1] = (uint8_t)t;
		assert_refused(frame, sizeof(frame), PROTO_UP);
		assert_refused(frame, sizeof(frame), PROTO_DOWN);
		m.type = (enum proto_type)t;
		assert_int_equal(proto_encode(&m, buf, &len), SSPR_MALFORMED);
	}
	m.type = (enum proto_type)(UINT16_MAX + 1 + MSG_HELLO);
	assert_int_equal(len, 7);
}

static void
a_nul_inside_any_string_is_refused(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	const struct wire_field *f;
	struct proto_msg m;
	size_t len, at;

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		const struct proto_row *row = proto_row((uint16_t)types[i]);

		len = make(types[i], true, &m, buf);
		at = WIRE_HEADER;
		for (f = row->fields; f->kind != WIRE_END; f++) {
			const struct wire_field one[] = { *f, { .kind = 0 } };
			const size_t end = at + fields_longest(one);

			for (size_t n = at + 2; f->kind == WIRE_STR && n < end;
			     n++) {
				const uint8_t kept = buf[n];

				buf[n] = '\0';
				assert_refused(buf, len, row->dir);
				buf[n] = kept;
			}
			at = end;
		}
	}
}

static void
an_unterminated_string_is_not_sent(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	const struct wire_field *f;
	struct proto_msg m;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		const struct proto_row *row = proto_row((uint16_t)types[i]);

		if ((f = fields_string(row->fields)) == NULL)
			continue;
		(void)make(types[i], true, &m, buf);
		((char *)&m.as)[f->offset + f->max] = 'x';
		assert_int_equal(proto_encode(&m, buf, &len), SSPR_MALFORMED);
		assert_int_equal(len, 0);
	}
}

/* R-IPC-2: numbers of verbs are one byte; what is not there is NULL. */
static void
verbs_have_their_rows_and_nothing_else_has(void **state)
{
	size_t n = 0;

	(void)state;
	for (unsigned int v = 0; v <= UINT8_MAX; v++) {
		const struct proto_verb_row *row = proto_verb_row((uint8_t)v);

		if (row == NULL)
			continue;
		n++;
		assert_int_equal(row->verb, v);
		assert_true(row->who == PROTO_ANY || row->who == PROTO_OWNER ||
		    row->who == PROTO_DESK);
		/* R-ENUM-2: what strangers may ask leaves on the beat. */
		assert_true(row->who != PROTO_ANY || row->floor ||
		    row->verb == VERB_OFFER);
	}
	assert_true(n >= 11);
}

static void
a_wiped_message_is_zero(void **state)
{
	struct proto_msg m;

	(void)state;
	memset(&m, 0xff, sizeof(m));
	proto_wipe(&m);
	assert_memory_equal(&m, &zero, sizeof(m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_comes_back_as_it_was_sent),
		cmocka_unit_test(no_frame_is_longer_than_the_longest_there_is),
		cmocka_unit_test(every_prefix_and_a_byte_too_many_are_refused),
		cmocka_unit_test(a_message_of_the_other_direction_is_refused),
		cmocka_unit_test(a_type_nobody_declared_is_refused),
		cmocka_unit_test(a_nul_inside_any_string_is_refused),
		cmocka_unit_test(an_unterminated_string_is_not_sent),
		cmocka_unit_test(verbs_have_their_rows_and_nothing_else_has),
		cmocka_unit_test(a_wiped_message_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
