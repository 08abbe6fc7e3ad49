/* SPDX-License-Identifier: MIT */
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "method.h"
#include "worker/elsewhere.h"
#include "worker/subject.h"

#define UID_MIN 1000
#define TODAY   20000

/* An account against which nothing speaks. */
static const struct subject good = {
	.uid = 1000,
	.one = true,
	.place = SUBJECT_LOCAL,
	.shell = true,
	.changed = 19000,
	.lasts = 99999,
	.idle = -1,
	.expires = -1,
	.hash_real = true,
};

/* What an ordinary person proves. */
static const struct subject_policy usual = { .uid_min = UID_MIN,
	.methods = METHOD_BIT(METHOD_APP) };

static void
expect_by(const struct subject_policy *policy, const struct subject *s,
    enum sspr_err change, enum sspr_err check)
{
	const char *why = NULL;

	assert_int_equal(subject_judge(s, policy, PROTO_CHANGE, TODAY, &why),
	    change);
	assert_true((why == NULL) == (change == SSPR_OK));
	why = NULL;
	assert_int_equal(subject_judge(s, policy, PROTO_CHECK, TODAY, &why),
	    check);
	assert_true((why == NULL) == (check == SSPR_OK));
}

static void
expect(const struct subject *s, enum sspr_err change, enum sspr_err check)
{
	expect_by(&usual, s, change, check);
}

static void
an_ordinary_account_is_taken(void **state)
{
	(void)state;
	expect(&good, SSPR_OK, SSPR_OK);
}

