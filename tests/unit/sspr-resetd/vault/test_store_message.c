/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/wait.h>

#include "stored.h"

static void
begin(void)
{
	assert_int_equal(store_begin(st), SSPR_OK);
}

static void
commit(void)
{
	assert_int_equal(store_commit(st), SSPR_OK);
}

static int64_t
number(const char *sql)
{
	return disk_number(&disk, sql);
}

static struct store_challenge
challenge(uint32_t n)
{
	const uint32_t source = n / STORE_CHALLENGES_SOURCE;
	struct store_challenge c = { .method = METHOD_SMS,
		.made = NOW,
		.until = NOW + 600,
		.tries = n % 3,
		.hash = { (uint8_t)n, 0xee } };

	memcpy(c.key, &n, sizeof(n));
	memcpy(c.source, &source, sizeof(source));
	return c;
}

static void
a_challenge_comes_back_as_it_was_put(void **state)
{
	struct store_challenge want = challenge(7), have;

	(void)state;
	memset(&have, 0, sizeof(have));
	assert_int_equal(store_get_challenge(st, want.key, &have),
	    SSPR_NO_FACTOR);
	for (int i = 0; i < 3; i++) {
		begin();
		assert_int_equal(store_put_challenge(st, &want), SSPR_OK);
		commit();
		assert_int_equal(reopen(), SSPR_OK);
		assert_int_equal(store_get_challenge(st, want.key, &have),
		    SSPR_OK);
		assert_memory_equal(have.key, want.key, sizeof(have.key));
		assert_memory_equal(have.hash, want.hash, sizeof(have.hash));
		assert_int_equal(have.method, want.method);
		assert_int_equal(have.made, want.made);
		assert_int_equal(have.until, want.until);
		assert_int_equal(have.tries, want.tries);
		want.tries++;
		want.until++;
		want.hash[15]++;
	}
	want.key[15] ^= 1;
	assert_int_equal(store_get_challenge(st, want.key, &have),
	    SSPR_NO_FACTOR);
}

/* One source cannot fill the table for everybody. */
static void
a_source_has_only_so_many_challenges(void **state)
{
	struct store_challenge c;

	(void)state;
	begin();
	for (uint32_t n = 0; n < STORE_CHALLENGES_SOURCE; n++) {
		c = challenge(n);
		assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	}
	c = challenge(STORE_CHALLENGES_SOURCE - 1);
	c.tries = 2; /* one that is there may still change */
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	c.key[3] ^= 0x80;
	c.made++; /* the oldest one makes room */
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	c = challenge(STORE_CHALLENGES_SOURCE); /* of another source */
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	commit();
	assert_int_equal(number("SELECT count(*) FROM challenge"),
	    STORE_CHALLENGES_SOURCE + 1);
}

static void
there_are_never_more_challenges_than_may_be(void **state)
{
	struct store_challenge c;

	(void)state;
	begin();
	for (uint32_t n = 0; n < STORE_CHALLENGES; n++) {
		c = challenge(n);
		assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	}
	c = challenge(STORE_CHALLENGES);
	assert_int_equal(store_put_challenge(st, &c), SSPR_BUSY);
	c = challenge(5); /* one that is there may still change */
	c.tries = 3;
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	c.until = NOW - 1;
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	assert_int_equal(store_cut_challenges(st, NOW), SSPR_OK);
	c = challenge(STORE_CHALLENGES);
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	assert_int_equal(store_cut_challenges(st, NOW + 600), SSPR_OK);
	commit();
	assert_int_equal(number("SELECT count(*) FROM challenge"),
	    STORE_CHALLENGES);
	begin();
	assert_int_equal(store_cut_challenges(st, NOW + 601), SSPR_OK);
	commit();
	assert_int_equal(number("SELECT count(*) FROM challenge"), 0);
}

/* Promise 4: a sent code, from any number of parallel sessions. */
static void
of_fifty_acceptances_of_a_sent_code_exactly_one_is(void **state)
{
	const struct store_challenge c = challenge(1);
	struct store_challenge wrong = c;
	unsigned int accepted = 0;
	struct store_proof p;
	struct account a;
	enum sspr_err e;

	(void)state;
	make(&a, 1000);
	begin();
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	commit();
	wrong.hash[0] ^= 1;
	for (uint8_t i = 0; i < 50; i++) {
		p = proof_of(&a, i);
		p.method = METHOD_SMS;
		begin();
		assert_int_equal(store_accept_sent(st, &p, &wrong),
		    SSPR_CODE_REPLAY);
		e = store_accept_sent(st, &p, &c);
		assert_true(e == SSPR_OK || e == SSPR_CODE_REPLAY);
		accepted += e == SSPR_OK;
		commit();
		assert_int_equal(store_has_proof(st, &p),
		    e == SSPR_OK ? SSPR_OK : SSPR_DENIED);
		if (i % 10 == 9)
			assert_int_equal(reopen(), SSPR_OK);
	}
	assert_int_equal(accepted, 1);
	assert_int_equal(number("SELECT count(*) FROM proof"), 1);
	assert_int_equal(number("SELECT count(*) FROM challenge"), 0);
	assert_int_equal(number("SELECT value FROM meta WHERE "
				"key='generation'"),
	    1);
}

