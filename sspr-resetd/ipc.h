/* SPDX-License-Identifier: MIT */
/*
 * ipc.h - the messages of ipc.def as C types, and the links they travel on.
 *
 * A link is one end of a SOCK_SEQPACKET socketpair.  Sending blocks, five
 * seconds at most, but for ipc_try.
 */
#ifndef SSPR_IPC_H
#define SSPR_IPC_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "proto.h"
#include "role.h"
#include "wire.h"

#define IPC_VALUE_MAX       1000 /* bytes: one value of sspr.conf */
#define IPC_KEY_LEN         32   /* bytes */
#define IPC_BACKEND_MAX     16   /* bytes */
#define IPC_EVENT_MAX       32   /* bytes */
#define IPC_CORRELATION_MAX 32   /* bytes: 16 random ones in hex */
#define IPC_DIGEST_MAX      64   /* bytes */
#define IPC_ADDRESS_MAX     254  /* bytes */
#define IPC_SUBJECT_MAX     120  /* bytes */
#define IPC_MESSAGE_MAX     1000 /* bytes */
#define IPC_NOBODY          UINT32_MAX
#define IPC_FILES           "files" /* the passwd file has it; */
#define IPC_NSS             "nss"   /* only NSS knows it */

/* Flags of ACCOUNT.  Zero means: nobody we could serve. */
enum ipc_found {
	ACCOUNT_FOUND = 0x01,
	ACCOUNT_SHELL = 0x02,   /* its shell is in /etc/shells */
	ACCOUNT_ADMIN = 0x04,   /* in one of [admin] groups */
	ACCOUNT_ENABLED = 0x08, /* in one of [policy] groups */
	ACCOUNT_NEVER = 0x10,   /* in one of [policy] never */
	ACCOUNT_TWO = 0x20,     /* in one of [reset] two_groups */
	ACCOUNT_DESK = 0x40,    /* in one of [helpdesk] groups */
};

/* What COUNTED says. */
enum ipc_counted_state {
	COUNTED_THERE = 0,   /* it is, or NSS cannot tell */
	COUNTED_MISSING = 1, /* surely it is not */
	COUNTED_DOUBT = 2,   /* nor is anybody else seen of its directory */
};

/* clang-format off */

/* IPC_SET = 1, IPC_APPLY = 2, ... */
enum ipc_type {
#define MSG(NAME, name, number, from, to, fd)	IPC_##NAME = (number),
#include "ipc.def"
};

#define MSG(NAME, name, number, from, to, fd)	struct ipc_##name {
#include "wire_struct.def"
#include "ipc.def"

/* Any message.  It may hold secrets: ipc_wipe() it when done. */
struct ipc_msg {
	enum ipc_type type;
	union {
#define MSG(NAME, name, number, from, to, fd)	struct ipc_##name name;
#include "ipc.def"
	} as;
};

/* clang-format on */

/* One row of the table that ipc.def expands to. */
struct ipc_row {
	enum ipc_type type;
	const char *name; /* "open", for logs */
	enum role from, to;
	int fd; /* 1 if a descriptor travels with it */
	const struct wire_field *fields;
	size_t size; /* of the struct, bytes */
};

/* The row of a type, or NULL if the type is unknown. */
const struct ipc_row *ipc_row(uint16_t type);

/* Frame *m into buf.  Errors as wire_encode(). */
enum sspr_err ipc_encode(const struct ipc_msg *m,
    uint8_t buf[static WIRE_FRAME_MAX], size_t *len);

/*
 * Parse one whole frame that role `from' sent to role `to'.
 * Returns SSPR_OK, or SSPR_MALFORMED with *m wiped.
 */
enum sspr_err ipc_decode(const uint8_t *frame, size_t len, enum role from,
    enum role to, struct ipc_msg *m);

/* Zero *m so that the compiler cannot leave it out. */
void ipc_wipe(struct ipc_msg *m);

/* A pair of connected links, both CLOEXEC.  Returns SSPR_OK or SSPR_SYSTEM. */
enum sspr_err ipc_pair(int pair[static 2]);

/*
 * Let nobody pass descriptors to this socket (Linux 6.16; older kernels let
 * them, and whoever takes the message closes them: see front/guard.h).
 */
void ipc_no_fds(int fd);

/*
 * Send *m on a link; fd, which stays the caller's, goes along if the row says
 * so and must be -1 otherwise.
 * Returns SSPR_OK, SSPR_GONE, SSPR_TIMEOUT or SSPR_MALFORMED.
 */
enum sspr_err ipc_send(int link, const struct ipc_msg *m, int fd);

/* The same without waiting: SSPR_BUSY if the link is full. */
enum sspr_err ipc_try(int link, const struct ipc_msg *m, int fd);

/*
 * Give a client a frame of the conversation, without waiting, and with it fd,
 * which stays the caller's, if it is not -1.
 * Returns SSPR_OK, SSPR_BUSY (it does not read) or SSPR_GONE.
 */
enum sspr_err ipc_give(int to, const void *frame, size_t len, int fd);

/*
 * Receive one message without waiting.
 *
 * *fd    out: the descriptor that came along, CLOEXEC, or -1
 *
 * Returns SSPR_OK, SSPR_BUSY (nothing there), SSPR_GONE (the other side
 * closed) or SSPR_MALFORMED (also for descriptors that do not belong).
 */
enum sspr_err
ipc_recv(int link, enum role from, enum role to, struct ipc_msg *m, int *fd);

#endif /* SSPR_IPC_H */
