/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>

#include "dialogue.h"

#define PEOPLE   20u
#define FAILURES "SELECT coalesce(sum(failures), 0) FROM budget WHERE method=1"

typedef int generator(const char *, size_t, time_t, unsigned, time_t, unsigned,
    int, char *);

/* What a crash would leave at the moment a code is compared. */
static struct {
	bool on;
	size_t n;
	int64_t failures;
} compared;

/* The real one, but it looks at the disk first. */
int
oath_totp_generate2(const char *seed, size_t len, time_t now, unsigned step,
    time_t start, unsigned digits, int flags, char *code)
{
	void *real = dlsym(RTLD_NEXT, "oath_totp_generate2");
	generator *does;

	memcpy(&does, &real, sizeof(does));
	if (compared.on) {
		compared.n++;
		compared.failures = disk_number(&lab.disk, FAILURES);
	}
	return does(seed, len, now, step, start, digits, flags, code);
}

static int
set_up(void **state)
{
	memset(&compared, 0, sizeof(compared));
	return dialogue_open(state);
}

/* R-THR-1, R-DUR-2 S0 and S1 */
static void
a_debit_is_durable_when_its_code_is_compared(void **state)
{
	(void)state;
	prompt(1);
	lab_answers(1, people_wrong(ALICE));
	compared.on = true;
	lab_round();
	compared.on = false;
	assert_true(compared.n > 0);
	assert_int_equal(compared.failures, 1);
}

/* R-DUR-1: a commit that fails is a code that was not compared. */
static void
without_a_commit_nothing_is_compared(void **state)
{
	(void)state;
	prompt(1);
	lab_answers(1, app_now());
	compared.on = true;
	disk_fails = 1;
	lab_round();
	compared.on = false;
	disk_fails = 0;
	assert_int_equal(compared.n, 0);
	lab_run();
	assert_int_equal(lab.audits, 0);
	assert_int_equal(lab.workers, 0);
	assert_int_equal(lab_end(1), SSPR_BUSY);
}

/* So many people, each with a wrong code. */
static void
many_answer(void)
{
	char name[16];

	for (uint32_t i = 0; i < PEOPLE; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		people_enrol(2000 + i, name);
		lab_begin(i, 0, VERB_RESET, name, LAB_FOUND, 2000 + i);
	}
	for (uint32_t i = 0; i < PEOPLE; i++)
		lab_answers(i, people_wrong(2000 + i));
}

/* Group commit: what one sync costs serves all of them. */
static void
one_commit_serves_everybody_of_a_round(void **state)
{
	unsigned int syncs, one;

	(void)state;
	prompt(PEOPLE);
	lab_answers(PEOPLE, people_wrong(ALICE));
	one = disk_syncs;
	lab_round();
	one = disk_syncs - one;
	many_answer();
	syncs = disk_syncs;
	lab_round();
	assert_int_equal(disk_syncs - syncs, one);
	lab_run();
	for (uint32_t i = 0; i < PEOPLE; i++)
		assert_non_null(strstr(lab.told[i].text, "Not accepted."));
	assert_int_equal(lab.audits, TALLY_LINES); /* all from one source */
}

static void
what_fails_fails_for_everybody_of_its_round_only(void **state)
{
	(void)state;
	prompt(PEOPLE);
	many_answer();
	disk_fails = 1;
	lab_round();
	disk_fails = 0;
	lab_run();
	for (uint32_t i = 0; i < PEOPLE; i++)
		assert_int_equal(lab_end(i), SSPR_BUSY);
	assert_string_equal(lab.events, "");
	assert_int_equal(people_failures(2000, METHOD_APP), 0);
	assert_false(is_refused(PEOPLE, app_now()));
}

/* The second commit of a round: what was accepted in it is not told. */
static void
a_first_gate_that_cannot_be_written_is_not_passed(void **state)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];

	(void)state;
	lab.v->conf.methods_required = 2;
	(void)people_sheet(ALICE, sheet);
	prompt(1);
	lab_answers(1, sheet[0]);
	disk_fails = 2;
	lab_round();
	assert_int_equal(disk_fails, 0);
	lab_run();
	assert_string_equal(lab.events, "");
	assert_int_equal(lab_end(1), SSPR_BUSY);
	assert_int_equal(people_failures(ALICE, METHOD_BACKUP), 1);
	prompt(2);
	assert_true(is_first_of_two(2, sheet[0])); /* it was not used up */
}

/* R-DUR-2: the records of a round, then its permit, then their sync. */
static void
an_intent_is_synced_with_the_records_before_it(void **state)
{
	enum ipc_type seen[8];
	struct ipc_msg m;
	size_t n = 0;
	int fd;

	(void)state;
	prompt(1);
	assert_false(is_refused(1, app_now()));
	m = (struct ipc_msg){ .type = IPC_READY };
	m.as.ready.grant = lab.worker.grant;
	lab_parent_says(m, -1);
	lab_round();
	while (n < 8 &&
	    ipc_recv(lab.parent, ROLE_VAULT, ROLE_PARENT, &m, &fd) == SSPR_OK)
		seen[n++] = m.type;
	assert_int_equal(n, 3);
	assert_int_equal(seen[0], IPC_AUDIT);
	assert_int_equal(seen[1], IPC_GO);
	assert_int_equal(seen[2], IPC_SYNC);
}

