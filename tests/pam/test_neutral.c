/* SPDX-License-Identifier: MIT */
/* The module in a stack, with a daemon and a host that mean well. */
#include <fcntl.h>
#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SAYING_FAIL _exit(0) /* in the daemon, when the client is gone */

#include "faults.h"
#include "host.h"
#include "paths.h"
#include "saying.h"
#include "stage.h"

static int
setup([[maybe_unused]] void **state)
{
	memset(&faults, 0, sizeof(faults));
	return 0;
}

static int
teardown([[maybe_unused]] void **state)
{
	stage_down();
	return 0;
}

/* R-PAM-1: PAM_IGNORE also after a completed reset. */
static void
a_completed_reset_is_neutral([[maybe_unused]] void **state)
{
	struct host h = { .answers = HOST_RESETS };

	stage_up(NULL, NULL);
	host_logs_in(&h);
	assert_string_equal(h.seen,
	    "Offer: |Code: |At least 12 characters.|New password: |"
	    "Retype new password: |Your password is changed. |");
	assert_string_equal(stage_heard->answers,
	    "123456|" STAGE_NEW "|" STAGE_NEW "||");
	assert_int_equal(stage_heard->cancels, 0);
}

static void
nobody_there_is_no_offer([[maybe_unused]] void **state)
{
	struct host h = { .answers = HOST_RESETS };

	(void)stage_up_deaf(0);
	unlink(PATH_SOCKET);
	host_logs_in(&h);
	assert_string_equal(h.seen, "");
	assert_in_range(h.took_ms, 0, 500);
	assert_int_equal(symlink("/dev/null", PATH_SOCKET), 0);
	host_logs_in(&h);
	assert_string_equal(h.seen, "");
}

static void
a_declined_offer_reaches_no_reset([[maybe_unused]] void **state)
{
	struct host h = { .answers = { "hunt", "" } };

	stage_up(NULL, NULL);
	host_logs_in(&h);
	assert_string_equal(h.seen, "Offer: |Again: |");
	h.answers[0] = "";
	host_logs_in(&h);
	assert_string_equal(h.seen, "Offer: |");
	h.answers[0] = "not one word";
	h.answers[1] = "nor this";
	host_logs_in(&h);
	assert_int_equal(stage_heard->offers, 3);
	assert_int_equal(stage_heard->resets, 1); /* of eight bytes */
}

static void
refuses_to_offer(int client)
{
	say_end(client, SSPR_NO_OFFER);
}

static void
no_offer_is_silence([[maybe_unused]] void **state)
{
	struct host h = { .answers = HOST_RESETS };

	stage_up(refuses_to_offer, NULL);
	host_logs_in(&h);
	assert_string_equal(h.seen, "");
}

static void
refers_elsewhere(int client)
{
	struct proto_msg m = { .type = MSG_OFFER };

	m.as.offer.refer = 1;
	snprintf(m.as.offer.prompt, sizeof(m.as.offer.prompt), "Elsewhere: ");
	say(client, &m, NULL, 0);
	say_end(client, SSPR_OK);
}

/* Story 18: whatever is typed, no second prompt and no reset. */
static void
a_pointer_elsewhere_starts_nothing([[maybe_unused]] void **state)
{
	struct host h = { .answers = { "forgot", "forgot" } };

	stage_up(refers_elsewhere, NULL);
	host_logs_in(&h);
	assert_string_equal(h.seen, "Elsewhere: |");
	h.answers[0] = "";
	host_logs_in(&h);
	h.answers[0] = "?";
	host_logs_in(&h);
	assert_string_equal(h.seen, "Elsewhere: |");
	assert_int_equal(stage_heard->offers, 3);
	assert_int_equal(stage_heard->resets, 0);
}

/* R-PAM-2 */
static void
other_services_and_silence_are_left_alone([[maybe_unused]] void **state)
{
	static const char *const other[] = { "su", "sudo", "polkit-1", "cron",
		"sspr-reset", "sspr-enroll", "i3lock", "passwd" };
	struct host h = { .answers = HOST_RESETS };

	stage_up(NULL, NULL);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		h.service = other[i];
		h.args = i < 6
		    ? "services=su,sudo,polkit-1,cron,sspr-reset,sspr-enroll"
		    : NULL;
		host_logs_in(&h);
	}
	h.service = "sshd";
	h.flags = (int)PAM_SILENT;
	host_logs_in(&h);
	assert_int_equal(stage_heard->offers, 0);
	assert_string_equal(h.seen, "");
}

