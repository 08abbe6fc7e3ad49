/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "secret.h"
#include "vault/letter.h"

#define FORMAT "sspr1 message" /* unlike any of an account's */
#define AD     (sizeof(FORMAT) + 9)

/* What a letter is bound to. */
static void
make_ad(const struct store_message *m, uint8_t ad[static AD])
{
	uint8_t *to = ad + sizeof(FORMAT);

	memcpy(ad, FORMAT, sizeof(FORMAT));
	for (int shift = 56; shift >= 0; shift -= 8)
		*to++ = (uint8_t)(m->grant >> shift);
	*to = m->state == STORE_HELD;
}

enum sspr_err
letter_close(struct seal *s, struct record_message *r, struct store_message *m)
{
	struct record sealed = { .type = RECORD_MESSAGE, .as.message = *r };
	uint8_t ad[AD], plain[RECORD_MAX];
	size_t len;
	enum sspr_err e;

	letter_wipe(r);
	make_ad(m, ad);
	if ((e = record_encode(&sealed, plain, &len)) == SSPR_OK) {
		seal_close(s, ad, sizeof(ad), plain, len, m->sealed.at);
		m->sealed.len = (uint16_t)(len + SEAL_OVERHEAD);
	}
	secret_zero(plain, sizeof(plain));
	record_wipe(&sealed);
	return e;
}

enum sspr_err
letter_open(struct seal *s, const struct store_message *m,
    struct record_message *r)
{
	const size_t len = m->sealed.len;
	uint8_t ad[AD], plain[RECORD_MAX];
	struct record sealed;
	enum sspr_err e;

	if (len < SEAL_OVERHEAD || len > ACCOUNT_SEALED_MAX)
		return SSPR_SUSPENDED;
	make_ad(m, ad);
	e = seal_open(s, ad, sizeof(ad), m->sealed.at, len, plain);
	if (e != SSPR_OK)
		return e;
	if (record_decode(plain, len - SEAL_OVERHEAD, &sealed) == SSPR_OK &&
	    sealed.type == RECORD_MESSAGE)
		*r = sealed.as.message;
	else
		e = SSPR_SUSPENDED;
	secret_zero(plain, sizeof(plain));
	record_wipe(&sealed);
	return e;
}

void
letter_wipe(struct record_message *r)
{
	secret_zero(r, sizeof(*r));
}
