/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "worker/look.h"
#include "worker/shadow.h"

/* Any text does for a field. */
#define OLD "$y$j9T$abcdefgh$0123456789"
#define NEW "$y$j9T$abcdefgh$0123456780"

static char dir[] = "/tmp/sspr-look-XXXXXX", passwd[64], shadow[64];
static char digest[SHADOW_DIGEST_MAX + 1];

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || shadow_digest(OLD, digest) != SSPR_OK)
		return -1;
	snprintf(passwd, sizeof(passwd), "%s/passwd", dir);
	snprintf(shadow, sizeof(shadow), "%s/shadow", dir);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	(void)unlink(passwd);
	(void)unlink(shadow);
	return 0;
}

static int
remove_dir(void **state)
{
	clean(state);
	return rmdir(dir);
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static enum sspr_err
run(const char *of)
{
	struct place where = { .uid = 1000, .shadow = shadow };

	return look_run(passwd, &where, of);
}

static enum sspr_err
look(const char *passwd_text, const char *shadow_text)
{
	put(passwd, passwd_text);
	put(shadow, shadow_text);
	return run(digest);
}

#define ROOT  "root:x:0:0::/root:/bin/sh\n"
#define ALICE "alice:x:1000:1000::/home/alice:/bin/sh\n"

/* R-DUR-4 */
static void
the_same_field_was_not_changed(void **state)
{
	(void)state;
	assert_int_equal(look(ROOT ALICE, "alice:" OLD ":1:0:99999:7:::\n"),
	    SSPR_NOT_CHANGED);
}

/* R-DUR-4 */
static void
another_field_was_changed(void **state)
{
	(void)state;
	assert_int_equal(look(ROOT ALICE, "alice:" NEW ":1:0:99999:7:::\n"),
	    SSPR_UNCERTAIN);
	assert_int_equal(look(ROOT ALICE, "alice:!" OLD ":1:0:99999:7:::\n"),
	    SSPR_UNCERTAIN);
	assert_int_equal(look(ROOT ALICE, "alice::1:0:99999:7:::\n"),
	    SSPR_UNCERTAIN);
}

static void
the_field_of_another_does_not_count(void **state)
{
	(void)state;
	assert_int_equal(look(ROOT ALICE,
			     "root:" OLD ":1:0:99999:7:::\n"
			     "alice:" NEW ":1:0:99999:7:::\n"),
	    SSPR_UNCERTAIN);
}

static void
an_account_that_is_gone_or_not_alone_is_told(void **state)
{
	(void)state;
	assert_int_equal(look(ROOT, "alice:" OLD ":1:0:99999:7:::\n"),
	    SSPR_NO_USER);
	assert_int_equal(look(ROOT ALICE, "root:" OLD ":1:0:99999:7:::\n"),
	    SSPR_NO_USER);
	assert_int_equal(look(ALICE "bob:x:1000:1000::/:/bin/sh\n",
			     "alice:" OLD ":1:0:99999:7:::\n"),
	    SSPR_ACCOUNT);
}

static void
what_cannot_be_read_is_not_known(void **state)
{
	(void)state;
	put(passwd, ALICE);
	assert_int_equal(run(digest), SSPR_SYSTEM);
	put(shadow, "alice:" OLD ":1:0:99999:7:::\n");
	assert_int_equal(unlink(passwd), 0);
	assert_int_equal(run(digest), SSPR_SYSTEM);
}

static void
a_text_that_is_no_digest_is_not_known(void **state)
{
	static const char *const bad[] = { "", "x", "$5", "$5$", "$5$salt",
		"$6$salt$hash", "$5$sa:lt$hash" };
	char cut[SHADOW_DIGEST_MAX + 1];

	(void)state;
	put(passwd, ALICE);
	put(shadow, "alice:" OLD ":1:0:99999:7:::\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(run(bad[i]), SSPR_SYSTEM);
	snprintf(cut, sizeof(cut), "%.*s", (int)strlen(digest) - 1, digest);
	assert_int_equal(run(cut), SSPR_SYSTEM);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_field_was_not_changed),
		TEST(another_field_was_changed),
		TEST(the_field_of_another_does_not_count),
		TEST(an_account_that_is_gone_or_not_alone_is_told),
		TEST(what_cannot_be_read_is_not_known),
		TEST(a_text_that_is_no_digest_is_not_known),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
