/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/secret.c libsspr/text.c libsspr/wire.c */
/* links: libsspr/proto.c sspr-resetd/vault/qr.c sspr-resetd/vault/totp.c */
/* links: sspr-enroll/otpauth.c libsspr/qrdraw.c -lqrencode -loath */
/*
 * otpauth://, both ways.  What the vault makes of any issuer and user is a URI
 * (RFC 3986) that a parser of this file's takes apart to the same, and so does
 * that of sspr-enroll if they are fit to be shown; and what that one takes at
 * all is fit to be shown.
 *
 * Input: u8 hash, digits, period | u8 length of the seed | u8 length of the
 * issuer | issuer | user; all of it is a URI too.
 */
#include "chunks.h"
#include "otpauth.h"
#include "plain.h"
#include "qrdraw.h"
#include "text.h"
#include "vault/qr.h"
#include "vault/totp.h"

#define NAME 192 /* bytes of an encoded name */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int
hex(char c)
{
	const char *at = memchr("0123456789ABCDEF", c, 16);

	CHECK(at != NULL);
	return (unsigned int)(at - "0123456789ABCDEF") % 16;
}

/*
 * What follows the plain or percent-encoded text at uri; text is cut to as
 * much of it as is there.
 */
static const char *
past_encoded(const char *uri, char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~@";
	const char *start = uri;
	uint32_t c;
	size_t n;

	for (; strchr(":?&", *uri) == NULL; text++) {
		if (*uri != '%') {
			CHECK(strchr(plain, *text) != NULL && *uri == *text);
			uri++;
			continue;
		}
		CHECK(hex(uri[1]) * 16 + hex(uri[2]) == (uint8_t)*text);
		uri += 3;
	}
	CHECK(uri - start <= NAME);
	n = plain_point((const uint8_t *)text, strlen(text), &c);
	CHECK(*text == '\0' || uri - start + 3 * (n == 0 ? 1 : (int)n) > NAME);
	*text = '\0';
	return uri;
}

static const char *
past(const char *uri, const char *text)
{
	CHECK(strncmp(uri, text, strlen(text)) == 0);
	return uri + strlen(text);
}

static void
check_uri(const struct proto_qr *qr, const struct record_app *app, char *issuer,
    char *user)
{
	const char *at = past(qr->uri, "otpauth://totp/");

	at = past(past_encoded(at, issuer), ":");
	at = past(past_encoded(at, user), "?secret=");
	at = past(past(at, qr->secret), "&issuer=");
	at = past_encoded(at, issuer);
	if (app->hash != TOTP_SHA1)
		at = past(at,
		    app->hash == TOTP_SHA256 ? "&algorithm=SHA256"
					     : "&algorithm=SHA512");
	if (app->digits != 6)
		at = past(at, "&digits=8");
	if (app->period != 30)
		at = past(at, "&period=60");
	CHECK(*at == '\0');
	CHECK(strspn(qr->secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") ==
	    strlen(qr->secret));
	CHECK(qr->size == 0 ? qr->modules.len == 0
			    : qrdraw_is_symbol(qr->size, qr->modules.len));
}

static void
check_parsed(const struct proto_qr *qr, const struct record_app *app,
    const char *issuer, const char *user)
{
	struct otpauth o;

	if (*user == '\0' || *user == ' ' ||
	    !text_is_clean(user, strlen(user)) ||
	    !text_is_clean(issuer, strlen(issuer)) ||
	    strchr(issuer, ':') != NULL)
		return;
	CHECK(otpauth_parse(qr->uri, &o) == SSPR_OK);
	CHECK(strcmp(o.account, user) == 0);
	CHECK(strcmp(o.issuer, issuer) == 0);
	CHECK(o.digits == app->digits && o.period == app->period);
}

static void
make(const uint8_t *data, size_t size)
{
	struct record_app app = { .hash = (uint8_t)(TOTP_SHA1 + data[0] % 3),
		.digits = data[0] & 0x10 ? 8 : 6,
		.period = data[0] & 0x20 ? 60 : 30 };
	size_t n = data[2] < size - 3 ? data[2] : size - 3;
	struct proto_qr qr = { .size = 255 };
	char issuer[256] = "", user[PROTO_USER_MAX + 1] = "";

	app.seed.len = (uint16_t)(TOTP_SEED_MIN +
	    data[1] % (TOTP_SEED_MAX - TOTP_SEED_MIN + 1));
	memset(app.seed.at, data[1], app.seed.len);
	memcpy(issuer, data + 3, n);
	data += 3 + n;
	size -= 3 + n;
	memcpy(user, data, size < PROTO_USER_MAX ? size : PROTO_USER_MAX);
	if (qr_make(&app, issuer, user, &qr) != SSPR_OK) {
		CHECK(qr.size == 255);
		return;
	}
	check_uri(&qr, &app, issuer, user);
	check_parsed(&qr, &app, issuer, user);
}

static void
parse(const uint8_t *data, size_t size)
{
	struct otpauth o, before;
	char *uri = malloc(size + 1);

	CHECK(uri != NULL);
	memcpy(uri, data, size);
	uri[size] = '\0';
	memset(&o, 'x', sizeof(o));
	before = o;
	if (otpauth_parse(uri, &o) == SSPR_OK) {
		CHECK(plain_is(o.account, strlen(o.account), false));
		CHECK(plain_is(o.issuer, strlen(o.issuer), false));
		CHECK(*o.account != '\0' && o.digits >= 6 && o.digits <= 8);
		CHECK(o.period >= 1 && o.period <= 300);
		CHECK(strncmp(o.algorithm, "SHA", 3) == 0);
	} else
		CHECK(memcmp(&o, &before, sizeof(o)) == 0);
	free(uri);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	make(data, size);
	parse(data, size);
	return 0;
}
