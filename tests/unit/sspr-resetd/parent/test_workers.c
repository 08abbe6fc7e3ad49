/* SPDX-License-Identifier: MIT */
#include "stage.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83 /* since Linux 6.16 */
#endif

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
ask(uint64_t grant, enum proto_job job, const char *name)
{
	const struct ipc_worker w = request(grant, job, STAGE_UID, name);

	workers_request(&stage.parent, &w);
}

/* Up to a worker at work; the client's end. */
static int
at_work(enum proto_job job, const char *name)
{
	ask(1, job, name);
	stage_expect_ready(1, SSPR_OK);
	workers_go(&stage.parent, 1);
	return stage_expect_granted(1);
}

static void
ends_with(enum proto_job job, const char *name, enum sspr_err e)
{
	close(at_work(job, name));
	stage_expect_outcome(1, e);
	assert_null(permits_by_grant(&stage.parent.permits, 1));
}

static void
a_worker_that_dies_in_its_checks_is_told_of_once(void **state)
{
	(void)state;
	ask(1, PROTO_CHANGE, "dies");
	stage_expect_ready(1, SSPR_SYSTEM);
	stage_end();
	stage_expect_silence();
}

static void
a_worker_that_is_late_with_its_checks_is_ended(void **state)
{
	(void)state;
	ask(1, PROTO_CHANGE, "mute");
	assert_in_range(workers_late(&stage.parent), 1, 10000);
	permits_by_grant(&stage.parent.permits, 1)->deadline_ms = 1;
	assert_in_range(workers_late(&stage.parent), 1, 10000);
	stage_expect_ready(1, SSPR_TIMEOUT);
	stage_end();
	assert_int_equal(workers_late(&stage.parent), -1);
}

/* R-DUR-2: S3 is durable before S4 begins */
static void
the_intent_is_in_the_log_before_the_worker_starts(void **state)
{
	char name[100];

	(void)state;
	snprintf(name, sizeof(name), "log::%s", stage.log);
	ends_with(PROTO_CHANGE, name, SSPR_OK);
	assert_non_null(strstr(stage_log(),
	    "\"event\":\"reset.intent\",\"correlation\":\"" STAGE_ID "\","
	    "\"reference\":\"008J\",\"subject\":4242,\"service\":\"sshd\","
	    "\"source\":\"192.0.2.1\",\"digest\":\"$5$salt$hash\","));
	assert_int_equal(stage_logged("\"event\":\"reset.done\""), 1);
	assert_int_equal(stage_logged("\n"), 2);
}

/* Promise 6, R-LOG-1 */
static void
without_an_intent_no_worker_starts(void **state)
{
	(void)state;
	ask(1, PROTO_CHANGE, "done");
	stage_expect_ready(1, SSPR_OK);
	close(stage.parent.audit.fd);
	stage.parent.audit.fd = open("/dev/full", O_WRONLY | O_APPEND);
	workers_go(&stage.parent, 1);
	stage_expect_outcome(1, SSPR_AUDIT);
	stage_end();
	stage_expect_silence();
}

static void
a_change_that_cannot_be_written_down_is_still_told(void **state)
{
	int client = at_work(PROTO_CHANGE, "waits:same");

	(void)state;
	close(stage.parent.audit.fd);
	stage.parent.audit.fd = open("/dev/full", O_WRONLY | O_APPEND);
	workers_cut(&stage.parent);
	stage_expect_outcome(1, SSPR_NOT_CHANGED);
	close(client);
}

static void
a_check_leaves_its_end_alone_in_the_log(void **state)
{
	(void)state;
	ends_with(PROTO_CHECK, "right", SSPR_OK);
	assert_int_equal(stage_logged("\n"), 1);
	assert_int_equal(stage_logged("\"event\":\"password.done\""), 1);
	assert_int_equal(stage_logged("\"actor\":4242,"), 1);
}

