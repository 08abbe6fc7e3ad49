/* SPDX-License-Identifier: MIT */
#include <sys/file.h>

#include "stage.h"

static char lock[64];

static int
open_stage(void **state)
{
	if (stage_open(state) != 0)
		return -1;
	snprintf(lock, sizeof(lock), "%s/lock", stage.dir);
	return 0;
}

static int
close_stage(void **state)
{
	(void)unlink(lock);
	return stage_close(state);
}

static void
write_event(const char *event, char id, const char *digest)
{
	char correlation[IPC_CORRELATION_MAX + 1] = "";
	const struct audit_record r = { .event = event,
		.correlation = correlation,
		.actor = IPC_NOBODY,
		.subject = STAGE_UID,
		.service = "sshd",
		.source = "",
		.digest = digest };

	memset(correlation, id, sizeof(correlation) - 1);
	assert_int_equal(audit_append(&stage.parent.audit, &r), SSPR_OK);
}

/* R-DUR-4 */
static void
a_look_tells_whether_the_field_is_still_the_same(void **state)
{
	(void)state;
	assert_int_equal(resolve_look(STAGE_UID, "same"), SSPR_NOT_CHANGED);
	assert_int_equal(resolve_look(STAGE_UID, "other"), SSPR_UNCERTAIN);
	assert_int_equal(resolve_look(STAGE_UID, "nobody"), SSPR_NO_USER);
}

static void
a_look_that_fails_tells_nothing(void **state)
{
	(void)state;
	assert_int_equal(resolve_look(STAGE_UID, "unreadable"), SSPR_SYSTEM);
	assert_int_equal(resolve_look(STAGE_UID, "dead"), SSPR_GONE);
}

static void
look_at_the_proud(void)
{
	(void)!resolve_look(STAGE_UID, "proud");
}

static void
look_at_the_failed(void)
{
	(void)!resolve_look(STAGE_UID, "failed");
}

/* R-IPC-6 */
static void
a_look_that_answers_something_else_ends_the_daemon(void **state)
{
	(void)state;
	stage_expect_fatal(look_at_the_proud);
	stage_expect_fatal(look_at_the_failed);
}

static void
what_is_known_has_an_event(void **state)
{
	(void)state;
	assert_string_equal(resolve_event(SSPR_NOT_CHANGED), "reset.failed");
	assert_string_equal(resolve_event(SSPR_UNCERTAIN), "reset.resolved");
	assert_string_equal(resolve_event(SSPR_NO_USER), "reset.resolved");
	assert_string_equal(resolve_event(SSPR_ACCOUNT), "reset.resolved");
	assert_null(resolve_event(SSPR_OK));
	assert_null(resolve_event(SSPR_SYSTEM));
	assert_null(resolve_event(SSPR_TIMEOUT));
}

/* R-DUR-4 */
static void
open_intents_are_resolved_once(void **state)
{
	(void)state;
	write_event("reset.intent", 'a', "same");
	write_event("reset.intent", 'b', "other");
	write_event("reset.intent", 'c', "other");
	write_event("reset.done", 'c', "other");
	write_event("reset.intent", 'd', "nobody");
	for (int i = 0; i < 2; i++) {
		resolve_open(&stage.parent, stage.log, lock);
		assert_int_equal(stage_logged("reset.failed"), 1);
		assert_int_equal(stage_logged("reset.resolved"), 2);
		assert_int_equal(stage_logged("\n"), 8);
	}
	assert_non_null(strstr(stage_log(),
	    "\"event\":\"reset.failed\","
	    "\"correlation\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
	    "\"reference\":\"NANA\",\"subject\":4242,"));
	assert_non_null(strstr(stage_log(),
	    "\"event\":\"reset.resolved\","
	    "\"correlation\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\","));
}

static size_t
counted(void)
{
	size_t n = 0;

	for (size_t i = 0; i < RESETS_MAX; i++)
		n += stage.parent.resets.at[i].used &&
		    stage.parent.resets.at[i].uid == STAGE_UID;
	return n;
}

/*
 * R-SET-7: a vault that is taken over has its client choose a password, floods
 * the log and makes parent end.
 */
