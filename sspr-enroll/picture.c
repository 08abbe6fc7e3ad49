/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "picture.h"
#include "qrdraw.h"
#include "secret.h"
#include "undo.h"

#define WHITE 0xff

enum sspr_err
picture_open(struct picture *p, const char *path)
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC,
	    0600);

	if (fd == -1)
		return SSPR_FILE;
	p->fd = fd;
	p->path = path;
	undo_file(path);
	return SSPR_OK;
}

/* The symbol as side x side grey pixels. */
static void
paint(unsigned int size, const uint8_t *modules, unsigned int side,
    uint8_t *pixels)
{
	memset(pixels, WHITE, (size_t)side * side);
	for (unsigned int y = 0; y < size * PICTURE_PIXELS; y++)
		for (unsigned int x = 0; x < size; x++)
			if (qrdraw_is_dark(size, modules, x,
				y / PICTURE_PIXELS))
				memset(pixels +
					((size_t)y +
					    PICTURE_QUIET * PICTURE_PIXELS) *
					    side +
					(x + PICTURE_QUIET) * PICTURE_PIXELS,
				    0, PICTURE_PIXELS);
}

/* Write pixels to a stream of our own on the descriptor. */
static enum sspr_err
encode(int fd, unsigned int side, const uint8_t *pixels)
{
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = side,
		.height = side,
		.format = PNG_FORMAT_GRAY };
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *f = own == -1 ? NULL : fdopen(own, "wb");
	int done;

	if (f == NULL) {
		if (own != -1)
			(void)close(own);
		return SSPR_FILE;
	}
	setbuf(f, NULL); /* no second copy of a secret */
	done = png_image_write_to_stdio(&image, f, 0, pixels, 0, NULL);
	png_image_free(&image);
	if (fclose(f) != 0 || done == 0)
		return SSPR_FILE;
	return SSPR_OK;
}

enum sspr_err
picture_write(struct picture *p, unsigned int size, const uint8_t *modules)
{
	unsigned int side = (size + 2 * PICTURE_QUIET) * PICTURE_PIXELS;
	uint8_t *pixels = malloc((size_t)side * side);
	enum sspr_err e;

	if (pixels == NULL)
		return SSPR_NO_MEMORY;
	paint(size, modules, side, pixels);
	e = encode(p->fd, side, pixels);
	secret_zero(pixels, (size_t)side * side);
	free(pixels);
	return e;
}

void
picture_close(struct picture *p, enum sspr_err e)
{
	if (p->fd == -1)
		return;
	if (e != SSPR_OK)
		(void)unlink(p->path);
	(void)close(p->fd);
	undo_file(NULL);
	p->fd = -1;
}
