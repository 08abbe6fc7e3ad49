/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - from a name as typed to an account we serve, or to a decoy.
 *
 * Whoever may not be reset MUST be a decoy: unknown, uid below uid_min, no
 * login shell, not enabled, never to be reset, nothing enrolled, missing for a
 * while, a record that does not verify (R-ENUM-3).  A decoy does the same work
 * and is never accepted.
 */
#include <string.h>

#include "log.h"
#include "vault/origin.h"
#include "vault/policy.h"
#include "vault/vault.h"

static bool
is_desk(const struct session *s)
{
	return proto_verb_row((uint8_t)s->verb)->who == PROTO_DESK;
}

/* Ask names for a name or, if it is empty, for the peer. */
static void
send_lookup(struct vault *v, struct session *s, const char *name)
{
	struct ipc_msg m = { .type = IPC_LOOKUP };

	if (++v->lookups == 0)
		++v->lookups;
	s->lookup = v->lookups;
	m.as.lookup.id = s->lookup;
	m.as.lookup.uid = s->peer;
	memcpy(m.as.lookup.name, name, strnlen(name, PROTO_USER_MAX));
	memcpy(m.as.lookup.source, s->source.address,
	    strnlen(s->source.address, PROTO_HINT_MAX));
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
	memcpy(s->asked, s->key, sizeof(s->asked));
	s->decoy = true;
}

/* Where it comes from, as far as hints and names can tell. */
static void
take_source(struct vault *v, struct session *s, bool own)
{
	uint8_t hash[SEAL_HASH];

	source_read(s->peer, s->hello.rhost, s->hello.tty, own,
	    v->conf.consoles, v->conf.source_shared, &s->source);
	seal_hash(v->seal, SEAL_INDEX, s->source.key, strlen(s->source.key),
	    hash);
	memcpy(s->source_hash, hash, sizeof(s->source_hash));
	/* Where everybody can be a success makes nobody known (R-THR-5). */
	s->meets = (s->source.kind == SOURCE_NET && !s->source.shared) ||
	    s->source.kind == SOURCE_UID || s->source.kind == SOURCE_CONSOLE;
}

void
resolve_start(struct vault *v, struct session *s)
{
	decoy_key(v, s);
	take_source(v, s, false);
	s->may_act = is_desk(s) && s->peer == 0;
	if (s->peer == 0)
		send_lookup(v, s, s->hello.user);
	else
		send_lookup(v, s, "");
}

static bool
is_servable(const struct vault *v, const struct ipc_account *found)
{
	const unsigned int need = ACCOUNT_FOUND | ACCOUNT_SHELL;

	return (found->flags & need) == need && found->uid != 0 &&
	    found->uid >= v->conf.uid_min;
}

static bool
is_enabled(const struct vault *v, const struct ipc_account *found)
{
	return v->conf.enable == CONF_ENABLE_ALL ||
	    (v->conf.enable == CONF_ENABLE_SELECTED &&
		(found->flags & ACCOUNT_ENABLED) != 0);
}

/* Whether the stored account is this name's and sound. */
static enum sspr_err
read_account(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = store_get(v->store, s->key, &s->account)) != SSPR_OK ||
	    (e = account_verify(v->seal, &s->account)) != SSPR_OK ||
	    (e = vault_check_owner(v, s)) != SSPR_OK)
		return e;
	return s->account.missing_at != 0 ? SSPR_MISSING : SSPR_OK;
}

static void
take_identity(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	s->uid = found->uid;
	s->flags = found->flags;
	s->is_admin = (found->flags & ACCOUNT_ADMIN) != 0;
	memcpy(s->name, found->name, sizeof(s->name));
	memcpy(s->backend, found->backend, sizeof(s->backend));
	memcpy(s->admin, found->admin, sizeof(s->admin));
	account_key(v->seal, s->backend, s->uid, s->key);
	/* In a reset sent codes belong to the name as typed, as nobody's do. */
	if (s->verb != VERB_RESET)
		memcpy(s->asked, s->key, sizeof(s->asked));
}

/* Once an administrator, one for POLICY_ADMIN_S (R-POL-1). */
static void
remember_admin(struct vault *v, struct session *s)
{
	const uint64_t seen = s->account.admin_at;

	if (seen != 0 && vault_now(v) < seen + POLICY_ADMIN_S)
		s->flags |= ACCOUNT_ADMIN;
}

