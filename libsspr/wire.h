/* SPDX-License-Identifier: MIT */
/*
 * wire.h - turn a described struct into bytes and back.
 *
 * A message is a flat struct without pointers and a table that describes its
 * fields; the tables are expanded from a .def file (see proto.def).  Nothing
 * here allocates, blocks, logs or exits.
 *
 * Frame, all integers big-endian:
 *	u16 type | u16 length of body | body
 * Body, in the order of the table:
 *	U8, U16, U32, U64	that many bits
 *	STR, BYTES		u16 length | that many bytes
 */
#ifndef SSPR_WIRE_H
#define SSPR_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define WIRE_HEADER    4u    /* bytes before the body */
#define WIRE_BODY_MAX  4092u /* longest body either side accepts */
#define WIRE_FRAME_MAX (WIRE_HEADER + WIRE_BODY_MAX)

enum wire_kind {
	WIRE_END, /* closes a table */
	WIRE_U8,
	WIRE_U16,
	WIRE_U32,
	WIRE_U64,
	WIRE_STR,   /* char[max + 1], NUL-terminated, no NUL inside */
	WIRE_BYTES, /* WIRE_OCTETS(max) */
};

/* clang-format off */
/* Octets of known length: secrets, hashes, keys. */
#define WIRE_OCTETS(max) struct { uint16_t len; uint8_t at[(max)]; }
/* clang-format on */

struct wire_field {
	const char *name; /* for --json and logs */
	enum wire_kind kind;
	uint16_t offset; /* of the field in its struct, bytes */
	uint16_t max;    /* STR, BYTES: longest content, bytes */
};

/*
 * Encode the struct at msg, described by fields, as a frame of the given type.
 *
 * buf	 at least WIRE_FRAME_MAX bytes
 * *len	 out: bytes of buf used
 *
 * Returns SSPR_OK, or SSPR_MALFORMED if a string is unterminated, a length is
 * over its maximum or the body would be longer than WIRE_BODY_MAX.
 */
enum sspr_err wire_encode(uint16_t type, const struct wire_field *fields,
    const void *msg, uint8_t buf[static WIRE_FRAME_MAX], size_t *len);

/*
 * Look at one whole frame of len bytes.
 *
 * Returns SSPR_OK with *type set, or SSPR_MALFORMED if the frame is shorter
 * than its header or not just as long as its header says.
 */
enum sspr_err wire_frame(const uint8_t *frame, size_t len, uint16_t *type);

/*
 * Decode a body of len bytes into the struct at msg, size bytes large, which
 * fields describes.  The struct is zeroed first; on failure it is wiped again.
 *
 * Returns SSPR_OK, or SSPR_MALFORMED if the body is short, has bytes left
 * over, holds a NUL inside a STR or a length over the maximum.
 */
enum sspr_err wire_decode(const struct wire_field *fields, const uint8_t *body,
    size_t len, void *msg, size_t size);

#endif /* SSPR_WIRE_H */
