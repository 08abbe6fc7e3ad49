/* SPDX-License-Identifier: MIT */
/*
 * pamd.h - which modules the services of this host run (pam.d(5)), whatever
 * the service: people come in by several, and those include others.
 */
#ifndef WORKER_PAMD_H
#define WORKER_PAMD_H

#include <stdbool.h>

#include "err.h"

#define PAMD_DIR     "/etc/pam.d"
#define PAMD_VENDOR  "/usr/lib/pam.d"
#define PAMD_MODULES SSPR_PAMDIR

struct pamd_place {
	const char *dirs[2]; /* PAMD_DIR, and PAMD_VENDOR, which need not be */
	const char *modules; /* PAMD_MODULES */
};

/*
 * Hand over each line that runs a module.  Files whose names have other
 * characters than letters, digits, `_' and `-' are no services, but what
 * editors and packagers leave behind.  A line that begins with `-' counts if
 * its module is there.
 *
 * line   is given arg; the file name of the module; and its arguments, blanks
 *        between, as they stand there
 *
 * Returns SSPR_OK; SSPR_SYSTEM if the first directory or a file cannot be
 * read; or SSPR_NO_MEMORY.
 */
enum sspr_err pamd_each(const struct pamd_place *p,
    void (*line)(void *arg, const char *module, const char *args), void *arg);

/*
 * Whether a word of args is the option, or begins with it if that ends with
 * `='.  *value, which may be NULL, is out, if so: what follows it, up to a
 * blank or the end.
 */
bool pamd_has(const char *args, const char *option, const char **value);

#endif /* WORKER_PAMD_H */