static void
what_the_worker_says_is_what_the_vault_hears(void **state)
{
	(void)state;
	ends_with(PROTO_CHANGE, "weak", SSPR_WEAK);
	assert_int_equal(stage_logged("\"event\":\"reset.failed\""), 1);
	ends_with(PROTO_CHECK, "weak", SSPR_WEAK);
	assert_int_equal(stage_logged("\"event\":\"password.failed\""), 1);
}

static void
the_success_of_the_other_job_is_none(void **state)
{
	(void)state;
	ends_with(PROTO_CHANGE, "right:same", SSPR_NOT_CHANGED);
	ends_with(PROTO_CHECK, "done", SSPR_BUSY);
	ends_with(PROTO_CHECK, "zero", SSPR_BUSY);
	ends_with(PROTO_CHECK, "killed", SSPR_BUSY);
}

/* R-DUR-4 */
static void
after_an_unclear_end_one_looks(void **state)
{
	(void)state;
	ends_with(PROTO_CHANGE, "killed:same", SSPR_NOT_CHANGED);
	assert_int_equal(stage_logged("\"event\":\"reset.failed\""), 1);
	ends_with(PROTO_CHANGE, "killed:other", SSPR_UNCERTAIN);
	assert_int_equal(stage_logged("\"event\":\"reset.resolved\""), 1);
	ends_with(PROTO_CHANGE, "zero:same", SSPR_NOT_CHANGED);
	ends_with(PROTO_CHANGE, "zero:other", SSPR_UNCERTAIN);
	assert_int_equal(stage_logged("\"event\":\"reset.failed\""), 2);
	assert_int_equal(stage_logged("\"event\":\"reset.resolved\""), 2);
	assert_int_equal(stage_logged("\"event\":\"reset.done\""), 0);
}

/* R-DUR-4 */
static void
what_cannot_be_found_out_is_uncertain(void **state)
{
	(void)state;
	ends_with(PROTO_CHANGE, "killed:unreadable", SSPR_UNCERTAIN);
	ends_with(PROTO_CHANGE, "killed:dead", SSPR_UNCERTAIN);
	assert_int_equal(stage_logged("\"event\":\"reset.unknown\""), 2);
	ends_with(PROTO_CHANGE, "killed:nobody", SSPR_UNCERTAIN);
	assert_int_equal(stage_logged("\"event\":\"reset.resolved\""), 1);
}

static void
who_says_it_failed_and_ends_as_if_not_is_not_believed(void **state)
{
	(void)state;
	ends_with(PROTO_CHANGE, "liar:same", SSPR_NOT_CHANGED);
	ends_with(PROTO_CHANGE, "liar:other", SSPR_UNCERTAIN);
}

