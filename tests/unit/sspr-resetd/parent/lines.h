/* SPDX-License-Identifier: MIT */
/*
 * lines.h - a reader of the audit log that takes nothing else.
 */
#ifndef PARENT_LINES_H
#define PARENT_LINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static inline int
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* A JSON string (RFC 8259 section 7) of ASCII; what follows it. */
static inline const char *
past_string(const char *p)
{
	assert_int_equal(*p++, '"');
	for (; *p != '"'; p++) {
		assert_in_range(*p, 0x20, 0x7e);
		if (*p != '\\')
			continue;
		assert_memory_equal(p, "\\u00", 4);
		assert_true(is_hex(p[4]) && is_hex(p[5]));
		p += 5;
	}
	return p + 1;
}

/* One flat object of strings and natural numbers; what follows it. */
static inline const char *
past_object(const char *p)
{
	assert_int_equal(*p, '{');
	do {
		p = past_string(p + 1);
		assert_int_equal(*p++, ':');
		if (*p == '"')
			p = past_string(p);
		else {
			assert_in_range(*p, '0', '9');
			p += strspn(p, "0123456789");
		}
	} while (*p == ',');
	assert_int_equal(*p, '}');
	return p + 1;
}

static inline size_t
count_lines(const char *p)
{
	size_t n = 0;

	for (; *p != '\0'; n++) {
		p = past_object(p);
		assert_int_equal(*p++, '\n');
	}
	return n;
}

#endif /* PARENT_LINES_H */