static void
the_daemon_is_told_who_and_where([[maybe_unused]] void **state)
{
	struct host h = { .args = "lang=de",
		.rhost = "host.example.com",
		.ssh_connection = "SSH_CONNECTION=192.0.2.7 1 192.0.2.1 22",
		.password = "forgot",
		.answers = HOST_RESETS };
	const struct proto_hello *told = &stage_heard->offer;

	stage_up(NULL, NULL);
	host_logs_in(&h);
	assert_string_equal(told->user, "alice");
	assert_string_equal(told->service, "sshd");
	assert_string_equal(told->rhost, "192.0.2.7");
	assert_string_equal(told->lang, "de");
	assert_int_equal(told->flags, PROTO_FORGOT);
	assert_int_equal(told->verb, VERB_OFFER);
	assert_int_equal(stage_heard->reset.verb, VERB_RESET);
	assert_string_equal(stage_heard->reset.user, "alice");
}

static void
a_name_longer_than_any_is_left_alone([[maybe_unused]] void **state)
{
	static char name[PROTO_USER_MAX + 2];
	struct host h = { .user = name, .answers = HOST_RESETS };

	memset(name, 'a', PROTO_USER_MAX + 1);
	stage_up(NULL, NULL);
	host_logs_in(&h);
	assert_int_equal(stage_heard->offers, 0);
	name[PROTO_USER_MAX] = '\0';
	host_logs_in(&h);
	assert_int_equal(stage_heard->offers, 1);
	assert_int_equal(stage_heard->resets, 1);
}

static void
pushed_out(size_t prompt)
{
	unsigned int left = alarm(0);

	assert_in_range(left, prompt == 0 ? 90 : 900, prompt == 0 ? 100 : 1100);
	(void)alarm(left);
}

static void
on_terminal(struct host *h)
{
	int in = dup(STDIN_FILENO), terminal;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_int_equal(dup2(terminal, STDIN_FILENO), STDIN_FILENO);
	host_logs_in(h);
	assert_int_equal(dup2(in, STDIN_FILENO), STDIN_FILENO);
	close(in);
	close(terminal);
	close(master);
}

/* DESIGN.md section 4, the one exception of R-PAM-6 */
static void
login_has_a_terminal_and_time([[maybe_unused]] void **state)
{
	struct host h = { .service = "login", .answers = HOST_RESETS };

	stage_up(NULL, NULL);
	host_logs_in(&h);
	assert_int_equal(stage_heard->offers, 0);
	(void)alarm(99);
	h.asked = pushed_out;
	on_terminal(&h);
	assert_in_range(alarm(0), 90, 99);
	assert_int_equal(stage_heard->resets, 1);
	assert_string_equal(stage_heard->reset.rhost, "");
}

static void
offers_after_a_week(int client)
{
	say_offer(client, 7u * 24 * 3600 * 1000, "Offer: ", "Again: ");
	say_end(client, SSPR_OK);
}

static void
an_offer_is_not_put_off_forever([[maybe_unused]] void **state)
{
	struct host h = { .answers = { "" } };

	faults.patience_ms = 5000;
	stage_up(offers_after_a_week, NULL);
	host_logs_in(&h);
	assert_string_equal(h.seen, "Offer: |");
	assert_in_range(h.took_ms, 11000, 14000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_completed_reset_is_neutral),
		TEST(nobody_there_is_no_offer),
		TEST(a_declined_offer_reaches_no_reset),
		TEST(no_offer_is_silence),
		TEST(a_pointer_elsewhere_starts_nothing),
		TEST(other_services_and_silence_are_left_alone),
		TEST(the_daemon_is_told_who_and_where),
		TEST(a_name_longer_than_any_is_left_alone),
		TEST(login_has_a_terminal_and_time),
		TEST(an_offer_is_not_put_off_forever),
	};

	host_modules(argc, argv);
	stage_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
