/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wire.h"

/* A cursor that never passes its end. */
struct out {
	uint8_t *at, *end;
};

struct in {
	const uint8_t *at, *end;
};

static int
put_uint(struct out *o, uint64_t v, size_t n)
{
	if ((size_t)(o->end - o->at) < n)
		return -1;
	while (n-- > 0)
		*o->at++ = (uint8_t)(v >> (8 * n));
	return 0;
}

static int
put_run(struct out *o, const void *p, size_t n)
{
	if (put_uint(o, (uint32_t)n, 2) == -1 || (size_t)(o->end - o->at) < n)
		return -1;
	memcpy(o->at, p, n);
	o->at += n;
	return 0;
}

static int
get_uint(struct in *i, uint64_t *v, size_t n)
{
	if ((size_t)(i->end - i->at) < n)
		return -1;
	for (*v = 0; n > 0; n--)
		*v = *v << 8 | *i->at++;
	return 0;
}

/* Point *p at the n bytes of a counted run of at most max. */
static int
get_run(struct in *i, const uint8_t **p, size_t *n, size_t max)
{
	uint64_t v;

	if (get_uint(i, &v, 2) == -1 || v > max || (size_t)(i->end - i->at) < v)
		return -1;
	*p = i->at;
	*n = v;
	i->at += v;
	return 0;
}

static int
put_field(struct out *o, const struct wire_field *f, const uint8_t *p)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;
	size_t n;

	switch (f->kind) {
	case WIRE_U8:
		return put_uint(o, *p, 1);
	case WIRE_U16:
		memcpy(&u16, p, sizeof(u16));
		return put_uint(o, u16, 2);
	case WIRE_U32:
		memcpy(&u32, p, sizeof(u32));
		return put_uint(o, u32, 4);
	case WIRE_U64:
		memcpy(&u64, p, sizeof(u64));
		return put_uint(o, u64, 8);
	case WIRE_STR:
		n = strnlen((const char *)p, (size_t)f->max + 1);
		return n > f->max ? -1 : put_run(o, p, n);
	case WIRE_BYTES:
		memcpy(&u16, p, sizeof(u16));
		return u16 > f->max ? -1 : put_run(o, p + sizeof(u16), u16);
	case WIRE_END:
		break;
	}
	return -1;
}

static int
get_field(struct in *i, const struct wire_field *f, uint8_t *p)
{
	const uint8_t *run;
	uint64_t v;
	uint32_t u32;
	uint16_t u16;
	size_t n;

	switch (f->kind) {
	case WIRE_U8:
		if (get_uint(i, &v, 1) == -1)
			return -1;
		*p = (uint8_t)v;
		return 0;
	case WIRE_U16:
		if (get_uint(i, &v, 2) == -1)
			return -1;
		u16 = (uint16_t)v;
		memcpy(p, &u16, sizeof(u16));
		return 0;
	case WIRE_U32:
		if (get_uint(i, &v, 4) == -1)
			return -1;
		u32 = (uint32_t)v;
		memcpy(p, &u32, sizeof(u32));
		return 0;
	case WIRE_U64:
		if (get_uint(i, &v, 8) == -1)
			return -1;
		memcpy(p, &v, sizeof(v));
		return 0;
	case WIRE_STR:
		if (get_run(i, &run, &n, f->max) == -1 ||
		    memchr(run, '\0', n) != NULL)
			return -1;
		memcpy(p, run, n); /* the rest is zero already */
		return 0;
	case WIRE_BYTES:
		if (get_run(i, &run, &n, f->max) == -1)
			return -1;
		u16 = (uint16_t)n;
		memcpy(p, &u16, sizeof(u16));
		memcpy(p + sizeof(u16), run, n);
		return 0;
	case WIRE_END:
		break;
	}
	return -1;
}

enum sspr_err
wire_encode(uint16_t type, const struct wire_field *fields, const void *msg,
    uint8_t buf[static WIRE_FRAME_MAX], size_t *len)
{
	struct out head = { buf, buf + WIRE_HEADER };
	struct out body = { buf + WIRE_HEADER, buf + WIRE_FRAME_MAX };

	for (; fields->kind != WIRE_END; fields++)
		if (put_field(&body, fields,
			(const uint8_t *)msg + fields->offset) == -1)
			return SSPR_MALFORMED;

	*len = (size_t)(body.at - buf);
	if (put_uint(&head, type, 2) == -1 ||
	    put_uint(&head, (uint32_t)(*len - WIRE_HEADER), 2) == -1)
		return SSPR_MALFORMED;
	return SSPR_OK;
}

enum sspr_err
wire_frame(const uint8_t *frame, size_t len, uint16_t *type)
{
	size_t body;

	if (len < WIRE_HEADER || len > WIRE_FRAME_MAX)
		return SSPR_MALFORMED;
	body = (size_t)(frame[2] << 8 | frame[3]);
	if (len != WIRE_HEADER + body)
		return SSPR_MALFORMED;
	*type = (uint16_t)(frame[0] << 8 | frame[1]);
	return SSPR_OK;
}

enum sspr_err
wire_decode(const struct wire_field *fields, const uint8_t *body, size_t len,
    void *msg, size_t size)
{
	struct in in = { body, body + len };

	memset(msg, 0, size);
	for (; fields->kind != WIRE_END; fields++)
		if (get_field(&in, fields, (uint8_t *)msg + fields->offset) ==
		    -1)
			goto malformed;
	if (in.at == in.end)
		return SSPR_OK;

malformed:
	explicit_bzero(msg, size);
	return SSPR_MALFORMED;
}
