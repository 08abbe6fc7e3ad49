/* SPDX-License-Identifier: MIT */
/*
 * picture.h - a QR symbol as a PNG file: 8 pixels a module, dark on white.
 *
 * The file is made before it is needed, so that a bad path costs nothing, and
 * goes again unless it is kept, also when a signal ends us.
 */
#ifndef SSPR_ENROLL_PICTURE_H
#define SSPR_ENROLL_PICTURE_H

#include <stdint.h>

#include "err.h"

#define PICTURE_PIXELS 8u /* a module, each way */
#define PICTURE_QUIET  4u /* light modules around the symbol */

struct picture {
	int fd;           /* -1: none */
	const char *path; /* the caller's, must last */
};

/*
 * Create the file at path, mode 0600; it must not exist, not even as a link.
 * Returns SSPR_OK or, with errno set, SSPR_FILE.
 */
enum sspr_err picture_open(struct picture *p, const char *path);

/*
 * Write a symbol that qrdraw_is_symbol(), once.
 * Returns SSPR_OK, SSPR_FILE or SSPR_NO_MEMORY.
 */
enum sspr_err
picture_write(struct picture *p, unsigned int size, const uint8_t *modules);

/* Let go of the file: as it is if e is SSPR_OK, else it is removed. */
void picture_close(struct picture *p, enum sspr_err e);

#endif /* SSPR_ENROLL_PICTURE_H */
