/* SPDX-License-Identifier: MIT */
/* PAM and the daemon are played by the test; tests/pam has the real ones. */
#include <fcntl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "talk.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *items[PAM_AUTHTOK_TYPE + 1];
static int offers, resets, logged;
static enum sspr_err outcome;

enum sspr_err
talk_run([[maybe_unused]] const char *path, const struct proto_hello *hello,
    const struct talk_host *host,
    [[maybe_unused]] const struct talk_limits *limits, struct proto_end *end)
{
	static const struct proto_offer offer = { .prompt = "forgot? ",
		.again = "again? " };

	if (hello->verb == VERB_RESET)
		resets++;
	else if (++offers > 0 && host->offer(host->arg, &offer) != SSPR_OK)
		return SSPR_MALFORMED;
	end->result = SSPR_OK;
	return outcome;
}

static int
converse([[maybe_unused]] int n, [[maybe_unused]] const struct pam_message **m,
    struct pam_response **resp, [[maybe_unused]] void *arg)
{
	*resp = calloc(1, sizeof(**resp));
	(*resp)->resp = strdup("forgot");
	return PAM_SUCCESS;
}

int
pam_get_item([[maybe_unused]] const pam_handle_t *pamh, int type,
    const void **item)
{
	static const struct pam_conv conv = { converse, NULL };

	*item = type == PAM_CONV ? (const void *)&conv : items[type];
	return PAM_SUCCESS;
}

const char *
pam_getenv([[maybe_unused]] pam_handle_t *pamh,
    [[maybe_unused]] const char *name)
{
	return NULL;
}

void
pam_syslog([[maybe_unused]] const pam_handle_t *pamh,
    [[maybe_unused]] int priority, [[maybe_unused]] const char *fmt, ...)
{
	logged++;
}

static int
setup([[maybe_unused]] void **state)
{
	memset(items, 0, sizeof(items));
	items[PAM_USER] = "alice";
	items[PAM_SERVICE] = "sshd";
	offers = resets = logged = 0;
	outcome = SSPR_OK;
	return 0;
}

static void
logs_in(int flags, int argc, const char **argv)
{
	static int nobody;

	assert_int_equal(pam_sm_authenticate((pam_handle_t *)&nobody, flags,
			     argc, argv),
	    PAM_IGNORE);
}

/* R-PAM-1 */
static void
a_whole_reset_is_neutral([[maybe_unused]] void **state)
{
	logs_in(0, 0, NULL);
	assert_int_equal(offers, 1);
	assert_int_equal(resets, 1);
	assert_int_equal(logged, 0);
}

/* R-PAM-1 */
static void
every_error_is_neutral_and_quiet([[maybe_unused]] void **state)
{
	static const enum sspr_err all[] = {
#define ERR(name, number, told, exit, text) SSPR_##name,
#include "err.def"
	};

	for (size_t i = 0; i < COUNT(all); i++) {
		outcome = all[i];
		logs_in(PAM_DISALLOW_NULL_AUTHTOK, 0, NULL);
	}
	assert_int_equal(offers, COUNT(all));
	assert_int_equal(resets, 1);
	assert_int_equal(logged, 0);
}

/* R-PAM-1 */
static void
setcred_is_neutral_whatever_it_is_given([[maybe_unused]] void **state)
{
	static const int flags[] = { 0, PAM_ESTABLISH_CRED, PAM_DELETE_CRED,
		PAM_REINITIALIZE_CRED, PAM_REFRESH_CRED, -1 };
	const char *argv[] = { "debug", "nonsense" };
	static int nobody;

	for (size_t i = 0; i < COUNT(flags); i++)
		assert_int_equal(pam_sm_setcred((pam_handle_t *)&nobody,
				     flags[i], 2, argv),
		    PAM_IGNORE);
	assert_int_equal(logged, 0);
}

/* R-PAM-2 */
static void
nothing_is_asked_where_nothing_may_be([[maybe_unused]] void **state)
{
	static const char *const other[] = { "su", "sudo", "sspr-reset",
		"i3lock", "" };

	logs_in((int)PAM_SILENT, 0, NULL);
	for (size_t i = 0; i < COUNT(other); i++) {
		items[PAM_SERVICE] = other[i];
		logs_in(0, 0, NULL);
	}
	items[PAM_SERVICE] = "sshd";
	items[PAM_USER] = NULL;
	logs_in(0, 0, NULL);
	assert_int_equal(offers, 0);
}

static void
login_without_a_terminal_is_left_alone([[maybe_unused]] void **state)
{
	int in = dup(STDIN_FILENO), null = open("/dev/null", O_RDONLY);

	items[PAM_SERVICE] = "login";
	assert_int_equal(dup2(null, STDIN_FILENO), STDIN_FILENO);
	logs_in(0, 0, NULL);
	assert_int_equal(offers, 0);
	if (in != -1)
		assert_int_equal(dup2(in, STDIN_FILENO), STDIN_FILENO);
	close(in);
	close(null);
}

static void
unknown_arguments_are_logged_and_ignored([[maybe_unused]] void **state)
{
	const char *argv[] = { "nonsense", "services=sshd", "debug=2" };

	logs_in(0, COUNT(argv), argv);
	assert_int_equal(logged, 2);
	assert_int_equal(resets, 1);
}

static void
debug_logs_how_it_ended([[maybe_unused]] void **state)
{
	const char *argv[] = { "debug" };

	logs_in(0, 1, argv);
	assert_int_equal(logged, 2);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_reset_is_neutral),
		TEST(every_error_is_neutral_and_quiet),
		TEST(setcred_is_neutral_whatever_it_is_given),
		TEST(nothing_is_asked_where_nothing_may_be),
		TEST(login_without_a_terminal_is_left_alone),
		TEST(unknown_arguments_are_logged_and_ignored),
		TEST(debug_logs_how_it_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
