/* SPDX-License-Identifier: MIT */
/*
 * seal.h - everything done with keys: sealing, keyed hashes, randomness.
 *
 * The master key and its subkeys live in guarded pages that cannot be read
 * but while one of these functions runs.
 */
#ifndef SSPR_SEAL_H
#define SSPR_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define SEAL_KEY      32u /* bytes of the master key */
#define SEAL_HASH     32u /* bytes of a keyed hash */
#define SEAL_OVERHEAD 40u /* bytes: nonce 24, tag 16 */
#define SEAL_SALT     16u /* bytes */

/* What Argon2id costs: RFC 9106, and OWASP's figures for passwords. */
#define SEAL_PASSES 2u
#define SEAL_MEMORY (32u << 20) /* bytes */

struct seal;

/* What a keyed hash is for: each has a subkey of its own. */
enum seal_use {
	SEAL_DATA = 1, /* sealing; not for hashes */
	SEAL_INDEX,    /* look-ups */
	SEAL_STATE,    /* MACs of mutable state */
	SEAL_CHECK,    /* is this the database's key? */
	SEAL_NAME,     /* names nobody has, as typed */
	SEAL_CODE,     /* codes of our own making */
};

/*
 * Take the master key, SEAL_KEY bytes, and derive the subkeys (crypto_kdf).
 * The caller wipes its copy.  Returns SSPR_OK, SSPR_NO_MEMORY or SSPR_SYSTEM
 * (libsodium cannot work here: no randomness).
 */
enum sspr_err seal_new(const uint8_t key[static SEAL_KEY], struct seal **s);

/* Wipe and free.  NULL is legal. */
void seal_free(struct seal *s);

/*
 * Seal len bytes with XChaCha20-Poly1305 under a random nonce, bound to the
 * associated data ad.
 *
 * out   len + SEAL_OVERHEAD bytes
 */
void seal_close(struct seal *s, const void *ad, size_t adlen, const void *p,
    size_t len, uint8_t *out);

/*
 * Open what seal_close made of len - SEAL_OVERHEAD bytes.
 *
 * out   len - SEAL_OVERHEAD bytes, wiped on failure
 *
 * Returns SSPR_OK or SSPR_SUSPENDED: not sealed by this key for this ad.
 */
enum sspr_err seal_open(struct seal *s, const void *ad, size_t adlen,
    const uint8_t *p, size_t len, uint8_t *out);

/* Keyed BLAKE2b of len bytes at p. */
void seal_hash(struct seal *s, enum seal_use use, const void *p, size_t len,
    uint8_t hash[static SEAL_HASH]);

/*
 * Argon2id of len bytes at p, slow and without a key; from any thread once
 * there is a struct seal.  Returns SSPR_OK, or SSPR_NO_MEMORY with hash wiped.
 */
enum sspr_err seal_stretch(const void *p, size_t len,
    const uint8_t salt[static SEAL_SALT], uint8_t hash[static SEAL_HASH]);

/* len random bytes from the kernel. */
void seal_random(void *p, size_t len);

/*
 * Memory for secrets: zeroed, locked if the limit allows, in no core dump,
 * between guard pages.  NULL if there is none.
 */
void *seal_alloc(size_t size);

/* Wipe and free.  NULL is legal. */
void seal_free_memory(void *p);

#endif /* SSPR_SEAL_H */
