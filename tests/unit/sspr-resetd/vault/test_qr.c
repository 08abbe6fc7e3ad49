/* SPDX-License-Identifier: MIT */
#include <qrencode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vault/qr.h"

static struct record_app
app(void)
{
	struct record_app a = { .hash = TOTP_SHA1, .digits = 6, .period = 30 };

	a.seed.len = TOTP_SEED;
	memcpy(a.seed.at, "12345678901234567890", TOTP_SEED);
	return a;
}

static void
the_uri_has_no_defaults_and_the_secret_in_base32(void **state)
{
	const struct record_app a = app();
	struct proto_qr qr;

	(void)state;
	assert_int_equal(qr_make(&a, "web1", "alice", &qr), SSPR_OK);
	assert_string_equal(qr.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_string_equal(qr.uri,
	    "otpauth://totp/web1:alice?secret="
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=web1");
}

static void
what_is_no_default_is_in_the_uri(void **state)
{
	struct record_app a = app();
	struct proto_qr qr;

	(void)state;
	a.hash = TOTP_SHA256;
	a.digits = 8;
	a.period = 60;
	assert_int_equal(qr_make(&a, "i", "u", &qr), SSPR_OK);
	assert_non_null(strstr(qr.uri, "&algorithm=SHA256&digits=8&period=60"));
	a.hash = TOTP_SHA512;
	assert_int_equal(qr_make(&a, "i", "u", &qr), SSPR_OK);
	assert_non_null(strstr(qr.uri, "&algorithm=SHA512"));
}

/* Half a character would be a URI that sspr-enroll refuses. */
static void
a_name_without_room_is_cut_after_a_whole_character(void **state)
{
	const struct record_app a = app();
	char name[2 * 100 + 1] = "";
	struct proto_qr qr;

	(void)state;
	for (int i = 0; i < 100; i++)
		memcpy(name + 2 * i, "\xc3\xbc", 3);
	assert_int_equal(qr_make(&a, "web1", name + 1, &qr), SSPR_OK);
	assert_non_null(strstr(qr.uri, "%C3%BC?secret="));
	assert_int_equal(qr_make(&a, "web1", name, &qr), SSPR_OK);
	assert_non_null(strstr(qr.uri, "%C3%BC?secret="));
	assert_int_equal(strcspn(qr.uri, "?"),
	    strlen("otpauth://totp/web1:") + 192);
}

/* RFC 3986 section 2.1: no name ends a path or adds a parameter. */
static void
odd_bytes_of_a_name_are_percent_encoded(void **state)
{
	const struct record_app a = app();
	struct proto_qr qr;

	(void)state;
	assert_int_equal(qr_make(&a, "A & B: 1", "b\303\266b?secret=X#%/\n",
			     &qr),
	    SSPR_OK);
	assert_non_null(strstr(qr.uri,
	    "totp/A%20%26%20B%3A%201:b%C3%B6b%3Fsecret%3DX%23%25%2F%0A?secret="
	    "GEZD"));
	assert_non_null(strstr(qr.uri, "&issuer=A%20%26%20B%3A%201"));
	for (const char *p = qr.uri; *p != '\0'; p++)
		assert_true(*p > 0x20 && *p < 0x7f);
}

/* What libqrencode draws for the URI is what the bits say. */
static void
the_modules_are_those_of_the_uri(void **state)
{
	const struct record_app a = app();
	struct proto_qr qr;
	QRcode *want;
	size_t n;

	(void)state;
	assert_int_equal(qr_make(&a, "web1", "alice", &qr), SSPR_OK);
	want = QRcode_encodeString(qr.uri, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	assert_non_null(want);
	assert_int_equal(qr.size, want->width);
	n = (size_t)want->width * (size_t)want->width;
	assert_int_equal(qr.modules.len, (n + 7) / 8);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(qr.modules.at[i / 8] >> (7 - i % 8) & 1,
		    want->data[i] & 1);
	for (size_t i = n; i < 8u * qr.modules.len; i++)
		assert_int_equal(qr.modules.at[i / 8] >> (7 - i % 8) & 1, 0);
	QRcode_free(want);
}

/* Every length of name: a picture, or size 0 and the URI still there. */
static void
a_uri_too_long_for_the_picture_comes_without_one(void **state)
{
	const struct record_app a = app();
	char name[PROTO_USER_MAX + 1] = "";
	size_t drawn = 0, blank = 0;
	struct proto_qr qr;

	(void)state;
	for (size_t i = 0; i < PROTO_USER_MAX; i++) {
		name[i] = 'n';
		assert_int_equal(qr_make(&a, "web1", name, &qr), SSPR_OK);
		assert_non_null(strstr(qr.uri, "&issuer=web1"));
		assert_true(qr.size == 0 || (qr.size >= 21 && qr.size <= 45));
		assert_true((qr.size == 0) == (qr.modules.len == 0));
		drawn += qr.size != 0;
		blank += qr.size == 0;
	}
	assert_true(drawn >= 64 && blank > 0);
}

static void
what_does_not_fit_the_message_leaves_it_alone(void **state)
{
	struct record_app a = app();
	struct proto_qr qr, before;
	char name[PROTO_USER_MAX + 1];

	(void)state;
	memset(name, ' ', PROTO_USER_MAX);
	name[PROTO_USER_MAX] = '\0';
	a.seed.len = TOTP_SEED_MAX;
	memset(&qr, 'x', sizeof(qr));
	before = qr;
	assert_int_equal(qr_make(&a, name, name, &qr), SSPR_MALFORMED);
	assert_memory_equal(&qr, &before, sizeof(qr));
}

/* The longest the configuration and names allow must be enrolled. */
static void
the_longest_host_and_user_fit(void **state)
{
	const struct record_app a = app();
	char host[64 + 1], user[PROTO_USER_MAX + 1];
	struct proto_qr qr;

	(void)state;
	memset(host, 'h', 64);
	host[64] = '\0';
	memset(user, 'u', PROTO_USER_MAX);
	user[PROTO_USER_MAX] = '\0';
	assert_int_equal(qr_make(&a, host, user, &qr), SSPR_OK);
	host[32] = '\0'; /* [app] issuer, at most 32 bytes */
	memset(host, ' ', 32);
	assert_int_equal(qr_make(&a, host, user, &qr), SSPR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_uri_has_no_defaults_and_the_secret_in_base32),
		cmocka_unit_test(what_is_no_default_is_in_the_uri),
		cmocka_unit_test(
		    a_name_without_room_is_cut_after_a_whole_character),
		cmocka_unit_test(odd_bytes_of_a_name_are_percent_encoded),
		cmocka_unit_test(the_modules_are_those_of_the_uri),
		cmocka_unit_test(
		    a_uri_too_long_for_the_picture_comes_without_one),
		cmocka_unit_test(what_does_not_fit_the_message_leaves_it_alone),
		cmocka_unit_test(the_longest_host_and_user_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
