/* SPDX-License-Identifier: MIT */
/*
 * fields.h - for tests: whatever a table of wire.h describes, filled.
 */
#ifndef SSPR_TESTS_FIELDS_H
#define SSPR_TESTS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire.h"

/* A number that differs in each of its bytes and from field to field. */
[[maybe_unused]] static uint64_t
fields_number(const struct wire_field *f)
{
	return 0xf1e2d3c4b5a69788u ^ (uint64_t)f->offset << 3;
}

/* Fill one field: as long as it may be, or empty. */
[[maybe_unused]] static void
fields_fill_one(const struct wire_field *f, uint8_t *p, bool full)
{
	const uint64_t v = full ? fields_number(f) : 0;
	const uint8_t u8 = (uint8_t)v;
	const uint16_t u16 = (uint16_t)v, n = full ? f->max : 0;
	const uint32_t u32 = (uint32_t)v;

	if (f->kind == WIRE_U8)
		memcpy(p, &u8, sizeof(u8));
	else if (f->kind == WIRE_U16)
		memcpy(p, &u16, sizeof(u16));
	else if (f->kind == WIRE_U32)
		memcpy(p, &u32, sizeof(u32));
	else if (f->kind == WIRE_U64)
		memcpy(p, &v, sizeof(v));
	else if (f->kind == WIRE_STR)
		memset(p, 'a' + f->offset % 26, n);
	else {
		memcpy(p, &n, sizeof(n));
		for (size_t i = 0; i < n; i++)
			p[sizeof(n) + i] = (uint8_t)(i + f->offset);
	}
}

[[maybe_unused]] static void
fields_fill(const struct wire_field *f, void *msg, bool full)
{
	for (; f->kind != WIRE_END; f++)
		fields_fill_one(f, (uint8_t *)msg + f->offset, full);
}

/* The longest body there can be, bytes. */
[[maybe_unused]] static size_t
fields_longest(const struct wire_field *f)
{
	size_t n = 0;

	for (; f->kind != WIRE_END; f++)
		n += f->kind == WIRE_U8   ? 1u
		    : f->kind == WIRE_U16 ? 2u
		    : f->kind == WIRE_U32 ? 4u
		    : f->kind == WIRE_U64 ? 8u
					  : 2u + f->max;
	return n;
}

/* The first string, or NULL. */
[[maybe_unused]] static const struct wire_field *
fields_string(const struct wire_field *f)
{
	for (; f->kind != WIRE_END; f++)
		if (f->kind == WIRE_STR)
			return f;
	return NULL;
}

#endif /* SSPR_TESTS_FIELDS_H */
