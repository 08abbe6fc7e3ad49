/* SPDX-License-Identifier: MIT */
/*
 * audit.h - the audit log: one JSON object a line, appended, made durable.
 *
 * No audit, no reset: whoever needs a record waits for audit_sync.
 */
#ifndef SSPR_AUDIT_H
#define SSPR_AUDIT_H

#include <stdint.h>
#include <sys/types.h>

#include "err.h"

struct audit {
	int fd;
	uint64_t seq; /* of the last record */
	int bad;      /* an append failed since the last audit_sync */
};

/* One record.  Strings may be empty, not NULL; all bytes are escaped. */
struct audit_record {
	const char *event;
	const char *correlation;
	uint32_t actor;   /* uid, IPC_NOBODY unknown */
	uint32_t subject; /* likewise */
	const char *service;
	const char *source;
	enum sspr_err result;
	const char *digest; /* of the old shadow field, or empty */
};

/*
 * Open the log at path, made if missing: 0640, root and the group gid.  Takes
 * the sequence up after its last whole line; a torn last line, left by a
 * crash, is closed with a newline.
 *
 * *why   out, on failure: static text
 */
enum sspr_err
audit_open(const char *path, gid_t gid, struct audit *a, const char **why);

void audit_close(struct audit *a);

/* Append one record, whole or not at all.  SSPR_OK or SSPR_AUDIT. */
enum sspr_err audit_append(struct audit *a, const struct audit_record *r);

/*
 * Make all appended records durable.  Returns SSPR_OK, or SSPR_AUDIT if that
 * failed or an append since the last call did.
 */
enum sspr_err audit_sync(struct audit *a);

#endif /* SSPR_AUDIT_H */
