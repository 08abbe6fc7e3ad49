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

#include "worker/shadow.h"

/* crypt(5) SHA-256 of `Old-Secret-11', few rounds. */
#define SETTING "$5$rounds=1000$testtesttest$"
#define ALICE   "alice:" SETTING "x:19000:0:99999:7:30:20000:\n"
#define ROOT    "root:*:19000:0:99999:7:::\n"
#define BOB     "bob:!:19000:0:99999:7:::\n"

static char dir[] = "/tmp/sspr-shadow-XXXXXX", path[64];

static int
make_dir(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/shadow", mkdtemp(dir));
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static enum sspr_err
read_of(const char *text, const char *name, struct shadow *s)
{
	put(text);
	return shadow_read(path, name, s);
}

static void
an_entry_is_found_with_its_days(void **state)
{
	struct shadow s;

	(void)state;
	assert_int_equal(read_of(ROOT ALICE BOB, "alice", &s), SSPR_OK);
	assert_string_equal(s.hash, SETTING "x");
	assert_int_equal(s.changed, 19000);
	assert_int_equal(s.lasts, 99999);
	assert_int_equal(s.idle, 30);
	assert_int_equal(s.expires, 20000);
	shadow_wipe(&s);
	assert_null(s.text);
	assert_int_equal(read_of(ROOT ALICE BOB, "bob", &s), SSPR_OK);
	assert_int_equal(s.expires, -1);
	shadow_wipe(&s);
}

static void
none_and_two_are_told_apart_and_leave_nothing(void **state)
{
	struct shadow s = { .changed = 7 };

	(void)state;
	assert_int_equal(read_of(ROOT BOB, "alice", &s), SSPR_NO_USER);
	assert_int_equal(read_of(ROOT ALICE, "alic", &s), SSPR_NO_USER);
	assert_int_equal(read_of("", "alice", &s), SSPR_NO_USER);
	assert_int_equal(read_of(ALICE ROOT ALICE, "alice", &s), SSPR_SHADOW);
	assert_int_equal(s.changed, 7);
}

static void
no_file_a_link_and_a_line_without_end_are_refused(void **state)
{
	static char line[5000];
	struct shadow s;

	(void)state;
	unlink(path);
	assert_int_equal(shadow_read(path, "alice", &s), SSPR_SYSTEM);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(shadow_read(path, "alice", &s), SSPR_SYSTEM);
	unlink(path);
	assert_int_equal(shadow_read(dir, "alice", &s), SSPR_SYSTEM);
	memset(line, 'a', sizeof(line) - 1);
	assert_int_equal(read_of(line, "alice", &s), SSPR_SHADOW);
}

static bool
others_equal(const char *a, const char *b)
{
	struct shadow x, y;
	bool same;

	assert_int_equal(read_of(a, "alice", &x), SSPR_OK);
	assert_int_equal(read_of(b, "alice", &y), SSPR_OK);
	same = shadow_others_equal(&x, &y, "alice");
	shadow_wipe(&x);
	shadow_wipe(&y);
	return same;
}

/* R-SET-5: all other lines unchanged. */
static void
only_the_own_line_may_differ(void **state)
{
	(void)state;
	assert_true(others_equal(ROOT ALICE BOB, ROOT ALICE BOB));
	assert_true(others_equal(ROOT ALICE BOB,
	    ROOT "alice:other:20000:0:99999:7:::\n" BOB));
	assert_false(others_equal(ROOT ALICE BOB, ROOT ALICE));
	assert_false(others_equal(ROOT ALICE, ROOT ALICE BOB));
	assert_false(others_equal(ROOT ALICE BOB, BOB ALICE ROOT));
	assert_false(others_equal(ROOT ALICE BOB,
	    ROOT ALICE "bob::19000:0:99999:7:::\n"));
	assert_false(others_equal(ROOT ALICE BOB,
	    ROOT ALICE "bob:!:19000:0:99999:7:::1\n"));
}

/* pam_unix drops comments and what it cannot read; that is no mishap. */
static void
lines_that_pam_unix_drops_do_not_count(void **state)
{
	(void)state;
	assert_true(others_equal("# note\n\n" ROOT "garbage\n" ALICE BOB,
	    ROOT ALICE BOB));
}

/* R-SET-2: a real crypt hash. */
static void
only_what_crypt_makes_is_a_real_hash(void **state)
{
	static const char *const real[] = {
		"$y$j9T$eBJKU41apr49HNeRk5ClW.$.tv7oe/b80T4t1poDFihb.8AZTk",
		"$6$salt$abcdefghijklmnop",
		"$1$abcdefgh$0123456789012345678901", "ab0123456789.",
		"_J9..CCCCXBrJUJV154M"
	};
	static const char *const unreal[] = { "", "*", "!", "!!", "x", "*LK*",
		"NP", "$DISABLED$6$salt$abcdefghijklmnop",
		"!$6$salt$abcdefghijklmnop", "*$6$salt$abcdefghijklmnop", "$",
		"$6$", "$6$salt$abc!defghijkl", "$6$salt$abc defghijkl",
		"ab012345678", "ab0123456789!", "_J9..CCCCXBrJUJV154" };

	(void)state;
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		assert_true(shadow_hash_is_real(real[i]));
	for (size_t i = 0; i < sizeof(unreal) / sizeof(unreal[0]); i++)
		assert_false(shadow_hash_is_real(unreal[i]));
}

/* R-SET-5: the hash verifies with crypt(3). */
static void
a_hash_is_verified_by_its_password_only(void **state)
{
	struct crypt_data *d = calloc(1, sizeof(*d));
	struct secret s = { .len = 0 };
	const char *hash;

	(void)state;
	assert_non_null(hash = crypt_r("Old-Secret-11", SETTING, d));
	assert_int_equal(secret_set(&s, "Old-Secret-11", 13), SSPR_OK);
	assert_true(shadow_verify(hash, &s));
	assert_false(shadow_verify("!", &s));
	assert_false(shadow_verify("", &s));
	assert_false(shadow_verify("$9$nothing$knowsthis", &s));
	assert_int_equal(secret_set(&s, "Old-Secret-11\0", 14), SSPR_OK);
	assert_false(shadow_verify(hash, &s));
	assert_int_equal(secret_set(&s, "Old-Secret-12", 13), SSPR_OK);
	assert_false(shadow_verify(hash, &s));
	free(d);
}

static void
digests_of_one_field_differ_and_each_is_its_proof(void **state)
{
	const char *field = "$y$j9T$eBJKU41apr49HNeRk5ClW.$.tv7oe/b80T4t1poD";
	char a[SHADOW_DIGEST_MAX + 1], b[SHADOW_DIGEST_MAX + 1];
	struct crypt_data *d = calloc(1, sizeof(*d));

	(void)state;
	assert_int_equal(shadow_digest(field, a), SSPR_OK);
	assert_int_equal(shadow_digest(field, b), SSPR_OK);
	assert_string_not_equal(a, b);
	assert_string_equal(crypt_r(field, a, d), a);
	assert_string_equal(crypt_r(field, b, d), b);
	assert_string_not_equal(crypt_r("$y$j9T$other", a, d), a);
	free(d);
}

static void
the_directory_of_a_file_is_synced(void **state)
{
	(void)state;
	assert_int_equal(shadow_sync(path), SSPR_OK);
	assert_int_equal(shadow_sync("/nonexistent/shadow"), SSPR_SYSTEM);
	assert_int_equal(shadow_sync("shadow"), SSPR_SYSTEM);
}

/* The number of the line that is at fault, 0 for none. */
static size_t
fault_in(const char *text)
{
	struct shadow s = { .text = NULL };
	const char *fault;
	size_t line = 0;

	s.len = strlen(text);
	s.text = malloc(s.len + 1);
	assert_non_null(s.text);
	memcpy(s.text, text, s.len + 1);
	fault = shadow_fault(&s, &line);
	assert_true((fault == NULL) == (line == 0));
	shadow_wipe(&s);
	return line;
}

/* R-SET-5: what pam_unix drops when it writes, and what is there twice. */
static void
a_line_that_would_be_lost_is_a_fault(void **state)
{
	(void)state;
	assert_int_equal(fault_in(""), 0);
	assert_int_equal(fault_in(ROOT ALICE BOB), 0);
	assert_int_equal(fault_in(ROOT "bob:!:19000:0:99999:7:::"), 0);
	assert_int_equal(fault_in(ROOT "# bob\n" ALICE), 2);
	assert_int_equal(fault_in(ROOT "\n" ALICE), 2);
	assert_int_equal(fault_in("bob:!:19000:0:99999:7:::"
				  ":\n"),
	    1);
	assert_int_equal(fault_in(ROOT ALICE " bob:!:19000:0:99999:7:::\n"), 3);
	assert_int_equal(fault_in(ROOT ALICE "bob:!:19000:0:99999\n"), 3);
	assert_int_equal(fault_in(ROOT "bob:!:new:0:99999:7:::\n"), 2);
	assert_int_equal(fault_in(ROOT "garbage\n"), 2);
	assert_int_equal(fault_in(BOB ROOT BOB ALICE), 3);
	assert_int_equal(fault_in(BOB ROOT ALICE "bobby:!:19000:0:99999:7:::\n"
						 "bo:!:19000:0:99999:7:::\n"),
	    0);
}

static void
a_line_of_any_length_is_looked_at(void **state)
{
	char text[8192];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, ROOT, strlen(ROOT));
	text[sizeof(text) - 2] = '\n';
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(fault_in(text), 2);
	memset(text, '\n', sizeof(text) - 1);
	assert_int_equal(fault_in(text), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_found_with_its_days),
		cmocka_unit_test(none_and_two_are_told_apart_and_leave_nothing),
		cmocka_unit_test(
		    no_file_a_link_and_a_line_without_end_are_refused),
		cmocka_unit_test(only_the_own_line_may_differ),
		cmocka_unit_test(lines_that_pam_unix_drops_do_not_count),
		cmocka_unit_test(only_what_crypt_makes_is_a_real_hash),
		cmocka_unit_test(a_hash_is_verified_by_its_password_only),
		cmocka_unit_test(
		    digests_of_one_field_differ_and_each_is_its_proof),
		cmocka_unit_test(the_directory_of_a_file_is_synced),
		cmocka_unit_test(a_line_that_would_be_lost_is_a_fault),
		cmocka_unit_test(a_line_of_any_length_is_looked_at),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
