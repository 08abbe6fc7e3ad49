/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - from a name as typed to an account we serve, or to a decoy.
 *
 * Whoever may not be reset MUST be a decoy: unknown, uid below uid_min, no
 * login shell, an administrator (until two gates exist), nothing enrolled, a
 * record that does not verify (R-ENUM-3).  A decoy does the same work and is
 * never accepted.
 */
#include <string.h>

#include "log.h"
#include "vault/vault.h"

static void
send_lookup(struct vault *v, struct session *s)
{
	struct ipc_msg m = { .type = IPC_LOOKUP };

	if (++v->lookups == 0)
		++v->lookups;
	s->lookup = v->lookups;
	m.as.lookup.id = s->lookup;
	m.as.lookup.uid = s->peer;
	if (s->peer == 0)
		memcpy(m.as.lookup.name, s->hello.user,
		    sizeof(m.as.lookup.name));
	/* While names restarts the deadline makes it a decoy. */
	if (v->names != -1)
		(void)ipc_try(v->names, &m, -1); /* likewise */
}

/* The key of a name nobody has: counts go by it (R-THR-7). */
static void
decoy_key(struct vault *v, struct session *s)
{
	uint8_t hash[SEAL_HASH];

	seal_hash(v->seal, SEAL_NAME, s->hello.user,
	    strnlen(s->hello.user, PROTO_USER_MAX), hash);
	memcpy(s->key, hash, sizeof(s->key));
	s->decoy = true;
}

void
resolve_start(struct vault *v, struct session *s)
{
	decoy_key(v, s);
	send_lookup(v, s);
}

static bool
is_servable(const struct vault *v, const struct ipc_account *found)
{
	return (found->flags & ACCOUNT_FOUND) != 0 &&
	    (found->flags & ACCOUNT_SHELL) != 0 && found->uid != 0 &&
	    found->uid >= v->conf.uid_min;
}

/* Whether the stored account is this name's and sound. */
static enum sspr_err
read_account(struct vault *v, struct session *s)
{
	struct record r;
	enum sspr_err e;

	if ((e = store_get(v->store, s->key, &s->account)) != SSPR_OK)
		return e;
	if ((e = account_verify(v->seal, &s->account)) != SSPR_OK ||
	    (e = account_open_owner(v->seal, &s->account, &r)) != SSPR_OK)
		return e;
	if (r.as.owner.uid != s->uid || strcmp(r.as.owner.name, s->name) != 0)
		e = SSPR_SUSPENDED;
	record_wipe(&r);
	return e;
}

static void
take_identity(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	s->uid = found->uid;
	memcpy(s->name, found->name, sizeof(s->name));
	memcpy(s->backend, found->backend, sizeof(s->backend));
	account_key(v->seal, s->backend, s->uid, s->key);
}

static void
resolve_reset(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	enum sspr_err e;

	if (!is_servable(v, found) || (found->flags & ACCOUNT_ADMIN) != 0)
		return;
	take_identity(v, s, found);
	e = read_account(v, s);
	if (e == SSPR_OK && account_count(&s->account, METHOD_APP) > 0) {
		s->decoy = false;
		return;
	}
	if (e == SSPR_SUSPENDED)
		vault_alarm(s);
	decoy_key(v, s);
}

/* Verbs of the account's owner: told openly why not. */
static enum sspr_err
resolve_owner(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	enum sspr_err e;

	if (!is_servable(v, found) || found->uid != s->peer)
		return SSPR_INELIGIBLE;
	if (s->hello.user[0] != '\0' && strcmp(s->hello.user, found->name) != 0)
		return SSPR_NOT_YOURS;
	take_identity(v, s, found);
	s->decoy = false;
	e = read_account(v, s);
	return e == SSPR_NOT_ENROLLED ? SSPR_OK : e;
}

/* Whether the verb goes on; who asks about itself is told why not. */
static enum sspr_err
resolve(struct vault *v, struct session *s, const struct ipc_account *found)
{
	if (found == NULL)
		return s->peer == 0 ? SSPR_OK : SSPR_BUSY;
	if (s->verb != VERB_RESET)
		return resolve_owner(v, s, found);
	if (s->peer != 0 &&
	    (found->uid != s->peer || strcmp(s->hello.user, found->name) != 0))
		return SSPR_NOT_YOURS;
	resolve_reset(v, s, found);
	return SSPR_OK;
}

void
resolve_done(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	enum sspr_err e;

	s->lookup = 0;
	if ((e = resolve(v, s, found)) == SSPR_OK)
		vault_event(v, s, EVENT_FOUND);
	else
		say_failure(v, s, e, 0);
}
