/* SPDX-License-Identifier: MIT */
/*
 * placed.h - where resets come from, and the tests of it.
 */
#ifndef SSPR_TESTS_VAULT_PLACED_H
#define SSPR_TESTS_VAULT_PLACED_H

#include "people.h"

/* names says first whether the source is this host's own. */
static void
place(bool own)
{
	struct ipc_msg m = { .type = IPC_PLACE };

	m.as.place.id = lab.lookup.id;
	m.as.place.own = own;
	assert_int_equal(ipc_send(lab.names, &m, -1), SSPR_OK);
}

/* R-ENUM-1: also where the account then takes too long. */
static void
the_source_does_not_depend_on_the_account(void **state)
{
	struct proto_hello h = lab_hello(VERB_RESET, "alice");

	(void)state;
	lab.peer = 0;
	lab_says_hello(1, &h);
	lab_round();
	lab_hear();
	place(true);
	lab.ms += SESSION_LOOKUP_MS;
	lab_run();
	assert_true(lab_session(1)->decoy);
	assert_string_equal(lab_session(1)->source.key, "self");
}

/* R-THR-5 */
static void
the_source_is_what_hints_and_names_say(void **state)
{
	static const struct {
		const char *rhost, *tty, *key;
		bool own;
		bool meets;
	} cases[] = {
		{ "192.0.2.7", "ssh", "192.0.2.7", false, true },
		{ "192.0.2.7", "ssh", "self", true, false },
		{ "127.0.0.1", "ssh", "self", false, false },
		{ "198.51.100.1", "ssh", "198.51.100.1", false, false },
		{ "", "/dev/pts/3", "pts", false, false },
		{ "", "tty1", "tty:tty1", false, true },
		{ "host.example", "tty1", "unknown", false, false },
	};
	struct proto_hello h = lab_hello(VERB_RESET, "alice");

	(void)state;
	snprintf(lab.v->conf.source_shared, sizeof(lab.v->conf.source_shared),
	    "198.51.100.0/24");
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(h.rhost, sizeof(h.rhost), "%s", cases[i].rhost);
		snprintf(h.tty, sizeof(h.tty), "%s", cases[i].tty);
		lab.peer = 0;
		lab_says_hello(i, &h);
		lab_round();
		lab_hear();
		assert_string_equal(lab.lookup.source,
		    cases[i].key[0] == 'u' ||
			    strchr(cases[i].rhost, '.') == NULL
			? ""
			: cases[i].rhost);
		place(cases[i].own);
		lab_found(LAB_FOUND, ALICE, "alice");
		lab_run();
		assert_string_equal(lab_session(i)->source.key, cases[i].key);
		assert_int_equal(lab_session(i)->meets, cases[i].meets);
	}
	lab_begin(20, ALICE, VERB_RESET, "alice", LAB_FOUND, ALICE);
	assert_string_equal(lab_session(20)->source.key, "uid:1000");
	assert_true(lab_session(20)->meets);
	/* One of a decoy is as any other. */
	h = lab_hello(VERB_RESET, "mallory");
	lab_begin(21, 0, VERB_RESET, "mallory", 0, 0);
	assert_string_equal(lab_session(21)->source.key, "192.0.2.7");
}

#endif /* SSPR_TESTS_VAULT_PLACED_H */
