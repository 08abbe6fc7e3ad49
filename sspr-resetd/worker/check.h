/* SPDX-License-Identifier: MIT */
/*
 * check.h - is the person at the other end the one who knows the account's
 * current password?  The stack of sspr-enroll decides.
 */
#ifndef WORKER_CHECK_H
#define WORKER_CHECK_H

#include "err.h"
#include "worker/relay.h"

/*
 * Ask once and run authentication and the account phase of the PAM service
 * for the account called name.  A password that must be changed is still a
 * right one.
 *
 * Returns SSPR_OK; SSPR_PASSWORD; SSPR_ACCOUNT if the account phase refuses;
 * SSPR_CONFIG if the stack accepts without having asked; SSPR_SYSTEM; or the
 * errors of relay_ask().
 */
enum sspr_err check_run(const char *service, const char *name, struct relay *r);

#endif /* WORKER_CHECK_H */
