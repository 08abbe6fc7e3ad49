/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "vault/seal.h"

#define CONTEXT "sspr-key" /* crypto_kdf_CONTEXTBYTES */
#define NONCE   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG     crypto_aead_xchacha20poly1305_ietf_ABYTES
#define USES    SEAL_CODE

static_assert(SEAL_KEY == crypto_kdf_KEYBYTES, "master key");
static_assert(SEAL_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "data");
static_assert(SEAL_KEY == crypto_generichash_KEYBYTES, "hash key");
static_assert(SEAL_HASH == crypto_generichash_BYTES, "hash");
static_assert(SEAL_OVERHEAD == NONCE + TAG, "overhead");
static_assert(SEAL_SALT == crypto_pwhash_SALTBYTES, "salt");

/* In guarded pages, no access but while in use. */
struct seal {
	uint8_t key[USES + 1][SEAL_KEY]; /* by enum seal_use */
};

enum sspr_err
seal_new(const uint8_t key[static SEAL_KEY], struct seal **s)
{
	struct seal *new;

	if (sodium_init() == -1)
		return SSPR_SYSTEM;
	if ((new = sodium_malloc(sizeof(*new))) == NULL)
		return SSPR_NO_MEMORY;
	memset(new, 0, sizeof(*new));
	for (uint64_t use = SEAL_DATA; use <= USES; use++)
		crypto_kdf_derive_from_key(new->key[use], SEAL_KEY, use,
		    CONTEXT, key);
	sodium_mprotect_noaccess(new);
	*s = new;
	return SSPR_OK;
}

void
seal_free(struct seal *s)
{
	sodium_free(s);
}

void
seal_close(struct seal *s, const void *ad, size_t adlen, const void *p,
    size_t len, uint8_t *out)
{
	randombytes_buf(out, NONCE);
	sodium_mprotect_readonly(s);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, p, len,
	    ad, adlen, NULL, out, s->key[SEAL_DATA]);
	sodium_mprotect_noaccess(s);
}

enum sspr_err
seal_open(struct seal *s, const void *ad, size_t adlen, const uint8_t *p,
    size_t len, uint8_t *out)
{
	int r;

	if (len < SEAL_OVERHEAD)
		return SSPR_SUSPENDED;
	sodium_mprotect_readonly(s);
	r = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL,
	    p + NONCE, len - NONCE, ad, adlen, p, s->key[SEAL_DATA]);
	sodium_mprotect_noaccess(s);
	if (r == 0)
		return SSPR_OK;
	sodium_memzero(out, len - SEAL_OVERHEAD);
	return SSPR_SUSPENDED;
}

void
seal_hash(struct seal *s, enum seal_use use, const void *p, size_t len,
    uint8_t hash[static SEAL_HASH])
{
	sodium_mprotect_readonly(s);
	crypto_generichash(hash, SEAL_HASH, p, len, s->key[use], SEAL_KEY);
	sodium_mprotect_noaccess(s);
}

enum sspr_err
seal_stretch(const void *p, size_t len, const uint8_t salt[static SEAL_SALT],
    uint8_t hash[static SEAL_HASH])
{
	if (crypto_pwhash(hash, SEAL_HASH, p, len, salt, SEAL_PASSES,
		SEAL_MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0)
		return SSPR_OK;
	sodium_memzero(hash, SEAL_HASH);
	return SSPR_NO_MEMORY;
}

void
seal_random(void *p, size_t len)
{
	randombytes_buf(p, len);
}

void *
seal_alloc(size_t size)
{
	void *p = sodium_malloc(size);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

void
seal_free_memory(void *p)
{
	sodium_free(p);
}
