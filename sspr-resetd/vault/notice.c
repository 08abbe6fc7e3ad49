/* SPDX-License-Identifier: MIT */
/*
 * notice.c - who is told.
 *
 * An address MUST come from a stored, confirmed factor or from sspr.conf
 * (R-VER-2).  Nobody can keep the owner from being told: neither by removing
 * the addresses nor by having none (R-DEL-6).
 */
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "reference.h"
#include "vault/notice.h"
#include "vault/outbox.h"
#include "vault/policy.h"
#include "vault/reach.h"
#include "vault/vault.h"

/* Addresses to be told, each once. */
struct told {
	size_t n;
	struct {
		enum method by;
		char address[IPC_ADDRESS_MAX + 1];
	} at[ACCOUNT_FACTORS_MAX];
};

static void
add_told(struct told *t, enum method by, const char *address)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].by == by && strcmp(t->at[i].address, address) == 0)
			return;
	t->at[t->n].by = by;
	snprintf(t->at[t->n++].address, sizeof(t->at[0].address), "%s",
	    address);
}

/* Whether a factor's address is still told of things. */
static bool
is_told(const struct account_factor *f, uint64_t now)
{
	const struct method_row *row = method_row(f->method);

	return row != NULL &&
	    (row->kind == METHOD_BORNE || row->method == METHOD_NOTICE) &&
	    (f->ends == 0 || now < f->ends + ACCOUNT_MEMORY_S);
}

/* Add the addresses of *a that are called, or those that are written to. */
static void
find_told(struct vault *v, const struct account *a, bool calls, struct told *t)
{
	const uint64_t now = vault_now(v);
	const struct account_factor *f;
	const char *address;
	struct record r;

	for (size_t i = 0; i < a->nfactors; i++) {
		f = &a->factor[i];
		if (!is_told(f, now) || (f->method == METHOD_LANDLINE) != calls)
			continue;
		if (account_open(v->seal, a, f, &r) != SSPR_OK) {
			log_warn("ALARM: a stored address does not open");
			continue;
		}
		address = r.as.address.address;
		if (reach_is_open(&v->conf, f->method, address))
			add_told(t, reach_by(f->method, address), address);
		record_wipe(&r);
	}
}

/* All addresses of *a; a call is a nuisance, and made if nothing else is. */
static void
find_all(struct vault *v, const struct account *a, struct told *t)
{
	t->n = 0;
	find_told(v, a, false, t);
	if (t->n == 0)
		find_told(v, a, true, t);
}

/* Where something comes from, in words. */
static void
write_source(const struct source *s, char buf[static PROTO_HINT_MAX + 1])
{
	const char *text = "an unknown place";

	if (s->address[0] != '\0')
		text = s->address;
	else if (s->kind == SOURCE_CONSOLE)
		text = "the console";
	else if (s->kind != SOURCE_UNKNOWN)
		text = "this host";
	snprintf(buf, PROTO_HINT_MAX + 1, "%s", text);
}

/* What all messages of one event have. */
static void
begin(const struct vault *v, const struct session *s, const char *user,
    enum notice_kind kind, struct record_message *m)
{
	char correlation[IPC_CORRELATION_MAX + 1];

	*m = (struct record_message){ .notice = (uint8_t)kind,
		.at = vault_now(v) };
	memcpy(m->user, user, strnlen(user, RECORD_USER_MAX));
	write_source(&s->source, m->source);
	session_correlation(s, correlation);
	reference_of(correlation, m->reference);
}

static enum sspr_err
begin_about(struct vault *v, const struct session *s, const struct account *a,
    enum notice_kind kind, struct record_message *m)
{
	struct record r;
	enum sspr_err e;

	if ((e = account_open_owner(v->seal, a, &r)) == SSPR_OK) {
		begin(v, s, r.as.owner.name, kind, m);
		record_wipe(&r);
	}
	return e;
}

static enum sspr_err
add(struct vault *v, const struct record_message *base, enum method by,
    const char *address, uint64_t grant)
{
	struct record_message m = *base;

	m.method = (uint8_t)by;
	snprintf(m.address, sizeof(m.address), "%s", address);
	return outbox_add(v, &m, grant);
}

static enum sspr_err
add_all(struct vault *v, const struct record_message *base,
    const struct told *t, uint64_t grant)
{
	enum sspr_err e = SSPR_OK;

	for (size_t i = 0; i < t->n && e == SSPR_OK; i++)
		e = add(v, base, t->at[i].by, t->at[i].address, grant);
	return e;
}

