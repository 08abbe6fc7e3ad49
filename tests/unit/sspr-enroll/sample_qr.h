/* SPDX-License-Identifier: MIT */
/*
 * sample_qr.h - a QR message as the daemon sends it; its modules are a
 * pattern, not a symbol.
 */
#ifndef SAMPLE_QR_H
#define SAMPLE_QR_H

#include <string.h>

#include "proto.h"

#define SAMPLE_SECRET "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
#define SAMPLE_URI \
	"otpauth://totp/web1:alice?secret=" SAMPLE_SECRET "&issuer=web1"

static inline struct proto_qr
sample_qr(void)
{
	struct proto_qr qr = { .size = 33, .modules = { .len = 137 } };

	memset(qr.modules.at, 0x5a, qr.modules.len);
	memcpy(qr.secret, SAMPLE_SECRET, sizeof(SAMPLE_SECRET));
	memcpy(qr.uri, SAMPLE_URI, sizeof(SAMPLE_URI));
	return qr;
}

#endif /* SAMPLE_QR_H */
