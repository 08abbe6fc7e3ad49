/* SPDX-License-Identifier: MIT */
/*
 * compare.c - one function a method.  Time depends on the kind of method and
 * on how many factors of it there are, never on what was typed.
 */
#include <string.h>

#include "vault/code.h"
#include "vault/compare.h"
#include "vault/policy.h"
#include "vault/send.h"
#include "vault/totp.h"
#include "vault/vault.h"

/* Compare with one factor; what it finds goes to s->attempt. */
typedef enum sspr_err compare_one(struct vault *v, struct session *s,
    const struct account_factor *f, const struct record *r);

static enum sspr_err
with_app(struct vault *v, struct session *s, const struct account_factor *f,
    const struct record *r)
{
	const struct secret *code = &s->attempt.code;
	const struct totp t = { .seed = r->as.app.seed.at,
		.len = r->as.app.seed.len,
		.hash = r->as.app.hash,
		.digits = r->as.app.digits,
		.period = r->as.app.period,
		.strict = v->conf.strict_window };

	return totp_check(&t, vault_wall(), code->at, code->len, f->used,
	    &s->attempt.used);
}

static enum sspr_err
with_sheet(struct vault *v, struct session *s, const struct account_factor *f,
    const struct record *r)
{
	const struct secret *code = &s->attempt.code;
	uint32_t number = 0;
	enum sspr_err e;

	e = code_check_sheet(v->seal, &r->as.backup, f->used, code->at,
	    code->len, &number);
	if (e != SSPR_OK)
		return e;
	s->attempt.number = number;
	s->attempt.used = f->used | (uint64_t)1 << (number - 1);
	return SSPR_OK;
}

/* Whether anything but a pass can be proved. */
static bool
has_other(struct vault *v, const struct session *s)
{
	const uint32_t enabled = s->need.enabled & ~METHOD_BIT(METHOD_PASS);

	for (unsigned int m = 1; m < METHOD_COUNT; m++)
		if ((enabled & METHOD_BIT(m)) != 0 &&
		    account_usable(&s->account, (uint8_t)m, vault_now(v)) > 0)
			return true;
	return false;
}

/*
 * Not by who issued it.  It goes with one other method if any can be used,
 * unless it was issued for who lost everything; for an administrator always
 * (R-ADM-2, R-POL-1).
 */
static enum sspr_err
with_pass(struct vault *v, struct session *s, const struct account_factor *f,
    const struct record *r)
{
	const struct secret *code = &s->attempt.code;
	enum sspr_err e;

	e = code_check_pass(v->seal, &r->as.pass, code->at, code->len);
	if (e != SSPR_OK)
		return e;
	if (f->used != 0)
		return SSPR_CODE_REPLAY;
	if (r->as.pass.issuer != 0 && r->as.pass.issuer == s->uid)
		return SSPR_CODE_WRONG;
	s->attempt.used = 1;
	if (!has_other(v, s) && r->as.pass.issuer != 0 &&
	    vault_now(v) < f->created + POLICY_ALONE_S)
		return SSPR_CODE_WRONG; /* the owner may still object */
	if (!s->need.admin && (r->as.pass.alone != 0 || !has_other(v, s))) {
		s->need.pass_alone = true;
		s->need.count = 1;
	}
	return SSPR_OK;
}

/* The challenge is of the account, the method and the source. */
static enum sspr_err
with_sent(struct vault *v, struct session *s,
    [[maybe_unused]] const struct account_factor *f,
    [[maybe_unused]] const struct record *r)
{
	return send_compare(v, s, s->attempt.method, &s->attempt.challenge);
}

static compare_one *const by_method[METHOD_COUNT] = {
	[METHOD_APP] = with_app,
	[METHOD_BACKUP] = with_sheet,
	[METHOD_PASS] = with_pass,
	[METHOD_SMS] = with_sent,
	[METHOD_LANDLINE] = with_sent,
	[METHOD_EMAIL] = with_sent,
};

/* The same work for a decoy, whatever it finds. */
static void
with_nothing(struct vault *v, struct session *s)
{
	const struct account_factor f = { .method =
					      (uint8_t)s->attempt.method };
	struct record r = {
		.as.app = { .hash = TOTP_SHA1, .digits = 6, .period = 30 }
	};

	if (s->attempt.method == METHOD_APP)
		r.as.app.seed.len = TOTP_SEED;
	else
		memset(&r, 0, sizeof(r));
	/* A decoy is never accepted. */
	(void)by_method[s->attempt.method](v, s, &f, &r);
}

static void
with_factor(struct vault *v, struct session *s, const struct account_factor *f,
    enum sspr_err *best)
{
	struct record r;
	enum sspr_err e;

	/* What matched stays: a code goes to the first of two addresses. */
	if (*best == SSPR_OK || f->method != s->attempt.method ||
	    !account_is_usable(f, vault_now(v)) ||
	    account_open(v->seal, &s->account, f, &r) != SSPR_OK)
		return;
	e = by_method[f->method](v, s, f, &r);
	record_wipe(&r);
	if (e == SSPR_OK)
		s->attempt.factor = f->id;
	if (e == SSPR_OK || e == SSPR_CODE_REPLAY)
		*best = e;
}

enum sspr_err
compare_code(struct vault *v, struct session *s)
{
	const struct account *a = &s->account;
	const uint8_t m = (uint8_t)s->attempt.method;
	enum sspr_err best = SSPR_CODE_WRONG;

	if (by_method[m] == NULL)
		return SSPR_CODE_WRONG;
	for (size_t i = 0; !s->decoy && i < a->nfactors; i++)
		with_factor(v, s, &a->factor[i], &best);
	if (s->decoy || account_usable(a, m, vault_now(v)) == 0)
		with_nothing(v, s);
	return best;
}

struct account_factor *
compare_factor(struct vault *v, struct session *s, enum method m)
{
	struct account *a = &s->account;

	for (size_t i = 0; !s->decoy && i < a->nfactors; i++)
		if (a->factor[i].method == m &&
		    account_is_usable(&a->factor[i], vault_now(v)))
			return &a->factor[i];
	return NULL;
}

void
compare_destination(struct vault *v, struct session *s,
    uint8_t destination[static GATE_DESTINATION])
{
	const struct account_factor *f;
	uint8_t hash[SEAL_HASH];
	struct record r;

	memset(destination, 0, GATE_DESTINATION);
	if (method_row(s->attempt.method)->kind != METHOD_BORNE ||
	    (f = account_factor(&s->account, s->attempt.factor)) == NULL ||
	    account_open(v->seal, &s->account, f, &r) != SSPR_OK)
		return;
	seal_hash(v->seal, SEAL_INDEX, r.as.address.address,
	    strlen(r.as.address.address), hash);
	memcpy(destination, hash, GATE_DESTINATION);
	record_wipe(&r);
}

uint32_t
compare_left(uint64_t used)
{
	uint32_t left = CODE_BACKUPS;

	for (; used != 0; used &= used - 1)
		left--;
	return left;
}
