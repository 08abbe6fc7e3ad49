/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "address.h"

#define A60      "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* R-DEL-2 */
static void
a_number_is_e164(void **state)
{
	static const char *const good[] = { "+1234567", "+15551234567",
		"+491711234567", "+123456789012345", "+9000000" };
	static const char *const bad[] = { "", "+", "15551234567", "+0123456",
		"+123456", "+1234567890123456", "+1555 1234567",
		"+1555-123-4567", "+1555;id", "+1555123\n4567",
		"+15551234567\n", "++15551234567", "+1555123456a", "-oQ/tmp/x",
		"$(id)", "+\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6",
		"alice@example.com" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(address_is_number(good[i]));
		assert_false(address_is_mail(good[i]));
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(address_is_number(bad[i]));
}

/* R-DEL-2 */
static void
a_mailbox_is_one_plain_addr_spec(void **state)
{
	static const char *const good[] = { "alice@example.com", "a@b",
		"first.last+tag@mail.example.co.uk", "o'neil@example.com",
		"x_y-z@1.example", A60 "abcd@example.com" };
	static const char *const bad[] = { "", "@", "alice", "@example.com",
		"alice@", "alice@@example.com", "a@b@c", "a b@example.com",
		"alice@example.com,bob@example.com", "alice@example.com\n",
		"alice@exam\r\nple.com", ".alice@example.com",
		"alice.@example.com", "al..ice@example.com",
		"alice@.example.com", "alice@example.com.",
		"alice@example..com", "alice@-example.com",
		"alice@example-.com", "alice@[192.0.2.1]", "$(id)@x", "`id`@x",
		"-oQ/tmp/x@x", "a|b@x", "a/b@x", "a!b@x", "a%b@x", "\"a\"@x",
		"<a@x>", "a@x>", "a\\@x", "al\303\257ce@example.com",
		"alice@ex\303\244mple.com", A60 "abcde@example.com",
		"alice@" A60 "abcd.com", "+15551234567" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(address_is_mail(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(address_is_mail(bad[i]));
}

/* R-DEL-2 */
static void
a_mailbox_has_254_bytes_at_most(void **state)
{
	char s[ADDRESS_MAX + 2];
	size_t n;

	(void)state;
	n = (size_t)snprintf(s, sizeof(s), "a@" A60 "." A60 "." A60 ".");
	memset(s + n, 'x', 60);
	s[n + 60] = '.';
	memset(s + n + 61, 'y', ADDRESS_MAX - n - 61);
	s[ADDRESS_MAX] = '\0';
	assert_true(address_is_mail(s));
	s[ADDRESS_MAX] = 'y';
	s[ADDRESS_MAX + 1] = '\0';
	assert_false(address_is_mail(s));
}

static void
hints(const char *address, const char *hint)
{
	char buf[ADDRESS_HINT_MAX + 1];

	memset(buf, 'x', sizeof(buf));
	address_hint(address, buf);
	assert_string_equal(buf, hint);
}

static void
an_owner_is_shown_a_part_of_an_address(void **state)
{
	(void)state;
	hints("+15551234567", "+1555***67");
	hints("+123456789012345", "+1234***45");
	hints("+1234567", "+12***67");
	hints("+12345678", "+123***78");
	hints("alice@example.com", "a***@example.com");
	hints("a@example.com", "***@example.com");
	hints("alice", "***");
	hints("", "***");
	hints("+1555;id", "***");
}

static void
a_long_domain_is_shown_by_its_end(void **state)
{
	char buf[ADDRESS_HINT_MAX + 1];

	(void)state;
	address_hint("alice@" A60 ".example.com", buf);
	assert_int_equal(strlen(buf), ADDRESS_HINT_MAX);
	assert_memory_equal(buf, "a***@...", 8);
	assert_string_equal(buf + ADDRESS_HINT_MAX - 14, "ff.example.com");
}

static void
a_host_name_is_labels_of_letters_digits_and_hyphens(void **state)
{
	static const char *const good[] = { "a", "1", "mail-1.example.org",
		"127.0.0.1", "xn--bcher-kva.example" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "-a",
		"a-", "a_b", "a b", "[::1]", "::1", "a\n" };
	char s[65] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(address_is_host(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(address_is_host(bad[i]));
	memset(s, 'a', 64);
	assert_false(address_is_host(s));
	s[63] = '\0';
	assert_true(address_is_host(s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_e164),
		cmocka_unit_test(a_mailbox_is_one_plain_addr_spec),
		cmocka_unit_test(a_mailbox_has_254_bytes_at_most),
		cmocka_unit_test(
		    a_host_name_is_labels_of_letters_digits_and_hyphens),
		cmocka_unit_test(an_owner_is_shown_a_part_of_an_address),
		cmocka_unit_test(a_long_domain_is_shown_by_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
