/* SPDX-License-Identifier: MIT */
/*
 * vault/store.h on real SQLite, in processes that are killed or lose their
 * disk: what was said durable is there, and nothing is there by halves.
 *
 * A commit whose sync failed was told as failed, and nothing that follows in
 * that process builds on it; but its frames may be in the log, and whoever
 * opens the database after a crash, before another commit has written over
 * them, may find it whole, as after a crash between the sync and the answer.
 * So either is right of what was never said durable, but nothing in between.
 */
#define DISK_WATCHED
#include "../unit/sspr-resetd/vault/stored.h"
#include "fault.h"
#include "vault/store_sqlite.h"

#define GRANT 77u
#define CODE                  \
	{                     \
		3, 1, 4, 1, 5 \
	}

enum note {
	NOTE_FIRST,  /* the first commit was said durable */
	NOTE_SECOND, /* likewise */
	NOTE_OPENED,
};

static struct account alice, later; /* as made, and as act() leaves her */

static const struct store_challenge sent = { .key = { 5 },
	.source = { 6 },
	.method = METHOD_SMS,
	.made = NOW,
	.until = NOW + 600,
	.hash = CODE };

/* Once: the database that each play begins with. */
static void
make_template(void)
{
	(void)set_up(NULL);
	put_new(&alice, 1000);
	store_close(st);
	st = NULL;
	disk_copy(disk.db, disk.copy);
	later = alice;
	later.factor[0].used = STEP + 1;
	account_touch(seal, &later);
}

static void
fresh(void)
{
	disk_remove(disk.db);
	disk_copy(disk.copy, disk.db);
	seal_free(seal);
}

static void
nothing(void)
{
	disk_remove(disk.db);
	seal_free(seal);
}

static void
done(void)
{
	store_close(st);
	seal_free(seal);
}

static void
may_fail(enum sspr_err e)
{
	assert_true(e == SSPR_OK || fault->hit);
	assert_true(e == SSPR_OK || e == SSPR_SYSTEM || e == SSPR_NO_MEMORY);
}

/* The transaction of an acceptance (R-VER-5). */
static enum sspr_err
accept_code(void)
{
	const struct store_proof p = proof_of(&alice, 1);
	enum sspr_err e = store_begin(st);

	if (e == SSPR_OK)
		e = store_accept(st, &p, STEP + 1);
	if (e == SSPR_OK)
		e = store_put(st, &later, alice.generation);
	if (e == SSPR_OK)
		e = store_grant(st, GRANT, &p);
	if (e == SSPR_OK)
		e = store_commit(st);
	if (e != SSPR_OK)
		store_rollback(st);
	return e;
}

static void
accepts(void)
{
	enum sspr_err e;

	assert_int_equal(reopen(), SSPR_OK);
	fault_arm();
	e = accept_code();
	fault->note[NOTE_FIRST] = e == SSPR_OK;
	fault_disarm();
	may_fail(e);
	if (!fault->lasting)
		assert_stored(e == SSPR_OK ? &later : &alice);
	fault_arm();
	e = accept_code();
	fault_disarm();
	if (fault->note[NOTE_FIRST])
		assert_true(e == SSPR_CODE_REPLAY || fault->hit);
	assert_false(fault->note[NOTE_FIRST] && e == SSPR_OK);
	fault->note[NOTE_FIRST] |= e == SSPR_OK;
	done();
}

/* Whether the account is as it was accepted; it is that or as it was. */
static bool
was_accepted(void)
{
	struct account have;

	assert_int_equal(get(&alice, &have), SSPR_OK);
	if (have.generation == alice.generation) {
		assert_stored(&alice);
		return false;
	}
	assert_stored(&later);
	return true;
}

static int64_t
number(const char *sql)
{
	store_close(st);
	st = NULL;
	return disk_number_in(disk.db, sql);
}

static void
a_code_was_accepted_once(void)
{
	const struct store_proof again = proof_of(&alice, 2);
	bool was;

	assert_int_equal(reopen(), SSPR_OK);
	was = was_accepted();
	assert_true(was || !fault->note[NOTE_FIRST]);
	assert_int_equal(store_begin(st), SSPR_OK);
	assert_int_equal(store_accept(st, &again, STEP + 1),
	    was ? SSPR_CODE_REPLAY : SSPR_OK);
	store_rollback(st);
	assert_int_equal(number("SELECT count(*) FROM permit"), was);
	assert_int_equal(disk_number_in(disk.db, "SELECT count(*) FROM proof"),
	    was);
	seal_free(seal);
}

/* A message with its code's challenge, and what is counted of it. */
static enum sspr_err
send_code(void)
{
	struct store_message m = { .state = STORE_QUEUED,
		.due = NOW,
		.sealed.len = 300 };
	const struct store_send s = { .at = NOW, .method = METHOD_SMS };
	const struct limit l = { 9, NOW };
	enum sspr_err e = store_begin(st);

	if (e == SSPR_OK)
		e = store_put_challenge(st, &sent);
	if (e == SSPR_OK)
		e = store_add_message(st, &m);
	if (e == SSPR_OK)
		e = store_add_send(st, &s);
	if (e == SSPR_OK)
		e = store_put_bucket(st, 5, &l);
	if (e == SSPR_OK)
		e = store_commit(st);
	if (e != SSPR_OK)
		store_rollback(st);
	return e;
}

