/* SPDX-License-Identifier: MIT */
/*
 * account_factor.c - what an account has: factors, counts, known sources.
 *
 * Each array MUST stand in the order the store reads it in, for the MAC is
 * made of it: factors by id, budgets by method and class, sources by bytes.
 */
#include <string.h>

#include "vault/account.h"

#define ALL_BACKUPS ((1u << CODE_BACKUPS) - 1)

static size_t
most_of(enum method m)
{
	if (m == METHOD_APP)
		return ACCOUNT_APPS_MAX;
	return m == METHOD_QUESTIONS ? ACCOUNT_QUESTIONS_MAX : 1;
}

static bool
has_ended(const struct account_factor *f, uint64_t now)
{
	return f->ends != 0 && f->ends <= now;
}

/* Whether it ended so long ago that nothing asks for it any more. */
static bool
is_forgotten(const struct account_factor *f, uint64_t now)
{
	return f->ends != 0 && f->ends < now &&
	    now - f->ends > ACCOUNT_MEMORY_S;
}

bool
account_is_enrolled(const struct account_factor *f, uint64_t now)
{
	return !has_ended(f, now) && (f->method != METHOD_PASS || f->used == 0);
}

bool
account_is_usable(const struct account_factor *f, uint64_t now)
{
	const struct method_row *row = method_row(f->method);

	return row != NULL && row->kind != METHOD_NONE &&
	    account_is_enrolled(f, now) && f->off == 0 &&
	    f->usable_from <= now &&
	    (f->method != METHOD_BACKUP || f->used < ALL_BACKUPS);
}

/* Those that are not on their way out: they may be replaced meanwhile. */
static size_t
count_staying(const struct account *a, uint8_t method, uint64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nfactors; i++)
		n += a->factor[i].method == method && a->factor[i].ends == 0 &&
		    account_is_enrolled(&a->factor[i], now);
	return n;
}

size_t
account_count(const struct account *a, uint8_t method, uint64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nfactors; i++)
		n += a->factor[i].method == method &&
		    account_is_enrolled(&a->factor[i], now);
	return n;
}

size_t
account_usable(const struct account *a, uint8_t method, uint64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < a->nfactors; i++)
		n += a->factor[i].method == method &&
		    account_is_usable(&a->factor[i], now);
	return n;
}

bool
account_had_any(const struct account *a, uint64_t now)
{
	const struct account_factor *f;
	const struct method_row *row;

	for (size_t i = 0; i < a->nfactors; i++) {
		f = &a->factor[i];
		row = method_row(f->method);
		if (row != NULL && row->kind != METHOD_NONE &&
		    row->method != METHOD_PASS && !is_forgotten(f, now))
			return true;
	}
	return false;
}

struct account_factor *
account_factor(struct account *a, uint32_t id)
{
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].id == id)
			return &a->factor[i];
	return NULL;
}

/* Drop the factor at i; the others move up. */
static void
drop(struct account *a, size_t i)
{
	a->nfactors--;
	memmove(&a->factor[i], &a->factor[i + 1],
	    (a->nfactors - i) * sizeof(a->factor[0]));
	memset(&a->factor[a->nfactors], 0, sizeof(a->factor[0]));
}

void
account_tidy(struct account *a, uint64_t now)
{
	for (size_t i = a->nfactors; i > 0; i--)
		if (is_forgotten(&a->factor[i - 1], now))
			drop(a, i - 1);
}

/* Whether f is to go rather than g: without an address, or ended before. */
static bool
goes_first(const struct account_factor *f, const struct account_factor *g)
{
	const bool address = account_type(f->method) == RECORD_ADDRESS;

	if (address != (account_type(g->method) == RECORD_ADDRESS))
		return !address;
	return f->ends < g->ends;
}

