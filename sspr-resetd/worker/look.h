/* SPDX-License-Identifier: MIT */
/*
 * look.h - was the password of an account changed since an intent was written
 * (R-DUR-4)?  Asked of the host's own files; no foreign code runs.
 */
#ifndef WORKER_LOOK_H
#define WORKER_LOOK_H

#include <sys/types.h>

#include "err.h"

/*
 * Compare the shadow field of the one account of this uid with a digest that
 * shadow_digest() made, and make what is found durable.
 *
 * passwd, shadow  paths, SUBJECT_PASSWD and SHADOW_FILE
 *
 * Returns SSPR_NOT_CHANGED if it is still the same; SSPR_UNCERTAIN if it is
 * another; SSPR_NO_USER or SSPR_ACCOUNT if the account is gone or no longer
 * the only one; SSPR_SYSTEM or SSPR_NO_MEMORY.
 */
enum sspr_err
look_run(const char *passwd, const char *shadow, uid_t uid, const char *digest);

#endif /* WORKER_LOOK_H */