/* R-POL-1: uid 0, and uid < UID_MIN, also if that were 0. */
static void
root_and_system_accounts_are_never_reset(void **state)
{
	const struct subject_policy none = { .uid_min = 0 };
	struct subject s = good;

	(void)state;
	s.uid = 0;
	expect(&s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
	expect_by(&none, &s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
	s.uid = 999;
	expect(&s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
}

/* R-POL-1, R-SET-2 */
static void
an_ambiguous_or_foreign_account_is_not(void **state)
{
	struct subject s = good;

	(void)state;
	s.one = false;
	expect(&s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
	s = good;
	s.other = true;
	expect(&s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
	s = good;
	s.place = SUBJECT_MIXED;
	expect(&s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
	s.place = SUBJECT_ABSENT;
	s.state = VERDICT_ABSENT;
	expect(&s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
}

#define BIT(m) METHOD_BIT(METHOD_##m)

/* R-POL-1: what an administrator proved, and whether that is enough. */
static const struct {
	uint32_t methods;
	bool enough;
} proved[] = {
	{ 0, false },
	{ BIT(APP), false },
	{ BIT(BACKUP), false },
	{ BIT(SMS) | BIT(EMAIL), false },
	{ BIT(SMS) | BIT(QUESTIONS), false },
	{ BIT(APP) | BIT(QUESTIONS), false },
	{ BIT(APP) | BIT(BACKUP) | BIT(QUESTIONS), false },
	{ BIT(APP) | BIT(SMS) | BIT(EMAIL), false },
	{ BIT(APP) | BIT(NOTICE), false },
	{ BIT(APP) | 1, false },
	{ UINT16_MAX, false },
	{ BIT(APP) | BIT(BACKUP), true },
	{ BIT(APP) | BIT(EMAIL), true },
	{ BIT(BACKUP) | BIT(SMS), true },
	{ BIT(APP) | BIT(PASS), true },
};

static void
an_administrator_needs_two_strong_methods_to_reset(void **state)
{
	struct subject_policy policy = usual;
	struct subject s = good;

	(void)state;
	s.admin = true;
	for (size_t i = 0; i < sizeof(proved) / sizeof(proved[0]); i++) {
		policy.methods = proved[i].methods;
		expect_by(&policy, &s, proved[i].enough ? SSPR_OK : SSPR_ADMIN,
		    SSPR_OK);
		expect_by(&policy, &good, SSPR_OK, SSPR_OK);
	}
}

/* The account is what it is about first: more proof would not help. */
static void
an_administrator_is_asked_for_more_only_where_it_helps(void **state)
{
	struct subject s = good;

	(void)state;
	s.admin = true;
	s.hash_real = false;
	expect(&s, SSPR_ACCOUNT, SSPR_ACCOUNT);
	s = good;
	s.admin = s.never = true;
	expect(&s, SSPR_EXCLUDED, SSPR_OK);
}

/* R-POL-1: [admin] reset = never. */
static void
an_administrator_may_be_refused_whatever_was_proved(void **state)
{
	struct subject_policy policy = usual;
	struct subject s = good;

	(void)state;
	s.admin = true;
	policy.admin_never = true;
	expect_by(&policy, &s, SSPR_EXCLUDED, SSPR_OK);
	policy.methods = BIT(APP) | BIT(BACKUP);
	expect_by(&policy, &s, SSPR_EXCLUDED, SSPR_OK);
	expect_by(&policy, &good, SSPR_OK, SSPR_OK);
}

/* R-POL-1: [policy] never. */
static void
who_is_never_reset_is_not_whatever_was_proved(void **state)
{
	struct subject_policy policy = usual;
	struct subject s = good;

	(void)state;
	s.never = true;
	policy.methods = BIT(APP) | BIT(BACKUP);
	expect_by(&policy, &s, SSPR_EXCLUDED, SSPR_OK);
	s.admin = true;
	expect_by(&policy, &s, SSPR_EXCLUDED, SSPR_OK);
}

/* R-SET-2: never revived. */
static void
locked_expired_and_nologin_accounts_are_not_reset(void **state)
{
	struct subject s = good;

	(void)state;
	s.shell = false;
	expect(&s, SSPR_ACCOUNT, SSPR_OK);
	s = good;
	s.hash_real = false;
	expect(&s, SSPR_ACCOUNT, SSPR_ACCOUNT);
	s = good;
	s.expires = TODAY;
	expect(&s, SSPR_ACCOUNT, SSPR_ACCOUNT);
	s.expires = TODAY + 1;
	expect(&s, SSPR_OK, SSPR_OK);
	s.expires = 0;
	expect(&s, SSPR_ACCOUNT, SSPR_ACCOUNT);
}

/* An expired password may be reset, until shadow(5) turns the account off. */
static void
a_password_expired_too_long_ago_is_not_reset(void **state)
{
	struct subject s = good;

	(void)state;
	s.changed = TODAY - 40;
	s.lasts = 30;
	s.idle = 10;
	expect(&s, SSPR_ACCOUNT, SSPR_ACCOUNT);
	s.idle = 11;
	expect(&s, SSPR_OK, SSPR_OK);
	s.idle = -1;
	expect(&s, SSPR_OK, SSPR_OK);
	s.idle = 0;
	s.changed = 0;
	expect(&s, SSPR_OK, SSPR_OK);
}

static void
a_name_with_separators_is_not_plain(void **state)
{
	static const char *const bad[] = { "", "-alice", ".", "..", "../x",
		"a/b", "a:b", "a b", "a\nb", "a\x7f" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(subject_name_is_plain(bad[i]));
	assert_true(subject_name_is_plain("alice"));
	assert_true(subject_name_is_plain("al-ice.2$@corp"));
}

/* R-SET-2: what the directory says counts for whom it keeps. */
static void
an_account_of_the_directory_is_judged_by_it(void **state)
{
	static const struct {
		enum verdict state;
		enum sspr_err change, check;
	} all[] = {
		{ VERDICT_FINE, SSPR_OK, SSPR_OK },
		{ VERDICT_ABSENT, SSPR_EXCLUDED, SSPR_INELIGIBLE },
		{ VERDICT_AMBIGUOUS, SSPR_EXCLUDED, SSPR_INELIGIBLE },
		{ VERDICT_LOCKED, SSPR_ACCOUNT, SSPR_ACCOUNT },
		{ VERDICT_BARE, SSPR_ACCOUNT, SSPR_ACCOUNT },
		{ VERDICT_EXPIRED, SSPR_ACCOUNT, SSPR_ACCOUNT },
		{ VERDICT_GUESSED, SSPR_ACCOUNT, SSPR_OK },
		{ VERDICT_REFUSED, SSPR_EXCLUDED, SSPR_INELIGIBLE },
		{ VERDICT_SILENT, SSPR_EXCLUDED, SSPR_INELIGIBLE },
		{ VERDICT_SETTINGS, SSPR_EXCLUDED, SSPR_INELIGIBLE },
	};
	struct subject_policy policy = usual;
	struct subject s = good;

	(void)state;
	s.place = SUBJECT_ABSENT;
	s.hash_real = false; /* it has none here */
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		s.state = all[i].state;
		expect(&s, all[i].change, all[i].check);
		assert_int_equal(subject_is_directory(&s),
		    s.state != VERDICT_ABSENT);
	}
	policy.guessed = true;
	s.state = VERDICT_GUESSED;
	expect_by(&policy, &s, SSPR_OK, SSPR_OK);
	s.uid = 999;
	s.state = VERDICT_FINE;
	expect(&s, SSPR_EXCLUDED, SSPR_INELIGIBLE);
	assert_false(subject_is_directory(&good));
}

static enum subject_place
find(const char *text, const char *name, uid_t uid)
{
	char path[] = "/tmp/sspr-passwd-XXXXXX";
	int fd = mkstemp(path);
	enum subject_place is;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	is = subject_find(path, name, uid);
	unlink(path);
	return is;
}

#define ALICE "alice:x:1000:1000::/home/alice:/bin/sh\n"
#define BOB   "bob:x:1001:1001::/home/bob:/bin/sh\n"

/* R-SET-2: local and nothing else, one name, one uid. */
static void
an_account_is_local_if_one_line_of_passwd_is_its(void **state)
{
	static const struct {
		const char *text;
		enum subject_place place;
	} all[] = {
		{ ALICE BOB, SUBJECT_LOCAL },
		{ BOB ALICE, SUBJECT_LOCAL },
		{ BOB, SUBJECT_ABSENT },
		{ "", SUBJECT_ABSENT },
		{ ALICE ALICE, SUBJECT_MIXED },
		{ ALICE "al:x:1000:1000::/:/bin/sh\n", SUBJECT_MIXED },
		{ "al:x:1000:1000::/:/bin/sh\n", SUBJECT_MIXED },
		{ "alice:x:1001:1000::/:/bin/sh\n", SUBJECT_MIXED },
		{ "alice:$6$a$b:1000:1000::/:/bin/sh\n", SUBJECT_MIXED },
		{ "alice::1000:1000::/:/bin/sh\n", SUBJECT_MIXED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(find(all[i].text, "alice", 1000),
		    all[i].place);
	assert_int_equal(subject_find("/nonexistent", "alice", 1000),
	    SUBJECT_MIXED);
}

/* Our own account, whoever runs this: NSS knows it by name and by uid. */
static void
look_ups_find_this_user_in_its_own_group(void **state)
{
	const struct passwd *pw = getpwuid(getuid());
	const struct group *gr = pw == NULL ? NULL : getgrgid(pw->pw_gid);
	char shadow[] = "/tmp/sspr-shadow-XXXXXX";
	struct subject_policy policy = { .passwd = SUBJECT_PASSWD,
		.shadow = shadow,
		.nsswitch = ELSEWHERE_NSSWITCH,
		.admins = "no-such-group-here",
		.never = "" };
	const char *why;
	struct subject s;

	(void)state;
	if (gr == NULL)
		skip();
	close(mkstemp(shadow));
	assert_int_equal(subject_look(pw->pw_name, pw->pw_uid, &policy, &s,
			     &why),
	    SSPR_OK);
	assert_true(s.one);
	assert_int_equal(s.place, SUBJECT_MIXED);
	assert_false(s.admin);
	assert_false(s.never);
	policy.admins = gr->gr_name;
	assert_int_equal(subject_look(pw->pw_name, pw->pw_uid, &policy, &s,
			     &why),
	    SSPR_OK);
	assert_true(s.admin);
	assert_false(s.never);
	policy.admins = "";
	policy.never = gr->gr_name;
	assert_int_equal(subject_look(pw->pw_name, pw->pw_uid, &policy, &s,
			     &why),
	    SSPR_OK);
	assert_false(s.admin);
	assert_true(s.never);
	assert_int_equal(subject_look(pw->pw_name, pw->pw_uid + 1, &policy, &s,
			     &why),
	    SSPR_OK);
	assert_false(s.one);
	assert_int_equal(subject_look("no-such-user-here", 1, &policy, &s,
			     &why),
	    SSPR_NO_USER);
	unlink(shadow);
}

/* R-POL-1: rules are asked, if they matter, of who is in no such group. */
static void
a_rule_makes_an_administrator_too(void **state)
{
	const struct passwd *pw = getpwuid(getuid());
	char file[] = "/tmp/sspr-doas-XXXXXX", shadow[] = "/tmp/sspr-s-XXXXXX";
	const struct rules_place rules = { .sudoers = "/nonexistent",
		.converter = "/nonexistent",
		.sudo = { NULL },
		.doas = file };
	struct subject_policy policy = { .passwd = SUBJECT_PASSWD,
		.shadow = shadow,
		.nsswitch = ELSEWHERE_NSSWITCH,
		.admins = "",
		.never = "" };
	const char *why = NULL;
	struct subject s;
	int fd;

	(void)state;
	if (pw == NULL)
		skip();
	close(mkstemp(shadow));
	fd = mkstemp(file);
	dprintf(fd, "permit %s\n", pw->pw_name);
	assert_int_equal(subject_look(pw->pw_name, pw->pw_uid, &policy, &s,
			     &why),
	    SSPR_OK);
	assert_false(s.admin);
	policy.rules = &rules;
	assert_int_equal(subject_look(pw->pw_name, pw->pw_uid, &policy, &s,
			     &why),
	    SSPR_OK);
	assert_true(s.admin);
	assert_int_equal(ftruncate(fd, 65537), 0);
	assert_int_equal(subject_look(pw->pw_name, pw->pw_uid, &policy, &s,
			     &why),
	    SSPR_SYSTEM);
	assert_non_null(strstr(why, "doas"));
	close(fd);
	unlink(file);
	unlink(shadow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_account_is_taken),
		cmocka_unit_test(root_and_system_accounts_are_never_reset),
		cmocka_unit_test(an_ambiguous_or_foreign_account_is_not),
		cmocka_unit_test(
		    an_administrator_needs_two_strong_methods_to_reset),
		cmocka_unit_test(
		    an_administrator_is_asked_for_more_only_where_it_helps),
		cmocka_unit_test(
		    an_administrator_may_be_refused_whatever_was_proved),
		cmocka_unit_test(who_is_never_reset_is_not_whatever_was_proved),
		cmocka_unit_test(
		    locked_expired_and_nologin_accounts_are_not_reset),
		cmocka_unit_test(a_password_expired_too_long_ago_is_not_reset),
		cmocka_unit_test(an_account_of_the_directory_is_judged_by_it),
		cmocka_unit_test(a_name_with_separators_is_not_plain),
		cmocka_unit_test(
		    an_account_is_local_if_one_line_of_passwd_is_its),
		cmocka_unit_test(look_ups_find_this_user_in_its_own_group),
		cmocka_unit_test(a_rule_makes_an_administrator_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
