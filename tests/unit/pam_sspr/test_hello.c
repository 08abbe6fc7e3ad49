/* SPDX-License-Identifier: MIT */
/* PAM is played by the test: pam_get_item() and pam_getenv() are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hello.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *items[PAM_AUTHTOK_TYPE + 1];
static const char *ssh_connection;

int
pam_get_item([[maybe_unused]] const pam_handle_t *pamh, int type,
    const void **item)
{
	*item = items[type];
	return PAM_SUCCESS;
}

const char *
pam_getenv([[maybe_unused]] pam_handle_t *pamh, const char *name)
{
	return strcmp(name, "SSH_CONNECTION") == 0 ? ssh_connection : NULL;
}

static int
setup([[maybe_unused]] void **state)
{
	memset(items, 0, sizeof(items));
	items[PAM_USER] = "alice";
	items[PAM_SERVICE] = "sshd";
	items[PAM_RHOST] = "192.0.2.7";
	items[PAM_TTY] = "ssh";
	ssh_connection = NULL;
	return 0;
}

static enum sspr_err
fill(struct proto_hello *h)
{
	static int nobody;
	struct args args;

	args_init(&args);
	args.lang = "de";
	return hello_fill(&args, (pam_handle_t *)&nobody, h);
}

static struct proto_hello
filled(void)
{
	struct proto_hello h;

	assert_int_equal(fill(&h), SSPR_OK);
	return h;
}

static void
everything_pam_knows_is_told([[maybe_unused]] void **state)
{
	struct proto_hello h = filled();

	assert_int_equal(h.version, PROTO_VERSION);
	assert_string_equal(h.user, "alice");
	assert_string_equal(h.service, "sshd");
	assert_string_equal(h.rhost, "192.0.2.7");
	assert_string_equal(h.tty, "ssh");
	assert_string_equal(h.lang, "de");
	assert_int_equal(h.flags, 0);
}

static void
no_user_or_one_too_long_is_no_offer([[maybe_unused]] void **state)
{
	static char name[PROTO_USER_MAX + 2];
	struct proto_hello h = { .flags = 0x55 };

	memset(name, 'a', PROTO_USER_MAX + 1);
	items[PAM_USER] = name;
	assert_int_equal(fill(&h), SSPR_NO_OFFER);
	items[PAM_USER] = "";
	assert_int_equal(fill(&h), SSPR_NO_OFFER);
	items[PAM_USER] = NULL;
	assert_int_equal(fill(&h), SSPR_NO_OFFER);
	items[PAM_USER] = "alice";
	items[PAM_SERVICE] = NULL;
	assert_int_equal(fill(&h), SSPR_NO_OFFER);
	items[PAM_SERVICE] = name;
	assert_int_equal(fill(&h), SSPR_NO_OFFER);
	assert_int_equal(h.flags, 0x55);
	name[PROTO_USER_MAX] = '\0';
	items[PAM_USER] = name;
	items[PAM_SERVICE] = "sshd";
	assert_string_equal(filled().user, name);
}

/* R-THR-5 */
static void
the_address_is_sshd_s_own_where_it_has_one([[maybe_unused]] void **state)
{
	ssh_connection = "2001:db8::9 50000 2001:db8::1 22";
	assert_string_equal(filled().rhost, "2001:db8::9");
	ssh_connection = "UNKNOWN 65535 UNKNOWN 65535";
	assert_string_equal(filled().rhost, "192.0.2.7");
	items[PAM_SERVICE] = "login";
	ssh_connection = "2001:db8::9 50000 2001:db8::1 22";
	assert_string_equal(filled().rhost, "192.0.2.7");
}

static void
a_zone_is_no_part_of_an_address([[maybe_unused]] void **state)
{
	items[PAM_RHOST] = "fe80::1%eth0";
	assert_string_equal(filled().rhost, "fe80::1");
}

/* R-THR-5: or a name would pass for a console. */
static void
a_remote_login_never_looks_local([[maybe_unused]] void **state)
{
	static const char *const remote[] = { "host.example.com", "UNKNOWN",
		"1.2.3", "1.2.3.4 ", "%eth0", "127.1",
		"a.very.long.name.that.is.longer.than.any.address.can.b" };

	for (size_t i = 0; i < COUNT(remote); i++) {
		items[PAM_SERVICE] = i % 2 == 0 ? "login" : "sshd";
		items[PAM_RHOST] = remote[i];
		assert_string_equal(filled().rhost, HELLO_UNKNOWN);
	}
	items[PAM_SERVICE] = "sshd";
	items[PAM_RHOST] = NULL;
	assert_string_equal(filled().rhost, HELLO_UNKNOWN);
}

static void
a_local_login_has_no_address([[maybe_unused]] void **state)
{
	items[PAM_SERVICE] = "login";
	items[PAM_RHOST] = "";
	assert_string_equal(filled().rhost, "");
	items[PAM_RHOST] = NULL;
	assert_string_equal(filled().rhost, "");
}

static void
a_terminal_with_too_long_a_name_is_left_out([[maybe_unused]] void **state)
{
	static char name[PROTO_HINT_MAX + 2];

	memset(name, 't', PROTO_HINT_MAX + 1);
	items[PAM_TTY] = name;
	assert_string_equal(filled().tty, "");
}

/* R-PAM-2: in sshd by length alone. */
static void
the_word_forgot_is_seen([[maybe_unused]] void **state)
{
	static const struct {
		const char *service, *password;
		int flags;
	} row[] = {
		{ "login", "forgot", PROTO_FORGOT },
		{ "login", "Forgot", 0 },
		{ "login", "forgot ", 0 },
		{ "login", "", 0 },
		{ "login", NULL, 0 },
		{ "sshd", "forgot", PROTO_FORGOT },
		{ "sshd", "\b\n\r\177IN", PROTO_FORGOT },
		{ "sshd", "\b\n\r\177I", 0 },
		{ "sshd", "\b\n\r\177INC", 0 },
		{ "sshd", "f\xc3\xb6rgot", 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		items[PAM_SERVICE] = row[i].service;
		items[PAM_AUTHTOK] = row[i].password;
		assert_int_equal(filled().flags, row[i].flags);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_pam_knows_is_told),
		TEST(no_user_or_one_too_long_is_no_offer),
		TEST(the_address_is_sshd_s_own_where_it_has_one),
		TEST(a_zone_is_no_part_of_an_address),
		TEST(a_remote_login_never_looks_local),
		TEST(a_local_login_has_no_address),
		TEST(a_terminal_with_too_long_a_name_is_left_out),
		TEST(the_word_forgot_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
