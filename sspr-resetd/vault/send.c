/* SPDX-License-Identifier: MIT */
/*
 * send.c - codes that are sent.
 *
 * A message MUST be in the ledger, in the transaction that queues it, before
 * it goes (R-DEL-4), and go to the address of a stored factor (R-VER-2).  A
 * challenge MUST be written for whoever asks, alike, so that neither the
 * transcript nor the writes tell of an account (R-ENUM-1, R-ENUM-2); one
 * without a message has a hash that no code has.  The hash is bound to the
 * address as well, so that an address changed meanwhile makes the code void
 * (R-IPC-5).  What counts is the clock nobody can set (R-TIME-1).
 */
#include <assert.h>
#include <string.h>

#include "vault/pump.h"
#include "vault/reach.h"
#include "vault/send.h"
#include "vault/stamp.h"
#include "vault/vault.h"

static_assert(STORE_KEY == ACCOUNT_KEY, "an account is its own key here");
static_assert(STORE_KEY == ACCOUNT_SOURCE, "so is a source");

/*
 * The key of the challenge of account or name, method and source.  Until when
 * it lives is shown, and a name that a directory takes for another's spelling
 * MUST look like any: so its challenge is its own.
 */
static void
challenge_key(struct vault *v, const struct session *s, enum method m,
    uint8_t key[static STORE_KEY])
{
	uint8_t buf[1 + ACCOUNT_KEY + ACCOUNT_SOURCE], hash[SEAL_HASH];

	buf[0] = (uint8_t)m;
	memcpy(buf + 1, s->asked, ACCOUNT_KEY);
	memcpy(buf + 1 + ACCOUNT_KEY, s->source_hash, ACCOUNT_SOURCE);
	seal_hash(v->seal, SEAL_INDEX, buf, sizeof(buf), hash);
	memcpy(key, hash, STORE_KEY);
}

/* The hash of a code that goes to this address by this challenge. */
static void
hash_code(struct vault *v, const uint8_t key[static STORE_KEY],
    const char *address, const void *code, size_t len,
    uint8_t hash[static CODE_HASH])
{
	uint8_t buf[STORE_KEY + ADDRESS_MAX], bound[SEAL_HASH];
	const size_t n = strnlen(address, ADDRESS_MAX);

	memcpy(buf, key, STORE_KEY);
	memcpy(buf + STORE_KEY, address, n);
	seal_hash(v->seal, SEAL_INDEX, buf, STORE_KEY + n, bound);
	code_hash_sent(v->seal, bound, code, len, hash);
	secret_zero(buf, sizeof(buf));
}

static bool
is_live(const struct vault *v, const struct store_challenge *c)
{
	return vault_now(v) < c->until && c->tries < SEND_TRIES;
}

bool
send_may_go(struct vault *v, enum method m, const char *address)
{
	return reach_is_open(&v->conf, m, address);
}

/* Whose challenges are counted together: of IPv6 a whole /48. */
static void
wide_hash(struct vault *v, const struct session *s,
    uint8_t source[static STORE_KEY])
{
	uint8_t hash[SEAL_HASH];

	seal_hash(v->seal, SEAL_INDEX, s->source.wide, strlen(s->source.wide),
	    hash);
	memcpy(source, hash, STORE_KEY);
}

/* One that others wrote is none; the operator is told. */
static enum sspr_err
get_challenge(struct vault *v, const uint8_t key[static STORE_KEY],
    struct store_challenge *c)
{
	struct store_challenge have;
	enum sspr_err e = store_get_challenge(v->store, key, &have);

	if (e == SSPR_OK)
		e = stamp_check_challenge(v->seal, &have);
	if (e == SSPR_SUSPENDED) {
		alarm_raise(v, ALARM_ROW, 0, "",
		    "a sent code in the database was changed by somebody "
		    "else; it is void");
		return SSPR_NO_FACTOR;
	}
	if (e == SSPR_OK)
		*c = have;
	return e;
}

static enum sspr_err
put_challenge(struct vault *v, struct store_challenge *c)
{
	stamp_challenge(v->seal, c);
	return store_put_challenge(v->store, c);
}

/*
 * The challenge as it is now, or a new one nobody has the code of.
 *
 * *fresh   out: it is a new one
 */
static enum sspr_err
read_challenge(struct vault *v, const struct session *s, enum method m,
    struct store_challenge *c, bool *fresh)
{
	uint8_t key[STORE_KEY];
	enum sspr_err e;

	challenge_key(v, s, m, key);
	e = get_challenge(v, key, c);
	if (e != SSPR_OK && e != SSPR_NO_FACTOR)
		return e;
	*fresh = e == SSPR_NO_FACTOR || !is_live(v, c);
	if (!*fresh)
		return SSPR_OK;
	*c = (struct store_challenge){ .method = (uint8_t)m,
		.made = vault_now(v),
		.until = vault_now(v) + SEND_LIFE_S };
	memcpy(c->key, key, sizeof(c->key));
	wide_hash(v, s, c->source);
	seal_random(c->hash, sizeof(c->hash));
	return SSPR_OK;
}

/* Debit and queue a code for an address, if it may go. */
static enum sspr_err
post(struct vault *v, struct session *s, enum notice_kind kind, enum method m,
    const char *address, char code[static CODE_SENT_SIZE])
{
	enum sspr_err e;

	if (!send_may_go(v, m, address))
		return SSPR_USAGE;
	m = reach_by(m, address);
	if ((e = pump_debit(v, s, m, address)) != SSPR_OK)
		return e;
	code_new_sent(code);
	if ((e = notice_code(v, s, kind, m, address, code)) != SSPR_OK)
		secret_zero(code, CODE_SENT_SIZE);
	return e;
}

