/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "conf.h"
#include "vault/reach.h"

#define BETWEEN " -()./" /* what people put between digits */

enum method
reach_by(enum method m, const char *address)
{
	const bool number = address_is_number(address);

	if (m == METHOD_NOTICE)
		m = number ? METHOD_SMS : METHOD_EMAIL;
	if ((m == METHOD_SMS || m == METHOD_LANDLINE) && number)
		return m;
	return m == METHOD_EMAIL && address_is_mail(address) ? m
							     : METHOD_UNKNOWN;
}

/* The next word of a list, or NULL; *list moves behind it. */
static const char *
next_word(const char **list, size_t *len)
{
	const char *word = *list + strspn(*list, " ");

	*len = strcspn(word, " ");
	*list = word + *len;
	return *len > 0 ? word : NULL;
}

/* Whether a number begins with one of the words, as in +49. */
static bool
begins(const char *number, const char *list)
{
	const char *word;
	size_t len;

	while ((word = next_word(&list, &len)) != NULL)
		if (len > 1 && strncmp(number, word, len) == 0)
			return true;
	return false;
}

/* Whether a mailbox is in one of the domains, or below. */
static bool
is_within(const char *mailbox, const char *list)
{
	const char *domain = strchr(mailbox, '@') + 1, *word;
	const size_t size = strlen(domain);
	size_t len;

	while ((word = next_word(&list, &len)) != NULL)
		if (size >= len &&
		    strncasecmp(domain + size - len, word, len) == 0 &&
		    (size == len || domain[size - len - 1] == '.'))
			return true;
	return false;
}

bool
reach_is_open(const struct conf *c, enum method m, const char *address)
{
	const enum method by = reach_by(m, address);

	if (by == METHOD_EMAIL)
		return c->email_command[0] != '\0' &&
		    (m == METHOD_NOTICE ||
			!is_within(address, c->deny_domains));
	if (by == METHOD_UNKNOWN ||
	    (by == METHOD_SMS ? c->sms_command : c->landline_command)[0] ==
		'\0')
		return false;
	return begins(address, c->sms_countries) &&
	    !begins(address, c->sms_deny);
}

static void
read_number(const char *typed, char address[static ADDRESS_MAX + 1])
{
	size_t n = 1;

	address[0] = '+';
	typed += typed[0] == '+' ? 1 : 2;
	for (; *typed != '\0' && n < ADDRESS_MAX; typed++) {
		if (strncmp(typed, "(0)", 3) == 0)
			typed += 2;
		else if (strchr(BETWEEN, *typed) == NULL)
			address[n++] = *typed;
	}
	address[*typed == '\0' ? n : 0] = '\0';
}

void
reach_read(const char *typed, char address[static ADDRESS_MAX + 1])
{
	size_t len;

	typed += strspn(typed, " ");
	if (typed[0] == '+' || strncmp(typed, "00", 2) == 0) {
		read_number(typed, address);
		return;
	}
	len = strlen(typed);
	while (len > 0 && typed[len - 1] == ' ')
		len--;
	if (len > ADDRESS_MAX)
		len = 0; /* a part of it would be another address */
	memcpy(address, typed, len);
	address[len] = '\0';
	for (char *c = strchr(address, '@'); c != NULL && *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
}

void
reach_target(const char *address, char target[static ADDRESS_MAX + 1])
{
	const char *at = strchr(address, '@');
	const size_t local = at != NULL ? strcspn(address, "+@") : 0;
	size_t n = 0;

	for (size_t i = 0; address[i] != '\0' && n < ADDRESS_MAX; i++)
		if (at == NULL || i < local || address + i >= at)
			target[n++] = (char)tolower((unsigned char)address[i]);
	target[n] = '\0';
}
