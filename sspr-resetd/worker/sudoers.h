/* SPDX-License-Identifier: MIT */
/*
 * sudoers.h - the rules of sudo in a form that is easy to read: as LDIF, by
 * its own cvtsudoers(1), which follows includes and expands aliases.
 */
#ifndef WORKER_SUDOERS_H
#define WORKER_SUDOERS_H

#include <limits.h>
#include <stddef.h>

#include "err.h"

enum {
	SUDOERS_MS = 3 * 1000,     /* of CPU that a run may take */
	SUDOERS_MAX = 1024 * 1024, /* bytes that it may print */
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
enum sspr_err sudoers_find(const char *path, char program[static PATH_MAX]);

/*
 * Run the converter, which sudoers_find has found: no shell, environment
 * or descriptor but the pipe it prints to, a process group of its own that
 * ends with it.
 *
 * file   path of the rules
 * ms     that it may take
 * *text  out, on SSPR_OK: to be freed; a NUL behind its *len bytes
 *
 * Returns SSPR_OK; SSPR_SYSTEM if it cannot be started or failed, or printed
 * too much or a NUL; SSPR_TIMEOUT; or SSPR_NO_MEMORY.
 */
enum sspr_err sudoers_print(const char *program, const char *file,
    unsigned int ms, char **text, size_t *len);

#endif /* WORKER_SUDOERS_H */
