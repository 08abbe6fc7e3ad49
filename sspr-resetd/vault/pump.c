/* SPDX-License-Identifier: MIT */
/*
 * pump.c - the caps of R-DEL-3, counted in the ledger of sends, which is in
 * the database: reconnects, restarts and clocks that are set change nothing.
 */
#include <string.h>

#include "log.h"
#include "vault/pump.h"
#include "vault/reach.h"
#include "vault/vault.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HOUR     3600u
#define DAY      86400u

/* A send that is asked for. */
struct request {
	enum method m;
	struct store_send send;
	bool reserve; /* its account has known sources, but this is none */
	bool shared;  /* from a source of many people */
};

/* The figures of sspr.conf for a method. */
struct figures {
	uint32_t hour, day, source_hour, host_day;
};

static struct figures
figures_of(const struct conf *c, enum method m)
{
	if (m == METHOD_EMAIL)
		return (struct figures){ c->email_hour, c->email_day,
			c->email_source_hour, c->email_host_day };
	return (struct figures){ c->sms_hour, c->sms_day, c->sms_source_hour,
		c->sms_host_day };
}

static uint64_t
before(uint64_t now, uint64_t span)
{
	return now > span ? now - span : 0;
}

static const uint8_t *
key_by(const struct store_send *s, enum store_by by)
{
	if (by == STORE_BY_ACCOUNT)
		return s->account;
	if (by == STORE_BY_DESTINATION)
		return s->destination;
	return by == STORE_BY_SOURCE ? s->source : NULL;
}

/* Sends within a span that share something with r; sms goes with landline. */
static enum sspr_err
count(struct vault *v, const struct request *r, enum store_by by, bool known,
    uint32_t span, uint32_t *n, uint64_t *last)
{
	static const enum method calls[] = { METHOD_SMS, METHOD_LANDLINE },
				 mails[] = { METHOD_EMAIL };
	const bool mail = r->m == METHOD_EMAIL;
	const uint64_t since = before(r->send.at, span);
	uint32_t some;
	uint64_t at;
	enum sspr_err e;

	*n = 0;
	*last = 0;
	for (size_t i = 0; i < (mail ? COUNT(mails) : COUNT(calls)); i++) {
		e = store_count_sends(v->store,
		    (uint8_t)(mail ? mails : calls)[i], by,
		    key_by(&r->send, by), known, since, &some, &at);
		if (e != SSPR_OK)
			return e;
		*n += some;
		if (at > *last)
			*last = at;
	}
	return SSPR_OK;
}

/* SSPR_OK if there are fewer than most, and of strangers than their part. */
static enum sspr_err
check_cap(struct vault *v, const struct request *r, enum store_by by,
    uint32_t span, uint32_t most, bool reserve)
{
	uint32_t n;
	uint64_t last;
	enum sspr_err e;

	if ((e = count(v, r, by, true, span, &n, &last)) != SSPR_OK)
		return e;
	if (n >= most)
		return SSPR_THROTTLED;
	if (r->send.known || !reserve)
		return SSPR_OK;
	if ((e = count(v, r, by, false, span, &n, &last)) != SSPR_OK)
		return e;
	return n >= most - most / 3 ? SSPR_THROTTLED : SSPR_OK;
}

static enum sspr_err
check_caps(struct vault *v, const struct request *r)
{
	const struct figures f = figures_of(&v->conf, r->m);
	const struct cap {
		enum store_by by;
		uint32_t span, most;
		bool reserve;
	} caps[] = {
		{ STORE_BY_ACCOUNT, HOUR, f.hour, r->reserve },
		{ STORE_BY_ACCOUNT, DAY, f.day, r->reserve },
		{ STORE_BY_DESTINATION, DAY, f.day, r->reserve },
		{ STORE_BY_SOURCE, HOUR, f.source_hour, false },
		{ STORE_BY_ALL, DAY, f.host_day, true },
	};
	enum sspr_err e;

	for (size_t i = 0; i < COUNT(caps); i++) {
		if (caps[i].by == STORE_BY_SOURCE && r->shared)
			continue;
		if ((e = check_cap(v, r, caps[i].by, caps[i].span, caps[i].most,
			 caps[i].reserve)) != SSPR_OK)
			return e;
	}
	return SSPR_OK;
}

