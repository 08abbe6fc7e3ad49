/* SPDX-License-Identifier: MIT */
/*
 * audit.h - the audit log: one JSON object a line, appended, made durable.
 *
 * No audit, no reset: whoever needs a record waits for audit_sync.
 */
#ifndef SSPR_AUDIT_H
#define SSPR_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "parent/lines.h"

struct audit {
	int fd;
	uint64_t seq;                  /* of the last record */
	bool torn;                     /* half a line could not be taken back */
	char boot[LINES_BOOT_LEN + 1]; /* the start of this boot's id, or "" */
};

/*
 * One record.  Strings may be empty, but for the reason not NULL; all bytes are
 * escaped.
 */
struct audit_record {
	const char *event;
	const char *correlation;
	uint32_t actor;   /* uid, IPC_NOBODY unknown */
	uint32_t subject; /* likewise */
	const char *service;
	const char *source;
	enum sspr_err result;
	const char *digest; /* of the old shadow field, or empty */
	const char *reason; /* an operator's, or NULL or empty */
	uint32_t count;     /* how many it stands for, or 0 */
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

/*
 * Append one record, whole or not at all; beside its correlation stands the
 * reference people were shown.  SSPR_OK or SSPR_AUDIT.
 */
enum sspr_err audit_append(struct audit *a, const struct audit_record *r);

/* Make all appended records durable.  SSPR_OK or SSPR_AUDIT. */
enum sspr_err audit_sync(const struct audit *a);

#endif /* SSPR_AUDIT_H */
