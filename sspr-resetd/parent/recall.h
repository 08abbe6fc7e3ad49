/* SPDX-License-Identifier: MIT */
/*
 * recall.h - the resets of the last day, out of parent's own audit log
 * (R-SET-7): a restart forgets none.
 */
#ifndef SSPR_RECALL_H
#define SSPR_RECALL_H

#include "parent/intents.h"
#include "parent/lines.h"
#include "parent/resets.h"

#define RECALL_FILES 10u /* the log, and with .1 to .9 after its name */

/*
 * Read the log at path, and what was rotated away from it, back to where
 * nothing is of the last day.
 *
 * *whole   out: false if what was before the oldest line that was found, and
 *          within the day, is not there
 *
 * Returns SSPR_OK, SSPR_AUDIT if a file cannot be read or is not root's own,
 * or SSPR_NO_MEMORY; what was found until then is taken.
 */
enum sspr_err recall_resets(const char *path, const struct lines_now *now,
    struct resets *r, bool *whole);

/*
 * Likewise the changes that began and, as far as the log tells, did not end.
 * However much was written since: what parent does not count as a reset, and
 * is not surely none, is among these.
 *
 * *in   all 0; what was found until an error is in it
 *
 * Returns as recall_resets().
 */
enum sspr_err recall_intents(const char *path, const struct lines_now *now,
    struct intents *in);

#endif /* SSPR_RECALL_H */
