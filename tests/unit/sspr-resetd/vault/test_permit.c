/* SPDX-License-Identifier: MIT */
#include "dialogue.h"
#include "dies.h"

#define STEPS 2500u
#define SEED  0x5eed5eed5eed5eedu

/* Permits of conversations that have not verified two methods. */
#define UNPROVED                                                              \
	"SELECT count(*) FROM permit WHERE 2<>(SELECT count(DISTINCT method)" \
	" FROM proof WHERE proof.conversation=permit.conversation AND"        \
	" proof.account=permit.account)"

static struct session *s;

static int
set_up(void **state)
{
	(void)lab_open(state);
	s = lab.v->session[3] = seal_alloc(sizeof(*s));
	assert_non_null(s);
	s->conn = 5;
	s->fd = dup(lab.front);
	s->hand = -1;
	s->verb = VERB_RESET;
	s->uid = ALICE;
	s->hello = lab_hello(VERB_RESET, "Alice");
	memcpy(s->name, "alice", 6);
	source_read(0, HERE, "ssh", false, "", "", &s->source);
	for (uint8_t i = 0; i < sizeof(s->id); i++)
		s->id[i] = i;
	return 0;
}

static void
errands(void)
{
	permit_errands(lab.v);
	lab_hear();
}

/* R-DUR-2: what is asked of parent waits for the round's end. */
static void
a_worker_is_asked_for_once_and_not_before_the_errands(void **state)
{
	(void)state;
	permit_request(lab.v, s, PROTO_CHANGE);
	lab_hear();
	assert_int_equal(lab.workers, 0);
	errands();
	assert_int_equal(lab.workers, 1);
	errands();
	assert_int_equal(lab.workers, 1);
	assert_int_equal(lab.gos, 0);
}

static void
the_request_says_for_whom_and_what(void **state)
{
	(void)state;
	permit_request(lab.v, s, PROTO_CHECK);
	errands();
	assert_int_equal(lab.worker.grant, s->grant);
	assert_int_equal(lab.worker.job, PROTO_CHECK);
	assert_int_equal(lab.worker.uid, ALICE);
	assert_string_equal(lab.worker.name, "alice");
	assert_string_equal(lab.worker.correlation,
	    "000102030405060708090a0b0c0d0e0f");
	assert_string_equal(lab.worker.service, "sshd");
	assert_string_equal(lab.worker.source, "192.0.2.7");
}

/* R-POL-1: the worker decides by them once more. */
static void
the_request_says_what_was_verified_and_what_is_about_to_be(void **state)
{
	(void)state;
	permit_request(lab.v, s, PROTO_CHECK);
	errands();
	assert_int_equal(lab.worker.methods, 0);
	s->attempt.method = METHOD_SMS;
	permit_request(lab.v, s, PROTO_CHANGE);
	errands();
	assert_int_equal(lab.worker.methods, METHOD_BIT(METHOD_SMS));
	s->set.n = 2;
	s->set.at[0].method = METHOD_APP;
	s->set.at[1].method = METHOD_PASS;
	permit_request(lab.v, s, PROTO_CHANGE);
	errands();
	assert_int_equal(lab.worker.methods,
	    METHOD_BIT(METHOD_APP) | METHOD_BIT(METHOD_PASS) |
		METHOD_BIT(METHOD_SMS));
}

static void
a_grant_is_random_and_a_positive_integer_of_sqlite(void **state)
{
	uint64_t seen[200], all = 0;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		permit_request(lab.v, s, PROTO_CHANGE);
		seen[i] = s->grant;
		all |= s->grant;
		assert_true(s->grant > 0 && s->grant <= INT64_MAX);
		for (size_t j = 0; j < i; j++)
			assert_true(seen[i] != seen[j]);
	}
	assert_true(all == INT64_MAX);
}