/* The same code, compared. */
static enum sspr_err
accept_sent(void)
{
	const struct store_proof p = proof_of(&alice, 3);
	struct store_message m;
	struct store_challenge c;
	enum sspr_err e = store_begin(st);

	if (e == SSPR_OK)
		e = store_get_challenge(st, sent.key, &c);
	if (e == SSPR_OK)
		e = store_accept_sent(st, &p, &c);
	if (e == SSPR_OK)
		e = store_next_message(st, STORE_QUEUED, 0, NOW, &m);
	if (e == SSPR_OK)
		e = store_drop_message(st, m.id);
	if (e == SSPR_OK)
		e = store_commit(st);
	if (e != SSPR_OK)
		store_rollback(st);
	return e;
}

static void
sends(void)
{
	enum sspr_err e;

	assert_int_equal(reopen(), SSPR_OK);
	fault_arm();
	e = send_code();
	fault->note[NOTE_FIRST] = e == SSPR_OK;
	may_fail(e);
	if (e == SSPR_OK) {
		e = accept_sent();
		fault->note[NOTE_SECOND] = e == SSPR_OK;
		may_fail(e);
	}
	fault_disarm();
	done();
}

/* Both transactions are there in full, or not at all. */
static void
a_message_is_there_with_its_challenge(void)
{
	struct store_challenge c;
	struct store_message m;
	bool has_challenge, has_message;
	struct limit l;
	int64_t n;

	assert_int_equal(reopen(), SSPR_OK);
	has_challenge = store_get_challenge(st, sent.key, &c) == SSPR_OK;
	has_message =
	    store_next_message(st, STORE_QUEUED, 0, NOW, &m) == SSPR_OK;
	assert_int_equal(store_get_bucket(st, 5, &l), SSPR_OK);
	assert_int_equal(has_challenge, has_message);
	n = number("SELECT count(*) FROM proof");
	assert_false(has_challenge && n != 0);
	assert_int_equal(l.failures, has_challenge || n == 1 ? 9 : 0);
	if (fault->note[NOTE_FIRST])
		assert_int_equal(l.failures, 9);
	if (fault->note[NOTE_SECOND])
		assert_int_equal(n, 1);
	seal_free(seal);
}

/* A failure to read is neither "nobody" nor "somebody changed it". */
static void
reads(void)
{
	struct account have;
	struct limit l;
	uint64_t due, last;
	uint32_t n;

	assert_int_equal(reopen(), SSPR_OK);
	fault_arm();
	may_fail(store_get(st, alice.key, &have));
	may_fail(store_get_bucket(st, 5, &l));
	may_fail(store_due(st, &due));
	may_fail(store_count_sends(st, METHOD_SMS, STORE_BY_ALL, NULL, true, 0,
	    &n, &last));
	fault_disarm();
	done();
}

static void
opens(void)
{
	const char *why = NULL;
	enum sspr_err e;

	fault_arm();
	e = store_open(disk.db, check, &st, &why);
	fault_disarm();
	fault->note[NOTE_OPENED] = e == SSPR_OK;
	may_fail(e);
	assert_non_null(why);
	assert_true((e == SSPR_OK) == (st != NULL));
	if (e == SSPR_OK)
		assert_stored(&alice);
	done();
}

static void
makes(void)
{
	const char *why = NULL;
	enum sspr_err e;

	fault_arm();
	e = store_open(disk.db, check, &st, &why);
	fault_disarm();
	may_fail(e);
	done();
}

static void
is_there_unharmed(void)
{
	assert_int_equal(reopen(), SSPR_OK);
	assert_stored(&alice);
	assert_int_equal(number("SELECT count(*) FROM bucket"), STORE_BUCKETS);
	seal_free(seal);
}

/* Whatever is there, it can be made or opened now, and is whole. */
static void
can_be_made(void)
{
	assert_int_equal(reopen(), SSPR_OK);
	put_new(&alice, 1000);
	is_there_unharmed();
}

/* The log is moved into the database; then a commit follows. */
static void
tidies(void)
{
	assert_int_equal(reopen(), SSPR_OK);
	assert_int_equal(accept_code(), SSPR_OK);
	fault->note[NOTE_FIRST] = 1;
	st->log_pages = 1 << 20;
	fault_arm();
	store_tidy(st, NOW);
	may_fail(send_code());
	fault_disarm();
	if (!fault->lasting)
		assert_stored(&later);
	done();
}

int
main(void)
{
	static const struct fault_scene scenes[] = {
		{ .name = "a_code_is_accepted_once_and_durably_or_not_at_all",
		    .before = fresh,
		    .act = accepts,
		    .after = a_code_was_accepted_once,
		    .kills = true,
		    .lasting = true },
		{ .name = "a_message_and_its_challenge_are_written_as_one",
		    .before = fresh,
		    .act = sends,
		    .few = FAULT_OF(SYNC) | FAULT_OF(OPEN) | FAULT_OF(READ),
		    .after = a_message_is_there_with_its_challenge,
		    .kills = true,
		    .lasting = true },
		{ .name = "what_cannot_be_read_is_not_taken_for_something_else",
		    .before = fresh,
		    .act = reads,
		    .after = is_there_unharmed },
		{ .name = "moving_the_log_loses_nothing",
		    .before = fresh,
		    .act = tidies,
		    .few = FAULT_OF(SYNC) | FAULT_OF(FILE) | FAULT_OF(READ),
		    .after = a_code_was_accepted_once,
		    .kills = true,
		    .lasting = true },
		{ .name = "a_database_is_opened_whole_or_not_at_all",
		    .before = fresh,
		    .act = opens,
		    .after = is_there_unharmed,
		    .kills = true,
		    .lasting = true,
		    .long_only = true },
		{ .name =
			"a_database_that_was_not_made_to_the_end_is_made_anew",
		    .before = nothing,
		    .act = makes,
		    .after = can_be_made,
		    .kills = true,
		    .lasting = true,
		    .long_only = true },
	};
	int status;

	make_template();
	status = fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
	seal_free(seal);
	disk_close(&disk);
	return status;
}
