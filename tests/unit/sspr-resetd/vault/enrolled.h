/* SPDX-License-Identifier: MIT */
/*
 * enrolled.h - accounts with factors, and a key for them.
 */
#ifndef SSPR_TESTS_VAULT_ENROLLED_H
#define SSPR_TESTS_VAULT_ENROLLED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vault/account.h"

#define NOW 1700000000u

static struct seal *seal;
static const struct record nothing;

static int
set_up(void **state)
{
	const uint8_t key[SEAL_KEY] = { 42 };

	(void)state;
	return seal_new(key, &seal) == SSPR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	seal_free(seal);
	return 0;
}

static struct record_app
app(uint8_t seed)
{
	struct record_app a = { .hash = TOTP_SHA1, .digits = 6, .period = 30 };

	a.seed.len = TOTP_SEED;
	memset(a.seed.at, seed, TOTP_SEED);
	memcpy(a.label, "phone", 6);
	return a;
}

static void
make(struct account *a, uint32_t uid)
{
	struct record_owner owner = { .uid = uid,
		.name = "alice",
		.backend = "files" };

	assert_int_equal(account_new(seal, &owner, a), SSPR_OK);
}

[[maybe_unused]] static enum sspr_err
add_app(struct account *a, uint8_t seed, uint64_t now,
    struct account_factor **f)
{
	struct record r = { .type = RECORD_APP, .as.app = app(seed) };
	const enum sspr_err e =
	    account_add(seal, a, METHOD_APP, &r, now, now, f);

	assert_memory_equal(&r, &nothing, sizeof(r));
	return e;
}

[[maybe_unused]] static void
add(struct account *a, uint8_t seed)
{
	struct account_factor *f;

	assert_int_equal(add_app(a, seed, NOW, &f), SSPR_OK);
	f->used = 1000u + seed;
	f->last_used = NOW + 1;
	account_touch(seal, a);
}

/* A record of the type of a method, with something in it. */
static struct record
record_of(enum method m)
{
	struct record r = { .type = RECORD_ADDRESS };

	if (m == METHOD_APP)
		r = (struct record){ RECORD_APP, { .app = app(1) } };
	else if (m == METHOD_BACKUP) {
		r.type = RECORD_BACKUP;
		r.as.backup.salt.len = CODE_SALT;
	} else if (m == METHOD_QUESTIONS) {
		r.type = RECORD_QUESTION;
		memcpy(r.as.question.text, "First pet?", 10);
	} else if (m == METHOD_PASS) {
		r.type = RECORD_PASS;
		r.as.pass.issuer = 7;
	} else
		memcpy(r.as.address.address, "+15550100", 9);
	return r;
}

[[maybe_unused]] static struct account_factor *
add_one(struct account *a, enum method m, uint64_t now)
{
	struct record r = record_of(m);
	struct account_factor *f = NULL;

	assert_int_equal(account_add(seal, a, m, &r, now, now, &f), SSPR_OK);
	assert_ptr_equal(f, &a->factor[a->nfactors - 1]);
	account_touch(seal, a);
	return f;
}

/* An account with two apps, an address, two budgets and two sources. */
[[maybe_unused]] static void
make_rich(struct account *a, uint32_t uid)
{
	make(a, uid);
	add(a, 1);
	add(a, 2);
	add_one(a, METHOD_SMS, NOW)->ends = NOW + 5;
	account_meet(a, (const uint8_t[ACCOUNT_SOURCE]){ 2 }, NOW);
	account_meet(a, (const uint8_t[ACCOUNT_SOURCE]){ 1 }, NOW);
	a->reset_at = NOW;
	a->admin_at = NOW + 1;
	a->missing_at = NOW + 2;
	account_budget(a, METHOD_PASSWORD, CLASS_STRANGER)->limit =
	    (struct limit){ 2, NOW };
	account_budget(a, METHOD_APP, CLASS_STRANGER)->limit =
	    (struct limit){ 3, NOW };
	account_touch(seal, a);
	assert_int_equal(account_verify(seal, a), SSPR_OK);
}

#endif /* SSPR_TESTS_VAULT_ENROLLED_H */
