/* SPDX-License-Identifier: MIT */
/*
 * origin.h - tries counted by where they come from (REQUIREMENTS 8.4): by
 * source, for IPv6 by its /48 as well, and all of this host.
 */
#ifndef SSPR_ORIGIN_H
#define SSPR_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define ORIGIN_WIDE    4u    /* sources' worth of tries of one /48 */
#define ORIGIN_ALARM_S 3600u /* an alarm of the host lasts */

struct session;
struct vault;

/*
 * Whether the source of s may try the name it gave.  Nothing is written.
 *
 * *until   out, on SSPR_SOURCE: when it may, in seconds of clock.h
 *
 * Returns SSPR_OK, SSPR_SOURCE or SSPR_SYSTEM.
 */
enum sspr_err
origin_look(struct vault *v, const struct session *s, uint64_t *until);

/*
 * Count one try of s, in the open transaction: whether it is of an account
 * that exists, or will be compared, MUST NOT matter.  Too many on this host
 * are told to the operator; from then on resets from the network need two
 * methods, for ORIGIN_ALARM_S.
 *
 * Returns SSPR_OK, SSPR_SOURCE with *until as above and nothing counted, or
 * what vault_write and the store say.
 */
enum sspr_err origin_debit(struct vault *v, struct session *s, uint64_t *until);

/* The try was right: take it back.  SSPR_OK or as the store says. */
enum sspr_err origin_refund(struct vault *v, struct session *s);

/* Whether so many tries were wrong lately that two methods are needed. */
bool origin_is_alarmed(struct vault *v);

#endif /* SSPR_ORIGIN_H */