static void
a_worker_that_left_while_it_waited_is_not_let_go(void **state)
{
	struct permit *w;

	(void)state;
	ask(1, PROTO_CHANGE, "left");
	stage_expect_ready(1, SSPR_OK);
	(void)waitid(P_ALL, 0, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	/* It may have been reaped with READY. */
	if ((w = permits_by_grant(&stage.parent.permits, 1)) != NULL)
		workers_hear(&stage.parent, w);
	workers_go(&stage.parent, 1);
	stage_expect_outcome(1, SSPR_BUSY);
	stage_end();
	stage_expect_silence();
	assert_int_equal(stage_logged("\"event\":\"reset.intent\""), 0);
}

static void
a_worker_that_waited_too_long_leaves_no_intent(void **state)
{
	(void)state;
	ask(1, PROTO_CHANGE, "done");
	stage_expect_ready(1, SSPR_OK);
	permits_by_grant(&stage.parent.permits, 1)->deadline_ms = 1;
	(void)workers_late(&stage.parent);
	workers_go(&stage.parent, 1);
	stage_expect_outcome(1, SSPR_BUSY);
	stage_end();
	stage_expect_silence();
	assert_string_equal(stage_log(), "");
}

static void
a_worker_at_work_for_too_long_is_ended_and_looked_after(void **state)
{
	int client = at_work(PROTO_CHANGE, "waits:same");

	(void)state;
	permits_by_grant(&stage.parent.permits, 1)->deadline_ms = 1;
	(void)workers_late(&stage.parent);
	stage_expect_outcome(1, SSPR_NOT_CHANGED);
	close(client);
}

static void
go_for_what_is_not_there_is_answered(void **state)
{
	(void)state;
	workers_go(&stage.parent, 77);
	stage_expect_outcome(77, SSPR_BUSY);
	assert_string_equal(stage_log(), "");
}

static void
goes_again(void)
{
	workers_go(&stage.parent, 1);
}

static void
drops(void)
{
	workers_drop(&stage.parent, 1);
}

static void
asks_again(void)
{
	const struct ipc_worker w =
	    request(1, PROTO_CHANGE, STAGE_UID + 1, "done");

	workers_request(&stage.parent, &w);
}

/* R-IPC-6: what only a vault that is taken over says ends the daemon */
static void
a_vault_that_speaks_out_of_turn_ends_us(void **state)
{
	int client;

	(void)state;
	ask(1, PROTO_CHANGE, "mute"); /* still in its checks */
	stage_expect_fatal(goes_again);
	stage_expect_fatal(asks_again);
	workers_drop(&stage.parent, 1);
	stage_end();
	client = at_work(PROTO_CHANGE, "waits:same");
	stage_expect_fatal(goes_again);
	close(client);
}

static void
a_dropped_worker_ends_without_a_word(void **state)
{
	(void)state;
	ask(1, PROTO_CHANGE, "waits");
	workers_drop(&stage.parent, 1); /* in its checks */
	stage_end();
	ask(2, PROTO_CHANGE, "waits");
	stage_expect_ready(2, SSPR_OK);
	workers_drop(&stage.parent, 2); /* ready */
	stage_end();
	workers_drop(&stage.parent, 2); /* gone */
	stage_expect_silence();
	assert_string_equal(stage_log(), "");
}

/* R-DUR-2: once it is let go, nobody can call it back unseen */
static void
a_worker_at_work_cannot_be_dropped(void **state)
{
	int client = at_work(PROTO_CHANGE, "waits:same");

	(void)state;
	stage_expect_fatal(drops);
	stage_expect_silence();
	assert_int_equal(workers_at_work(&stage.parent), 1);
	close(client);
}

/* R-AVL-3: told to end, it takes nothing more and waits for what began */
static void
nothing_begins_once_it_was_told_to_end(void **state)
{
	const struct ipc_worker w =
	    request(2, PROTO_CHANGE, STAGE_UID + 1, "done");

	(void)state;
	ask(1, PROTO_CHANGE, "done");
	stage_expect_ready(1, SSPR_OK);
	stage.parent.end_ms = parent_ms() + 1000;
	workers_request(&stage.parent, &w);
	stage_expect_ready(2, SSPR_BUSY);
	workers_go(&stage.parent, 1);
	stage_expect_outcome(1, SSPR_BUSY);
	assert_int_equal(workers_at_work(&stage.parent), 0);
	assert_string_equal(stage_log(), "");
}

static void
only_changes_are_worth_waiting_for(void **state)
{
	(void)state;
	close(at_work(PROTO_CHECK, "waits"));
	assert_int_equal(workers_at_work(&stage.parent), 0);
	workers_cut(&stage.parent);
	stage_expect_silence();
}

static void
who_waits_for_a_person_ends_when_it_is_cut_off(void **state)
{
	int client = at_work(PROTO_CHANGE, "waits:same");

	(void)state;
	assert_int_equal(workers_at_work(&stage.parent), 1);
	workers_cut(&stage.parent);
	assert_int_equal(workers_at_work(&stage.parent), 1);
	stage_expect_outcome(1, SSPR_NOT_CHANGED);
	assert_int_equal(workers_at_work(&stage.parent), 0);
	assert_int_equal(stage_logged("\"event\":\"reset.failed\""), 1);
	close(client);
}

/* R-IPC-3: descriptors from clients are never accepted */
static void
a_client_cannot_pass_descriptors_to_a_worker(void **state)
{
	struct iovec iov = { .iov_base = (char[]){ 'x' }, .iov_len = 1 };
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(sizeof(int))];
	} c = { .at = { 0 } };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	struct cmsghdr *m = CMSG_FIRSTHDR(&h);
	int on, client = at_work(PROTO_CHANGE, "waits:same");
	socklen_t len = sizeof(on);

	(void)state;
	m->cmsg_level = SOL_SOCKET;
	m->cmsg_type = SCM_RIGHTS;
	m->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(m), &client, sizeof(int));
	if (getsockopt(client, SOL_SOCKET, SO_PASSRIGHTS, &on, &len) == -1) {
		close(client);
		skip();
	}
	assert_int_equal(sendmsg(client, &h, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPERM);
	close(client);
}

