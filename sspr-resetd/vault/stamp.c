/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "secret.h"
#include "vault/stamp.h"

/* What tells the rows of one table from those of another, and of accounts. */
static const char challenges[] = "sspr1 challenge", clocks[] = "sspr1 clock";

#define CHALLENGE (sizeof(challenges) + STORE_KEY + 4 * 8 + CODE_HASH)
#define CLOCK     (sizeof(clocks) + 16 + 2 * 8)

/* Eight bytes, the highest first. */
static uint8_t *
put(uint8_t *to, uint64_t v)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		*to++ = (uint8_t)(v >> shift);
	return to;
}

static void
mac_challenge(struct seal *s, const struct store_challenge *c,
    uint8_t mac[static SEAL_HASH])
{
	const uint64_t v[] = { c->method, c->made, c->until, c->tries };
	uint8_t buf[CHALLENGE], *to = buf + sizeof(challenges);

	memcpy(buf, challenges, sizeof(challenges));
	memcpy(to, c->key, STORE_KEY);
	to += STORE_KEY;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		to = put(to, v[i]);
	memcpy(to, c->hash, CODE_HASH);
	seal_hash(s, SEAL_STATE, buf, sizeof(buf), mac);
}

static void
mac_clock(struct seal *s, const struct store_clock *c,
    uint8_t mac[static SEAL_HASH])
{
	uint8_t buf[CLOCK], *to = buf + sizeof(clocks);

	memcpy(buf, clocks, sizeof(clocks));
	memcpy(to, c->boot, sizeof(c->boot));
	put(put(to + sizeof(c->boot), c->boot_ms), c->s);
	seal_hash(s, SEAL_STATE, buf, sizeof(buf), mac);
}

void
stamp_challenge(struct seal *s, struct store_challenge *c)
{
	mac_challenge(s, c, c->mac);
}

void
stamp_clock(struct seal *s, struct store_clock *c)
{
	mac_clock(s, c, c->mac);
}

enum sspr_err
stamp_check_challenge(struct seal *s, const struct store_challenge *c)
{
	uint8_t mac[SEAL_HASH];

	mac_challenge(s, c, mac);
	return secret_equal(mac, c->mac, sizeof(mac)) ? SSPR_OK
						      : SSPR_SUSPENDED;
}

enum sspr_err
stamp_check_clock(struct seal *s, const struct store_clock *c)
{
	uint8_t mac[SEAL_HASH];

	mac_clock(s, c, mac);
	return secret_equal(mac, c->mac, sizeof(mac)) ? SSPR_OK
						      : SSPR_SUSPENDED;
}
