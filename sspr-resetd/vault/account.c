/* SPDX-License-Identifier: MIT */
/*
 * account.c - what of an account is sealed, and the MAC over all of it.
 */
#include <assert.h>
#include <string.h>

#include "secret.h"
#include "vault/account.h"

#define FORMAT  "sspr1"
#define AD_MAX  64u
#define MAC_MAX (sizeof(struct account) + 64u * ACCOUNT_FACTORS_MAX)

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes put one after the other. */
struct out {
	uint8_t *at;
	size_t len;
};

static void
put(struct out *o, const void *p, size_t n)
{
	memcpy(o->at + o->len, p, n);
	o->len += n;
}

static void
put_uint(struct out *o, uint64_t v)
{
	uint8_t b[8];

	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(v >> (8 * (sizeof(b) - 1 - i)));
	put(o, b, sizeof(b));
}

static void
put_sealed(struct out *o, const struct account_sealed *s)
{
	put_uint(o, s->len);
	put(o, s->at, s->len);
}

/* What a sealed record is bound to: format, account, id, kind, generation. */
static size_t
make_ad(const struct account *a, uint32_t id, enum record_type type,
    uint64_t generation, uint8_t ad[static AD_MAX])
{
	struct out o = { ad, 0 };

	put(&o, FORMAT, sizeof(FORMAT) - 1);
	put(&o, a->key, sizeof(a->key));
	put_uint(&o, id);
	put_uint(&o, (uint64_t)type);
	put_uint(&o, generation);
	return o.len;
}

void
account_key(struct seal *s, const char *backend, uint32_t uid,
    uint8_t key[static ACCOUNT_KEY])
{
	uint8_t buf[64], hash[SEAL_HASH];
	struct out o = { buf, 0 };

	put_uint(&o, uid);
	put(&o, backend, strnlen(backend, IPC_BACKEND_MAX));
	seal_hash(s, SEAL_INDEX, buf, o.len, hash);
	memcpy(key, hash, ACCOUNT_KEY);
}

/* Seal *r for factor id of a; *r is wiped. */
static enum sspr_err
close_record(struct seal *s, const struct account *a, uint32_t id,
    uint64_t generation, struct record *r, struct account_sealed *sealed)
{
	uint8_t ad[AD_MAX], plain[RECORD_MAX];
	size_t adlen = make_ad(a, id, r->type, generation, ad), len;
	enum sspr_err e;

	if ((e = record_encode(r, plain, &len)) == SSPR_OK) {
		seal_close(s, ad, adlen, plain, len, sealed->at);
		sealed->len = (uint16_t)(len + SEAL_OVERHEAD);
	}
	secret_zero(plain, sizeof(plain));
	record_wipe(r);
	return e;
}

static enum sspr_err
open_record(struct seal *s, const struct account *a, uint32_t id,
    uint64_t generation, enum record_type type,
    const struct account_sealed *sealed, struct record *r)
{
	uint8_t ad[AD_MAX], plain[RECORD_MAX];
	size_t adlen = make_ad(a, id, type, generation, ad);
	enum sspr_err e;

	if (sealed->len < SEAL_OVERHEAD || sealed->len > ACCOUNT_SEALED_MAX)
		return SSPR_SUSPENDED;
	e = seal_open(s, ad, adlen, sealed->at, sealed->len, plain);
	if (e == SSPR_OK &&
	    (record_decode(plain, sealed->len - SEAL_OVERHEAD, r) != SSPR_OK ||
		r->type != type)) {
		record_wipe(r);
		e = SSPR_SUSPENDED;
	}
	secret_zero(plain, sizeof(plain));
	return e;
}

enum sspr_err
account_new(struct seal *s, const struct record_owner *owner, struct account *a)
{
	struct record r = { .type = RECORD_OWNER, .as.owner = *owner };
	enum sspr_err e;

	memset(a, 0, sizeof(*a));
	account_key(s, owner->backend, owner->uid, a->key);
	a->next_factor = 1;
	if ((e = close_record(s, a, 0, 0, &r, &a->owner)) == SSPR_OK)
		account_touch(s, a);
	return e;
}