static void
ask_job_2(void)
{
	const struct ipc_worker w =
	    request(1, (enum proto_job)2, STAGE_UID, "done");

	workers_request(&stage.parent, &w);
}

static void
ask_with_id(const char *id)
{
	struct ipc_worker w = request(1, PROTO_CHANGE, STAGE_UID, "done");

	snprintf(w.correlation, sizeof(w.correlation), "%s", id);
	workers_request(&stage.parent, &w);
}

static void
ask_without_id(void)
{
	ask_with_id("");
}

static void
ask_with_a_forged_id(void)
{
	ask_with_id("00112233445566778899aabbccddee\"\n");
}

/* R-IPC-6 */
static void
a_request_that_no_vault_makes_ends_the_daemon(void **state)
{
	(void)state;
	stage_expect_fatal(ask_job_2);
	stage_expect_fatal(ask_without_id);
	stage_expect_fatal(ask_with_a_forged_id);
}

static const char *bad;

static void
check_a_bad_one(void)
{
	ask(1, PROTO_CHANGE, bad);
	stage_run(STAGE_WAIT);
}

static void
work_a_bad_one(void)
{
	int client = at_work(PROTO_CHANGE, bad);

	stage_run(STAGE_WAIT);
	close(client);
}

/* R-IPC-6 */
static void
a_worker_that_speaks_out_of_turn_ends_the_daemon(void **state)
{
	static const char *const first[] = { "garbage", "early", "unknown",
		"empty" };
	static const char *const later[] = { "twice", "again", "looked" };

	(void)state;
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		bad = first[i];
		stage_expect_fatal(check_a_bad_one);
	}
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		bad = later[i];
		stage_expect_fatal(work_a_bad_one);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_open, stage_close)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_worker_that_dies_in_its_checks_is_told_of_once),
		TEST(a_worker_that_is_late_with_its_checks_is_ended),
		TEST(the_intent_is_in_the_log_before_the_worker_starts),
		TEST(without_an_intent_no_worker_starts),
		TEST(a_change_that_cannot_be_written_down_is_still_told),
		TEST(a_check_leaves_its_end_alone_in_the_log),
		TEST(what_the_worker_says_is_what_the_vault_hears),
		TEST(the_success_of_the_other_job_is_none),
		TEST(after_an_unclear_end_one_looks),
		TEST(what_cannot_be_found_out_is_uncertain),
		TEST(who_says_it_failed_and_ends_as_if_not_is_not_believed),
		TEST(a_worker_that_left_while_it_waited_is_not_let_go),
		TEST(a_worker_that_waited_too_long_leaves_no_intent),
		TEST(a_worker_at_work_for_too_long_is_ended_and_looked_after),
		TEST(go_for_what_is_not_there_is_answered),
		TEST(a_vault_that_speaks_out_of_turn_ends_us),
		TEST(a_dropped_worker_ends_without_a_word),
		TEST(a_worker_at_work_cannot_be_dropped),
		TEST(nothing_begins_once_it_was_told_to_end),
		TEST(only_changes_are_worth_waiting_for),
		TEST(who_waits_for_a_person_ends_when_it_is_cut_off),
		TEST(a_client_cannot_pass_descriptors_to_a_worker),
		TEST(a_request_that_no_vault_makes_ends_the_daemon),
		TEST(a_worker_that_speaks_out_of_turn_ends_the_daemon),
	};

	stage_play(argc, argv);
	log_open("test");
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
