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
 * Note a change of what is enrolled, in the open transaction; whether there
 * may be another today: SSPR_OK or SSPR_CHANGES.  Each is told to every
 * address of the account, and messages cost.
 */
enum sspr_err enrol_note(struct vault *v, const struct session *s);
enum sspr_err enrol_may_change(struct vault *v, const struct session *s);

/* From when on what s enrols can be used (R-ENR-2). */
uint64_t enrol_usable_from(struct vault *v, const struct session *s);

#endif /* SSPR_ENROL_H */
