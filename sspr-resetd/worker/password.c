/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "text.h"
#include "worker/password.h"

#define NAME_MIN 3 /* bytes; a shorter name is in too many good passwords */

static bool
has_control(const struct secret *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->at[i] < 0x20 || s->at[i] == 0x7f)
			return true;
	return false;
}

static bool
has_name(const struct secret *s, const char *name)
{
	size_t len = strlen(name);

	if (len < NAME_MIN)
		return false;
	for (size_t i = 0; i + len <= s->len; i++)
		if (strncasecmp((const char *)s->at + i, name, len) == 0)
			return true;
	return false;
}

static bool
is_utf8(const struct secret *s)
{
	const char *p = (const char *)s->at;
	uint32_t c;
	size_t n;

	for (size_t left = s->len; left > 0; left -= n, p += n)
		if ((n = text_next(p, left, &c)) == 0)
			return false;
	return true;
}

const char *
password_fault(const struct secret *s, const char *name)
{
	if (has_control(s))
		return "The password has a control character, which cannot be "
		       "typed everywhere.";
	if (!is_utf8(s))
		return "The password is not valid UTF-8 text.";
	if (s->len > PASSWORD_MAX)
		return "The password is longer than 256 bytes.";
	if (has_name(s, name))
		return "The password contains your user name.";
	return NULL;
}

const char *
password_too_short(const struct secret *s)
{
	if (s->len < PASSWORD_MIN)
		return "The password is shorter than 8 characters.";
	return NULL;
}

bool
password_is_rare(const struct secret *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->at[i] >= 0x80)
			return true;
	return false;
}
