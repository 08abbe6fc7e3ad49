/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "names/entry.h"
#include "proto.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
names_as_they_are_found_in_the_wild_are_names(void **state)
{
	static const char *const names[] = { "alice", "a", "svc_web", "x-y",
		"host$", "alice@example.com", "EXAMPLE\\alice", "j\xc3\xb6rg",
		"domain users", "..a" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_true(entry_is_name(names[i]));
}

static void
what_could_mislead_another_program_is_no_name(void **state)
{
	static const char *const names[] = { "", "-rf", ".", "..", "a/b",
		"../x", "a:b", "a\nb", "\x1b[0m", "a\x7f", "j\xf6rg", "a\x9b",
		"a\xc2\x9b", "a\xe2\x80\xae", "a\xd8\x9c", "a\xe2\x80\x8b" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_false(entry_is_name(names[i]));
}

static void
a_name_is_as_long_as_the_protocol_allows(void **state)
{
	char name[PROTO_USER_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[PROTO_USER_MAX + 1] = '\0';
	assert_false(entry_is_name(name));
	name[PROTO_USER_MAX] = '\0';
	assert_true(entry_is_name(name));
}

static enum entry_place
find(const char *name, uid_t uid)
{
	static const char file[] = "root:x:0:0:root:/root:/bin/bash\n"
				   "alice:x:1000:1000::/home/alice:/bin/sh\n"
				   "twice:x:1001:1001::/:/bin/sh\n"
				   "same:x:1003:1003::/:/bin/sh\n"
				   "twice:x:1002:1002::/:/bin/sh\n"
				   "same:x:1003:1003::/:/bin/sh\n"
				   "not an entry\n"
				   "+:::::\n"
				   "last:x:1004:1004::/:/bin/sh\n";
	char copy[sizeof(file)];
	enum entry_place place;
	FILE *f;

	memcpy(copy, file, sizeof(copy));
	assert_non_null(f = fmemopen(copy, sizeof(copy) - 1, "r"));
	place = entry_find(f, name, uid);
	fclose(f);
	return place;
}

static void
an_entry_is_the_same_by_name_and_uid(void **state)
{
	(void)state;
	assert_int_equal(find("alice", 1000), ENTRY_SAME);
	assert_int_equal(find("last", 1004), ENTRY_SAME);
	assert_int_equal(find("same", 1003), ENTRY_SAME);
	assert_int_equal(find("bob", 1000), ENTRY_ABSENT);
	assert_int_equal(find("Alice", 1000), ENTRY_ABSENT);
}

static void
a_name_with_two_uids_is_ambiguous(void **state)
{
	(void)state;
	assert_int_equal(find("alice", 5000), ENTRY_OTHER);
	assert_int_equal(find("twice", 1001), ENTRY_OTHER);
	assert_int_equal(find("twice", 1002), ENTRY_OTHER);
}

static void
shells_that_only_say_no_are_no_login(void **state)
{
	(void)state;
	assert_false(entry_has_login("/usr/sbin/nologin"));
	assert_false(entry_has_login("/sbin/nologin"));
	assert_false(entry_has_login("/bin/false"));
	assert_false(entry_has_login("/usr/bin/false"));
}

static void
a_shell_is_one_that_the_system_lists(void **state)
{
	(void)state;
	assert_true(entry_has_login("/bin/sh"));
	assert_true(entry_has_login(""));
	assert_false(entry_has_login("/bin/no-such-shell"));
	assert_false(entry_has_login("sh"));
}

static void
an_error_is_not_taken_for_a_no(void **state)
{
	static const int noes[] = { 0, ENOENT, ESRCH, EBADF, EPERM };
	static const int errors[] = { EIO, EMFILE, ENFILE, ENOMEM, ERANGE,
		EINTR, ECONNREFUSED, ETIMEDOUT, EAGAIN, -1 };

	(void)state;
	for (size_t i = 0; i < COUNT(noes); i++)
		assert_true(entry_is_absent(noes[i]));
	for (size_t i = 0; i < COUNT(errors); i++)
		assert_false(entry_is_absent(errors[i]));
}

static void
words_come_one_by_one_whatever_the_spaces(void **state)
{
	const char *list = "  wheel sudo   adm ";
	char word[8];

	(void)state;
	assert_true(entry_word(&list, word, sizeof(word)));
	assert_string_equal(word, "wheel");
	assert_true(entry_word(&list, word, sizeof(word)));
	assert_string_equal(word, "sudo");
	assert_true(entry_word(&list, word, sizeof(word)));
	assert_string_equal(word, "adm");
	assert_false(entry_word(&list, word, sizeof(word)));
	assert_false(entry_word(&list, word, sizeof(word)));
	assert_string_equal(word, "adm");
}

static void
a_word_without_room_ends_the_list(void **state)
{
	const char *list = "1234567 12345678";
	char word[8];

	(void)state;
	assert_true(entry_word(&list, word, sizeof(word)));
	assert_false(entry_word(&list, word, sizeof(word)));
	assert_string_equal(word, "1234567");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_they_are_found_in_the_wild_are_names),
		cmocka_unit_test(what_could_mislead_another_program_is_no_name),
		cmocka_unit_test(a_name_is_as_long_as_the_protocol_allows),
		cmocka_unit_test(an_entry_is_the_same_by_name_and_uid),
		cmocka_unit_test(a_name_with_two_uids_is_ambiguous),
		cmocka_unit_test(shells_that_only_say_no_are_no_login),
		cmocka_unit_test(a_shell_is_one_that_the_system_lists),
		cmocka_unit_test(an_error_is_not_taken_for_a_no),
		cmocka_unit_test(words_come_one_by_one_whatever_the_spaces),
		cmocka_unit_test(a_word_without_room_ends_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
