/* SPDX-License-Identifier: MIT */
/*
 * people.h - who is enrolled in the vault of lab.h, and their codes.
 */
#ifndef SSPR_TESTS_VAULT_PEOPLE_H
#define SSPR_TESTS_VAULT_PEOPLE_H

#include "lab.h"
#include "vault/code.h"

#define ALICE 1000u
#define BOB   1001u

[[maybe_unused]] static int
people_of_directory(void **state)
{
	(void)state;
	lab_backend = IPC_NSS;
	return 0;
}

[[maybe_unused]] static int
people_of_files(void **state)
{
	(void)state;
	lab_backend = IPC_FILES;
	return 0;
}

/* All tests twice: people of the passwd file, and of a directory. */
#define PEOPLE_OF_BOTH(tests)                                      \
	(cmocka_run_group_tests_name("files", tests, NULL, NULL) + \
	    cmocka_run_group_tests_name("directory", tests,        \
		people_of_directory, people_of_files))

/* Somebody's seed. */
static void
people_seed(uint32_t uid, uint8_t seed[static TOTP_SEED])
{
	memset(seed, (int)(uid % 251 + 1), TOTP_SEED);
}

/* What their app shows in a time step. */
[[maybe_unused]] static const char *
people_code(uint32_t uid, uint64_t step)
{
	static char code[9];
	uint8_t seed[TOTP_SEED];

	people_seed(uid, seed);
	assert_int_equal(oath_totp_generate((const char *)seed, TOTP_SEED,
			     (time_t)(step * 30), 30, 0, 6, code),
	    OATH_OK);
	return code;
}

/* A code their app shows in no step of the window. */
[[maybe_unused]] static const char *
people_wrong(uint32_t uid)
{
	static char wrong[9];
	unsigned int n = 0;
	bool is_right;

	do {
		snprintf(wrong, sizeof(wrong), "%06u", ++n);
		is_right = false;
		for (uint64_t s = LAB_STEP - 4; s <= LAB_STEP + 4; s++)
			if (strcmp(people_code(uid, s), wrong) == 0)
				is_right = true;
	} while (is_right);
	return wrong;
}

/* Their account as it is stored. */
[[maybe_unused]] static struct account
people_account(uint32_t uid)
{
	uint8_t key[ACCOUNT_KEY];
	struct account a;

	account_key(lab.v->seal, lab_backend, uid, key);
	assert_int_equal(store_get(lab.v->store, key, &a), SSPR_OK);
	assert_int_equal(account_verify(lab.v->seal, &a), SSPR_OK);
	return a;
}

static void
people_put(const struct account *a, uint64_t was)
{
	assert_int_equal(store_begin(lab.v->store), SSPR_OK);
	assert_int_equal(store_put(lab.v->store, a, was), SSPR_OK);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
}

[[maybe_unused]] static void
people_enrol(uint32_t uid, const char *name)
{
	struct record_owner owner = { .uid = uid };
	struct record r = { .type = RECORD_APP,
		.as.app = { .hash = TOTP_SHA1,
		    .digits = 6,
		    .period = 30,
		    .label = "phone" } };
	struct account_factor *f;
	struct account a;

	snprintf(owner.name, sizeof(owner.name), "%s", name);
	snprintf(owner.backend, sizeof(owner.backend), "%s", lab_backend);
	r.as.app.seed.len = TOTP_SEED;
	people_seed(uid, r.as.app.seed.at);
	assert_int_equal(account_new(lab.v->seal, &owner, &a), SSPR_OK);
	assert_int_equal(account_add(lab.v->seal, &a, METHOD_APP, &r,
			     LAB_S - 9999, LAB_S - 9999, &f),
	    SSPR_OK);
	account_touch(lab.v->seal, &a);
	people_put(&a, 0);
}

/* Add a factor of a method, usable for long, to their account; its id. */
[[maybe_unused]] static uint32_t
people_add(uint32_t uid, enum method m, struct record r)
{
	struct account a = people_account(uid);
	const uint64_t was = a.generation;
	struct account_factor *f;

	assert_int_equal(account_add(lab.v->seal, &a, m, &r, LAB_S - 9999,
			     LAB_S - 9999, &f),
	    SSPR_OK);
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	return f->id;
}

/* Recovery codes of theirs, as they are printed. */
[[maybe_unused]] static uint32_t
people_sheet(uint32_t uid, char sheet[static CODE_BACKUPS][CODE_BACKUP_SIZE])
{
	struct record r = { .type = RECORD_BACKUP };

	code_new_sheet(lab.v->seal, &r.as.backup, sheet);
	return people_add(uid, METHOD_BACKUP, r);
}

/* A pass for them, issued by an operator; alone: everything else is lost. */
[[maybe_unused]] static uint32_t
people_pass(uint32_t uid, bool alone, uint32_t issuer,
    char code[static CODE_PASS_SIZE])
{
	struct record r = { .type = RECORD_PASS,
		.as.pass = { .alone = alone, .issuer = issuer } };

	code_new_pass(lab.v->seal, &r.as.pass, code);
	return people_add(uid, METHOD_PASS, r);
}

/* An address of theirs. */
[[maybe_unused]] static uint32_t
people_address(uint32_t uid, enum method m, const char *address)
{
	struct record r = { .type = RECORD_ADDRESS };

	snprintf(r.as.address.address, sizeof(r.as.address.address), "%s",
	    address);
	return people_add(uid, m, r);
}

/* How many tries are counted against them. */
[[maybe_unused]] static uint32_t
people_failures(uint32_t uid, uint8_t method)
{
	struct account a = people_account(uid);

	return account_budget(&a, method, CLASS_STRANGER)->limit.failures;
}

[[maybe_unused]] static void
people_set_failures(uint32_t uid, uint8_t method, struct limit l)
{
	struct account a = people_account(uid);
	const uint64_t was = a.generation;

	account_budget(&a, method, CLASS_STRANGER)->limit = l;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

#endif /* SSPR_TESTS_VAULT_PEOPLE_H */
