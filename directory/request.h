/* SPDX-License-Identifier: MIT */
/*
 * request.h - what a worker gives this program on its standard input; see
 * verdict.h.
 */
#ifndef DIRECTORY_REQUEST_H
#define DIRECTORY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "entry.h"
#include "err.h"
#include "secret.h"

/* All of it: the uid, the name, the password, two newlines. */
#define REQUEST_MAX (10 + 1 + ENTRY_NAME_MAX + 1 + SECRET_MAX)

struct request {
	uid_t uid;
	char name[ENTRY_NAME_MAX + 1]; /* or "" */
	struct secret password;        /* empty unless it is to be tried */
};

/*
 * Take len bytes apart, strictly: a number without leading zeros that can be
 * a uid; a name that is printable (text.h); and a password, or nothing.
 *
 * password  whether there is one, of one byte at least
 * *r        out, on SSPR_OK: request_wipe() it
 *
 * Returns SSPR_OK or SSPR_MALFORMED.
 */
enum sspr_err
request_parse(const char *bytes, size_t len, bool password, struct request *r);

/* The same of what descriptor fd gives until its end.  Also SSPR_SYSTEM. */
enum sspr_err request_read(int fd, bool password, struct request *r);

void request_wipe(struct request *r);

#endif /* DIRECTORY_REQUEST_H */