/* Nobody has an address: the site's, or the log. */
static enum sspr_err
add_fallback(struct vault *v, const struct record_message *base, uint64_t grant)
{
	const char *address = v->conf.notify_fallback;

	if (reach_is_open(&v->conf, METHOD_NOTICE, address))
		return add(v, base, reach_by(METHOD_NOTICE, address), address,
		    grant);
	return add(v, base, METHOD_UNKNOWN, "", grant);
}

enum sspr_err
notice_tell(struct vault *v, const struct session *s, const struct account *a,
    enum notice_kind kind, enum method about, uint64_t grant)
{
	struct record_message m;
	struct told t;
	enum sspr_err e;

	if ((e = begin_about(v, s, a, kind, &m)) != SSPR_OK)
		return e;
	m.about = (uint8_t)about;
	find_all(v, a, &t);
	e = t.n > 0 ? add_all(v, &m, &t, grant) : add_fallback(v, &m, grant);
	secret_zero(&t, sizeof(t));
	return e;
}

/*
 * One administrator.  A record that does not verify is its owner's trouble,
 * and must not keep this reset from going on.
 */
static enum sspr_err
tell_admin(struct vault *v, const struct record_message *m,
    const uint8_t key[static ACCOUNT_KEY], uint64_t grant, size_t *told)
{
	struct account a;
	struct told t;
	enum sspr_err e;

	if ((e = store_get(v->store, key, &a)) == SSPR_OK &&
	    (e = account_verify(v->seal, &a)) == SSPR_OK) {
		find_all(v, &a, &t);
		e = add_all(v, m, &t, grant);
		*told += t.n;
		secret_zero(&t, sizeof(t));
	}
	return e == SSPR_SUSPENDED ? SSPR_OK : e;
}

/* Every administrator but the one of `but', unless that is NULL. */
static enum sspr_err
tell_admins(struct vault *v, const struct record_message *m,
    const struct account *but, uint64_t grant)
{
	const uint64_t now = vault_now(v);
	const uint64_t since = now > POLICY_ADMIN_S ? now - POLICY_ADMIN_S : 0;
	uint8_t key[ACCOUNT_KEY] = { 0 };
	size_t told = 0;
	enum sspr_err e;

	while ((e = store_next_admin(v->store, since, key)) == SSPR_OK) {
		if (but != NULL && secret_equal(key, but->key, sizeof(key)))
			continue;
		if ((e = tell_admin(v, m, key, grant, &told)) != SSPR_OK)
			return e;
	}
	if (e != SSPR_NO_USER)
		return e;
	return told > 0 ? SSPR_OK : add_fallback(v, m, grant);
}

enum sspr_err
notice_admins(struct vault *v, const struct session *s, const struct account *a,
    enum notice_kind kind, uint64_t grant)
{
	struct record_message m;
	enum sspr_err e = begin_about(v, s, a, kind, &m);

	return e == SSPR_OK ? tell_admins(v, &m, a, grant) : e;
}

enum sspr_err
notice_alarm(struct vault *v, enum notice_kind kind, const char *user)
{
	struct record_message m = { .notice = (uint8_t)kind,
		.at = vault_now(v),
		.source = "this host" };

	memcpy(m.user, user, strnlen(user, RECORD_USER_MAX));
	if (reach_is_open(&v->conf, METHOD_NOTICE, v->conf.notify_fallback))
		return add_fallback(v, &m, 0);
	return tell_admins(v, &m, NULL, 0);
}

/* The text that suits the way a code goes. */
static enum notice_kind
kind_by(enum notice_kind kind, enum method method)
{
	const bool code = kind == NOTICE_CODE;

	if (method == METHOD_SMS)
		return code ? NOTICE_CODE_SMS : NOTICE_CONFIRM_SMS;
	if (method == METHOD_LANDLINE)
		return code ? NOTICE_CODE_CALL : NOTICE_CONFIRM_CALL;
	return kind;
}

enum sspr_err
notice_code(struct vault *v, const struct session *s, enum notice_kind kind,
    enum method method, const char *address, const char *code)
{
	struct record_message m;

	begin(v, s, s->name, kind_by(kind, method), &m);
	m.method = (uint8_t)method;
	snprintf(m.address, sizeof(m.address), "%s", address);
	snprintf(m.code, sizeof(m.code), "%s", code);
	return outbox_add(v, &m, 0);
}