/* A decoy MUST NOT have anything of the account it stands for. */
static void
forget_identity(struct vault *v, struct session *s)
{
	decoy_key(v, s);
	s->uid = 0;
	s->flags = 0;
	s->is_admin = false;
	secret_zero(s->name, sizeof(s->name));
	secret_zero(s->backend, sizeof(s->backend));
	secret_zero(s->admin, sizeof(s->admin));
	secret_zero(&s->account, sizeof(s->account));
}

static bool
has_any(struct vault *v, const struct session *s)
{
	const uint32_t enabled = policy_enabled(&v->conf);
	const struct account *a = &s->account;

	for (size_t i = 0; i < a->nfactors; i++)
		if ((enabled & METHOD_BIT(a->factor[i].method)) != 0 &&
		    account_is_usable(&a->factor[i], vault_now(v)))
			return true;
	return false;
}

static void
resolve_reset(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	enum sspr_err e;

	if (!is_servable(v, found) || !is_enabled(v, found) ||
	    (found->flags & ACCOUNT_NEVER) != 0)
		return;
	take_identity(v, s, found);
	if ((e = read_account(v, s)) == SSPR_OK)
		remember_admin(v, s);
	if (e == SSPR_SUSPENDED)
		vault_alarm(v, s);
	if (e == SSPR_OK && has_any(v, s) &&
	    ((s->flags & ACCOUNT_ADMIN) == 0 ||
		v->conf.admin_reset == CONF_ADMIN_TWO))
		s->decoy = false;
	else
		forget_identity(v, s);
}

/* Verbs of the account's owner: told openly why not. */
static enum sspr_err
resolve_owner(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	enum sspr_err e;

	if (!is_servable(v, found) || !is_enabled(v, found) ||
	    found->uid != s->peer)
		return SSPR_INELIGIBLE;
	if (s->hello.user[0] != '\0' && strcmp(s->hello.user, found->name) != 0)
		return SSPR_NOT_YOURS;
	take_identity(v, s, found);
	s->decoy = false;
	if ((e = read_account(v, s)) == SSPR_OK)
		remember_admin(v, s);
	if (e == SSPR_SUSPENDED) {
		vault_alarm(v, s);
		e = SSPR_DAMAGED; /* they may know */
	}
	return e == SSPR_NOT_ENROLLED ? SSPR_OK : e;
}

/* Verbs of the desk: the operator must be one; then whom it is about. */
static enum sspr_err
resolve_desk(struct vault *v, struct session *s,
    const struct ipc_account *found)
{
	enum sspr_err e;

	if (!s->may_act) {
		if ((found->flags & ACCOUNT_FOUND) == 0 ||
		    found->uid != s->peer || (found->flags & ACCOUNT_DESK) == 0)
			return SSPR_NOT_OPERATOR;
		s->may_act = true;
		s->asked_ms = vault_ms(); /* a look-up of its own */
		send_lookup(v, s, s->hello.user);
		return SSPR_OK;
	}
	if ((found->flags & ACCOUNT_FOUND) == 0)
		return SSPR_UNKNOWN_USER;
	take_identity(v, s, found);
	if (!is_servable(v, found) || !is_enabled(v, found))
		return SSPR_INELIGIBLE;
	s->decoy = false;
	if ((e = read_account(v, s)) == SSPR_OK || e == SSPR_MISSING)
		remember_admin(v, s);
	/* What is suspended is for the action to tell. */
	return e == SSPR_NOT_ENROLLED || e == SSPR_SUSPENDED ||
		e == SSPR_MISSING
	    ? SSPR_OK
	    : e;
}

/* Whether the verb goes on; who asks about itself is told why not. */
static enum sspr_err
resolve(struct vault *v, struct session *s, const struct ipc_account *found)
{
	if (found == NULL)
		return s->verb == VERB_RESET && s->peer == 0 ? SSPR_OK
							     : SSPR_BUSY;
	if (is_desk(s))
		return resolve_desk(v, s, found);
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
	take_source(v, s, s->is_own);
	e = resolve(v, s, found);
	if (e == SSPR_OK && s->lookup != 0)
		return; /* another look-up is under way */
	if (e == SSPR_OK && s->verb == VERB_RESET)
		e = origin_look(v, s, &s->next_try);
	s->open_count = policy_count(&v->conf, &s->source, s->hello.service,
	    origin_is_alarmed(v));
	policy_need(&v->conf, &s->source, s->open_count,
	    (s->flags & ACCOUNT_TWO) != 0, (s->flags & ACCOUNT_ADMIN) != 0,
	    &s->need);
	if (e == SSPR_OK)
		vault_event(v, s, EVENT_FOUND);
	else
		say_failure(v, s, e,
		    e == SSPR_SOURCE ? (uint32_t)(s->next_try - vault_now(v))
				     : 0);
}
