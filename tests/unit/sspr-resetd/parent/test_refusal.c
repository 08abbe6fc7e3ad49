/* SPDX-License-Identifier: MIT */
#include "stage.h"

#define OTHER_ID "ff112233445566778899aabbccddeeff"

static struct ipc_worker
request(uint64_t grant, enum proto_job job, uint32_t uid, const char *name)
{
	struct ipc_worker w = { .grant = grant,
		.job = (uint8_t)job,
		.uid = uid,
		.correlation = STAGE_ID,
		.service = "sshd",
		.source = "192.0.2.1",
		.methods = STAGE_METHODS };

	snprintf(w.name, sizeof(w.name), "%s", name);
	return w;
}

static void
ask_of(uint64_t grant, uint32_t uid, const char *id, const char *source)
{
	struct ipc_worker w = request(grant, PROTO_CHANGE, uid, "waits");

	snprintf(w.correlation, sizeof(w.correlation), "%s", id);
	snprintf(w.source, sizeof(w.source), "%s", source);
	workers_request(&stage.parent, &w);
}

/* A worker for a job, to its end, whatever that is. */
static void
run(enum proto_job job, const char *name)
{
	const struct ipc_worker w = request(1, job, STAGE_UID, name);
	struct ipc_msg m;

	workers_request(&stage.parent, &w);
	stage_expect_ready(1, SSPR_OK);
	workers_go(&stage.parent, 1);
	close(stage_expect_granted(1));
	assert_int_equal(stage_hear(&m), -1);
	assert_int_equal(m.type, IPC_OUTCOME);
	stage_end();
}

/* Promise 8, R-SET-7 */
static void
root_gets_no_worker(void **state)
{
	const struct ipc_worker w = request(1, PROTO_CHANGE, 0, "done");

	(void)state;
	workers_request(&stage.parent, &w);
	stage_expect_ready(1, SSPR_EXCLUDED);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	workers_go(&stage.parent, 1);
	stage_expect_outcome(1, SSPR_BUSY);
	assert_int_equal(stage_logged("\n"), 1);
	assert_int_equal(stage_logged("\"event\":\"worker.refused\""), 1);
	assert_int_equal(stage_logged("\"subject\":0,"), 1);
}

/* R-SET-7 */
static void
an_account_has_one_worker(void **state)
{
	(void)state;
	ask_of(1, STAGE_UID, STAGE_ID, "192.0.2.1");
	stage_expect_ready(1, SSPR_OK);
	ask_of(2, STAGE_UID, OTHER_ID, "192.0.2.1");
	stage_expect_ready(2, SSPR_BUSY);
	assert_int_equal(stage_logged("there is one, or there were"), 1);
}

static void
refused_checks_are_told_and_leave_nothing(void **state)
{
	const struct ipc_worker w =
	    request(1, PROTO_CHANGE, STAGE_UID, "refused");

	(void)state;
	workers_request(&stage.parent, &w);
	stage_expect_ready(1, SSPR_ACCOUNT);
	stage_end();
	stage_expect_silence();
	workers_go(&stage.parent, 1);
	stage_expect_outcome(1, SSPR_BUSY);
	assert_int_equal(stage_logged("\n"), 1);
	assert_int_equal(stage_logged("\"event\":\"worker.refused\""), 1);
}

/* R-SET-7: no conversation speaks for another one's account */
static void
a_conversation_has_one_worker(void **state)
{
	(void)state;
	ask_of(1, STAGE_UID, STAGE_ID, "192.0.2.1");
	stage_expect_ready(1, SSPR_OK);
	ask_of(2, STAGE_UID + 1, STAGE_ID, "192.0.2.1");
	stage_expect_ready(2, SSPR_BUSY);
	assert_int_equal(stage_logged("in the name of a conversation"), 1);
}

/* R-SET-7, R-THR: three of an account in a day */
static void
an_account_has_three_resets_a_day(void **state)
{
	static const char *const ways[] = { "done", "killed:other",
		"killed:unreadable" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		run(PROTO_CHANGE, ways[i]);
	run(PROTO_CHECK, "right");
	ask_of(2, STAGE_UID, STAGE_ID, "192.0.2.99");
	stage_expect_ready(2, SSPR_RESETS);
	assert_int_equal(stage_logged("\"code\":53,"), 1);
	assert_int_equal(stage_logged("\"event\":\"worker.refused\""), 1);
	ask_of(3, STAGE_UID + 1, STAGE_ID, "192.0.2.1");
	stage_expect_ready(3, SSPR_OK);
}

static void
what_failed_is_not_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++)
		run(PROTO_CHANGE, "weak");
	run(PROTO_CHANGE, "killed:same");
	assert_int_equal(stage_logged("\"event\":\"reset.failed\""), 5);
}

/* R-SET-7: those under way count, so none pass by being at once */
static void
a_source_has_no_more_than_its_own_even_at_once(void **state)
{
	char id[] = STAGE_ID;

	(void)state;
	stage.parent.conf.source_resets = 2;
	for (uint32_t i = 0; i < 3; i++) {
		id[0] = (char)('1' + i);
		ask_of(1 + i, STAGE_UID + i, id, "192.0.2.1");
		stage_expect_ready(1 + i, i < 2 ? SSPR_OK : SSPR_SOURCE);
	}
	ask_of(4, STAGE_UID + 2, id, "192.0.2.2");
	stage_expect_ready(4, SSPR_OK);
	id[0] = '9';
	snprintf(stage.parent.conf.source_shared,
	    sizeof(stage.parent.conf.source_shared), "192.0.2.1");
	ask_of(5, STAGE_UID + 3, id, "192.0.2.1");
	stage_expect_ready(5, SSPR_OK);
}

