/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/banned.h"
#include "worker/password.h"

#define NAME "The password contains your user name."
#define PART "The password contains a part of your name."
#define SITE "The password contains a name of this site."
#define NEAR                                                                  \
	"The password is too near to a word that everybody tries first. Use " \
	"a longer or rarer one."

static const char *
judge(const char *text, size_t len, const struct password_policy *policy)
{
	struct secret s = { .len = 0 };

	assert_int_equal(secret_set(&s, text, len), SSPR_OK);
	return password_fault(&s, policy);
}

static const char *
fault(const char *text, size_t len, const char *name)
{
	const struct password_policy policy = { .name = name };

	return judge(text, len, &policy);
}

/* A password of alice's at a site; said NULL: nothing against it. */
static void
at_site(const char *password, const char *words, const char *said)
{
	struct password_policy policy = { .name = "alice",
		.gecos = "Alice M. O'Connor-Wei\xc3\x9f,Room 4711,,",
		.host = "vesta.example.com",
		.site_names = "contoso, w\xc3\xbcrzburg ab" };
	char why[BANNED_WHY_MAX + 1] = "";
	struct banned *b = NULL;
	const char *is;

	assert_int_equal(banned_parse(words, strlen(words), &b, why), SSPR_OK);
	policy.banned = b;
	is = judge(password, strlen(password), &policy);
	banned_free(b);
	if (said == NULL)
		assert_null(is);
	else
		assert_string_equal(is, said);
}

#define FAULT(text) fault((text), sizeof(text) - 1, "alice")

static void
a_good_password_has_no_fault(void **state)
{
	(void)state;
	assert_null(FAULT("correct Horse 7 battery"));
	assert_null(FAULT("Stra\xc3\x9f"
			  "enbahn-77"));
}

/* R-SET-4: bytes 0x00-0x1F and 0x7F are refused wherever they stand. */
static void
control_bytes_are_refused(void **state)
{
	char text[] = "Brand-New-Pw-77";

	(void)state;
	for (int c = 0; c < 0x100; c++) {
		text[5] = (char)c;
		if (c < 0x20 || c == 0x7f)
			assert_non_null(FAULT(text));
		else if (c < 0x80)
			assert_null(FAULT(text));
	}
	assert_non_null(FAULT("Brand-New-Pw-77\0"));
	assert_non_null(FAULT("\nBrand-New-Pw-77"));
}

/* R-SET-4 */
static void
what_is_not_utf8_is_refused(void **state)
{
	(void)state;
	assert_non_null(FAULT("Brand-New-\xff"));
	assert_non_null(FAULT("Brand-New-\xc3"));
	assert_non_null(FAULT("Brand-New-\xc0\xaf"));
	assert_non_null(FAULT("Brand-New-\xed\xa0\x80"));
}