static void
go_is_said_for_the_grant_and_remembered(void **state)
{
	(void)state;
	s->grant = 4711;
	s->errand = ERRAND_GO;
	assert_false(s->went);
	errands();
	assert_int_equal(lab.gos, 1);
	assert_int_equal(lab.go, 4711);
	assert_true(s->went);
	errands();
	assert_int_equal(lab.gos, 1);
}

static void
a_drop_is_said_before_go_only(void **state)
{
	(void)state;
	permit_drop(lab.v, s);
	lab_hear();
	assert_int_equal(lab.drops, 0); /* there was no worker */
	s->grant = 4711;
	permit_drop(lab.v, s);
	permit_drop(lab.v, s);
	lab_hear();
	assert_int_equal(lab.drops, 1);
	assert_int_equal(lab.drop, 4711);
	assert_int_equal(s->grant, 0);
	s->grant = 4712;
	s->went = true;
	permit_drop(lab.v, s);
	lab_hear();
	assert_int_equal(lab.drops, 1);
	assert_int_equal(s->grant, 4712);
}

static void
a_drop_closes_the_end_that_was_not_handed_over(void **state)
{
	int pair[2];
	char c;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	s->hand = pair[0];
	s->went = true;
	s->grant = 1;
	permit_drop(lab.v, s);
	assert_int_equal(s->hand, -1);
	assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), 0);
	close(pair[1]);
}

#define HELD                                                                   \
	"SELECT count(*) FROM message JOIN permit ON permit.id=message.permit" \
	" WHERE state=1"

/* A reset of alice, who has an app and two addresses, until GO. */
static void
go(uint32_t conn)
{
	prompt(conn);
	assert_false(is_refused(conn, app_now()));
	assert_int_equal(post_messages(), 0);
	lab_ready(SSPR_OK);
	post_run();
}

/* R-DUR-2 S2, R-DEL-6: what GO finds on disk, and when it is sent. */
static void
notices_are_held_with_the_permit_and_say_how_it_ended(void **state)
{
	static const struct {
		enum sspr_err e;
		const char *text;
	} ends[] = {
		{ SSPR_OK, "was reset at" },
		{ SSPR_WEAK, "the password is unchanged" },
		{ SSPR_UNCERTAIN, "it is not known whether" },
	};

	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	for (uint32_t i = 0; i < 3; i++) {
		later(60);
		post.n = 0;
		go(i);
		assert_int_equal(lab.gos, i + 1);
		assert_int_equal(disk_number(&lab.disk, HELD), 2);
		assert_int_equal(post.n, 0);
		lab_granted(lab.front);
		lab_outcome(ends[i].e);
		post_run();
		assert_int_equal(post.n, 2);
		assert_non_null(strstr(post_text(0), ends[i].text));
		assert_non_null(strstr(post_text(1), ends[i].text));
		post_says(0, SSPR_OK);
		post_says(1, SSPR_OK);
	}
}

/* R-DEL-6: the outcome is known once, and the disk may be full by then. */
static void
an_outcome_that_cannot_be_written_is_written_later(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	go(1);
	lab_granted(lab.front);
	disk_fails = 1;
	lab_outcome(SSPR_OK);
	assert_int_equal(disk_fails, 0);
	post_run();
	assert_int_equal(post.n, 1);
	assert_non_null(strstr(post_text(0), "was reset at"));
	assert_int_equal(disk_number(&lab.disk,
			     "SELECT count(*) FROM permit WHERE ended>0"),
	    1);
}

/* Also of a client that left; nobody else is kept from the account by it. */
static void
who_left_after_go_is_kept_until_the_outcome(void **state)
{
	(void)state;
	go(1);
	s = lab_session(1);
	assert_true(permit_is_out(s));
	lab_says(1, MSG_CANCEL, NULL, 0);
	lab_run();
	assert_null(lab_session(1));
	assert_true(s->gone && permit_is_out(s));
	later(30);
	prompt(2);
	assert_false(is_refused(2, app_now()));
	lab.worker.grant = lab.go;
	lab_outcome(SSPR_CANCELLED);
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		assert_true(
		    lab.v->session[i] == NULL || lab.v->session[i]->conn == 2);
}

