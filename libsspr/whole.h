/* SPDX-License-Identifier: MIT */
/*
 * whole.h - read what a descriptor has to its end.
 */
#ifndef SSPR_WHOLE_H
#define SSPR_WHOLE_H

#include <stddef.h>

#include "err.h"

/*
 * Read up to the end, or until buf is full: who must know whether there was
 * more gives one byte of room more than is allowed.  Interrupted reads are
 * begun again.
 *
 * *len   out: bytes in buf, at most size; on failure, those before it
 *
 * Returns SSPR_OK, or SSPR_SYSTEM with errno set.
 */
enum sspr_err whole_read(int fd, void *buf, size_t size, size_t *len);

#endif /* SSPR_WHOLE_H */
