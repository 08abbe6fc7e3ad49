/* SPDX-License-Identifier: MIT */
/*
 * sendmail.h - hand mail to the host's sendmail.
 */
#ifndef COURIERS_SENDMAIL_H
#define COURIERS_SENDMAIL_H

#include <stddef.h>

#include "outcome.h"

/*
 * Run `PATH -i -t [-f FROM]' with the len bytes at mail on its standard input,
 * PATH as its only environment, and its output thrown away: there might be an
 * address in it.
 *
 * path		absolute
 * from		of the envelope, or NULL: as the program has it
 *
 * Returns SSPR_OK if its exit status is 0; SSPR_CONFIG if it cannot be run;
 * SSPR_DENIED for any other status.  That of EX_TEMPFAIL too: some sendmails
 * mean by it that they will try again themselves.
 */
enum sspr_err sendmail_send(const char *path, const char *from,
    const char *mail, size_t len, struct outcome *o);

#endif /* COURIERS_SENDMAIL_H */
