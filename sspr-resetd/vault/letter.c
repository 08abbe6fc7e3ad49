/* SPDX-License-Identifier: MIT */
#include "vault/letter.h"
#include "secret.h"

static const char ad[] = "sspr1 message"; /* unlike any of an account's */

enum sspr_err
letter_close(struct seal *s, struct record_message *m,
    struct account_sealed *sealed)
{
	struct record r = { .type = RECORD_MESSAGE, .as.message = *m };
	uint8_t plain[RECORD_MAX];
	size_t len;
	enum sspr_err e;

	letter_wipe(m);
	if ((e = record_encode(&r, plain, &len)) == SSPR_OK) {
		seal_close(s, ad, sizeof(ad), plain, len, sealed->at);
		sealed->len = (uint16_t)(len + SEAL_OVERHEAD);
	}
	secret_zero(plain, sizeof(plain));
	record_wipe(&r);
	return e;
}

enum sspr_err
letter_open(struct seal *s, const struct account_sealed *sealed,
    struct record_message *m)
{
	uint8_t plain[RECORD_MAX];
	struct record r;
	enum sspr_err e;

	if (sealed->len < SEAL_OVERHEAD || sealed->len > ACCOUNT_SEALED_MAX)
		return SSPR_SUSPENDED;
	e = seal_open(s, ad, sizeof(ad), sealed->at, sealed->len, plain);
	if (e != SSPR_OK)
		return e;
	if (record_decode(plain, sealed->len - SEAL_OVERHEAD, &r) == SSPR_OK &&
	    r.type == RECORD_MESSAGE)
		*m = r.as.message;
	else
		e = SSPR_SUSPENDED;
	secret_zero(plain, sizeof(plain));
	record_wipe(&r);
	return e;
}

void
letter_wipe(struct record_message *m)
{
	secret_zero(m, sizeof(*m));
}
