/* SPDX-License-Identifier: MIT */
#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "secret.h"
#include "vault/totp.h"

#define WINDOW 1 /* time steps to either side, or to the past only */

static int
oath_flag(uint8_t hash)
{
	switch (hash) {
	case TOTP_SHA256:
		return OATH_TOTP_HMAC_SHA256;
	case TOTP_SHA512:
		return OATH_TOTP_HMAC_SHA512;
	default:
		return 0;
	}
}

/* The code of one time step, as digits with a NUL. */
static int
generate(const struct totp *t, uint64_t step,
    char code[static TOTP_DIGITS_MAX + 1])
{
	return oath_totp_generate2((const char *)t->seed, t->len,
	    (time_t)(step * t->period), t->period, 0, t->digits,
	    oath_flag(t->hash), code);
}

enum sspr_err
totp_check(const struct totp *t, uint64_t now, const void *code, size_t len,
    uint64_t last, uint64_t *step)
{
	char want[TOTP_DIGITS_MAX + 1] = { 0 };
	const uint64_t at = now / t->period;
	const uint64_t last_step = t->strict ? at : at + WINDOW;
	uint64_t matched = 0, replayed = 0;
	enum sspr_err e = SSPR_OK;

	for (uint64_t s = at < WINDOW ? 0 : at - WINDOW; s <= last_step; s++) {
		if (generate(t, s, want) != OATH_OK)
			e = SSPR_SYSTEM;
		else if (len == t->digits && secret_equal(want, code, len)) {
			if (s > last)
				matched = s;
			else
				replayed = 1;
		}
	}
	secret_zero(want, sizeof(want));
	if (e != SSPR_OK)
		return e;
	if (matched == 0)
		return replayed != 0 ? SSPR_CODE_REPLAY : SSPR_CODE_WRONG;
	*step = matched;
	return SSPR_OK;
}

enum sspr_err
totp_base32(const uint8_t *seed, size_t len, char buf[static TOTP_BASE32_SIZE])
{
	enum sspr_err e = SSPR_OK;
	char *text = NULL;
	size_t n;

	if (oath_base32_encode((const char *)seed, len, &text, &n) != OATH_OK)
		return SSPR_NO_MEMORY;
	n = strcspn(text, "=");
	if (n >= TOTP_BASE32_SIZE)
		e = SSPR_MALFORMED;
	else {
		memcpy(buf, text, n);
		buf[n] = '\0';
	}
	secret_zero(text, strlen(text));
	free(text);
	return e;
}
