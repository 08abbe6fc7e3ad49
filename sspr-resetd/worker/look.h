/* SPDX-License-Identifier: MIT */
/*
 * look.h - was the password of an account changed since an intent was written
 * (R-DUR-4)?  Asked of the host's own
 * files, or of the directory; no foreign code runs in this process.
 */
#ifndef WORKER_LOOK_H
#define WORKER_LOOK_H

#include "err.h"
#include "worker/place.h"

/*
 * Compare what is there of the one account of this uid with a digest that
 * place_look() made, and make what is found durable.
 *
 * passwd  path, SUBJECT_PASSWD
 * p       with the uid and the places to look at; the name does not matter
 *
 * Returns SSPR_NOT_CHANGED if it is still the same; SSPR_UNCERTAIN if it is
 * another; SSPR_NO_USER or SSPR_ACCOUNT if the account is gone or no longer
 * the only one; or errors as place_compare(), if it is not known.
 */
enum sspr_err look_run(const char *passwd, struct place *p, const char *digest);

#endif /* WORKER_LOOK_H */