static void
a_host_has_no_more_than_its_own(void **state)
{
	char id[] = STAGE_ID;

	(void)state;
	stage.parent.conf.resets_per_hour = 1;
	run(PROTO_CHANGE, "done");
	id[0] = '1';
	ask_of(2, STAGE_UID + 1, id, "192.0.2.2");
	stage_expect_ready(2, SSPR_BUSY);
	assert_int_equal(stage_logged("this host had its resets"), 1);
}

/* The tally's minute is over. */
static int
minute_passes(void)
{
	for (size_t i = 0; i < TALLY_ROWS; i++)
		if (stage.parent.refused.rows[i].count > 0)
			stage.parent.refused.rows[i].since_ms -= TALLY_SPAN_MS;
	return refusal_late(&stage.parent);
}

/* Promise 8, R-SET-7 */
static void
nobody_below_uid_min_and_no_uid_at_all_gets_one(void **state)
{
	const uint32_t uids[] = { 0, 1, 999, IPC_NOBODY };

	(void)state;
	for (size_t i = 0; i < sizeof(uids) / sizeof(uids[0]); i++) {
		ask_of(1 + i, uids[i], STAGE_ID, "192.0.2.1");
		stage_expect_ready(1 + i, SSPR_EXCLUDED);
	}
	assert_int_equal(stage_logged("an account that never has one"), 4);
	assert_int_equal(stage_logged("\"code\":7,"), 4);
	assert_int_equal(stage_logged("\"subject\":999,"), 1);
	assert_int_equal(stage_logged("\"subject\":"), 3); /* nobody is none */
}

/* R-LOG-4, R-SET-7 */
static void
of_a_flood_ten_are_written_and_then_a_number(void **state)
{
	(void)state;
	assert_int_equal(refusal_late(&stage.parent), -1);
	for (uint64_t i = 1; i <= 1000; i++) {
		ask_of(i, 0, STAGE_ID, "192.0.2.1");
		stage_expect_ready(i, SSPR_EXCLUDED);
	}
	assert_int_equal(stage_logged("\n"), TALLY_LINES);
	assert_in_range(refusal_late(&stage.parent), 1, TALLY_SPAN_MS);
	assert_int_equal(stage_logged("\n"), TALLY_LINES);
	assert_int_equal(minute_passes(), -1);
	assert_int_equal(stage_logged("\n"), TALLY_LINES + 1);
	assert_int_equal(stage_logged("\"count\":990,\"code\":7,"), 1);
}

static void
a_flood_of_one_kind_hides_no_other(void **state)
{
	(void)state;
	stage.parent.conf.resets_per_hour = 0;
	for (uint64_t i = 1; i <= 100; i++) {
		ask_of(i, STAGE_UID, STAGE_ID, "192.0.2.1");
		stage_expect_ready(i, SSPR_BUSY);
	}
	ask_of(101, 0, STAGE_ID, "192.0.2.1");
	stage_expect_ready(101, SSPR_EXCLUDED);
	assert_int_equal(stage_logged("\"subject\":0,"), 1);
	assert_int_equal(stage_logged("\n"), TALLY_LINES + 1);
}

/* R-SET-7: 1000 workers a minute are asked for, 10 are given */
static void
of_a_thousand_ten_are_given(void **state)
{
	char id[IPC_CORRELATION_MAX + 1];
	struct ipc_msg m;
	size_t given = 0;

	(void)state;
	stage.parent.conf.resets_per_hour = 1000;
	stage.parent.conf.source_resets = 1000;
	for (uint32_t i = 1; i <= 1000; i++) {
		snprintf(id, sizeof(id), "%032x", i);
		ask_of(i, STAGE_UID + i, id, "192.0.2.1");
		do
			assert_int_equal(stage_hear(&m), -1);
		while (m.as.ready.err == SSPR_OK && m.as.ready.grant < i);
		given += m.as.ready.err == SSPR_OK;
		assert_true(
		    m.as.ready.err == SSPR_OK || m.as.ready.err == SSPR_BUSY);
	}
	assert_int_equal(given, stage.parent.conf.changes_per_minute);
	assert_int_equal(given, 10);
	assert_int_equal(stage_logged("\n"), TALLY_LINES);
	(void)minute_passes();
	assert_int_equal(stage_logged("\"count\":980,"), 1);
}

/* Promise 6: the log that is gone lets nobody through */
static void
what_cannot_be_written_is_refused_all_the_same(void **state)
{
	(void)state;
	close(stage.parent.audit.fd);
	stage.parent.audit.fd = open("/dev/full", O_WRONLY | O_APPEND);
	ask_of(1, 0, STAGE_ID, "192.0.2.1");
	stage_expect_ready(1, SSPR_EXCLUDED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_open, stage_close)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(root_gets_no_worker),
		TEST(an_account_has_one_worker),
		TEST(refused_checks_are_told_and_leave_nothing),
		TEST(a_conversation_has_one_worker),
		TEST(an_account_has_three_resets_a_day),
		TEST(what_failed_is_not_counted),
		TEST(a_source_has_no_more_than_its_own_even_at_once),
		TEST(a_host_has_no_more_than_its_own),
		TEST(nobody_below_uid_min_and_no_uid_at_all_gets_one),
		TEST(of_a_flood_ten_are_written_and_then_a_number),
		TEST(a_flood_of_one_kind_hides_no_other),
		TEST(of_a_thousand_ten_are_given),
		TEST(what_cannot_be_written_is_refused_all_the_same),
	};

	stage_play(argc, argv);
	log_open("test");
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
