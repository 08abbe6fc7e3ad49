/* SPDX-License-Identifier: MIT */
/*
 * script.h - a text on standard input, as in `printf TEXT | sspr-enroll'.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Returns what script_end() needs. */
static inline int
script_begin(const char *text)
{
	int fd = memfd_create("script", MFD_CLOEXEC), real = dup(STDIN_FILENO);

	if (pwrite(fd, text, strlen(text), 0) < 0)
		perror("pwrite");
	dup2(fd, STDIN_FILENO);
	close(fd);
	return real;
}

static inline void
script_end(int real)
{
	dup2(real, STDIN_FILENO);
	close(real);
}

#endif /* SCRIPT_H */