/* Promise 10: names that does not answer makes a decoy, at its time. */
static void
a_lookup_that_takes_too_long_makes_a_decoy(void **state)
{
	const struct proto_hello h = lab_hello(VERB_RESET, "alice");

	(void)state;
	lab.peer = 0;
	lab_says_hello(1, &h);
	lab_round();
	lab_hear();
	assert_int_equal(round_wait_ms(lab.v, lab.ms), SESSION_LOOKUP_MS);
	lab.ms += SESSION_LOOKUP_MS - 1;
	lab_round();
	assert_int_equal(lab_session(1)->state, STATE_LOOKUP);
	lab.ms++;
	assert_int_equal(round_wait_ms(lab.v, lab.ms), 0);
	lab_round();
	assert_int_equal(lab_session(1)->state, STATE_CODE);
	assert_true(lab_session(1)->decoy);
	lab_found(LAB_FOUND, ALICE, "alice"); /* too late */
	lab_run();
	assert_true(lab_session(1)->decoy);
	assert_true(is_refused(1, app_now()));
}

/* R-ENUM-2; and who gave a right code need not wait any more. */
static void
answers_leave_on_the_beat_until_a_right_code_was_given(void **state)
{
	uint64_t asked;

	(void)state;
	lab.v->conf.methods_required = 2;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	prompt(1);
	lab_answers(1, people_wrong(ALICE));
	asked = lab.ms;
	lab_round();
	lab_hear();
	lab_round();
	assert_int_equal(lab_session(1)->due_ms,
	    asked + lab.v->conf.answer_floor_ms);
	assert_int_equal(round_wait_ms(lab.v, lab.ms + 1),
	    lab.v->conf.answer_floor_ms - 1);
	lab_run();
	lab_answers(1, app_now());
	lab_round();
	lab_hear();
	lab.told[1].text[0] = '\0';
	lab_round();
	lab_hear();
	assert_non_null(strstr(lab.told[1].text, "Accepted: 1 of 2."));
}

static void
where_nothing_is_due_a_round_waits_for_messages(void **state)
{
	(void)state;
	lab.v->again = false;
	assert_int_equal(round_wait_ms(lab.v, lab.ms), -1);
	prompt(1);
	lab.v->again = false;
	assert_int_equal(round_wait_ms(lab.v, lab.ms), -1);
	lab.v->again = true;
	assert_int_equal(round_wait_ms(lab.v, lab.ms), 0);
}

static size_t
records(const char *event)
{
	size_t n = 0;

	for (const char *at = lab.events; (at = strstr(at, event)) != NULL;
	     at++)
		n++;
	return n;
}

/* One from a source of its own that asks for a code once. */
static void
asks_from(uint32_t conn, const char *rhost)
{
	dialogue_from(conn, 0, rhost);
	(void)answer(conn, "sms");
}

/* R-LOG-4: what a source asks for and is refused; nobody else's is missing. */
static void
a_source_has_ten_records_a_minute_and_then_a_count(void **state)
{
	const char *more = "refused.more";

	(void)state;
	for (uint32_t i = 0; i < 25; i++)
		asks_from(i, "203.0.113.9");
	asks_from(30, "203.0.113.10");
	assert_int_equal(records("code.asked"), TALLY_LINES + 1);
	assert_int_equal(records(more), 0);
	later(61);
	lab_run();
	assert_int_equal(records(more), 1);
	later(61);
	lab_run();
	assert_int_equal(records(more), 1);
	asks_from(31, "203.0.113.9");
	assert_int_equal(records("code.asked"), TALLY_LINES + 2);
}

static void
a_round_comes_when_a_count_is_due(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < TALLY_LINES + 1; i++)
		assert_true(refusals_add(&lab.v->refusals, HERE, lab.ms) ==
		    (i < TALLY_LINES));
	lab.v->again = false;
	assert_int_equal(round_wait_ms(lab.v, lab.ms), TALLY_SPAN_MS);
	lab.ms += TALLY_SPAN_MS;
	assert_int_equal(round_wait_ms(lab.v, lab.ms), 0);
	lab.hold_sync = true;
	lab_round();
	assert_string_equal(lab.v->audit[0].event, "refused.more");
	assert_string_equal(lab.v->audit[0].source, HERE);
	assert_int_equal(lab.v->audit[0].count, 1);
	assert_int_equal(lab.v->audit[0].subject, IPC_NOBODY);
}

/* R-LOG-4: what was accepted has a record, however many there were. */
static void
what_is_accepted_is_always_recorded(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 3 * TALLY_LINES; i++)
		(void)refusals_add(&lab.v->refusals, HERE, lab.ms);
	prompt(1);
	assert_false(is_refused(1, app_now()));
	lab_ready(SSPR_OK);
	assert_int_equal(records("code.accepted 0"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_debit_is_durable_when_its_code_is_compared),
		TEST(without_a_commit_nothing_is_compared),
		TEST(one_commit_serves_everybody_of_a_round),
		TEST(what_fails_fails_for_everybody_of_its_round_only),
		TEST(a_first_gate_that_cannot_be_written_is_not_passed),
		TEST(an_intent_is_synced_with_the_records_before_it),
		TEST(a_lookup_that_takes_too_long_makes_a_decoy),
		TEST(answers_leave_on_the_beat_until_a_right_code_was_given),
		TEST(where_nothing_is_due_a_round_waits_for_messages),
		TEST(a_source_has_ten_records_a_minute_and_then_a_count),
		TEST(a_round_comes_when_a_count_is_due),
		TEST(what_is_accepted_is_always_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
