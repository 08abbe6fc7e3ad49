/* SPDX-License-Identifier: MIT */
/*
 * census.c - who was missing once is suspended, until an administrator
 * confirms that it is the same person (R-ENR-4).
 *
 * Names tells at once who left the passwd file, and is asked about everybody
 * at start and every hour.  One question is open at a time, so a person's
 * look-up waits for one at most.  Names may die of a question: the walk rests
 * and then goes on behind it.  Of a directory it knows only during the walk
 * whether anybody is in it; whoever is in doubt is asked about once more.
 *
 * That somebody was missing MUST NOT get lost, for names tells it once.  So it
 * stays pending until it is read back from the database.
 */
#include <string.h>

#include "log.h"
#include "secret.h"
#include "vault/census.h"
#include "vault/vault.h"

#define HOUR_MS 3600000u
#define PACE_MS 2u     /* between two questions: people come first */
#define REST_MS 60000u /* after names died of a question */
#define WAIT_MS 1000u  /* after the database failed, or names was busy */

/*
 * The account of a key, and whose it is; *r is the caller's to wipe.
 * Returns SSPR_OK, SSPR_NOT_ENROLLED, SSPR_SUSPENDED or SSPR_SYSTEM.
 */
static enum sspr_err
read_owner(struct vault *v, const uint8_t key[static ACCOUNT_KEY],
    struct account *a, struct record *r)
{
	enum sspr_err e;

	if ((e = store_get(v->store, key, a)) != SSPR_OK ||
	    (e = account_verify(v->seal, a)) != SSPR_OK)
		return e;
	return account_open_owner(v->seal, a, r);
}

void
census_start(struct vault *v)
{
	if (!v->census.walking)
		v->census.due_ms = vault_ms();
}

/* Somebody is to be marked. */
static void
add(struct vault *v, const uint8_t key[static ACCOUNT_KEY])
{
	struct census *c = &v->census;

	for (size_t i = 0; i < c->npending; i++)
		if (secret_equal(c->pending[i], key, ACCOUNT_KEY))
			return;
	if (c->npending < CENSUS_PENDING) {
		memcpy(c->pending[c->npending++], key, ACCOUNT_KEY);
		return;
	}
	if (c->due_ms != 0 && !c->walking && c->due_ms <= vault_ms())
		return; /* a walk is about to begin */
	log_err("too many accounts left at once; everybody is counted anew");
	c->walking = false;
	c->due_ms = vault_ms();
}

void
census_counted(struct vault *v, const struct ipc_counted *m)
{
	struct census *c = &v->census;

	if (c->id == 0 || m->id != c->id || m->state > COUNTED_DOUBT)
		log_fatal("names counted what it was not asked");
	c->id = 0;
	c->due_ms = vault_ms() + PACE_MS;
	if (m->state == COUNTED_MISSING)
		add(v, c->at);
	c->doubt = c->doubt || m->state == COUNTED_DOUBT;
}

void
census_left(struct vault *v, const struct ipc_left *l)
{
	uint8_t key[ACCOUNT_KEY];
	struct account a;
	struct record r;
	enum sspr_err e;

	account_key(v->seal, IPC_FILES, l->uid, key);
	e = read_owner(v, key, &a, &r);
	if (e == SSPR_SYSTEM)
		log_err("uid %u left; its account cannot be read", l->uid);
	if (e != SSPR_OK)
		return;
	if (a.missing_at == 0 && strcmp(r.as.owner.name, l->name) == 0)
		add(v, key);
	record_wipe(&r);
}

void
census_lost(struct vault *v)
{
	if (v->census.id == 0)
		return;
	v->census.id = 0;
	v->census.due_ms = vault_ms() + REST_MS;
}

/* Mark one, with its audit record, in the open transaction. */
static enum sspr_err
mark(struct vault *v, const uint8_t key[static ACCOUNT_KEY])
{
	struct account a;
	struct record r;
	enum sspr_err e;

	e = read_owner(v, key, &a, &r);
	if (e == SSPR_NOT_ENROLLED || e == SSPR_SUSPENDED)
		return SSPR_OK;
	if (e != SSPR_OK)
		return e;
	if (a.missing_at == 0) {
		const uint64_t was = a.generation;

		a.missing_at = vault_now(v);
		account_touch(v->seal, &a);
		if ((e = vault_write(v, NULL)) == SSPR_OK &&
		    (e = store_put(v->store, &a, was)) == SSPR_OK)
			vault_audit_of(v, r.as.owner.uid, "account.missing",
			    SSPR_MISSING);
	}
	record_wipe(&r);
	return e;
}

