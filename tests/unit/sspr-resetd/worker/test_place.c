/* SPDX-License-Identifier: MIT */
#include <crypt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/place.h"

#define SETTING "$5$rounds=1000$testtesttest$"
#define OLD     "alice:" SETTING "oldoldoldold:19000:0:99999:7:::\n"
#define BOB     "bob:!:19000:0:99999:7:::\n"
#define PW      "Brand-New-Pw-77"

static char dir[] = "/run/sspr-place-XXXXXX";
static char shadow[64], changes[64], passwd[64], program[64];
static struct place place;
static struct place_state before;

static int
make_dir([[maybe_unused]] void **state)
{
	if (geteuid() != 0) /* nobody else can write there, or needs to */
		snprintf(dir, sizeof(dir), "/tmp/sspr-place-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(shadow, sizeof(shadow), "%s/shadow", dir);
	snprintf(changes, sizeof(changes), "%s/changes", dir);
	snprintf(passwd, sizeof(passwd), "%s/.pwd.lock", dir);
	snprintf(program, sizeof(program), "%s/program", dir);
	return 0;
}

static int
begin([[maybe_unused]] void **state)
{
	place = (struct place){ .name = "alice",
		.uid = 1000,
		.shadow = shadow,
		.changes = changes,
		.passwd = passwd };
	before = PLACE_NOTHING;
	return 0;
}

static int
end([[maybe_unused]] void **state)
{
	place_forget(&before);
	(void)unlink(shadow);
	(void)unlink(changes);
	(void)unlink(passwd);
	(void)unlink(program);
	return 0;
}

static int
remove_dir(void **state)
{
	end(state);
	return rmdir(dir);
}

static void
put(const char *text)
{
	FILE *f = fopen(shadow, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* As the stack would: alice's hash of this password, and more. */
static void
put_new(const char *password, const char *more)
{
	struct crypt_data *d = calloc(1, sizeof(*d));
	char text[1024];

	assert_non_null(d);
	snprintf(text, sizeof(text), "alice:%s:19001:0:99999:7:::\n%s",
	    crypt_r(password, SETTING, d), more);
	free(d);
	put(text);
}

static enum sspr_err
hold(void)
{
	enum sspr_err e = place_wait(&place, &before);

	return e == SSPR_OK ? place_hold(&place, &before) : e;
}

static enum sspr_err
judge(const char *password, bool said)
{
	struct secret s = { .len = 0 };
	enum sspr_err e;

	assert_int_equal(secret_set(&s, (const uint8_t *)password,
			     strlen(password)),
	    SSPR_OK);
	e = place_judge(&place, &before, &s, said);
	secret_wipe(&s);
	return e;
}

/* R-SET-5 */
static void
a_new_hash_that_verifies_is_a_change(void **state)
{
	(void)state;
	put(OLD BOB);
	assert_int_equal(hold(), SSPR_OK);
	put_new(PW, BOB);
	assert_int_equal(judge(PW, true), SSPR_OK);
	assert_string_equal(place.why, "");
}

/* R-SET-5: one store has it, what else the stack wrote to has not. */
static void
a_change_that_the_stack_denies_was_made_in_part(void **state)
{
	(void)state;
	put(OLD BOB);
	assert_int_equal(hold(), SSPR_OK);
	put_new(PW, BOB);
	assert_int_equal(judge(PW, false), SSPR_PARTLY);
	assert_string_not_equal(place.why, "");
}

/* R-SET-5 */
static void
the_same_hash_is_no_change_whatever_the_stack_says(void **state)
{
	(void)state;
	put(OLD BOB);
	assert_int_equal(hold(), SSPR_OK);
	assert_int_equal(judge(PW, true), SSPR_NOT_CHANGED);
	assert_int_equal(judge(PW, false), SSPR_NOT_CHANGED);
}

/* R-SET-5 */
static void
a_change_that_is_not_as_it_should_be_is_uncertain(void **state)
{
	(void)state;
	put(OLD BOB);
	assert_int_equal(hold(), SSPR_OK);
	put_new("Another-Password-1", BOB);
	assert_int_equal(judge(PW, true), SSPR_UNCERTAIN);
	put(OLD BOB);
	place_forget(&before);
	assert_int_equal(hold(), SSPR_OK);
	put_new(PW, "");
	assert_int_equal(judge(PW, true), SSPR_UNCERTAIN);
	(void)unlink(shadow);
	assert_int_equal(judge(PW, true), SSPR_UNCERTAIN);
}

/* The stack must not write before it was given the whole password. */
static void
what_was_not_locked_is_not_believed(void **state)
{
	(void)state;
	put(OLD BOB);
	assert_int_equal(place_begin(&place, &before), SSPR_OK);
	put_new(PW, BOB);
	assert_int_equal(judge(PW, true), SSPR_PARTLY);
}

/* R-SET-2: also in the moment before. */
static void
an_account_that_was_just_locked_is_refused(void **state)
{
	(void)state;
	put("alice:!" SETTING "oldoldoldold:19000:0:99999:7:::\n" BOB);
	assert_int_equal(hold(), SSPR_ACCOUNT);
}

/* Refused rather than lost. */
static void
a_file_with_a_damaged_line_is_refused_by_its_number(void **state)
{
	char digest[PLACE_DIGEST_MAX + 1];

	(void)state;
	put(BOB OLD "bob:!:1:1:1:1:::\n");
	assert_int_equal(place_look(&place, digest), SSPR_SHADOW);
	assert_non_null(strstr(place.why, "line 3"));
	assert_int_equal(hold(), SSPR_SHADOW);
}

/* R-DUR-4 */
static void
a_digest_is_of_what_is_there(void **state)
{
	char digest[PLACE_DIGEST_MAX + 1];

	(void)state;
	put(OLD BOB);
	assert_int_equal(place_look(&place, digest), SSPR_OK);
	assert_false(place_is_directory(digest));
	assert_int_equal(place_compare(&place, digest), SSPR_NOT_CHANGED);
	put_new(PW, BOB);
	assert_int_equal(place_compare(&place, digest), SSPR_UNCERTAIN);
	assert_int_equal(place_compare(&place, "junk"), SSPR_SYSTEM);
}

/* R-SET-5: harm to others is told, whatever became of the own line. */
static void
another_line_that_was_changed_alone_is_no_success(void **state)
{
	(void)state;
	put(OLD BOB);
	assert_int_equal(hold(), SSPR_OK);
	put(OLD "bob::19000:0:99999:7:::\n");
	assert_int_equal(judge(PW, true), SSPR_UNCERTAIN);
	assert_int_equal(judge(PW, false), SSPR_UNCERTAIN);
}

/* Without the lock it may have been anybody's doing. */
static void
what_others_do_before_the_lock_is_theirs(void **state)
{
	(void)state;
	put(OLD BOB);
	assert_int_equal(place_begin(&place, &before), SSPR_OK);
	put(OLD "bob::19000:0:99999:7:::\n");
	assert_int_equal(judge(PW, false), SSPR_NOT_CHANGED);
}

/* A directory that answers like this, from the next question on. */
static void
put_directory(const char *look, const char *bind)
{
	FILE *f;

	if (geteuid() != 0)
		skip(); /* nobody but root can make a program that is run */
	f = fopen(program, "we");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n[ $1 = look ] && echo %s || echo %s\n", look,
	    bind);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0700), 0);
	put(BOB);
	place.directory = program;
}