static void
no_flood_hides_an_intent(void **state)
{
	char old[80];

	(void)state;
	write_event("reset.intent", 'a', "unreadable");
	for (int i = 0; i < 8000; i++)
		write_event("code.refused", 'e', "");
	resolve_open(&stage.parent, stage.log, lock);
	assert_int_equal(counted(), 1);
	snprintf(old, sizeof(old), "%s.1", stage.log);
	assert_int_equal(rename(stage.log, old), 0);
	memset(&stage.parent.resets, 0, sizeof(stage.parent.resets));
	audit_close(&stage.parent.audit);
	stage.parent.audit.fd =
	    open(stage.log, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	write_event("daemon.start", 'e', "");
	resolve_open(&stage.parent, stage.log, lock);
	(void)unlink(old);
	assert_int_equal(counted(), 1);
}

static void
what_is_not_known_stays_open(void **state)
{
	(void)state;
	write_event("reset.intent", 'a', "unreadable");
	write_event("reset.intent", 'b', "dead");
	write_event("reset.intent", 'c', "same");
	resolve_open(&stage.parent, stage.log, lock);
	assert_int_equal(stage_logged("\n"), 4);
	assert_int_equal(stage_logged("cccc\",\"reference\""), 2);
}

/* R-SET-7: who cannot be asked about may have a new password. */
static void
what_is_not_known_counts_as_a_reset(void **state)
{
	(void)state;
	write_event("reset.intent", 'a', "unreadable");
	write_event("reset.intent", 'b', "ldap:mute");
	write_event("reset.intent", 'c', "ldap:mute");
	write_event("reset.intent", 'd', "same");
	resolve_open(&stage.parent, stage.log, lock);
	assert_int_equal(counted(), 3);
}

/* R-DUR-4: it is asked once, and the local ones do not suffer. */
static void
a_silent_directory_leaves_only_its_own_open(void **state)
{
	const uint64_t start = parent_ms();

	(void)state;
	write_event("reset.intent", 'a', "ldap:mute");
	write_event("reset.intent", 'b', "ldap:mute");
	write_event("reset.intent", 'c', "same");
	resolve_open(&stage.parent, stage.log, lock);
	assert_true(parent_ms() - start < 4000);
	assert_int_equal(stage_logged("\n"), 4);
	assert_int_equal(stage_logged("cccc\",\"reference\""), 2);
}

static void
a_worker_of_another_daemon_is_waited_for(void **state)
{
	int held = open(lock, O_RDWR | O_CREAT, 0600), status;
	pid_t pid;

	(void)state;
	write_event("reset.intent", 'a', "same");
	assert_int_equal(flock(held, LOCK_EX), 0);
	fflush(NULL);
	if ((pid = fork()) == 0) {
		close(held);
		resolve_open(&stage.parent, stage.log, lock);
		_exit(0);
	}
	assert_int_equal(poll(NULL, 0, 100), 0);
	assert_int_equal(stage_logged("reset.failed"), 0);
	close(held);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(stage_logged("reset.failed"), 1);
}

static void
without_the_lock_nothing_is_resolved(void **state)
{
	(void)state;
	write_event("reset.intent", 'a', "same");
	assert_int_equal(symlink("elsewhere", lock), 0);
	resolve_open(&stage.parent, stage.log, lock);
	assert_int_equal(stage_logged("\n"), 1);
}

static void
a_log_without_intents_needs_nothing(void **state)
{
	(void)state;
	resolve_open(&stage.parent, stage.log, "/nonexistent/lock");
	write_event("code.matched", 'a', "");
	resolve_open(&stage.parent, stage.log, "/nonexistent/lock");
	assert_int_equal(stage_logged("\n"), 1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_look_tells_whether_the_field_is_still_the_same),
		TEST(a_look_that_fails_tells_nothing),
		TEST(a_look_that_answers_something_else_ends_the_daemon),
		TEST(what_is_known_has_an_event),
		TEST(open_intents_are_resolved_once),
		TEST(no_flood_hides_an_intent),
		TEST(what_is_not_known_stays_open),
		TEST(what_is_not_known_counts_as_a_reset),
		TEST(a_silent_directory_leaves_only_its_own_open),
		TEST(a_worker_of_another_daemon_is_waited_for),
		TEST(without_the_lock_nothing_is_resolved),
		TEST(a_log_without_intents_needs_nothing),
	};

	stage_play(argc, argv);
	log_open("test");
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
