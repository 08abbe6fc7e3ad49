/* SPDX-License-Identifier: MIT */
/*
 * records.h - the records that clients of lab.h were told, and factors of any
 * method for its people.
 */
#ifndef SSPR_TESTS_VAULT_RECORDS_H
#define SSPR_TESTS_VAULT_RECORDS_H

#include "people.h"

/* The n-th message of a type that a client was told; false: there is none. */
static bool
records_find(uint32_t conn, enum proto_type type, size_t n, struct proto_msg *m)
{
	const struct lab_told *t = &lab.told[conn % LAB_CONNS];
	size_t len;

	for (size_t at = 0; at < t->len; at += len) {
		len = 4 + (size_t)(t->raw[at + 2] << 8 | t->raw[at + 3]);
		assert_int_equal(proto_decode(t->raw + at, len, PROTO_DOWN, m),
		    SSPR_OK);
		if (m->type == type && n-- == 0)
			return true;
	}
	return false;
}

/* The FACTOR of a method, which must be there. */
[[maybe_unused]] static struct proto_factor
records_factor(uint32_t conn, const char *method)
{
	struct proto_msg m;

	for (size_t n = 0; records_find(conn, MSG_FACTOR, n, &m); n++)
		if (strcmp(m.as.factor.method, method) == 0)
			return m.as.factor;
	fail_msg("no factor %s", method);
	return (struct proto_factor){ 0 };
}

[[maybe_unused]] static size_t
records_count(uint32_t conn, enum proto_type type)
{
	struct proto_msg m;
	size_t n = 0;

	while (records_find(conn, type, n, &m))
		n++;
	return n;
}

/* Add a factor to somebody's account; its id. */
[[maybe_unused]] static uint32_t
records_give(uint32_t uid, enum method method, struct record r)
{
	struct account a = people_account(uid);
	const uint64_t was = a.generation;
	struct account_factor *f;

	assert_int_equal(account_add(lab.v->seal, &a, method, &r,
			     vault_now(lab.v), LAB_S - 9999, &f),
	    SSPR_OK);
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	return f->id;
}

/* An address of somebody; its id. */
[[maybe_unused]] static uint32_t
records_address(uint32_t uid, enum method method, const char *address)
{
	struct record r = { .type = RECORD_ADDRESS };

	snprintf(r.as.address.address, sizeof(r.as.address.address), "%s",
	    address);
	return records_give(uid, method, r);
}

/* Somebody's factor as it is stored, to be changed by the caller's account. */
[[maybe_unused]] static struct account_factor *
records_of(struct account *a, enum method method)
{
	for (size_t i = a->nfactors; i-- > 0;)
		if (a->factor[i].method == method)
			return &a->factor[i];
	fail_msg("no factor of method %d", method);
	return NULL;
}

#endif /* SSPR_TESTS_VAULT_RECORDS_H */