/* R-SET-2: also in the moment before. */
static void
an_entry_that_was_just_locked_is_refused(void **state)
{
	static const char *const bad[] = { "locked 1", "expired 1", "bare 1",
		"absent -", "ambiguous -" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_directory(bad[i], "fine -");
		assert_int_equal(hold(), SSPR_ACCOUNT);
	}
	put_directory("guessed 1", "fine -");
	assert_int_equal(hold(), SSPR_OK);
	put_directory("silent -", "fine -");
	assert_int_equal(hold(), SSPR_DIRECTORY);
	put_directory("settings -", "fine -");
	assert_int_equal(hold(), SSPR_SETUP);
}

/* R-SET-5, R-DUR-3 */
static void
an_entry_is_judged_by_its_mark_and_by_a_bind(void **state)
{
	static const struct {
		const char *before, *after, *bind;
		enum sspr_err said, denied;
	} rows[] = {
		{ "fine 1", "fine 1", "fine -", SSPR_NOT_CHANGED,
		    SSPR_NOT_CHANGED },
		{ "fine 1", "fine 2", "fine -", SSPR_OK, SSPR_PARTLY },
		{ "fine 1", "fine 2", "refused -", SSPR_UNCERTAIN,
		    SSPR_UNCERTAIN },
		{ "fine 1", "silent -", "silent -", SSPR_UNCERTAIN,
		    SSPR_UNCERTAIN },
		{ "fine -", "fine -", "fine -", SSPR_OK, SSPR_PARTLY },
		{ "fine -", "fine -", "refused -", SSPR_UNCERTAIN,
		    SSPR_NOT_CHANGED },
		{ "fine -", "fine -", "silent -", SSPR_UNCERTAIN,
		    SSPR_UNCERTAIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_directory(rows[i].before, "refused -");
		assert_int_equal(hold(), SSPR_OK);
		put_directory(rows[i].after, rows[i].bind);
		assert_int_equal(judge(PW, true), rows[i].said);
		assert_int_equal(judge(PW, false), rows[i].denied);
	}
}

/* R-SET-5: the first of our looks was at a server that lagged behind. */
static void
a_change_that_is_seen_late_was_made(void **state)
{
	char seen[sizeof(program) + 8];
	FILE *f;

	(void)state;
	put_directory("fine 1", "fine -");
	assert_int_equal(hold(), SSPR_OK);
	(void)snprintf(seen, sizeof(seen), "%s.seen", program);
	f = fopen(program, "we");
	assert_non_null(f);
	fprintf(f,
	    "#!/bin/sh\n[ $1 = bind ] && echo fine - && exit\n"
	    "[ -e $0.seen ] && echo fine 2 || echo fine 1\n: >$0.seen\n");
	assert_int_equal(fclose(f), 0);
	assert_int_equal(judge(PW, true), SSPR_OK);
	assert_int_equal(unlink(seen), 0);
	assert_int_equal(judge(PW, false), SSPR_NOT_CHANGED);
	assert_int_equal(unlink(seen), 0);
}

/* R-SET-5: it would be two accounts' then. */
static void
an_entry_that_got_a_local_line_is_uncertain(void **state)
{
	(void)state;
	put_directory("fine 1", "fine -");
	assert_int_equal(hold(), SSPR_OK);
	put(OLD BOB);
	assert_int_equal(judge(PW, true), SSPR_UNCERTAIN);
}

/* R-DUR-4 */
static void
a_digest_of_the_directory_is_its_mark(void **state)
{
	char digest[PLACE_DIGEST_MAX + 1];

	(void)state;
	put_directory("fine 1#2", "fine -");
	assert_int_equal(place_look(&place, digest), SSPR_OK);
	assert_string_equal(digest, "ldap:1#2");
	assert_int_equal(place_compare(&place, digest), SSPR_NOT_CHANGED);
	put_directory("fine 1#3", "fine -");
	assert_int_equal(place_compare(&place, digest), SSPR_UNCERTAIN);
	put_directory("fine -", "fine -");
	assert_int_equal(place_compare(&place, "ldap:-"), SSPR_UNCERTAIN);
	put_directory("silent -", "fine -");
	assert_int_equal(place_compare(&place, digest), SSPR_DIRECTORY);
}

/* Without the program nothing is known, and nothing is done. */
static void
a_directory_that_cannot_be_asked_is_not_known(void **state)
{
	char digest[PLACE_DIGEST_MAX + 1];

	(void)state;
	put(BOB);
	place.directory = "/nonexistent";
	assert_int_equal(place_look(&place, digest), SSPR_SETUP);
	assert_int_equal(hold(), SSPR_SETUP);
	assert_int_equal(judge(PW, true), SSPR_UNCERTAIN);
	assert_true(place_is_directory("ldap:-"));
	assert_int_equal(place_compare(&place, "ldap:1"), SSPR_SETUP);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_new_hash_that_verifies_is_a_change),
		TEST(a_change_that_the_stack_denies_was_made_in_part),
		TEST(the_same_hash_is_no_change_whatever_the_stack_says),
		TEST(a_change_that_is_not_as_it_should_be_is_uncertain),
		TEST(what_was_not_locked_is_not_believed),
		TEST(an_account_that_was_just_locked_is_refused),
		TEST(a_file_with_a_damaged_line_is_refused_by_its_number),
		TEST(a_digest_is_of_what_is_there),
		TEST(another_line_that_was_changed_alone_is_no_success),
		TEST(what_others_do_before_the_lock_is_theirs),
		TEST(an_entry_that_was_just_locked_is_refused),
		TEST(an_entry_is_judged_by_its_mark_and_by_a_bind),
		TEST(a_change_that_is_seen_late_was_made),
		TEST(an_entry_that_got_a_local_line_is_uncertain),
		TEST(a_digest_of_the_directory_is_its_mark),
		TEST(a_directory_that_cannot_be_asked_is_not_known),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