/* Promise 6: its name cannot be read, so there is nothing to say. */
static void
without_a_notice_no_worker_goes(void **state)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	(void)state;
	prompt(1);
	a.owner.at[0] ^= 1;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	assert_false(is_refused(1, app_now()));
	lab_ready(SSPR_OK);
	assert_int_equal(lab.gos, 0);
	assert_int_equal(lab.drops, 1);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM proof"),
	    0);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM permit"),
	    0);
	assert_int_equal(people_account(ALICE).factor[0].used, 0);
	assert_int_equal(lab_end(1), SSPR_BUSY);
}

/* R-POL-1, R-DEL-6 */
static void
other_administrators_hear_of_the_reset_of_one(void **state)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];
	struct account bob;

	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	(void)people_sheet(ALICE, sheet);
	people_enrol(BOB, "bob");
	post_give(BOB, METHOD_EMAIL, "bob@example.org");
	bob = people_account(BOB);
	bob.admin_at = LAB_S;
	account_touch(lab.v->seal, &bob);
	people_put(&bob, bob.generation - 1);
	dialogue_from(1, LAB_FOUND | ACCOUNT_ADMIN, HERE);
	assert_true(is_first_of_two(1, app_now()));
	assert_false(is_refused(1, sheet[0]));
	lab_ready(SSPR_OK);
	post_run();
	assert_int_equal(disk_number(&lab.disk, HELD), 2);
	lab_granted(lab.front);
	lab_outcome(SSPR_OK);
	post_run();
	assert_int_equal(post.n, 2);
	assert_string_equal(post.at[0].address, POST_MAIL);
	assert_string_equal(post.at[1].address, "bob@example.org");
	assert_non_null(strstr(post.at[1].subject, "administrator alice"));
}

static uint32_t
chance(uint64_t *x, uint32_t below)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (uint32_t)((*x >> 11) % below);
}

/* What is typed in a walk: one of these, or what is none of them. */
static char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE], mailed[CODE_SENT_SIZE];

/* Say something; the method it is right for, METHOD_UNKNOWN: it is wrong. */
static enum method
say_something(const struct session *who, uint64_t *x)
{
	static const char *const odd[] = { "", "x", "1234", "12345678", "email",
		"email", "123456789012", "questions" };
	const bool asked = who->state == STATE_SENT && mailed[0] != 0;

	switch (chance(x, asked ? 5 : 4)) {
	case 0:
		lab_answers(who->conn, app_now());
		return METHOD_APP;
	case 1:
		lab_answers(who->conn, sheet[chance(x, CODE_BACKUPS)]);
		return METHOD_BACKUP;
	case 2:
		lab_answers(who->conn, people_wrong(ALICE));
		return METHOD_UNKNOWN;
	case 3:
		lab_answers(who->conn, odd[chance(x, 8)]);
		return METHOD_UNKNOWN;
	default:
		lab_answers(who->conn, mailed);
		return METHOD_EMAIL;
	}
}

/* The courier delivers all it was given; of codes the last one is kept. */
static void
deliver_all(void)
{
	post_run();
	for (size_t i = 0; i < post.n; i++) {
		if (strstr(post_text(i), " is the code") == post_text(i) + 8)
			memcpy(mailed, post_text(i), CODE_SENT);
		post_says(i, SSPR_OK);
	}
	post.n = 0;
}

/* One step of a walk; *said is what was rightly said in its conversation. */
static void
walk(struct session *who, uint64_t *x, uint32_t *said)
{
	const size_t workers = lab.workers, gos = lab.gos;
	const enum session_state was = who->state;
	const bool is_ready = chance(x, 3) != 0;

	if (was == STATE_CHECKS)
		lab_ready(is_ready ? SSPR_OK : SSPR_ACCOUNT);
	else if (was == STATE_GRANT && chance(x, 3) != 0)
		lab_granted(lab.front);
	else if (was == STATE_GRANT || was == STATE_WORK)
		lab_outcome(
		    was == STATE_WORK && is_ready ? SSPR_OK : SSPR_WEAK);
	else
		*said |= METHOD_BIT(say_something(who, x));
	lab_run();
	deliver_all();
	if (lab.workers != workers)
		assert_int_equal(lab.worker.methods & ~*said, 0);
	assert_int_equal(lab.gos - gos, was == STATE_CHECKS && is_ready);
}

