/* SPDX-License-Identifier: MIT */
#include "enrolled.h"

static void
assert_suspended(const struct account *a)
{
	assert_int_equal(account_verify(seal, a), SSPR_SUSPENDED);
}

/* The same account but for one changed bit, for every bit at p. */
static void
change_each_bit(struct account *a, void *p, size_t len)
{
	uint8_t *b = p;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_suspended(a);
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(account_verify(seal, a), SSPR_OK);
}

#define CHANGE(a, field) change_each_bit((a), &(field), sizeof(field))

static void
change_sealed(struct account *a, struct account_sealed *s)
{
	change_each_bit(a, s->at, s->len);
	s->len--;
	assert_suspended(a);
	s->len = (uint16_t)(s->len + 2);
	assert_suspended(a);
	s->len--;
}

/* R-KEY-2: the MAC is over every column. */
static void
any_bit_of_any_field_changed_suspends_the_account(void **state)
{
	struct account a;

	(void)state;
	make_rich(&a, 1000);
	CHANGE(&a, a.key);
	CHANGE(&a, a.generation);
	CHANGE(&a, a.next_factor);
	CHANGE(&a, a.reset_at);
	CHANGE(&a, a.admin_at);
	CHANGE(&a, a.missing_at);
	CHANGE(&a, a.mac);
	change_sealed(&a, &a.owner);
	for (size_t i = 0; i < a.nfactors; i++) {
		struct account_factor *f = &a.factor[i];

		CHANGE(&a, f->id);
		CHANGE(&a, f->method);
		CHANGE(&a, f->off);
		CHANGE(&a, f->used);
		CHANGE(&a, f->created);
		CHANGE(&a, f->last_used);
		CHANGE(&a, f->usable_from);
		CHANGE(&a, f->ends);
		CHANGE(&a, f->generation);
		change_sealed(&a, &f->sealed);
	}
	for (size_t i = 0; i < a.nbudgets; i++) {
		CHANGE(&a, a.budget[i].method);
		CHANGE(&a, a.budget[i].class);
		CHANGE(&a, a.budget[i].limit.failures);
		CHANGE(&a, a.budget[i].limit.last);
	}
	for (size_t i = 0; i < a.nknown; i++) {
		CHANGE(&a, a.known[i].source);
		CHANGE(&a, a.known[i].at);
	}
}

static void
a_row_added_dropped_or_moved_suspends_the_account(void **state)
{
	struct account a, b;

	(void)state;
	make_rich(&a, 1000);
	b = a;
	b.nfactors--;
	assert_suspended(&b);
	b = a;
	b.nbudgets--;
	assert_suspended(&b);
	b = a;
	b.nknown--;
	assert_suspended(&b);
	b = a;
	b.nfactors++;
	assert_suspended(&b);
	b = a;
	(void)account_budget(&b, 2, 0);
	assert_suspended(&b);
	b = a;
	account_meet(&b, (const uint8_t[ACCOUNT_SOURCE]){ 3 }, NOW);
	assert_suspended(&b);
	b = a;
	account_meet(&b, (const uint8_t[ACCOUNT_SOURCE]){ 1 }, NOW + 1);
	assert_suspended(&b);
	b = a;
	assert_int_equal(account_end(&b, 1, NOW + 9, NOW), SSPR_OK);
	assert_suspended(&b);
	b = a;
	b.factor[0] = a.factor[1];
	b.factor[1] = a.factor[0];
	assert_suspended(&b);
}

static void
what_belongs_to_another_account_suspends_this(void **state)
{
	struct account a, b, c;

	(void)state;
	make_rich(&a, 1000);
	make_rich(&b, 1001);
	c = a;
	c.owner = b.owner;
	assert_suspended(&c);
	c = a;
	c.factor[0].sealed = b.factor[0].sealed;
	assert_suspended(&c);
	c = a;
	memcpy(c.mac, b.mac, sizeof(c.mac));
	assert_suspended(&c);
	c = a; /* all of it but the key */
	memcpy(c.key, b.key, sizeof(c.key));
	assert_suspended(&c);
}

/* Even under a MAC that holds, a blob opens only where it was sealed. */
static void
a_blob_opens_only_in_its_account_factor_and_generation(void **state)
{
	struct account a, b;
	struct account_factor f;
	struct record r;

	(void)state;
	make_rich(&a, 1000);
	make_rich(&b, 1001);
	assert_int_equal(account_open(seal, &a, &a.factor[0], &r), SSPR_OK);
	assert_int_equal(r.as.app.seed.at[0], 1);
	assert_int_equal(account_open(seal, &b, &a.factor[0], &r),
	    SSPR_SUSPENDED);
	f = a.factor[0];
	f.sealed = a.factor[1].sealed;
	assert_int_equal(account_open(seal, &a, &f, &r), SSPR_SUSPENDED);
	f = a.factor[0];
	f.generation++;
	assert_int_equal(account_open(seal, &a, &f, &r), SSPR_SUSPENDED);
	f = a.factor[0];
	f.sealed = a.owner;
	f.id = 0;
	f.generation = 0;
	assert_int_equal(account_open(seal, &a, &f, &r), SSPR_SUSPENDED);
	a.owner = b.owner;
	assert_int_equal(account_open_owner(seal, &a, &r), SSPR_SUSPENDED);
	a.owner.len = SEAL_OVERHEAD - 1;
	assert_int_equal(account_open_owner(seal, &a, &r), SSPR_SUSPENDED);
	a.owner.len = UINT16_MAX;
	assert_int_equal(account_open_owner(seal, &a, &r), SSPR_SUSPENDED);
}