/* Make room for one more: SSPR_OK or SSPR_FULL. */
static enum sspr_err
make_room(struct account *a, uint64_t now)
{
	size_t out = ACCOUNT_FACTORS_MAX;

	if (a->nfactors < ACCOUNT_FACTORS_MAX)
		return SSPR_OK;
	account_tidy(a, now);
	if (a->nfactors < ACCOUNT_FACTORS_MAX)
		return SSPR_OK;
	for (size_t i = 0; i < a->nfactors; i++)
		if (has_ended(&a->factor[i], now) &&
		    (out == ACCOUNT_FACTORS_MAX ||
			goes_first(&a->factor[i], &a->factor[out])))
			out = i;
	if (out == ACCOUNT_FACTORS_MAX)
		return SSPR_FULL;
	drop(a, out);
	return SSPR_OK;
}

enum sspr_err
account_add(struct seal *s, struct account *a, enum method m, struct record *r,
    uint64_t now, uint64_t usable_from, struct account_factor **f)
{
	struct account_factor new = { .method = (uint8_t)m,
		.id = a->next_factor,
		.created = now,
		.usable_from = usable_from };
	enum sspr_err e = SSPR_FULL;

	if (count_staying(a, new.method, now) >= most_of(m))
		goto out;
	if ((e = account_close(s, a, &new, r)) != SSPR_OK ||
	    (e = make_room(a, now)) != SSPR_OK)
		goto out;
	a->next_factor++;
	*f = &a->factor[a->nfactors++];
	**f = new;
out:
	record_wipe(r);
	return e;
}

enum sspr_err
account_end(struct account *a, uint32_t id, uint64_t ends, uint64_t now)
{
	struct account_factor *f = account_factor(a, id);

	if (f == NULL || has_ended(f, now))
		return SSPR_NO_FACTOR;
	f->ends = ends != 0 && ends < now ? now : ends;
	return SSPR_OK;
}

struct account_budget *
account_budget(struct account *a, uint8_t method, uint8_t class)
{
	struct account_budget *b = a->budget;
	size_t i = 0;

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

void
account_forget(struct account *a, uint64_t now)
{
	for (size_t i = 0; i < a->nbudgets; i++)
		limit_forget(&a->budget[i].limit, now);
}

void
account_clear(struct account *a)
{
	memset(a->recent, 0, sizeof(a->recent));
	for (size_t i = 0; i < a->nbudgets; i++)
		if (a->budget[i].method != METHOD_PASSWORD)
			a->budget[i].limit = (struct limit){ 0 };
}

uint32_t
account_failures(const struct account *a, uint8_t method)
{
	uint64_t n = 0;

	for (size_t i = 0; i < a->nbudgets; i++)
		if (a->budget[i].method == method)
			n += a->budget[i].limit.failures;
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

enum account_class
account_class(const struct account *a,
    const uint8_t source[static ACCOUNT_SOURCE])
{
	for (size_t i = 0; i < a->nknown; i++)
		if (memcmp(a->known[i].source, source, ACCOUNT_SOURCE) == 0)
			return CLASS_KNOWN;
	return CLASS_STRANGER;
}

/* Forget the source whose last success is the longest ago. */
static void
forget_known(struct account *a)
{
	size_t out = 0;

	for (size_t i = 1; i < a->nknown; i++)
		if (a->known[i].at < a->known[out].at)
			out = i;
	a->nknown--;
	memmove(&a->known[out], &a->known[out + 1],
	    (a->nknown - out) * sizeof(a->known[0]));
}

void
account_meet(struct account *a, const uint8_t source[static ACCOUNT_SOURCE],
    uint64_t now)
{
	struct account_known *k = a->known;
	size_t i = 0;

	if (account_class(a, source) == CLASS_STRANGER &&
	    a->nknown == ACCOUNT_KNOWN_MAX)
		forget_known(a);
	while (i < a->nknown && memcmp(k[i].source, source, ACCOUNT_SOURCE) < 0)
		i++;
	if (i == a->nknown ||
	    memcmp(k[i].source, source, ACCOUNT_SOURCE) != 0) {
		memmove(&k[i + 1], &k[i], (a->nknown - i) * sizeof(k[0]));
		memset(&k[i], 0, sizeof(k[i]));
		memcpy(k[i].source, source, ACCOUNT_SOURCE);
		a->nknown++;
	}
	if (now > k[i].at)
		k[i].at = now;
}