/* Another sheet, and wrong tries forgotten, so that the walk gets far. */
static void
renew(void)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	for (size_t i = 0; i < a.nfactors; i++)
		if (a.factor[i].method == METHOD_BACKUP)
			(void)account_end(&a, a.factor[i].id, 1, 1);
	for (size_t i = 0; i < a.nbudgets; i++)
		a.budget[i].limit = (struct limit){ 0 };
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
	(void)people_sheet(ALICE, sheet);
}

/*
 * R-VER-1: on every walk, where two are needed, a worker is asked for and goes
 * if and only if this conversation has two proofs of the account.
 */
static void
a_worker_goes_if_and_only_if_two_methods_were_verified(void **state)
{
	uint64_t x = SEED;
	uint32_t conn = 0, said = 0;

	(void)state;
	lab.v->conf.methods_required = 2;
	lab.v->conf.free_failures = 10;
	snprintf(lab.v->conf.methods, sizeof(lab.v->conf.methods),
	    "app backup email");
	(void)people_sheet(ALICE, sheet);
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	for (uint32_t i = 0; i < STEPS; i++) {
		struct session *who = lab_session(conn);
		const bool decoy = who != NULL && who->decoy;
		const size_t workers = lab.workers;

		if (who != NULL && chance(&x, 50) != 0) {
			walk(who, &x, &said);
			later(chance(&x, 20));
			assert_false(decoy && lab.workers != workers);
			continue;
		}
		if (who != NULL)
			lab_says(conn, MSG_CANCEL, NULL, 0);
		conn = conn % (LAB_CONNS - 1) + 1; /* front has no 0 */
		said = 0;
		dialogue_from(conn, chance(&x, 8) == 0 ? 0 : LAB_FOUND, HERE);
		if (chance(&x, 8) == 0)
			renew();
		later(30);
	}
	assert_true(lab.gos > 50);
	assert_true(disk_number(&lab.disk,
			"SELECT count(*) FROM proof WHERE method=5") > 10);
	assert_int_equal(disk_number(&lab.disk, "SELECT count(*) FROM permit"),
	    lab.gos);
	assert_int_equal(disk_number(&lab.disk, UNPROVED), 0);
}

static void
go_to_no_parent(void)
{
	lab.v->parent = dead_link();
	s->errand = ERRAND_GO;
	permit_errands(lab.v);
}

static void
without_parent_there_is_no_daemon(void **state)
{
	(void)state;
	DIES(go_to_no_parent);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)
#define TALK(f) cmocka_unit_test_setup_teardown(f, dialogue_open, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_worker_is_asked_for_once_and_not_before_the_errands),
		TEST(the_request_says_for_whom_and_what),
		TEST(
		    the_request_says_what_was_verified_and_what_is_about_to_be),
		TEST(a_grant_is_random_and_a_positive_integer_of_sqlite),
		TEST(go_is_said_for_the_grant_and_remembered),
		TEST(a_drop_is_said_before_go_only),
		TEST(a_drop_closes_the_end_that_was_not_handed_over),
		TEST(without_parent_there_is_no_daemon),
		TALK(notices_are_held_with_the_permit_and_say_how_it_ended),
		TALK(an_outcome_that_cannot_be_written_is_written_later),
		TALK(who_left_after_go_is_kept_until_the_outcome),
		TALK(without_a_notice_no_worker_goes),
		TALK(other_administrators_hear_of_the_reset_of_one),
		TALK(a_worker_goes_if_and_only_if_two_methods_were_verified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
