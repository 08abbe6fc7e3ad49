/* SPDX-License-Identifier: MIT */
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secret.h"
#include "text.h"
#include "vault/qr.h"
#include "vault/totp.h"

#define SIDE_MAX  45       /* modules of version 7 */
#define NAME_MAX_ (3 * 64) /* bytes, percent-encoded */

/* The n bytes at text as part of a URI: RFC 3986 section 2.1. */
static size_t
percent(const char *text, size_t n, char *to)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~@";
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (strchr(plain, text[i]) != NULL)
			to[at++] = text[i];
		else
			at += (size_t)snprintf(to + at, 4, "%%%02X",
			    (unsigned char)text[i]);
	}
	return at;
}

/* As much of a name as there is room for, in whole characters. */
static void
put_name(const char *name, char to[static NAME_MAX_ + 1])
{
	size_t left = strlen(name), at = 0, n;
	uint32_t c;

	for (; left > 0; name += n, left -= n) {
		if ((n = text_next(name, left, &c)) == 0)
			n = 1;
		if (at + 3 * n > NAME_MAX_)
			break;
		at += percent(name, n, to + at);
	}
	to[at] = '\0';
}

static const char *
hash_name(uint8_t hash)
{
	return hash == TOTP_SHA256 ? "&algorithm=SHA256"
	    : hash == TOTP_SHA512  ? "&algorithm=SHA512"
				   : "";
}

static enum sspr_err
make_uri(const struct record_app *app, const char *issuer, const char *user,
    struct proto_qr *qr)
{
	char i[NAME_MAX_ + 1], u[NAME_MAX_ + 1];
	char digits[12] = "", period[16] = "";
	int n;

	put_name(issuer, i);
	put_name(user, u);
	if (app->digits != 6)
		snprintf(digits, sizeof(digits), "&digits=%u", app->digits);
	if (app->period != 30)
		snprintf(period, sizeof(period), "&period=%u", app->period);
	n = snprintf(qr->uri, sizeof(qr->uri),
	    "otpauth://totp/%s:%s?secret=%s&issuer=%s%s%s%s", i, u, qr->secret,
	    i, hash_name(app->hash), digits, period);
	return n < 0 || (size_t)n >= sizeof(qr->uri) ? SSPR_MALFORMED : SSPR_OK;
}

/* Pack the symbol's modules, a byte each, lowest bit dark, into bits. */
static void
pack(const QRcode *code, struct proto_qr *qr)
{
	size_t n = (size_t)code->width * (size_t)code->width;

	qr->size = (uint8_t)code->width;
	qr->modules.len = (uint16_t)((n + 7) / 8);
	for (size_t i = 0; i < n; i++)
		if ((code->data[i] & 1) != 0)
			qr->modules.at[i / 8] |= (uint8_t)(0x80 >> (i % 8));
}

static enum sspr_err
draw(struct proto_qr *qr)
{
	QRcode *code;

	if ((code = QRcode_encodeString(qr->uri, 0, QR_ECLEVEL_L, QR_MODE_8,
		 1)) == NULL)
		return SSPR_NO_MEMORY;
	if (code->width <= SIDE_MAX)
		pack(code, qr);
	secret_zero(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return SSPR_OK;
}

enum sspr_err
qr_make(const struct record_app *app, const char *issuer, const char *user,
    struct proto_qr *qr)
{
	struct proto_qr new = { 0 };
	enum sspr_err e;

	e = totp_base32(app->seed.at, app->seed.len, new.secret);
	if (e == SSPR_OK)
		e = make_uri(app, issuer, user, &new);
	if (e == SSPR_OK)
		e = draw(&new);
	if (e == SSPR_OK)
		*qr = new;
	secret_zero(&new, sizeof(new));
	return e;
}
