/* SPDX-License-Identifier: MIT */
/* R-ENR-4: an enrolled account once missing is suspended. */
#include "dialogue.h"
#include "dies.h"

#define MANY   1000u
#define MINUTE 60000u
#define HOUR   3600000u

/* What a crash now would leave. */
#define MISSING "SELECT count(*) FROM account WHERE missing_at>0"

static int64_t
stored_missing(void)
{
	return disk_number(&lab.disk, MISSING);
}

static void
rounds(int n)
{
	while (n-- > 0) {
		lab_round();
		lab_hear();
	}
}

/* names answers the open question; the next one comes. */
static void
counted(enum ipc_counted_state state)
{
	struct ipc_msg m = { .type = IPC_COUNTED };

	m.as.counted.id = lab.census.id;
	m.as.counted.state = (uint8_t)state;
	assert_int_equal(ipc_send(lab.names, &m, -1), SSPR_OK);
	rounds(1);
	lab.ms += 2; /* people come first */
	rounds(1);
}

static void
left(uint32_t uid, const char *name)
{
	struct ipc_msg m = { .type = IPC_LEFT };

	m.as.left.uid = uid;
	snprintf(m.as.left.name, sizeof(m.as.left.name), "%s", name);
	assert_int_equal(ipc_send(lab.names, &m, -1), SSPR_OK);
	rounds(3);
}

static bool
is_missing(uint32_t uid)
{
	return people_account(uid).missing_at != 0;
}

/* So many more people, in one transaction. */
static void
crowd(uint32_t first, uint32_t n)
{
	struct record_owner owner = { .backend = "files" };
	struct account a;

	assert_int_equal(store_begin(lab.v->store), SSPR_OK);
	for (uint32_t i = 0; i < n; i++) {
		owner.uid = first + i;
		snprintf(owner.name, sizeof(owner.name), "u%u", owner.uid);
		assert_int_equal(account_new(lab.v->seal, &owner, &a), SSPR_OK);
		assert_int_equal(store_put(lab.v->store, &a, 0), SSPR_OK);
	}
	assert_int_equal(store_commit(lab.v->store), SSPR_OK);
}

/* The questions of one walk, each answered, until there are no more. */
static size_t
walk(enum ipc_counted_state state)
{
	const size_t before = lab.censuses;
	size_t n = 0;

	for (rounds(1); lab.censuses > before + n; n++)
		counted(state);
	return n;
}

static int
set_up(void **state)
{
	(void)dialogue_open(state);
	people_enrol(BOB, "bob");
	return 0;
}

static void
everybody_is_asked_about_at_start_and_every_hour(void **state)
{
	(void)state;
	rounds(3);
	assert_int_equal(lab.censuses, 0);
	crowd(2000, 20);
	census_start(lab.v);
	assert_int_equal(walk(COUNTED_THERE), 22);
	assert_in_range(census_wait_ms(lab.v), HOUR - 1000, HOUR);
	lab.ms += HOUR - 1000;
	rounds(3);
	assert_int_equal(lab.censuses, 22);
	lab.ms += 1000;
	assert_int_equal(walk(COUNTED_THERE), 22);
	assert_int_equal(stored_missing(), 0);
	assert_int_equal(lab.audits, 0);
}

static void
names_is_told_whom_it_is_about(void **state)
{
	(void)state;
	census_start(lab.v);
	rounds(1);
	if (lab.census.uid != ALICE)
		counted(COUNTED_THERE);
	assert_int_equal(lab.census.uid, ALICE);
	assert_string_equal(lab.census.name, "alice");
	assert_string_equal(lab.census.backend, lab_backend);
}

static void
only_who_is_surely_missing_is_suspended(void **state)
{
	(void)state;
	census_start(lab.v);
	rounds(1);
	for (int i = 0; i < 2; i++)
		counted(
		    lab.census.uid == ALICE ? COUNTED_MISSING : COUNTED_THERE);
	rounds(3);
	assert_int_equal(people_account(ALICE).missing_at, lab.s);
	assert_false(is_missing(BOB));
	assert_int_equal(stored_missing(), 1);
	assert_string_equal(lab.events, "account.missing 44\n");
	assert_int_equal(lab.v->audit[0].subject, ALICE);
	assert_int_equal(lab.v->audit[0].actor, IPC_NOBODY);
	lab.ms += HOUR;
	assert_int_equal(walk(COUNTED_MISSING),
	    1); /* whoever is, is not asked about */
	rounds(3);
	assert_int_equal(stored_missing(), 2);
	assert_int_equal(lab.audits, 2);
	assert_int_equal(lab.v->census.npending, 0);
}