/* Whether this is the one send an hour that need not wait (story 3). */
static enum sspr_err
check_moved(struct vault *v, const struct request *r)
{
	uint32_t n;
	uint64_t last;
	enum sspr_err e;

	e = count(v, r, STORE_BY_ACCOUNT, true, HOUR, &n, &last);
	if (e != SSPR_OK || n != 1)
		return e == SSPR_OK ? SSPR_THROTTLED : e;
	e = count(v, r, STORE_BY_SOURCE, true, HOUR, &n, &last);
	if (e != SSPR_OK)
		return e;
	return n == 0 ? SSPR_OK : SSPR_THROTTLED;
}

static enum sspr_err
check_pause(struct vault *v, const struct request *r)
{
	uint32_t n, doublings;
	uint64_t last;
	enum sspr_err e;

	if (r->m == METHOD_EMAIL)
		return SSPR_OK;
	e = count(v, r, STORE_BY_ACCOUNT, true, DAY, &n, &last);
	if (e != SSPR_OK || n == 0)
		return e;
	doublings = n - 1 < PUMP_DOUBLINGS ? n - 1 : PUMP_DOUBLINGS;
	if (r->send.at >= last + ((uint64_t)PUMP_PAUSE_S << doublings))
		return SSPR_OK;
	return check_moved(v, r);
}

/* Whether nobody uses what is sent; the operator is told when it begins. */
static enum sspr_err
check_use(struct vault *v, const struct request *r)
{
	const struct method_row *row = method_row(r->m);
	uint32_t n, used;
	enum sspr_err e;

	if (r->m == METHOD_EMAIL)
		return SSPR_OK;
	e = store_redeemed(v->store, (uint8_t)r->m, PUMP_AMONG, &n, &used);
	if (e != SSPR_OK)
		return e;
	if (n < PUMP_AMONG || used * PUMP_PART >= n) {
		v->pumped &= ~METHOD_BIT(r->m);
		return SSPR_OK;
	}
	if ((v->pumped & METHOD_BIT(r->m)) == 0)
		alarm_raise(v, ALARM_PUMPED, (uint32_t)r->m, "",
		    "of the last %u codes sent by %s %u were used; none is "
		    "sent to strangers for a day",
		    n, row->name, used);
	v->pumped |= METHOD_BIT(r->m);
	return r->send.known ? SSPR_OK : SSPR_THROTTLED;
}

/* What an address is counted by, over all accounts. */
static void
destination_key(struct vault *v, const char *address,
    uint8_t key[static STORE_KEY])
{
	char target[ADDRESS_MAX + 1];
	uint8_t hash[SEAL_HASH];

	reach_target(address, target);
	seal_hash(v->seal, SEAL_INDEX, target, strlen(target), hash);
	memcpy(key, hash, STORE_KEY);
	secret_zero(target, sizeof(target));
}

enum sspr_err
pump_debit(struct vault *v, struct session *s, enum method m,
    const char *address)
{
	const bool known =
	    account_class(&s->account, s->source_hash) == CLASS_KNOWN;
	struct request r = { .m = m,
		.send = { .at = vault_now(v),
		    .method = (uint8_t)m,
		    .known = known },
		.reserve = !known && s->account.nknown > 0,
		.shared = s->source.shared };
	enum sspr_err e;

	memcpy(r.send.account, s->key, STORE_KEY);
	memcpy(r.send.source, s->source_hash, STORE_KEY);
	destination_key(v, address, r.send.destination);
	if ((e = store_cut_sends(v->store, before(r.send.at, DAY), 0)) !=
		SSPR_OK ||
	    (e = check_pause(v, &r)) != SSPR_OK ||
	    (e = check_caps(v, &r)) != SSPR_OK ||
	    (e = check_use(v, &r)) != SSPR_OK)
		return e;
	return store_add_send(v->store, &r.send);
}
