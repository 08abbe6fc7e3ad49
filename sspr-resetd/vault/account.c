/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "secret.h"
#include "vault/account.h"

#define FORMAT  "sspr1"
#define AD_MAX  64u
#define MAC_MAX 8192u /* bytes under the MAC of a full account */

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
make_mac(struct seal *s, const struct account *a, uint8_t mac[static SEAL_HASH])
{
	uint8_t buf[MAC_MAX + sizeof(*a)];
	struct out o = { buf, 0 };

	put(&o, FORMAT, sizeof(FORMAT) - 1);
	put(&o, a->key, sizeof(a->key));
	put_uint(&o, a->generation);
	put_uint(&o, a->next_factor);
	put_sealed(&o, &a->owner);
	put_uint(&o, a->nfactors);
	for (size_t i = 0; i < a->nfactors; i++) {
		const struct account_factor *f = &a->factor[i];

		put_uint(&o, f->id);
		put_uint(&o, f->method);
		put_uint(&o, f->last_step);
		put_uint(&o, f->created);
		put_uint(&o, f->last_used);
		put_uint(&o, f->usable_from);
		put_uint(&o, f->generation);
		put_sealed(&o, &f->sealed);
	}
	put_uint(&o, a->nbudgets);
	for (size_t i = 0; i < a->nbudgets; i++) {
		put_uint(&o, a->budget[i].method);
		put_uint(&o, a->budget[i].class);
		put_uint(&o, a->budget[i].limit.failures);
		put_uint(&o, a->budget[i].limit.last);
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

enum sspr_err
account_add_app(struct seal *s, struct account *a, const struct record_app *app,
    uint64_t now, struct account_factor **f)
{
	struct account_factor *new = &a->factor[a->nfactors];
	struct record r = { .type = RECORD_APP, .as.app = *app };
	enum sspr_err e;

	if (account_count(a, METHOD_APP) >= ACCOUNT_APPS_MAX ||
	    a->nfactors >= ACCOUNT_FACTORS_MAX) {
		record_wipe(&r);
		return SSPR_FULL;
	}
	memset(new, 0, sizeof(*new));
	new->id = a->next_factor;
	new->method = METHOD_APP;
	new->created = now;
	new->usable_from = now;
	new->generation = a->generation + 1;
	e = close_record(s, a, new->id, new->generation, &r, &new->sealed);
	if (e != SSPR_OK)
		return e;
	a->next_factor++;
	a->nfactors++;
	*f = new;
	return SSPR_OK;
}

enum sspr_err
account_remove(struct account *a, uint32_t id)
{
	for (size_t i = 0; i < a->nfactors; i++) {
		if (a->factor[i].id != id)
			continue;
		a->nfactors--;
		memmove(&a->factor[i], &a->factor[i + 1],
		    (a->nfactors - i) * sizeof(a->factor[0]));
		return SSPR_OK;
	}
	return SSPR_NO_FACTOR;
}

enum sspr_err
account_open_app(struct seal *s, const struct account *a,
    const struct account_factor *f, struct record *r)
{
	return open_record(s, a, f->id, f->generation, RECORD_APP, &f->sealed,
	    r);
}

enum sspr_err
account_open_owner(struct seal *s, const struct account *a, struct record *r)
{
	return open_record(s, a, 0, 0, RECORD_OWNER, &a->owner, r);
}

struct account_budget *
account_budget(struct account *a, uint8_t method, uint8_t class)
{
	struct account_budget *b = a->budget;
	size_t i = 0;

	/* In order, as the store reads them: the MAC depends on it. */
	while (i < a->nbudgets &&
	    (b[i].method < method ||
		(b[i].method == method && b[i].class < class)))
		i++;
	if (i < a->nbudgets && b[i].method == method && b[i].class == class)
		return &b[i];
	if (a->nbudgets >= ACCOUNT_BUDGETS_MAX)
		return NULL;
	memmove(&b[i + 1], &b[i], (a->nbudgets - i) * sizeof(b[0]));
	b[i] = (struct account_budget){ .method = method, .class = class };
	a->nbudgets++;
	return &b[i];
}

struct account_factor *
account_factor(struct account *a, uint32_t id)
{
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].id == id)
			return &a->factor[i];
	return NULL;
}

size_t
account_count(const struct account *a, uint8_t method)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nfactors; i++)
		n += a->factor[i].method == method;
	return n;
}