static void
put_factor(struct out *o, const struct account_factor *f)
{
	const uint64_t v[] = { f->id, f->method, f->off, f->used, f->created,
		f->last_used, f->usable_from, f->ends, f->generation };

	for (size_t i = 0; i < COUNT(v); i++)
		put_uint(o, v[i]);
	put_sealed(o, &f->sealed);
}

static void
put_budget(struct out *o, const struct account_budget *b)
{
	put_uint(o, b->method);
	put_uint(o, b->class);
	put_uint(o, b->limit.failures);
	put_uint(o, b->limit.last);
}

static void
make_mac(struct seal *s, const struct account *a, uint8_t mac[static SEAL_HASH])
{
	uint8_t buf[MAC_MAX], window[WINDOW_BYTES];
	struct out o = { buf, 0 };

	put(&o, FORMAT, sizeof(FORMAT) - 1);
	put(&o, a->key, sizeof(a->key));
	put_uint(&o, a->generation);
	put_uint(&o, a->next_factor);
	put_uint(&o, a->reset_at);
	put_uint(&o, a->admin_at);
	put_uint(&o, a->missing_at);
	put_sealed(&o, &a->owner);
	for (size_t i = 0; i < ACCOUNT_CLASSES; i++) {
		window_encode(&a->recent[i], window);
		put(&o, window, sizeof(window));
	}
	put_uint(&o, a->nfactors);
	for (size_t i = 0; i < a->nfactors; i++)
		put_factor(&o, &a->factor[i]);
	put_uint(&o, a->nbudgets);
	for (size_t i = 0; i < a->nbudgets; i++)
		put_budget(&o, &a->budget[i]);
	put_uint(&o, a->nknown);
	for (size_t i = 0; i < a->nknown; i++) {
		put(&o, a->known[i].source, sizeof(a->known[i].source));
		put_uint(&o, a->known[i].at);
	}
	seal_hash(s, SEAL_STATE, buf, o.len, mac);
}

enum sspr_err
account_verify(struct seal *s, const struct account *a)
{
	uint8_t mac[SEAL_HASH];

	make_mac(s, a, mac);
	return secret_equal(mac, a->mac, sizeof(mac)) ? SSPR_OK
						      : SSPR_SUSPENDED;
}

void
account_touch(struct seal *s, struct account *a)
{
	a->generation++;
	make_mac(s, a, a->mac);
}

enum record_type
account_type(uint8_t method)
{
	static const uint8_t types[METHOD_COUNT] = {
		[METHOD_APP] = RECORD_APP,
		[METHOD_BACKUP] = RECORD_BACKUP,
		[METHOD_SMS] = RECORD_ADDRESS,
		[METHOD_LANDLINE] = RECORD_ADDRESS,
		[METHOD_EMAIL] = RECORD_ADDRESS,
		[METHOD_QUESTIONS] = RECORD_QUESTION,
		[METHOD_PASS] = RECORD_PASS,
		[METHOD_NOTICE] = RECORD_ADDRESS,
	};

	return method < METHOD_COUNT ? (enum record_type)types[method] : 0;
}

enum sspr_err
account_close(struct seal *s, const struct account *a, struct account_factor *f,
    struct record *r)
{
	const uint64_t generation = a->generation + 1;
	enum sspr_err e;

	assert(r->type != 0 && r->type == account_type(f->method));
	e = close_record(s, a, f->id, generation, r, &f->sealed);
	if (e == SSPR_OK)
		f->generation = generation;
	return e;
}

enum sspr_err
account_open(struct seal *s, const struct account *a,
    const struct account_factor *f, struct record *r)
{
	return open_record(s, a, f->id, f->generation, account_type(f->method),
	    &f->sealed, r);
}

enum sspr_err
account_open_owner(struct seal *s, const struct account *a, struct record *r)
{
	return open_record(s, a, 0, 0, RECORD_OWNER, &a->owner, r);
}