/* R-SET-4: 8 to 256 bytes. */
static void
lengths_from_8_to_256_bytes_are_taken(void **state)
{
	char text[300];
	struct secret s = { .len = 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_null(fault(text, 256, "alice"));
	assert_non_null(fault(text, 257, "alice"));
	assert_int_equal(secret_set(&s, text, 7), SSPR_OK);
	assert_non_null(password_too_short(&s));
	assert_int_equal(secret_set(&s, text, 8), SSPR_OK);
	assert_null(password_too_short(&s));
}

/* So that the user reads pwquality's own words for them. */
static void
a_short_one_is_left_to_the_stack(void **state)
{
	(void)state;
	assert_null(FAULT("abc"));
	assert_null(FAULT(""));
}

static void
the_user_name_in_any_case_is_refused(void **state)
{
	(void)state;
	assert_non_null(FAULT("alice-Brand-New"));
	assert_non_null(FAULT("Brand-ALiCE-New"));
	assert_non_null(FAULT("Brand-New-alice"));
	assert_null(FAULT("Brand-New-alic"));
	assert_non_null(FAULT("Brand-@1!ce-New-ALICE"));
	assert_null(fault("Bob-Brand-New-7", 15, "bob"));
	assert_null(fault("Brand-New-77", 12, ""));
}

/* FEATURES section 2 */
static void
p0LL23fb_is_refused_to_Poll(void **state)
{
	(void)state;
	assert_string_equal(fault("p0LL23fb", 8, "Poll"), NAME);
	assert_null(fault("p0LL23fb", 8, "Pool"));
}

static void
the_name_before_the_domain_is_a_name(void **state)
{
	(void)state;
	assert_string_equal(fault("Brand-alice-7", 13, "alice@ad.test"), NAME);
	assert_string_equal(fault("Brand-alice-7", 13, "AD\\alice"), NAME);
}

static void
the_words_of_the_full_name_are_refused(void **state)
{
	(void)state;
	at_site("Brand-c0nnor-7", "", PART);
	at_site("Brand-WEI\xe1\xba\x9e-7", "", PART);
	at_site("Brand-4711-Room-7", "", NULL);
	assert_null(judge("Brand-New-77", 12,
	    &(const struct password_policy){ .gecos = "\xff\xfe\xfd\xfc" }));
}

static void
the_names_of_host_and_site_are_refused(void **state)
{
	(void)state;
	at_site("Brand-Ve$ta-7", "", SITE);
	at_site("Brand-C0nt0s0-7", "", SITE);
	at_site("Brand-W\xc3\x9cRZBURG-7", "", SITE);
	at_site("Brand-absalom-7", "", NULL);
	at_site("Brand-example-7", "", NULL);
}

/* FEATURES section 2 */
static void
a_password_needs_5_points(void **state)
{
	const char *words = "fabrikam\nblank\n";

	(void)state;
	at_site("F@brik@mBlank12", words, NEAR);
	at_site("F@brik@mBlankf9!", words, NULL);
	at_site("Blank-Blank-", words, NEAR);
}

/* FEATURES section 2 */
static void
what_is_near_a_banned_word_is_refused(void **state)
{
	(void)state;
	at_site("abcdeg", "abcdef\n", NEAR);
	at_site("abcdefg", "abcdef\n", NEAR);
	at_site("abcde", "abcdef\n", NEAR);
	at_site("Turnip-violin", "turnip-violins\n", NEAR);
	at_site("Turnip-violin-52", "turnip-violins\n", NULL);
}

/* R-SET-4: blanks are characters like others. */
static void
blanks_are_kept_wherever_they_stand(void **state)
{
	(void)state;
	assert_null(FAULT("Brand-New-Pw-77 "));
	assert_null(FAULT(" Brand New Pw 77"));
}

/* R-SET-4: what would be an entry of root's without a password. */
static void
a_line_of_the_shadow_file_is_refused(void **state)
{
	(void)state;
	assert_non_null(FAULT("Brand-New-Pw-77\nroot::0:0:::"));
	assert_non_null(FAULT("\nroot::0:0:::\n"));
	assert_null(FAULT("root::0:0:::"));
}

static void
four_characters_of_many_bytes_are_too_few(void **state)
{
	struct secret s = { .len = 0 };

	(void)state;
	assert_int_equal(secret_set(&s, "\xe5\xaf\x86\xe7\xa0\x81\xe5\xaf\x86x",
			     10),
	    SSPR_OK);
	assert_non_null(password_too_short(&s));
	assert_int_equal(secret_set(&s,
			     "\xe5\xaf\x86\xe7\xa0\x81\xe5\xaf\x86xy", 11),
	    SSPR_OK);
	assert_null(password_too_short(&s));
}

static void
only_what_is_not_ascii_is_rare(void **state)
{
	struct secret s = { .len = 0 };

	(void)state;
	assert_int_equal(secret_set(&s, "plain ~ text", 12), SSPR_OK);
	assert_false(password_is_rare(&s));
	assert_int_equal(secret_set(&s, "na\xc3\xafve-77", 9), SSPR_OK);
	assert_true(password_is_rare(&s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_password_has_no_fault),
		cmocka_unit_test(control_bytes_are_refused),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(lengths_from_8_to_256_bytes_are_taken),
		cmocka_unit_test(a_short_one_is_left_to_the_stack),
		cmocka_unit_test(the_user_name_in_any_case_is_refused),
		cmocka_unit_test(p0LL23fb_is_refused_to_Poll),
		cmocka_unit_test(the_name_before_the_domain_is_a_name),
		cmocka_unit_test(the_words_of_the_full_name_are_refused),
		cmocka_unit_test(the_names_of_host_and_site_are_refused),
		cmocka_unit_test(a_password_needs_5_points),
		cmocka_unit_test(what_is_near_a_banned_word_is_refused),
		cmocka_unit_test(blanks_are_kept_wherever_they_stand),
		cmocka_unit_test(a_line_of_the_shadow_file_is_refused),
		cmocka_unit_test(four_characters_of_many_bytes_are_too_few),
		cmocka_unit_test(only_what_is_not_ascii_is_rare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