static void
a_challenge_that_is_not_ours_is_told(void **state)
{
	const struct store_challenge c = challenge(1);
	struct store_challenge have;

	(void)state;
	begin();
	assert_int_equal(store_put_challenge(st, &c), SSPR_OK);
	commit();
	store_close(st);
	st = NULL;
	disk_edit(disk.db, "UPDATE challenge SET tries=-1");
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(store_get_challenge(st, c.key, &have), SSPR_SUSPENDED);
	store_close(st);
	st = NULL;
	disk_edit(disk.db, "UPDATE challenge SET tries=0, hash=x'00'");
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(store_get_challenge(st, c.key, &have), SSPR_SUSPENDED);
}

static struct store_message
message(enum store_state state, uint64_t grant, uint64_t due)
{
	struct store_message m = { .state = (uint8_t)state,
		.grant = grant,
		.due = due,
		.sealed.len = 3 };

	memcpy(m.sealed.at, "abc", 3);
	return m;
}

static uint64_t
add(enum store_state state, uint64_t grant, uint64_t due)
{
	struct store_message m = message(state, grant, due);

	assert_int_equal(store_add_message(st, &m), SSPR_OK);
	return m.id;
}

/* The ids of a state that are due, as digits. */
static const char *
ids(enum store_state state, uint64_t now)
{
	static char text[32];
	struct store_message m = { 0 };
	size_t n = 0;

	while (store_next_message(st, state, m.id, now, &m) == SSPR_OK) {
		assert_int_equal(m.state, state);
		assert_true(n < sizeof(text) - 1);
		text[n++] = (char)('0' + m.id);
	}
	text[n] = '\0';
	return text;
}

static void
messages_come_in_order_when_they_are_due(void **state)
{
	struct store_message m;
	uint64_t due = 0;

	(void)state;
	assert_string_equal(ids(STORE_QUEUED, UINT64_MAX), "");
	assert_int_equal(store_due(st, &due), SSPR_OK);
	assert_true(due == UINT64_MAX);
	begin();
	assert_int_equal(add(STORE_QUEUED, 0, NOW + 5), 1);
	assert_int_equal(add(STORE_HELD, 77, NOW), 2);
	assert_int_equal(add(STORE_QUEUED, 0, NOW), 3);
	assert_int_equal(add(STORE_HELD, 78, NOW + 9), 4);
	assert_int_equal(add(STORE_QUEUED, 0, NOW + 3), 5);
	commit();
	assert_string_equal(ids(STORE_QUEUED, NOW - 1), "");
	assert_string_equal(ids(STORE_QUEUED, NOW), "3");
	assert_string_equal(ids(STORE_QUEUED, NOW + 4), "35");
	assert_string_equal(ids(STORE_QUEUED, NOW + 5), "135");
	assert_string_equal(ids(STORE_HELD, UINT64_MAX), "24");
	assert_string_equal(ids(STORE_TAKEN, UINT64_MAX), "");
	assert_int_equal(store_due(st, &due), SSPR_OK);
	assert_int_equal(due, NOW);
	assert_int_equal(store_next_message(st, STORE_HELD, 0, NOW, &m),
	    SSPR_OK);
	assert_int_equal(m.grant, 77);
	assert_int_equal(m.sealed.len, 3);
	assert_memory_equal(m.sealed.at, "abc", 3);
}

/* Nothing takes it, so it must not be waited for, again and again. */
static void
a_message_of_no_id_of_ours_is_never_due(void **state)
{
	uint64_t due = 0;

	(void)state;
	store_close(st);
	st = NULL;
	disk_edit(disk.db, "INSERT INTO message VALUES(-1, 0, 2, 1, 0, x'')");
	assert_int_equal(reopen(), SSPR_OK);
	assert_string_equal(ids(STORE_QUEUED, UINT64_MAX), "");
	assert_int_equal(store_due(st, &due), SSPR_OK);
	assert_true(due == UINT64_MAX);
}

