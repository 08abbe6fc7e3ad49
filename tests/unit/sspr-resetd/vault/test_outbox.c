/* SPDX-License-Identifier: MIT */
#include "letters.h"

/* R-DEL-4, R-DUR-2 S2: told when it is known how it ended. */
static void
what_is_held_waits_for_its_outcome(void **state)
{
	(void)state;
	add(NOTICE_RESET, METHOD_EMAIL, "", 7);
	add(NOTICE_RESET, METHOD_EMAIL, "", 8);
	add(NOTICE_ADMIN_RESET, METHOD_EMAIL, "", 8);
	later(DAY);
	assert_int_equal(post.n, 0);
	assert_int_equal(outbox_wait_ms(lab.v), UINT64_MAX);
	assert_int_equal(vault_write(lab.v, NULL), SSPR_OK);
	assert_int_equal(outbox_release(lab.v, 8, SSPR_NOT_CHANGED), SSPR_OK);
	post_run();
	assert_int_equal(post.n, 2);
	assert_string_equal(post.at[0].subject,
	    "Password reset of alice on web1 was begun");
	assert_string_equal(post.at[1].subject,
	    "Password of administrator alice on web1 was reset");
}

static void
a_released_notice_says_how_it_ended(void **state)
{
	static const char admins[] =
	    "Password of administrator alice on web1 was reset";
	static const struct {
		enum sspr_err outcome;
		const char *owner, *admins;
	} cases[] = {
		{ SSPR_OK, "Password of alice on web1 was reset", admins },
		{ SSPR_UNCERTAIN,
		    "Password of alice on web1 may have been reset", admins },
		{ SSPR_PARTLY, "Password of alice on web1 was reset in part",
		    admins },
		{ SSPR_UNLOCKED, "Account alice on web1 was unlocked",
		    "Administrator alice on web1 was unlocked" },
		{ SSPR_NOT_CHANGED, "Password reset of alice on web1 was begun",
		    admins },
		{ SSPR_WEAK, "Password reset of alice on web1 was begun",
		    admins },
		{ SSPR_DIRECTORY, "Password reset of alice on web1 was begun",
		    admins },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		post.n = 0;
		add(NOTICE_RESET, METHOD_EMAIL, "", i + 1);
		add(NOTICE_ADMIN_RESET, METHOD_SMS, "", i + 1);
		assert_int_equal(outbox_release(lab.v, i + 1, cases[i].outcome),
		    SSPR_OK);
		post_run();
		assert_int_equal(post.n, 2);
		assert_string_equal(post.at[0].subject, cases[i].owner);
		assert_string_equal(post.at[1].subject, cases[i].admins);
	}
}

static void
a_start_drops_what_was_taken_and_tells_what_was_held(void **state)
{
	(void)state;
	add_code();
	add(NOTICE_RESET, METHOD_EMAIL, "", 8);
	post_run();
	assert_int_equal(post.n, 1);
	add_notice(); /* queued, and never taken */
	outbox_take(lab.v);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	post_kill_vault();
	post_run();
	assert_int_equal(post.n, 2);
	assert_string_equal(post.at[1].subject,
	    "Password of alice on web1 may have been reset");
}

/* R-KEY-3: whoever has the disk reads neither address nor text. */
static void
nothing_of_a_message_is_in_the_database_in_clear(void **state)
{
	(void)state;
	add_code();
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	lab.v->writing = false;
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM message WHERE"
			     " instr(sealed, CAST('+4915112345678' AS BLOB))"
			     " OR instr(sealed, CAST('12345678' AS BLOB))"
			     " OR instr(sealed, CAST('alice' AS BLOB))"),
	    0);
	assert_int_equal(post_messages(), 1);
}

static void
a_message_that_others_wrote_is_dropped(void **state)
{
	(void)state;
	add_code();
	add_notice();
	add(NOTICE_RESET, METHOD_EMAIL, "", 8);
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
	lab.v->writing = false;
	store_close(lab.v->store);
	lab.v->store = NULL;
	disk_edit(lab.disk.db,
	    "UPDATE message SET sealed=zeroblob(length(sealed)) WHERE id<>2");
	post_kill_vault();
	post_run();
	assert_int_equal(post.n, 1);
	assert_int_equal(post.at[0].method, METHOD_EMAIL);
	assert_int_equal(post_messages(), 1);
}

#define IN_POST(f) cmocka_unit_test_setup_teardown(f, post_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_POST(what_is_held_waits_for_its_outcome),
		IN_POST(a_released_notice_says_how_it_ended),
		IN_POST(a_start_drops_what_was_taken_and_tells_what_was_held),
		IN_POST(nothing_of_a_message_is_in_the_database_in_clear),
		IN_POST(a_message_that_others_wrote_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