/* Whether nothing is left to do for one; the operator is told. */
static bool
is_marked(struct vault *v, const uint8_t key[static ACCOUNT_KEY])
{
	struct account a;
	struct record r;
	enum sspr_err e;

	e = read_owner(v, key, &a, &r);
	if (e != SSPR_OK)
		return e != SSPR_SYSTEM;
	if (a.missing_at != 0)
		log_warn("ALARM: the account of uid %u was missing; what is "
			 "enrolled for it is suspended until root runs "
			 "sspr-admin user confirm",
		    r.as.owner.uid);
	record_wipe(&r);
	return a.missing_at != 0;
}

/* Drop those that are durable; the others are tried again, after a rest. */
static void
drop_marked(struct vault *v)
{
	struct census *c = &v->census;
	size_t kept = 0;

	for (size_t i = 0; i < c->npending; i++) {
		if (i < c->marked && is_marked(v, c->pending[i]))
			continue;
		if (i < c->marked)
			c->rest_ms = vault_ms() + WAIT_MS;
		memmove(c->pending[kept++], c->pending[i], ACCOUNT_KEY);
	}
	c->npending = kept;
	c->marked = 0;
}

void
census_mark(struct vault *v)
{
	struct census *c = &v->census;

	if (c->marked > 0)
		drop_marked(v);
	if (vault_ms() < c->rest_ms)
		return;
	while (c->marked < c->npending && c->marked < CENSUS_AT_ONCE)
		if (mark(v, c->pending[c->marked++]) != SSPR_OK) {
			vault_spoil(v);
			return;
		}
}

/* Whoever it is: the owner is sealed for itself. */
static void
tell_damage(struct vault *v, const struct account *a)
{
	struct record r;

	if (account_open_owner(v->seal, a, &r) != SSPR_OK) {
		alarm_account(v, IPC_NOBODY, "");
		return;
	}
	alarm_account(v, r.as.owner.uid, r.as.owner.name);
	record_wipe(&r);
}

/* Ask about the account of a key, unless it is suspended already. */
static void
ask(struct vault *v, const uint8_t key[static ACCOUNT_KEY])
{
	struct ipc_msg m = { .type = IPC_CENSUS };
	struct ipc_census *q = &m.as.census;
	struct census *c = &v->census;
	struct account a;
	struct record r;
	enum sspr_err e = read_owner(v, key, &a, &r);

	if (e == SSPR_SUSPENDED)
		tell_damage(v, &a);
	if (e == SSPR_OK) {
		if (++c->ids == 0)
			++c->ids;
		q->id = c->ids;
		q->uid = r.as.owner.uid;
		memcpy(q->name, r.as.owner.name, sizeof(q->name));
		memcpy(q->backend, r.as.owner.backend, sizeof(q->backend));
		record_wipe(&r);
		if (a.missing_at == 0 && ipc_try(v->names, &m, -1) != SSPR_OK) {
			c->due_ms = vault_ms() + WAIT_MS;
			return;
		}
		if (a.missing_at == 0)
			c->id = q->id;
	}
	memcpy(c->at, key, ACCOUNT_KEY);
}

/* The next one is in an hour, or at once if it is the second. */
static void
end_walk(struct census *c)
{
	c->walking = false;
	c->second = c->doubt && !c->second;
	c->doubt = false;
	c->due_ms = vault_ms() + (c->second ? 0 : HOUR_MS);
}

static bool
may_ask(const struct vault *v)
{
	return v->census.due_ms != 0 && v->census.id == 0 && v->names != -1;
}

void
census_ask(struct vault *v)
{
	struct census *c = &v->census;
	uint8_t key[ACCOUNT_KEY] = { 0 };
	enum sspr_err e;

	if (!may_ask(v) || vault_ms() < c->due_ms)
		return;
	if (c->walking)
		memcpy(key, c->at, sizeof(key));
	c->walking = true;
	if ((e = store_next_account(v->store, key)) == SSPR_OK) {
		ask(v, key);
		return;
	}
	if (e != SSPR_NO_USER)
		log_err("the accounts cannot be listed, and are not counted");
	end_walk(c);
}

uint64_t
census_wait_ms(const struct vault *v)
{
	const struct census *c = &v->census;
	const uint64_t now = vault_ms();
	uint64_t at = UINT64_MAX;

	if (may_ask(v))
		at = c->due_ms;
	if (c->npending > 0 && c->rest_ms < at)
		at = c->rest_ms;
	if (at == UINT64_MAX)
		return at;
	return at > now ? at - now : 0;
}
