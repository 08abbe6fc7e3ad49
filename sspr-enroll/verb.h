/* SPDX-License-Identifier: MIT */
/*
 * verb.h - the subcommands that are one conversation with the daemon and no
 * more: remove, keep, lost, test, reset.
 */
#ifndef SSPR_ENROLL_VERB_H
#define SSPR_ENROLL_VERB_H

#include <stdint.h>

#include "err.h"
#include "proto.h"
#include "tty.h"

/*
 * Hold the conversation of verb, over the enrolled method `id' if it is REMOVE
 * or KEEP.  Whatever it returns but SSPR_OK has been said on standard error.
 */
enum sspr_err
verb_run(const struct tty *tty, enum proto_verb verb, uint32_t id);

/* The subcommand that argv[0] names, with its arguments; likewise. */
enum sspr_err verb_main(int argc, char **argv);

#endif /* SSPR_ENROLL_VERB_H */
