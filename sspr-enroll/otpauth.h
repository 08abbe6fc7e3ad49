/* SPDX-License-Identifier: MIT */
/*
 * otpauth.h - what an otpauth://totp/ URI says, for those who type it into
 * their app by hand.
 */
#ifndef SSPR_ENROLL_OTPAUTH_H
#define SSPR_ENROLL_OTPAUTH_H

#include "err.h"
#include "proto.h"

struct otpauth {
	char account[PROTO_URI_MAX + 1];
	char issuer[PROTO_URI_MAX + 1]; /* empty if it has none */
	char algorithm[8];              /* SHA1, SHA256 or SHA512 */
	unsigned int digits;            /* 6 to 8 */
	unsigned int period;            /* seconds, 1 to 300 */
};

/*
 * Take a URI apart.  Its secret is looked at by nobody.
 * Returns SSPR_OK, or SSPR_MALFORMED with *o untouched.
 */
enum sspr_err otpauth_parse(const char *uri, struct otpauth *o);

#endif /* SSPR_ENROLL_OTPAUTH_H */
