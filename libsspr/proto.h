/* SPDX-License-Identifier: MIT */
/*
 * proto.h - the messages of proto.def as C types.
 */
#ifndef SSPR_PROTO_H
#define SSPR_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "wire.h"

#define PROTO_VERSION    1
#define PROTO_USER_MAX   256  /* bytes */
#define PROTO_HINT_MAX   64   /* bytes */
#define PROTO_LANG_MAX   32   /* bytes */
#define PROTO_METHOD_MAX 16   /* bytes */
#define PROTO_LABEL_MAX  64   /* bytes */
#define PROTO_STATE_MAX  16   /* bytes */
#define PROTO_CODE_MAX   24   /* bytes */
#define PROTO_REASON_MAX 200  /* bytes */
#define PROTO_ANSWER_MAX 512  /* bytes, PAM_MAX_RESP_SIZE */
#define PROTO_TEXT_MAX   512  /* bytes, PAM_MAX_MSG_SIZE */
#define PROTO_OFFER_MAX  200  /* bytes */
#define PROTO_QR_MAX     254  /* bytes: version 7, 45 x 45 modules */
#define PROTO_SECRET_MAX 128  /* base32 digits */
#define PROTO_URI_MAX    512  /* bytes */
#define PROTO_FRAME_MAX  1024 /* bytes, the longest frame there is */

#define PROTO_FORGOT 0x01 /* flag: the refused password said `forgot' */
#define PROTO_ALONE  0x02 /* flag, ISSUE: everything else is lost */

enum proto_dir { PROTO_UP, PROTO_DOWN, PROTO_RECORD = PROTO_DOWN };
enum proto_who { PROTO_ANY, PROTO_OWNER, PROTO_DESK };
enum proto_style { PROTO_INFO, PROTO_ERROR };
enum proto_job { PROTO_CHANGE, PROTO_CHECK }; /* what a worker is for */

/* clang-format off */

/* MSG_HELLO = 1, MSG_ANSWER = 2, ... */
enum proto_type {
#define MSG(NAME, name, number, direction)	MSG_##NAME = (number),
#include "proto.def"
};

/* VERB_OFFER = 1, VERB_RESET = 2, ... */
enum proto_verb {
#define VERB(NAME, number, who, floor)	VERB_##NAME = (number),
#include "proto.def"
};

/* struct proto_hello { uint16_t version; ... }; ... */
#define MSG(NAME, name, number, direction)	struct proto_##name {
#include "wire_struct.def"
#include "proto.def"

/* Any message.  It may hold secrets: proto_wipe() it when done. */
struct proto_msg {
	enum proto_type type;
	union {
#define MSG(NAME, name, number, direction)	struct proto_##name name;
#include "proto.def"
	} as;
};

/* clang-format on */

/* One row of the table of messages. */
struct proto_row {
	enum proto_type type;
	const char *name; /* "factor", for logs and --json */
	enum proto_dir dir;
	const struct wire_field *fields;
	size_t size; /* of the struct, bytes */
};

/* One row of the table of verbs. */
struct proto_verb_row {
	enum proto_verb verb;
	const char *name; /* "RESET", for logs */
	enum proto_who who;
	bool floor;
};

/* The row of a type, or NULL if the type is unknown. */
const struct proto_row *proto_row(uint16_t type);

/* The row of a verb, or NULL if the verb is unknown. */
const struct proto_verb_row *proto_verb_row(uint8_t verb);

/* Frame *m into buf.  Errors as wire_encode(). */
enum sspr_err proto_encode(const struct proto_msg *m,
    uint8_t buf[static WIRE_FRAME_MAX], size_t *len);

/*
 * Parse one whole frame of len bytes that travels in direction dir.
 *
 * Returns SSPR_OK, or SSPR_MALFORMED with *m wiped.
 */
enum sspr_err proto_decode(const uint8_t *frame, size_t len, enum proto_dir dir,
    struct proto_msg *m);

/* Zero *m so that the compiler cannot leave it out. */
void proto_wipe(struct proto_msg *m);

#endif /* SSPR_PROTO_H */
