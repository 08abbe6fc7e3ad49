/* SPDX-License-Identifier: MIT */
/*
 * pump.h - how many codes are sent (R-DEL-3): to an account, to an address,
 * for a source, by the host; and whether anybody uses them.
 */
#ifndef SSPR_PUMP_H
#define SSPR_PUMP_H

#include <stdint.h>

#include "err.h"
#include "method.h"

#define PUMP_PAUSE_S   60u /* between the first sends to an account */
#define PUMP_DOUBLINGS 4u  /* of it, one for each send of the last day */
#define PUMP_AMONG     30u /* sends that are looked at together */
#define PUMP_PART      10u /* one in so many must be used */

struct session;
struct vault;

/*
 * Count one message with a code for s to an address, in the open transaction,
 * if all caps allow it.  sms and landline are counted together.
 *
 *  - between two by sms or landline to one account PUMP_PAUSE_S pass, doubling;
 *    but once an hour not for a source that had none before (story 3);
 *  - the figures of [sms] and [email] hold; of those of account, address and
 *    host a third is kept for known sources, once the account has one; that
 *    of a source does not hold for shared ones;
 *  - when fewer than one in PUMP_PART of the last PUMP_AMONG, all of one day,
 *    by sms or landline were used, none goes, but for known sources, until
 *    the day is over: the operator is told.
 *
 * m        METHOD_SMS, METHOD_LANDLINE or METHOD_EMAIL
 * address  as it is sent to
 *
 * Returns SSPR_OK, SSPR_THROTTLED or what the store says.
 */
enum sspr_err pump_debit(struct vault *v, struct session *s, enum method m,
    const char *address);

#endif /* SSPR_PUMP_H */
