/* SPDX-License-Identifier: MIT */
/*
 * excluded.h - what can make an account, or its stored record, one that is not
 * reset.
 */
#ifndef SSPR_TESTS_VAULT_EXCLUDED_H
#define SSPR_TESTS_VAULT_EXCLUDED_H

#include "desk.h"
#include "vault/policy.h"

/* Say HELLO and let names be asked. */
[[maybe_unused]] static void
hello(uint32_t conn, uid_t peer, enum proto_verb verb, const char *user)
{
	const struct proto_hello h = lab_hello(verb, user);

	lab.peer = peer;
	lab_says_hello(conn, &h);
	lab_round();
	lab_hear();
}

[[maybe_unused]] static bool
is_decoy(uint32_t conn)
{
	struct session *s = lab_session(conn);

	assert_non_null(s);
	assert_int_equal(s->state, STATE_CODE);
	assert_int_equal(s->challenge, 1);
	return s->decoy;
}

[[maybe_unused]] static void
set_admin_never(void)
{
	lab.v->conf.admin_reset = CONF_ADMIN_NEVER;
}

[[maybe_unused]] static void
enable_none(void)
{
	lab.v->conf.enable = CONF_ENABLE_NONE;
}

[[maybe_unused]] static void
enable_selected(void)
{
	lab.v->conf.enable = CONF_ENABLE_SELECTED;
}

[[maybe_unused]] static void
disable_apps(void)
{
	snprintf(lab.v->conf.methods, sizeof(lab.v->conf.methods), "backup");
}

/* Change alice's app, and write it back. */
[[maybe_unused]] static void
edit_app(uint8_t off, uint64_t usable_from, uint64_t ends)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	a.factor[0].off = off;
	a.factor[0].usable_from = usable_from;
	a.factor[0].ends = ends;
	a.missing_at = 0;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

[[maybe_unused]] static void
switch_off(void)
{
	edit_app(1, 1, 0);
}

[[maybe_unused]] static void
let_cool_off(void)
{
	edit_app(0, vault_now(lab.v) + 99, 0);
}

[[maybe_unused]] static void
remove_all(void)
{
	edit_app(0, 1, vault_now(lab.v));
}

[[maybe_unused]] static void
have_notices_only(void)
{
	edit_app(0, 1, vault_now(lab.v));
	people_address(ALICE, METHOD_NOTICE, "ann@example.org");
}

/* R-ENR-4 */
[[maybe_unused]] static void
go_missing(void)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	a.missing_at = vault_now(lab.v);
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

/* The site and the account as they were at first. */
[[maybe_unused]] static void
restore(void)
{
	conf_default(&lab.v->conf);
	edit_app(0, 1, 0);
}

[[maybe_unused]] static void
seen_as_admin(uint64_t ago)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	a.admin_at = vault_now(lab.v) - ago;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

[[maybe_unused]] static void
reopen(void)
{
	uint8_t check[SEAL_HASH];
	const char *why;

	seal_hash(lab.v->seal, SEAL_CHECK, "sspr", 4, check);
	assert_int_equal(store_open(lab.disk.db, check, &lab.v->store, &why),
	    SSPR_OK);
}

/* R-KEY-2, promise 5: what somebody without the key can do to a row. */
[[maybe_unused]] static const char *const edits[] = {
	"UPDATE account SET generation=generation+1",
	"UPDATE account SET next_factor=next_factor+1",
	"UPDATE account SET owner=zeroblob(length(owner))",
	"UPDATE account SET mac=zeroblob(32)",
	"CREATE TEMP TABLE b AS SELECT key, mac FROM account; "
	"UPDATE account SET mac=(SELECT mac FROM b WHERE b.key<>account.key)",
	"CREATE TEMP TABLE b AS SELECT key, owner FROM account; UPDATE account "
	"SET owner=(SELECT owner FROM b WHERE b.key<>account.key)",
	"UPDATE factor SET id=id+1",
	"UPDATE factor SET id=id+(1<<32)",
	"UPDATE factor SET method=method+256",
	"UPDATE factor SET used=used+0.5",
	"UPDATE factor SET created=created||'x'",
	"UPDATE account SET next_factor=next_factor+(1<<32)",
	"UPDATE budget SET failures=failures+(1<<32)",
	"UPDATE budget SET class=256",
	"UPDATE factor SET method=2",
	"UPDATE factor SET used=used-1",
	"UPDATE factor SET used=used+1",
	"UPDATE factor SET created=created+1",
	"UPDATE factor SET last_used=last_used+1",
	"UPDATE factor SET usable_from=0",
	"UPDATE factor SET generation=generation+1",
	"CREATE TEMP TABLE b AS SELECT account, sealed FROM factor; "
	"UPDATE factor SET sealed=(SELECT sealed FROM b WHERE "
	"b.account<>factor.account)",
	"UPDATE factor SET id=2, account=(SELECT key FROM account WHERE "
	"key<>factor.account)",
	"DELETE FROM factor",
	"INSERT INTO factor SELECT account, 2, method, off, used, created, "
	"last_used, usable_from, ends, generation, sealed FROM factor",
	"UPDATE factor SET off=1",
	"UPDATE factor SET ends=1999999999",
	"UPDATE account SET reset_at=1",
	"UPDATE account SET admin_at=1",
	"UPDATE account SET missing_at=1",
	"INSERT INTO known SELECT key, zeroblob(16), 1 FROM account",
	"UPDATE budget SET failures=0",
	"UPDATE budget SET last=last-1",
	"UPDATE budget SET class=1",
	"UPDATE budget SET method=2",
	"DELETE FROM budget",
	"INSERT INTO budget SELECT key, 9, 0, 0, 0 FROM account",
};

#endif /* SSPR_TESTS_VAULT_EXCLUDED_H */
