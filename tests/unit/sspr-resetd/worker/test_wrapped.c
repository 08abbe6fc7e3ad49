/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services.h"
#include "worker/wrapped.h"

#define ECRYPTFS "session optional pam_ecryptfs.so unwrap\n"

static struct services services;
static struct wrapped_place place;
static const char *why;

static int
setup([[maybe_unused]] void **state)
{
	services_open(&services);
	place = (struct wrapped_place){ .pamd = &services.place,
		.homed = services.modules,
		.ecryptfs = services.modules };
	why = NULL;
	return 0;
}

static int
teardown([[maybe_unused]] void **state)
{
	services_close(&services);
	return 0;
}

static enum sspr_err
check(const char *name, uid_t uid, const char *list)
{
	return wrapped_check(&place, name, uid, list, &why);
}

/* R-SET-6 */
static void
an_account_without_wrapped_data_passes([[maybe_unused]] void **state)
{
	struct wrapped w;

	services_put(&services, "login", "auth required pam_unix.so\n");
	assert_int_equal(check("alice", 1000, ""), SSPR_OK);
	assert_int_equal(check("no-such-user-here", 1000, "@staff"),
	    SSPR_SYSTEM); /* no such user here */
	assert_int_equal(check("alice", 1000, " bob  alicex "), SSPR_OK);
	assert_int_equal(wrapped_find(&place, &w), SSPR_OK);
	assert_string_equal(w.lost, "");
	assert_string_equal(w.asked, "");
}

/* R-SET-6 */
static void
accounts_of_systemd_homed_are_refused([[maybe_unused]] void **state)
{
	services_put_in(services.modules, "alice.identity", "{}");
	assert_int_equal(check("alice", 60001, ""), SSPR_WRAPPED);
	assert_non_null(strstr(why, "homed"));
	assert_int_equal(check("bob", 60002, ""), SSPR_OK);
}

/* R-SET-6 */
static void
a_home_of_ecryptfs_is_refused_where_the_module_is([[maybe_unused]] void **state)
{
	services_put_in(services.modules, "alice", "");
	assert_int_equal(check("alice", 1000, ""), SSPR_OK);
	services_put(&services, "common-session", ECRYPTFS);
	assert_int_equal(check("alice", 1000, ""), SSPR_WRAPPED);
	assert_non_null(strstr(why, "ecryptfs"));
	assert_int_equal(check("bob", 1001, ""), SSPR_OK);
}

/* R-SET-6 */
static void
the_operator_names_users_and_groups([[maybe_unused]] void **state)
{
	assert_int_equal(check("root", 0, "alice root"), SSPR_WRAPPED);
	assert_non_null(strstr(why, "[policy] wrapped"));
	assert_int_equal(check("root", 0, "@root"), SSPR_WRAPPED);
	assert_int_equal(check("root", 0, "  alice @root"), SSPR_WRAPPED);
	assert_int_equal(check("root", 0, "@daemon"), SSPR_OK);
	assert_int_equal(check("root", 0, "Root roo rootx"), SSPR_OK);
}

static void
what_cannot_be_known_is_no_yes([[maybe_unused]] void **state)
{
	char word[600];

	assert_int_equal(check("root", 0, "@daemon @no-such-group-here"),
	    SSPR_SETUP);
	assert_int_equal(check("root", 0, "@"), SSPR_SETUP);
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(check("root", 0, word), SSPR_SYSTEM);
	assert_int_equal(check("../alice", 1000, ""), SSPR_SYSTEM);
	services.place.dirs[0] = "/nonexistent";
	assert_int_equal(check("root", 0, ""), SSPR_SYSTEM);
}

/* Where homes are hidden from us nobody's can be seen: all are asked. */
static void
homes_that_cannot_be_seen_refuse_nobody([[maybe_unused]] void **state)
{
	char loop[100];

	services_put(&services, "common-session", ECRYPTFS);
	snprintf(loop, sizeof(loop), "%s/loop", services.modules);
	assert_int_equal(symlink("loop", loop), 0);
	place.ecryptfs = loop;
	assert_int_equal(check("alice", 1000, ""), SSPR_OK);
	place.homed = loop;
	assert_int_equal(check("alice", 1000, ""), SSPR_SYSTEM);
}

/* R-SET-6: in plain words, each once. */
static void
modules_are_told_by_what_they_open([[maybe_unused]] void **state)
{
	struct wrapped w;

	services_put(&services, "sshd",
	    "auth optional pam_mount.so\nsession optional pam_mount.so\n"
	    "auth optional pam_fscrypt.so\n" ECRYPTFS
	    "password optional pam_zfs_key.so homes=rpool/home\n");
	services_put(&services, "sddm",
	    "session optional pam_gnome_keyring.so auto_start\n"
	    "session optional pam_kwallet.so\n"
	    "session optional pam_kwallet5.so\n");
	assert_int_equal(wrapped_find(&place, &w), SSPR_OK);
	assert_string_equal(w.lost,
	    "files that ecryptfs encrypts, volumes that are mounted at login, "
	    "directories that fscrypt encrypts, encrypted ZFS datasets");
	assert_string_equal(w.asked, "your keyring, your KDE wallet");
}

static void
what_was_asked_for_is_untouched_on_failure([[maybe_unused]] void **state)
{
	struct wrapped w = { .lost = "as before" };

	services.place.dirs[0] = "/nonexistent";
	assert_int_equal(wrapped_find(&place, &w), SSPR_SYSTEM);
	assert_string_equal(w.lost, "as before");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_account_without_wrapped_data_passes),
		TEST(accounts_of_systemd_homed_are_refused),
		TEST(a_home_of_ecryptfs_is_refused_where_the_module_is),
		TEST(the_operator_names_users_and_groups),
		TEST(what_cannot_be_known_is_no_yes),
		TEST(homes_that_cannot_be_seen_refuse_nobody),
		TEST(modules_are_told_by_what_they_open),
		TEST(what_was_asked_for_is_untouched_on_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