static void
an_old_state_under_the_present_mac_suspends_the_account(void **state)
{
	struct account old, a;

	(void)state;
	make_rich(&old, 1000);
	a = old;
	a.factor[0].used += 5;
	account_touch(seal, &a);
	assert_int_equal(a.generation, old.generation + 1);
	memcpy(old.mac, a.mac, sizeof(old.mac));
	assert_suspended(&old);
	old.generation = a.generation;
	assert_suspended(&old);
}

static void
another_key_verifies_nothing(void **state)
{
	const uint8_t key[SEAL_KEY] = { 43 };
	struct seal *other;
	struct account a;

	(void)state;
	make_rich(&a, 1000);
	assert_int_equal(seal_new(key, &other), SSPR_OK);
	assert_int_equal(account_verify(other, &a), SSPR_SUSPENDED);
	seal_free(other);
}

/* R-THR-3 */
static void
the_key_is_that_of_backend_and_uid(void **state)
{
	uint8_t a[ACCOUNT_KEY], b[ACCOUNT_KEY];

	(void)state;
	account_key(seal, "files", 1000, a);
	account_key(seal, "files", 1000, b);
	assert_memory_equal(a, b, sizeof(a));
	account_key(seal, "files", 1001, b);
	assert_memory_not_equal(a, b, sizeof(a));
	account_key(seal, "nss", 1000, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
the_owner_and_the_apps_come_back_as_they_were_given(void **state)
{
	const struct record_app want = app(2);
	struct account a;
	struct record r;

	(void)state;
	make_rich(&a, 1000);
	assert_int_equal(account_open_owner(seal, &a, &r), SSPR_OK);
	assert_int_equal(r.as.owner.uid, 1000);
	assert_string_equal(r.as.owner.name, "alice");
	assert_string_equal(r.as.owner.backend, "files");
	assert_int_equal(account_open(seal, &a, &a.factor[1], &r), SSPR_OK);
	assert_memory_equal(&r.as.app, &want, sizeof(want));
}

/* The longest names and addresses, and all places taken. */
static void
the_fullest_account_there_can_be_verifies(void **state)
{
	struct record_owner owner = { .uid = UINT32_MAX };
	struct record r = { .type = RECORD_ADDRESS };
	struct account_factor *f;
	struct account a;

	(void)state;
	memset(owner.name, 'n', PROTO_USER_MAX);
	memset(owner.backend, 'b', IPC_BACKEND_MAX);
	memset(r.as.address.address, 'a', IPC_ADDRESS_MAX);
	memset(r.as.address.label, 'l', PROTO_LABEL_MAX);
	assert_int_equal(account_new(seal, &owner, &a), SSPR_OK);
	assert_int_equal(account_add(seal, &a, METHOD_SMS, &r, UINT64_MAX,
			     UINT64_MAX, &f),
	    SSPR_OK);
	while (a.nfactors < ACCOUNT_FACTORS_MAX)
		a.factor[a.nfactors++] = a.factor[0];
	for (size_t i = 0; i < ACCOUNT_FACTORS_MAX; i++)
		a.factor[i].sealed.len = ACCOUNT_SEALED_MAX;
	for (uint8_t i = 0; i < ACCOUNT_BUDGETS_MAX; i++)
		assert_non_null(account_budget(&a, i, i));
	for (uint8_t i = 0; i < ACCOUNT_KNOWN_MAX; i++)
		account_meet(&a, (const uint8_t[ACCOUNT_SOURCE]){ i }, NOW);
	a.owner.len = ACCOUNT_SEALED_MAX;
	account_touch(seal, &a);
	assert_int_equal(account_verify(seal, &a), SSPR_OK);
	a.factor[31].sealed.at[ACCOUNT_SEALED_MAX - 1] ^= 1;
	assert_suspended(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    any_bit_of_any_field_changed_suspends_the_account),
		cmocka_unit_test(
		    a_row_added_dropped_or_moved_suspends_the_account),
		cmocka_unit_test(what_belongs_to_another_account_suspends_this),
		cmocka_unit_test(
		    a_blob_opens_only_in_its_account_factor_and_generation),
		cmocka_unit_test(
		    an_old_state_under_the_present_mac_suspends_the_account),
		cmocka_unit_test(another_key_verifies_nothing),
		cmocka_unit_test(the_key_is_that_of_backend_and_uid),
		cmocka_unit_test(
		    the_owner_and_the_apps_come_back_as_they_were_given),
		cmocka_unit_test(the_fullest_account_there_can_be_verifies),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