/* However many are enrolled, one question is in front of a person's. */
static void
a_persons_look_up_waits_for_one_question_at_most(void **state)
{
	struct ipc_msg m;
	size_t n = 0;
	int fd;

	(void)state;
	crowd(2000, MANY);
	census_start(lab.v);
	for (int i = 0; i < 20; i++)
		lab_round();
	const struct proto_hello h = lab_hello(VERB_RESET, "alice");
	lab_says_hello(1, &h);
	lab_round();
	while (
	    ipc_recv(lab.names, ROLE_VAULT, ROLE_NAMES, &m, &fd) == SSPR_OK &&
	    m.type == IPC_CENSUS)
		n++;
	assert_int_equal(m.type, IPC_LOOKUP);
	assert_int_equal(n, 1);
}

static void
a_walk_over_many_asks_about_each(void **state)
{
	(void)state;
	crowd(2000, MANY);
	census_start(lab.v);
	assert_int_equal(walk(COUNTED_THERE), MANY + 2);
}

static void
who_left_the_passwd_file_is_suspended_at_once(void **state)
{
	(void)state;
	left(ALICE, "alice");
	assert_true(is_missing(ALICE));
	assert_false(is_missing(BOB));
	assert_string_equal(lab.events, "account.missing 44\n");
	left(ALICE, "alice");
	assert_int_equal(lab.audits, 1);
}

/* An entry for the same person, beside the one of the directory, goes. */
static void
who_leaves_the_passwd_file_is_nobody_of_a_directory(void **state)
{
	(void)state;
	left(ALICE, "alice");
	assert_false(is_missing(ALICE));
	assert_int_equal(stored_missing(), 0);
	census_start(lab.v);
	rounds(1);
	counted(COUNTED_MISSING);
	rounds(3);
	assert_int_equal(stored_missing(), 1);
}

static void
who_left_with_another_name_or_uid_was_somebody_else(void **state)
{
	(void)state;
	left(ALICE, "alicia");
	left(BOB, "alice");
	left(BOB + 7, "carol");
	left(0, "root");
	assert_int_equal(stored_missing(), 0);
	assert_int_equal(lab.audits, 0);
}

/* R-ENUM-3 */
static void
who_was_missing_is_a_decoy_and_told_why_openly(void **state)
{
	(void)state;
	left(ALICE, "alice");
	prompt(1);
	assert_true(lab_session(1)->decoy);
	assert_true(is_refused(1, app_now()));
	lab_begin(2, ALICE, VERB_STATUS, "alice", LAB_FOUND, ALICE);
	assert_int_equal(lab.told[2].end.result, SSPR_MISSING);
	assert_non_null(strstr(lab.told[2].text, "must confirm it. (SSPR-44)"));
	lab_begin(3, ALICE, VERB_ADD, "alice", LAB_FOUND, ALICE);
	assert_int_equal(lab.told[3].end.result, SSPR_MISSING);
	assert_int_equal(lab.workers, 0);
}

/* And the client hears what it hears of any wrong code. */
static void
who_goes_missing_during_a_reset_is_refused(void **state)
{
	(void)state;
	prompt(1);
	assert_false(lab_session(1)->decoy);
	left(ALICE, "alice");
	assert_true(is_refused(1, app_now()));
	assert_non_null(strstr(lab.events, "code.refused 44\n"));
	assert_null(strstr(lab.told[1].text, "missing"));
}

static void
what_the_disk_did_not_take_is_tried_again(void **state)
{
	(void)state;
	disk_fails = 1;
	left(ALICE, "alice");
	disk_fails = 0;
	assert_false(is_missing(ALICE));
	assert_int_equal(lab.audits, 0);
	assert_in_range(census_wait_ms(lab.v), 1, 1000);
	lab.ms += 1000;
	rounds(3);
	assert_int_equal(stored_missing(), 1);
	assert_string_equal(lab.events, "account.missing 44\n");
	assert_int_equal(lab.v->census.npending, 0);
}

static void
when_too_many_left_at_once_everybody_is_counted(void **state)
{
	struct ipc_left l = { .uid = 2000 };

	(void)state;
	crowd(2000, CENSUS_PENDING + 9);
	for (; l.uid < 2000 + CENSUS_PENDING + 9; l.uid++) {
		snprintf(l.name, sizeof(l.name), "u%u", l.uid);
		census_left(lab.v, &l);
	}
	rounds(40);
	assert_int_equal(stored_missing(), CENSUS_PENDING);
	while (lab.v->census.walking)
		if (lab.v->census.id != 0)
			counted(COUNTED_MISSING);
		else
			rounds(1);
	rounds(3);
	assert_int_equal(stored_missing(), CENSUS_PENDING + 9 + 2);
	assert_int_equal(lab.audits, CENSUS_PENDING + 9 + 2);
}

/* names dies and comes back, as parent tells. */
static void
names_dies(void)
{
	const struct ipc_msg m = { .type = IPC_NAMES, .as.names.again = 1 };
	int fd[2];

	close(lab.names);
	rounds(1);
	assert_int_equal(lab.v->names, -1);
	assert_int_equal(ipc_pair(fd), SSPR_OK);
	lab.names = fd[1];
	lab_parent_says(m, fd[0]);
	close(fd[0]);
	rounds(1);
}