static void
a_message_changes_only_with_its_grant(void **state)
{
	struct store_message m = message(STORE_HELD, 77, NOW), have;

	(void)state;
	begin();
	assert_int_equal(store_add_message(st, &m), SSPR_OK);
	m.grant = 78;
	m.state = STORE_QUEUED;
	assert_int_equal(store_set_message(st, &m), SSPR_NO_FACTOR);
	assert_string_equal(ids(STORE_HELD, NOW), "1");
	m.grant = 77;
	m.due = NOW + 1;
	m.tries = 2;
	m.sealed.len = ACCOUNT_SEALED_MAX;
	assert_int_equal(store_set_message(st, &m), SSPR_OK);
	commit();
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(store_next_message(st, STORE_QUEUED, 0, NOW + 1,
			     &have),
	    SSPR_OK);
	assert_memory_equal(&have, &m, sizeof(have));
	m.id = 2;
	begin();
	assert_int_equal(store_set_message(st, &m), SSPR_NO_FACTOR);
	store_rollback(st);
}

/* R-DEL-4: an answer to an old delivery never meets a new message. */
static void
the_id_of_a_message_is_never_used_again(void **state)
{
	(void)state;
	for (uint64_t id = 1; id < 9; id++) {
		begin();
		assert_int_equal(add(STORE_QUEUED, 0, NOW), id);
		assert_int_equal(store_drop_message(st, id), SSPR_OK);
		assert_int_equal(store_drop_message(st, id), SSPR_OK);
		commit();
		assert_string_equal(ids(STORE_QUEUED, NOW), "");
		assert_int_equal(reopen(), SSPR_OK);
	}
}

/* R-DEL-4: kill -9 before and after the commit that takes a message. */
static void
a_message_taken_stays_taken_after_a_kill(void **state)
{
	struct store_message m;
	int status;
	pid_t pid;

	(void)state;
	begin();
	(void)add(STORE_QUEUED, 0, NOW);
	(void)add(STORE_HELD, 9, NOW);
	commit();
	for (int committed = 0; committed < 2; committed++) {
		store_close(st);
		st = NULL;
		assert_int_not_equal(pid = fork(), -1);
		if (pid == 0) {
			if (reopen() == SSPR_OK &&
			    store_next_message(st, STORE_QUEUED, 0, NOW, &m) ==
				SSPR_OK) {
				begin();
				m.state = STORE_TAKEN;
				m.tries++;
				assert_int_equal(store_set_message(st, &m),
				    SSPR_OK);
				if (committed == 1)
					commit();
			}
			(void)kill(getpid(), SIGKILL);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_int_equal(reopen(), SSPR_OK);
		assert_string_equal(ids(STORE_QUEUED, NOW),
		    committed == 1 ? "" : "1");
		assert_string_equal(ids(STORE_TAKEN, NOW),
		    committed == 1 ? "1" : "");
		assert_string_equal(ids(STORE_HELD, NOW), "2");
	}
}

static void
a_message_that_is_not_ours_has_nothing_sealed(void **state)
{
	static const char *const edits[] = { "UPDATE message SET tries='no'",
		"UPDATE message SET tries=0, sealed=zeroblob(553)",
		"UPDATE message SET sealed='text'" };
	struct store_message m;

	(void)state;
	begin();
	(void)add(STORE_QUEUED, 0, NOW);
	commit();
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		store_close(st);
		st = NULL;
		disk_edit(disk.db, edits[i]);
		assert_int_equal(reopen(), SSPR_OK);
		assert_int_equal(store_next_message(st, STORE_QUEUED, 0, NOW,
				     &m),
		    SSPR_OK);
		assert_int_equal(m.id, 1);
		assert_int_equal(m.sealed.len, 0);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_challenge_comes_back_as_it_was_put),
		TEST(a_source_has_only_so_many_challenges),
		TEST(there_are_never_more_challenges_than_may_be),
		TEST(of_fifty_acceptances_of_a_sent_code_exactly_one_is),
		TEST(a_challenge_that_is_not_ours_is_told),
		TEST(messages_come_in_order_when_they_are_due),
		TEST(a_message_of_no_id_of_ours_is_never_due),
		TEST(a_message_changes_only_with_its_grant),
		TEST(the_id_of_a_message_is_never_used_again),
		TEST(a_message_taken_stays_taken_after_a_kill),
		TEST(a_message_that_is_not_ours_has_nothing_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
