/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "secret.h"
#include "vault/record.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */

#define WIRE_LIMIT(msg)		RECORD_MAX - WIRE_HEADER
#define MSG(NAME, name, number)	static_assert(0
#include "wire_size.def"
#include "vault/record.def"

#define WIRE_OF(msg)		struct record_##msg
#define MSG(NAME, name, number) \
	static const struct wire_field name##_fields[] = {
#include "wire_table.def"
#include "vault/record.def"

static const struct row {
	enum record_type type;
	const struct wire_field *fields;
	size_t size; /* of the struct, bytes */
} rows[] = {
#define MSG(NAME, name, number) \
	{ RECORD_##NAME, name##_fields, sizeof(struct record_##name) },
#include "vault/record.def"
};

/* clang-format on */

static const struct row *
row_of(uint16_t type)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

enum sspr_err
record_encode(const struct record *r, uint8_t buf[static RECORD_MAX],
    size_t *len)
{
	uint8_t frame[WIRE_FRAME_MAX];
	const struct row *row;
	enum sspr_err e;
	size_t n;

	if ((row = row_of((uint16_t)r->type)) == NULL)
		return SSPR_MALFORMED;
	e = wire_encode((uint16_t)r->type, row->fields, &r->as, frame, &n);
	if (e == SSPR_OK) {
		memcpy(buf, frame, n);
		*len = n;
	}
	secret_zero(frame, sizeof(frame));
	return e;
}

enum sspr_err
record_decode(const uint8_t *buf, size_t len, struct record *r)
{
	const struct row *row;
	enum sspr_err e;
	uint16_t type;

	memset(r, 0, sizeof(*r));
	if ((e = wire_frame(buf, len, &type)) != SSPR_OK)
		return e;
	if ((row = row_of(type)) == NULL)
		return SSPR_MALFORMED;
	e = wire_decode(row->fields, buf + WIRE_HEADER, len - WIRE_HEADER,
	    &r->as, row->size);
	if (e == SSPR_OK)
		r->type = row->type;
	return e;
}

void
record_wipe(struct record *r)
{
	secret_zero(r, sizeof(*r));
}
