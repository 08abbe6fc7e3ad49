/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "address.h"

#define DIGITS  "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define STARS   "***"

enum {
	NUMBER_MIN = 7, /* digits */
	NUMBER_MAX = 15,
	LOCAL_MAX = 64, /* bytes, RFC 5321 section 4.5.3.1.1 */
	LABEL_MAX = 63, /* bytes, RFC 1035 section 2.3.4 */
	HEAD_MAX = 4,   /* digits of a number that are shown first */
	TAIL = 2,       /* ... and last */
	HIDDEN = 3,     /* ... and not at all, at least */
};

bool
address_is_number(const char *address)
{
	size_t n;

	if (address[0] != '+' || address[1] == '0')
		return false;
	n = strspn(address + 1, DIGITS);
	return n >= NUMBER_MIN && n <= NUMBER_MAX && address[1 + n] == '\0';
}

/* The len bytes before the at sign: words with dots between. */
static bool
is_local(const char *s, size_t len)
{
	const char *end = s + len;
	size_t n;

	if (len == 0 || len > LOCAL_MAX || s[0] == '-')
		return false;
	for (;; s++) {
		if ((n = strspn(s, LETTERS DIGITS "#&'*+-=?^_{}~")) == 0)
			return false;
		s += n;
		if (s == end)
			return true;
		if (*s != '.')
			return false;
	}
}

bool
address_is_host(const char *s)
{
	size_t n;

	if (strlen(s) > ADDRESS_MAX)
		return false;
	for (;; s++) {
		n = strspn(s, LETTERS DIGITS "-");
		if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
			return false;
		s += n;
		if (*s == '\0')
			return true;
		if (*s != '.')
			return false;
	}
}

bool
address_is_mail(const char *address)
{
	const char *at = strchr(address, '@');

	return at != NULL && strstr(address, "=?") == NULL &&
	    strlen(address) <= ADDRESS_MAX &&
	    is_local(address, (size_t)(at - address)) &&
	    address_is_host(at + 1);
}

static void
hint_number(const char *s, char buf[static ADDRESS_HINT_MAX + 1])
{
	const size_t digits = strlen(s) - 1;
	size_t head = digits - TAIL - HIDDEN;

	if (head > HEAD_MAX)
		head = HEAD_MAX;
	snprintf(buf, ADDRESS_HINT_MAX + 1, "+%.*s" STARS "%s", (int)head,
	    s + 1, s + 1 + digits - TAIL);
}

/* A long domain is shown by its end. */
static void
hint_mail(const char *s, char buf[static ADDRESS_HINT_MAX + 1])
{
	const size_t room = ADDRESS_HINT_MAX - sizeof("a" STARS "@...") + 1;
	const char *domain = strchr(s, '@') + 1;
	const size_t len = strlen(domain);
	const bool fits = len <= room;

	snprintf(buf, ADDRESS_HINT_MAX + 1, "%.*s" STARS "@%s%s",
	    s[1] == '@' ? 0 : 1, s, fits ? "" : "...",
	    fits ? domain : domain + len - room);
}

void
address_hint(const char *address, char buf[static ADDRESS_HINT_MAX + 1])
{
	if (address_is_number(address))
		hint_number(address, buf);
	else if (address_is_mail(address))
		hint_mail(address, buf);
	else
		snprintf(buf, ADDRESS_HINT_MAX + 1, STARS);
}
