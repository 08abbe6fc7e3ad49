/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "proto.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */

/* No message can outgrow its frame: 0 + 2 + 2 + 32 <= WIRE_LIMIT, ... */
#define WIRE_LIMIT(msg)		PROTO_FRAME_MAX - WIRE_HEADER
#define MSG(NAME, name, number, direction)	static_assert(0
#include "wire_size.def"
#include "proto.def"

/* hello_fields[], answer_fields[], ... */
#define WIRE_OF(msg)		struct proto_##msg
#define MSG(NAME, name, number, direction) \
	static const struct wire_field name##_fields[] = {
#include "wire_table.def"
#include "proto.def"

static const struct proto_row rows[] = {
#define MSG(NAME, name, number, direction)		\
	{ MSG_##NAME, #name, PROTO_##direction,		\
	    name##_fields, sizeof(struct proto_##name) },
#include "proto.def"
};

static const struct proto_verb_row verbs[] = {
#define VERB(NAME, number, who, floor) \
	{ VERB_##NAME, #NAME, PROTO_##who, floor },
#include "proto.def"
};

/* clang-format on */

const struct proto_row *
proto_row(uint16_t type)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

const struct proto_verb_row *
proto_verb_row(uint8_t verb)
{
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (verbs[i].verb == verb)
			return &verbs[i];
	return NULL;
}

enum sspr_err
proto_encode(const struct proto_msg *m, uint8_t buf[static WIRE_FRAME_MAX],
    size_t *len)
{
	const struct proto_row *row;

	if ((row = proto_row((uint16_t)m->type)) == NULL)
		return SSPR_MALFORMED;
	return wire_encode((uint16_t)row->type, row->fields, &m->as, buf, len);
}

enum sspr_err
proto_decode(const uint8_t *frame, size_t len, enum proto_dir dir,
    struct proto_msg *m)
{
	const struct proto_row *row;
	enum sspr_err e;
	uint16_t type;

	memset(m, 0, sizeof(*m));
	if ((e = wire_frame(frame, len, &type)) != SSPR_OK)
		return e;
	if ((row = proto_row(type)) == NULL || row->dir != dir)
		return SSPR_MALFORMED;
	e = wire_decode(row->fields, frame + WIRE_HEADER, len - WIRE_HEADER,
	    &m->as, row->size);
	if (e == SSPR_OK)
		m->type = row->type;
	return e;
}

void
proto_wipe(struct proto_msg *m)
{
	explicit_bzero(m, sizeof(*m));
}
