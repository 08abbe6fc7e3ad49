/* SPDX-License-Identifier: MIT */
/*
 * record.h - the records of record.def as C types and bytes.
 */
#ifndef SSPR_RECORD_H
#define SSPR_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "ipc.h"
#include "proto.h"
#include "vault/answer.h"
#include "vault/code.h"
#include "vault/totp.h"

#define RECORD_MAX           512u /* bytes of an encoded record */
#define RECORD_QUESTION_MAX  120  /* bytes */
#define RECORD_USER_MAX      64   /* bytes: a long name is cut */
#define RECORD_REFERENCE_MAX 8    /* bytes */

/* clang-format off */

/* RECORD_OWNER = 1, ... */
enum record_type {
#define MSG(NAME, name, number)	RECORD_##NAME = (number),
#include "vault/record.def"
};

#define MSG(NAME, name, number)	struct record_##name {
#include "wire_struct.def"
#include "vault/record.def"

/* Any record.  It holds secrets: record_wipe() it when done. */
struct record {
	enum record_type type;
	union {
#define MSG(NAME, name, number)	struct record_##name name;
#include "vault/record.def"
	} as;
};

/* clang-format on */

/*
 * Encode *r.
 *
 * *len   out: bytes of buf used
 *
 * Returns SSPR_OK or SSPR_MALFORMED; buf is wiped then.
 */
enum sspr_err record_encode(const struct record *r,
    uint8_t buf[static RECORD_MAX], size_t *len);

/* Decode.  Returns SSPR_OK, or SSPR_MALFORMED with *r wiped. */
enum sspr_err record_decode(const uint8_t *buf, size_t len, struct record *r);

/* Zero *r so that the compiler cannot leave it out. */
void record_wipe(struct record *r);

#endif /* SSPR_RECORD_H */
