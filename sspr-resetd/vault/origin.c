/* SPDX-License-Identifier: MIT */
/*
 * origin.c - tries counted by where they come from.
 *
 * A name counts as it was typed, but for case and blanks: what it is an
 * account of MUST NOT show in what its source may still do.
 */
#include <assert.h>
#include <string.h>

#include "vault/alarm.h"
#include "vault/origin.h"
#include "vault/vault.h"

/* Whose tries; each has a row of its own. */
enum scope { SCOPE_SOURCE, SCOPE_WIDE, SCOPE_HOST, SCOPES };

static_assert(SCOPES == SESSION_SCOPES, "a debit for each");

static struct spray_rule
rule_of_host(const struct vault *v)
{
	return (struct spray_rule){ .span = ORIGIN_ALARM_S,
		.failures = v->conf.alarm_failures + 1,
		.first = ORIGIN_ALARM_S,
		.most = ORIGIN_ALARM_S };
}

static struct spray_rule
rule_of(const struct vault *v, const struct session *s, enum scope scope)
{
	const uint32_t times = scope == SCOPE_WIDE ? ORIGIN_WIDE : 1;
	const struct conf *c = &v->conf;

	if (scope == SCOPE_HOST)
		return rule_of_host(v);
	return (struct spray_rule){ .span = SPRAY_FAILURE_S,
		.failures = times *
		    (s->source.shared ? c->shared_failures
				      : c->source_failures),
		.accounts = times *
		    (s->source.shared ? c->shared_accounts
				      : c->source_accounts),
		.first = SPRAY_FAILURE_S,
		.most = SPRAY_MOST_S };
}

/* Whether the scope is one of its own: an IPv4 address is in no /48. */
static bool
counts(const struct session *s, enum scope scope)
{
	return scope != SCOPE_WIDE ||
	    (!s->source.shared && s->source.kind == SOURCE_NET &&
		strchr(s->source.address, ':') != NULL);
}

/* The key of a row: what it is of, and the text that tells it apart. */
static void
make_key(struct vault *v, enum scope scope, const char *text,
    uint8_t key[static STORE_KEY])
{
	uint8_t buf[1 + SOURCE_MAX], hash[SEAL_HASH];
	const size_t n = strnlen(text, SOURCE_MAX);

	buf[0] = (uint8_t)scope;
	memcpy(buf + 1, text, n);
	seal_hash(v->seal, SEAL_INDEX, buf, 1 + n, hash);
	memcpy(key, hash, STORE_KEY);
}

static void
key_of(struct vault *v, const struct session *s, enum scope scope,
    uint8_t key[static STORE_KEY])
{
	static const char host[] = "";
	const char *const texts[] = { [SCOPE_SOURCE] = s->source.key,
		[SCOPE_WIDE] = s->source.wide,
		[SCOPE_HOST] = host };

	make_key(v, scope, texts[scope], key);
}

static void
name_of(struct vault *v, const struct session *s,
    uint8_t name[static SPRAY_NAME])
{
	const char *from = s->hello.user + strspn(s->hello.user, " ");
	char folded[PROTO_USER_MAX + 1];
	uint8_t hash[SEAL_HASH];
	size_t n = 0;

	for (; n < PROTO_USER_MAX && from[n] != '\0'; n++)
		folded[n] = from[n] >= 'A' && from[n] <= 'Z'
		    ? (char)(from[n] + ('a' - 'A'))
		    : from[n];
	while (n > 0 && folded[n - 1] == ' ')
		n--;
	seal_hash(v->seal, SEAL_NAME, folded, n, hash);
	memcpy(name, hash, SPRAY_NAME);
}

enum sspr_err
origin_look(struct vault *v, const struct session *s, uint64_t *until)
{
	uint8_t key[STORE_KEY], name[SPRAY_NAME];
	struct spray_rule rule;
	uint32_t wait, most = 0;
	struct spray row;
	enum sspr_err e;

	name_of(v, s, name);
	for (enum scope scope = 0; scope < SCOPE_HOST; scope++) {
		if (!counts(s, scope))
			continue;
		key_of(v, s, scope, key);
		if ((e = store_get_source(v->store, key, &row)) != SSPR_OK)
			return e;
		rule = rule_of(v, s, scope);
		wait = spray_wait(&row, &rule, name, vault_now(v));
		if (wait > most)
			most = wait;
	}
	if (most == 0)
		return SSPR_OK;
	*until = vault_now(v) + most;
	return SSPR_SOURCE;
}

static void
alarm_host(struct vault *v)
{
	alarm_raise(v, ALARM_FAILURES, 0, "",
	    "more than %u wrong tries on this host in an hour; for an hour "
	    "each reset from the network needs two methods",
	    v->conf.alarm_failures);
}

static enum sspr_err
add(struct vault *v, struct session *s, enum scope scope)
{
	const struct spray_rule rule = rule_of(v, s, scope);
	struct spray_debit *debit = &s->attempt.origin[scope];
	uint8_t key[STORE_KEY], name[SPRAY_NAME];
	struct spray row;
	enum sspr_err e;

	key_of(v, s, scope, key);
	name_of(v, s, name);
	if ((e = store_get_source(v->store, key, &row)) != SSPR_OK)
		return e;
	spray_add(&row, &rule, name, vault_now(v), debit);
	if ((e = store_put_source(v->store, key, &row)) == SSPR_OK &&
	    scope == SCOPE_HOST && debit->began)
		alarm_host(v);
	return e;
}

enum sspr_err
origin_debit(struct vault *v, struct session *s, uint64_t *until)
{
	enum sspr_err e;

	if ((e = origin_look(v, s, until)) != SSPR_OK ||
	    (e = vault_write(v, s)) != SSPR_OK)
		return e;
	for (enum scope scope = 0; scope < SCOPES && e == SSPR_OK; scope++)
		if (counts(s, scope))
			e = add(v, s, scope);
	return e;
}

enum sspr_err
origin_refund(struct vault *v, struct session *s)
{
	uint8_t key[STORE_KEY], name[SPRAY_NAME];
	struct spray row;
	enum sspr_err e;

	if ((e = vault_write(v, s)) != SSPR_OK)
		return e;
	name_of(v, s, name);
	for (enum scope scope = 0; scope < SCOPES; scope++) {
		if (!counts(s, scope))
			continue;
		key_of(v, s, scope, key);
		if ((e = store_get_source(v->store, key, &row)) != SSPR_OK)
			return e;
		spray_take_back(&row, name, &s->attempt.origin[scope]);
		if ((e = store_put_source(v->store, key, &row)) != SSPR_OK)
			return e;
	}
	return SSPR_OK;
}

bool
origin_is_alarmed(struct vault *v)
{
	static const uint8_t nobody[SPRAY_NAME];
	const struct spray_rule rule = rule_of_host(v);
	uint8_t key[STORE_KEY];
	struct spray row;

	make_key(v, SCOPE_HOST, "", key);
	return store_get_source(v->store, key, &row) != SSPR_OK ||
	    spray_wait(&row, &rule, nobody, vault_now(v)) > 0;
}
