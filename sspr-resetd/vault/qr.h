/* SPDX-License-Identifier: MIT */
/*
 * qr.h - what an authenticator app scans.
 */
#ifndef SSPR_QR_H
#define SSPR_QR_H

#include "err.h"
#include "proto.h"
#include "vault/record.h"

/*
 * Fill *qr for an app factor: the secret in base32, the otpauth URI (the Key
 * URI format; what has the format's default value is left out) and the symbol,
 * error correction level L.  A URI too long for version 7 gives size 0.
 *
 * issuer, user   as the app shows them; percent-encoded here, and of one that
 *                takes more than 192 bytes then, only as many characters as fit
 *
 * *qr holds a secret: the caller wipes it.  Returns SSPR_OK, SSPR_NO_MEMORY
 * or SSPR_MALFORMED (does not fit the message).
 */
enum sspr_err qr_make(const struct record_app *app, const char *issuer,
    const char *user, struct proto_qr *qr);

#endif /* SSPR_QR_H */
