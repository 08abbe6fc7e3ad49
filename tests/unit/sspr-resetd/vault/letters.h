/* SPDX-License-Identifier: MIT */
/*
 * letters.h - messages put into the outbox of post.h.
 */
#ifndef SSPR_TESTS_VAULT_LETTERS_H
#define SSPR_TESTS_VAULT_LETTERS_H

#include "post.h"

#define DAY 86400u

/* A message for somebody; a code if it has one. */
[[maybe_unused]] static struct record_message
message(enum notice_kind kind, enum method m, const char *code)
{
	struct record_message r = { .method = (uint8_t)m,
		.notice = (uint8_t)kind,
		.at = vault_now(lab.v),
		.user = "alice",
		.source = "192.0.2.7" };

	snprintf(r.address, sizeof(r.address), "%s",
	    m == METHOD_EMAIL ? POST_MAIL : POST_NUMBER);
	snprintf(r.code, sizeof(r.code), "%s", code);
	return r;
}

[[maybe_unused]] static void
add(enum notice_kind kind, enum method m, const char *code, uint64_t grant)
{
	struct record_message r = message(kind, m, code);

	assert_int_equal(vault_write(lab.v, NULL), SSPR_OK);
	assert_int_equal(outbox_add(lab.v, &r, grant), SSPR_OK);
	assert_string_equal(r.address, "");
	assert_string_equal(r.code, "");
}

[[maybe_unused]] static void
add_code(void)
{
	add(NOTICE_CODE_SMS, METHOD_SMS, "12345678", 0);
}

[[maybe_unused]] static void
add_notice(void)
{
	add(NOTICE_ADDED, METHOD_EMAIL, "", 0);
}

[[maybe_unused]] static void
later(uint64_t s)
{
	lab.ms += s * 1000;
	post_run();
}

#endif /* SSPR_TESTS_VAULT_LETTERS_H */
