/* SPDX-License-Identifier: MIT */
/*
 * capture.h - what a function writes to descriptors 1 and 2, which are no
 * terminals meanwhile.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CAPTURE_MAX 16384

struct capture {
	int real[2], file[2];
	char out[CAPTURE_MAX], err[CAPTURE_MAX];
};

static inline void
capture_begin(struct capture *c)
{
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		c->real[i] = dup(i + 1);
		c->file[i] = memfd_create("capture", MFD_CLOEXEC);
		dup2(c->file[i], i + 1);
	}
}

/* From here on c->out and c->err are what was written. */
static inline void
capture_end(struct capture *c)
{
	char *text[2] = { c->out, c->err };

	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		ssize_t n = pread(c->file[i], text[i], CAPTURE_MAX - 1, 0);

		text[i][n > 0 ? n : 0] = '\0';
		dup2(c->real[i], i + 1);
		close(c->real[i]);
		close(c->file[i]);
	}
}

#endif /* CAPTURE_H */
