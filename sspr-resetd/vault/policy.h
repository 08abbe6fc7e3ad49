/* SPDX-License-Identifier: MIT */
/*
 * policy.h - what sspr.conf asks of a conversation, as a gate_need.  Pure.
 */
#ifndef SSPR_POLICY_H
#define SSPR_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"
#include "gate.h"
#include "source.h"
#include "vault/limit.h"

#define POLICY_ALONE_S (15u * 60) /* for a user to hear of a pass (R-ADM-2) */
#define POLICY_ADMIN_S (90 * 86400u) /* an administrator stays one */

/*
 * How many methods a request from a source by a PAM service needs, as far as
 * everybody may know it: 1 or 2.
 *
 * alarmed   too many tries on this host were wrong lately: 2, but at a console
 */
unsigned int policy_count(const struct conf *c, const struct source *source,
    const char *service, bool alarmed);

/*
 * What an account needs for it.
 *
 * count   of policy_count
 * two     it is in one of [reset] two_groups
 * admin   it administers the host
 */
void policy_need(const struct conf *c, const struct source *source,
    unsigned int count, bool two, bool admin, struct gate_need *need);

/* The METHOD_BITs of [reset] methods. */
uint32_t policy_enabled(const struct conf *c);

/*
 * How tries of a method are counted; METHOD_PASSWORD: five, then 15 minutes
 * each (R-ENR-1).
 */
struct limit_rule policy_limit(const struct conf *c, uint8_t method);

/* Whether word is one of a list of words. */
bool policy_has_word(const char *list, const char *word);

#endif /* SSPR_POLICY_H */
