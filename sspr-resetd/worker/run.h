/* SPDX-License-Identifier: MIT */
/*
 * run.h - run one program of this host, as root and with a worker's
 * capabilities, to its end: no shell, no environment, no descriptor but its
 * three, a process group of its own that ends with it.
 */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

#include <limits.h>
#include <stddef.h>

#include "err.h"

enum {
	RUN_IN_MAX = 4096, /* bytes: what a pipe takes at once */
};

struct run {
	const char *program; /* from run_find() */
	char *const *argv;   /* up to NULL; any process can read it */
	const void *in;      /* its standard input */
	size_t in_len;       /* bytes, at most RUN_IN_MAX */
	unsigned int ms;     /* that it may take, of CPU and in all */
	size_t max;          /* bytes that it may print */
	int said;            /* descriptor for its errors, -1: nowhere */
};

/*
 * Find the program at an absolute path, links followed, if it may be run: a
 * regular file that can be executed; it, and each directory on the way, is
 * root's and cannot be written by others.
 *
 * program   out, on SSPR_OK: where it is
 *
 * Returns SSPR_OK or SSPR_SYSTEM.
 */
enum sspr_err run_find(const char *path, char program[static PATH_MAX]);

/*
 * Run it.
 *
 * *text  out, on SSPR_OK: what it printed, to be freed; a NUL behind its
 *        *len bytes, and none inside
 *
 * Returns SSPR_OK; SSPR_SYSTEM if it cannot be started, failed, or printed too
 * much or a NUL; SSPR_TIMEOUT; or SSPR_NO_MEMORY.  It has ended in any case.
 */
enum sspr_err run_print(const struct run *run, char **text, size_t *len);

#endif /* WORKER_RUN_H */