/* Send the code of *c to the address of f, if caps allow it. */
static enum sspr_err
post_code(struct vault *v, struct session *s, const struct account_factor *f,
    struct store_challenge *c)
{
	char code[CODE_SENT_SIZE];
	struct record r;
	enum sspr_err e;

	if (account_open(v->seal, &s->account, f, &r) != SSPR_OK) {
		vault_alarm(v, s);
		return SSPR_OK;
	}
	e = post(v, s, NOTICE_CODE, f->method, r.as.address.address, code);
	if (e == SSPR_OK) {
		hash_code(v, c->key, r.as.address.address, code, CODE_SENT,
		    c->hash);
		e = put_challenge(v, c);
		secret_zero(code, sizeof(code));
	}
	record_wipe(&r);
	return e == SSPR_USAGE || e == SSPR_THROTTLED ? SSPR_OK : e;
}

/*
 * Whether nothing has gone to the account since the challenge was made: then
 * it was a cap that kept it, which may be over.
 */
static enum sspr_err
is_unsent(struct vault *v, const struct session *s,
    const struct store_challenge *c, bool *unsent)
{
	uint64_t last;
	uint32_t n;
	enum sspr_err e = store_count_sends(v->store, c->method,
	    STORE_BY_ACCOUNT, s->key, true, c->made, &n, &last);

	if (e == SSPR_OK)
		*unsent = n == 0;
	return e;
}

enum sspr_err
send_code(struct vault *v, struct session *s, enum method m,
    const struct account_factor *f, uint64_t *until)
{
	struct store_challenge c;
	bool due = true;
	enum sspr_err e;

	if ((e = vault_write(v, s)) != SSPR_OK ||
	    (e = store_cut_challenges(v->store, vault_now(v))) != SSPR_OK ||
	    (e = read_challenge(v, s, m, &c, &due)) != SSPR_OK ||
	    (e = put_challenge(v, &c)) != SSPR_OK)
		return e;
	if (f != NULL && !s->decoy) {
		if (!due && (e = is_unsent(v, s, &c, &due)) != SSPR_OK)
			return e;
		if (due && (e = post_code(v, s, f, &c)) != SSPR_OK)
			return e;
	}
	*until = c.until;
	return SSPR_OK;
}

enum sspr_err
send_debit(struct vault *v, struct session *s, enum method m)
{
	struct store_challenge c;
	bool fresh;
	enum sspr_err e;

	if ((e = read_challenge(v, s, m, &c, &fresh)) != SSPR_OK)
		return e;
	if (fresh)
		return SSPR_CODE_WRONG;
	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	c.tries++;
	return put_challenge(v, &c);
}

enum sspr_err
send_refund(struct vault *v, struct session *s, enum method m)
{
	struct store_challenge c;
	uint8_t key[STORE_KEY];
	enum sspr_err e;

	challenge_key(v, s, m, key);
	if ((e = get_challenge(v, key, &c)) != SSPR_OK)
		return e == SSPR_NO_FACTOR ? SSPR_OK : e;
	if (c.tries == 0 ||
	    !secret_equal(c.hash, s->attempt.challenge.hash, sizeof(c.hash)))
		return SSPR_OK;
	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	c.tries--;
	return put_challenge(v, &c);
}

/*
 * Whether the code is the one that went to the address of f.  A challenge from
 * before the last code of f was accepted is void: it may be that very one, put
 * back into the database.
 */
static bool
matches(struct vault *v, const struct session *s,
    const struct account_factor *f, const struct store_challenge *c)
{
	const struct secret *code = &s->attempt.code;
	uint8_t hash[CODE_HASH];
	struct record r;

	if (account_open(v->seal, &s->account, f, &r) != SSPR_OK)
		return false;
	hash_code(v, c->key, r.as.address.address, code->at, code->len, hash);
	record_wipe(&r);
	return secret_equal(hash, c->hash, sizeof(hash)) &&
	    c->made >= f->last_used;
}

/* The same work for who has no such factor. */
static void
match_nothing(struct vault *v, const struct session *s,
    const struct store_challenge *c)
{
	const struct secret *code = &s->attempt.code;
	uint8_t hash[CODE_HASH];

	hash_code(v, c->key, "", code->at, code->len, hash);
	(void)secret_equal(hash, c->hash, sizeof(hash)); /* none of it counts */
}

enum sspr_err
send_compare(struct vault *v, struct session *s, enum method m,
    struct store_challenge *c)
{
	const uint64_t now = vault_now(v);
	struct store_challenge have = { .tries = 0 };
	bool found = false, compared = false;
	uint8_t key[STORE_KEY];

	challenge_key(v, s, m, key);
	if (get_challenge(v, key, &have) != SSPR_OK || now >= have.until ||
	    have.tries > SEND_TRIES)
		return SSPR_CODE_WRONG;
	for (size_t i = 0; !s->decoy && i < s->account.nfactors; i++) {
		const struct account_factor *f = &s->account.factor[i];

		if (f->method != m || !account_is_usable(f, now))
			continue;
		compared = true;
		found = matches(v, s, f, &have) || found;
	}
	if (!compared)
		match_nothing(v, s, &have);
	if (!found)
		return SSPR_CODE_WRONG;
	*c = have;
	return SSPR_OK;
}

enum sspr_err
send_confirm(struct vault *v, struct session *s, enum method m,
    const char *address, char code[static CODE_SENT_SIZE])
{
	enum sspr_err e;

	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	return post(v, s, NOTICE_CONFIRM, m, address, code);
}

enum sspr_err
send_redeemed(struct vault *v, struct session *s, enum method m)
{
	enum sspr_err e;

	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	if (m == METHOD_NOTICE)
		m = reach_by(m, s->new.record.as.address.address);
	return store_redeem(v->store, (uint8_t)m, s->key);
}
