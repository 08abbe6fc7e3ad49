/* SPDX-License-Identifier: MIT */
/*
 * enrol.h - what the files of enrolment share.
 */
#ifndef SSPR_ENROL_H
#define SSPR_ENROL_H

#include <stdint.h>

#include "err.h"

struct session;
struct vault;

/* As vault_read; an account that is not there yet is made. */
enum sspr_err enrol_read(struct vault *v, struct session *s);

/*
 * Whether what s asks for may be changed today, SSPR_OK or SSPR_CHANGES; and
 * the same with a note of it, in the open transaction, before anything else
 * is written.  Each change is told to every address of the account, and
 * messages cost.
 */
enum sspr_err enrol_may_change(struct vault *v, struct session *s);
enum sspr_err enrol_note(struct vault *v, struct session *s);

/* From when on what s enrols can be used (R-ENR-2). */
uint64_t enrol_usable_from(struct vault *v, const struct session *s);

#endif /* SSPR_ENROL_H */