static void
a_question_that_names_dies_of_is_left_out(void **state)
{
	uint32_t first;

	(void)state;
	census_start(lab.v);
	rounds(1);
	first = lab.census.uid;
	names_dies();
	rounds(3);
	assert_int_equal(lab.censuses, 1);
	lab.ms += MINUTE;
	rounds(1);
	assert_int_equal(lab.censuses, 2);
	assert_int_not_equal(lab.census.uid, first);
	counted(COUNTED_THERE);
	assert_in_range(census_wait_ms(lab.v), HOUR - 1000, HOUR);
}

/* It has forgotten who was there. */
static void
a_new_names_counts_everybody(void **state)
{
	(void)state;
	census_start(lab.v);
	assert_int_equal(walk(COUNTED_THERE), 2);
	names_dies();
	assert_int_equal(lab.censuses, 3);
	assert_int_equal(walk(COUNTED_THERE), 0);
	counted(COUNTED_THERE);
	counted(COUNTED_THERE);
	assert_int_equal(lab.censuses, 4);
}

/* Names knows at the end of a walk whether a directory is up. */
static void
who_is_in_doubt_is_asked_about_once_more(void **state)
{
	(void)state;
	census_start(lab.v);
	rounds(1);
	counted(COUNTED_DOUBT);
	counted(COUNTED_THERE);
	rounds(1);
	assert_int_equal(lab.censuses, 3);
	counted(COUNTED_DOUBT);
	counted(COUNTED_DOUBT);
	rounds(1);
	assert_int_equal(lab.censuses, 4);
	assert_in_range(census_wait_ms(lab.v), HOUR - 1000, HOUR);
	assert_int_equal(stored_missing(), 0);
	lab.ms += HOUR;
	rounds(1);
	counted(COUNTED_DOUBT);
	counted(COUNTED_THERE);
	rounds(1);
	assert_int_equal(lab.censuses, 7);
}

static void
a_record_that_does_not_verify_is_left_alone(void **state)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	(void)state;
	account_touch(lab.v->seal, &a);
	a.mac[0] ^= 1;
	people_put(&a, was);
	left(ALICE, "alice");
	census_start(lab.v);
	for (int i = 0; i < 3; i++)
		rounds(1);
	assert_int_equal(lab.census.uid, BOB);
	counted(COUNTED_THERE);
	rounds(3);
	assert_int_equal(lab.censuses, 1);
	assert_int_equal(stored_missing(), 0);
}

static void
says(uint32_t id, uint8_t state)
{
	const struct ipc_counted m = { .id = id, .state = state };

	census_counted(lab.v, &m);
}

static void
an_answer_to_no_question(void)
{
	lab.v->census.id = 0;
	says(0, 0);
}

static void
an_answer_to_another_question(void)
{
	says(lab.v->census.id + 1, 1);
}

static void
no_state(void)
{
	says(lab.v->census.id, 3);
}

static void
a_good_answer(void)
{
	says(lab.v->census.id, 1);
}

/* R-IPC-6 */
static void
what_names_was_not_asked_ends_the_daemon(void **state)
{
	(void)state;
	census_start(lab.v);
	rounds(1);
	DIES(an_answer_to_no_question);
	DIES(an_answer_to_another_question);
	DIES(no_state);
	LIVES(a_good_answer);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everybody_is_asked_about_at_start_and_every_hour),
		TEST(names_is_told_whom_it_is_about),
		TEST(only_who_is_surely_missing_is_suspended),
		TEST(a_persons_look_up_waits_for_one_question_at_most),
		TEST(a_walk_over_many_asks_about_each),
		TEST(who_left_the_passwd_file_is_suspended_at_once),
		TEST(who_left_with_another_name_or_uid_was_somebody_else),
		TEST(who_was_missing_is_a_decoy_and_told_why_openly),
		TEST(who_goes_missing_during_a_reset_is_refused),
		TEST(what_the_disk_did_not_take_is_tried_again),
		TEST(when_too_many_left_at_once_everybody_is_counted),
		TEST(a_question_that_names_dies_of_is_left_out),
		TEST(a_new_names_counts_everybody),
		TEST(who_is_in_doubt_is_asked_about_once_more),
		TEST(a_record_that_does_not_verify_is_left_alone),
		TEST(what_names_was_not_asked_ends_the_daemon),
	};

	const struct CMUnitTest in_directory[] = {
		TEST(everybody_is_asked_about_at_start_and_every_hour),
		TEST(names_is_told_whom_it_is_about),
		TEST(who_is_in_doubt_is_asked_about_once_more),
		TEST(who_leaves_the_passwd_file_is_nobody_of_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) +
	    cmocka_run_group_tests(in_directory, people_of_directory,
		people_of_files);
}
