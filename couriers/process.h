/* SPDX-License-Identifier: MIT */
/*
 * process.h - a process that leaves nothing of a message behind.
 */
#ifndef COURIERS_PROCESS_H
#define COURIERS_PROCESS_H

#include "err.h"

/*
 * To be called first.  No environment, no core file, no debugger, umask 077,
 * SIGPIPE ignored, descriptors 0 to 2 open, none above them.
 *
 * *report	out: a descriptor for the one line that says how it ended, in
 *		place of standard output and error, which are silent now: what
 *		a library prints could have the address in it
 */
enum sspr_err process_start(int *report);

#endif /* COURIERS_PROCESS_H */
