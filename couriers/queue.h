/* SPDX-License-Identifier: MIT */
/*
 * queue.h - the outbox of gammu-smsd.
 */
#ifndef COURIERS_QUEUE_H
#define COURIERS_QUEUE_H

#include <stdint.h>
#include <time.h>

#include "outcome.h"

/*
 * Put one message into the directory outbox, in as many parts as it takes.
 * Changes the working directory.
 *
 * number	an address_is_number
 * text		UTF-8, at most MESSAGE_TEXT_MAX bytes
 * now, id	of the file's name; id is random
 *
 * Returns SSPR_OK when the file is complete and on the disk; SSPR_CONFIG if
 * there is no such directory, it cannot be written, or files in it do not get
 * its group; SSPR_BUSY if there is no room; else SSPR_SYSTEM.  If it is not
 * SSPR_OK there is no file.
 */
enum sspr_err queue_put(const char *outbox, const char *number,
    const char *text, time_t now, uint64_t id, struct outcome *o);

#endif /* COURIERS_QUEUE_H */
