/* SPDX-License-Identifier: MIT */
/*
 * stored.h - an open store in a directory of its own, and accounts in it.
 */
#ifndef SSPR_TESTS_VAULT_STORED_H
#define SSPR_TESTS_VAULT_STORED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "disk.h"
#include "vault/store.h"

#define NOW  1700000000u
#define STEP 56666666u

static struct seal *seal;
static uint8_t check[SEAL_HASH];
static struct disk disk;
static struct store *st;

static enum sspr_err
reopen(void)
{
	const char *why = NULL;
	enum sspr_err e;

	store_close(st);
	st = NULL;
	e = store_open(disk.db, check, &st, &why);
	assert_non_null(why);
	assert_int_equal(e == SSPR_OK, st != NULL);
	return e;
}

static int
set_up(void **state)
{
	const uint8_t key[SEAL_KEY] = { 42 };

	(void)state;
	assert_int_equal(seal_new(key, &seal), SSPR_OK);
	seal_hash(seal, SEAL_CHECK, "sspr", 4, check);
	disk_open(&disk);
	disk_fails = 0;
	assert_int_equal(reopen(), SSPR_OK);
	return 0;
}

[[maybe_unused]] static int
tear_down(void **state)
{
	(void)state;
	store_close(st);
	st = NULL;
	seal_free(seal);
	disk_close(&disk);
	return 0;
}

/* Add a factor with an empty record of the right kind. */
static struct account_factor *
enrol(struct account *a, enum method m)
{
	struct record r = { .type = account_type((uint8_t)m) };
	struct account_factor *f;

	assert_int_equal(account_add(seal, a, m, &r, NOW, NOW, &f), SSPR_OK);
	return f;
}

/*
 * An account of that uid, not stored: two apps, a sheet and a number, two
 * budgets and two known sources.
 */
static void
make(struct account *a, uint32_t uid)
{
	struct record_owner owner = { .uid = uid, .name = "a" };

	assert_int_equal(account_new(seal, &owner, a), SSPR_OK);
	enrol(a, METHOD_APP)->used = STEP;
	enrol(a, METHOD_APP)->used = STEP;
	enrol(a, METHOD_BACKUP)->used = 5;
	enrol(a, METHOD_SMS)->ends = NOW + 9;
	account_factor(a, 4)->off = 1;
	account_budget(a, METHOD_APP, 0)->limit = (struct limit){ 3, NOW };
	account_budget(a, METHOD_PASSWORD, 0)->limit = (struct limit){ 1, 2 };
	account_meet(a, (const uint8_t[ACCOUNT_SOURCE]){ 9 }, NOW);
	account_meet(a, (const uint8_t[ACCOUNT_SOURCE]){ 0, 8 }, NOW + 1);
	a->reset_at = NOW + 2;
	a->missing_at = NOW + 3;
	account_touch(seal, a);
}

static void
put(const struct account *a, uint64_t was)
{
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_put(st, a, was), SSPR_OK);
	assert_int_equal(store_commit(st), SSPR_OK);
}

[[maybe_unused]] static void
put_new(struct account *a, uint32_t uid)
{
	make(a, uid);
	put(a, 0);
}

static enum sspr_err
get(const struct account *of, struct account *a)
{
	enum sspr_err e = store_get(st, of->key, a);

	return e == SSPR_OK ? account_verify(seal, a) : e;
}

[[maybe_unused]] static void
assert_stored(const struct account *want)
{
	struct account have;

	assert_int_equal(get(want, &have), SSPR_OK);
	assert_int_equal(have.generation, want->generation);
	assert_int_equal(have.nfactors, want->nfactors);
	for (size_t i = 0; i < have.nfactors; i++)
		assert_int_equal(have.factor[i].used, want->factor[i].used);
	assert_int_equal(have.nbudgets, want->nbudgets);
	assert_int_equal(have.nknown, want->nknown);
	assert_memory_equal(have.mac, want->mac, sizeof(have.mac));
}

[[maybe_unused]] static struct store_proof
proof_of(const struct account *a, uint8_t conversation)
{
	struct store_proof p = { .conversation = { conversation },
		.challenge = 1,
		.factor = 1,
		.method = METHOD_APP,
		.at = NOW };

	memcpy(p.account, a->key, sizeof(p.account));
	return p;
}

#endif /* SSPR_TESTS_VAULT_STORED_H */
