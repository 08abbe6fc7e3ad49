/* SPDX-License-Identifier: MIT */
/*
 * sudoers.h - the rules of sudo in a form that is easy to read: as LDIF, by
 * its own cvtsudoers(1), which follows includes and expands aliases.
 */
#ifndef WORKER_SUDOERS_H
#define WORKER_SUDOERS_H

#include <stddef.h>

#include "err.h"

enum {
	SUDOERS_MS = 3 * 1000,     /* that a run may take */
	SUDOERS_MAX = 1024 * 1024, /* bytes that it may print */
};

/*
 * Run the converter, which run_find() has found.  What it complains of goes
 * nowhere: root can ask it as well.
 *
 * file   path of the rules
 * ms     that it may take
 * *text  out, on SSPR_OK: to be freed; a NUL behind its *len bytes
 *
 * Returns as run_print().
 */
enum sspr_err sudoers_print(const char *program, const char *file,
    unsigned int ms, char **text, size_t *len);

#endif /* WORKER_SUDOERS_H */
