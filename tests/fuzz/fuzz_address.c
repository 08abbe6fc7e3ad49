/* SPDX-License-Identifier: MIT */
/* links: libsspr/address.c libsspr/number.c libsspr/when.c libsspr/method.c */
/*
 * R-DEL-2: what is taken as an address is nothing else to a mail server, a
 * shell, a modem or a log, and what its owner is shown of it gives it away to
 * nobody.  And the other words that people type: numbers, times, methods.
 */
#include <inttypes.h>
#include <stdio.h>

#include "address.h"
#include "chunks.h"
#include "method.h"
#include "number.h"
#include "plain.h"
#include "when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_number(const char *s)
{
	const size_t digits = strlen(s) - 1;

	CHECK(s[0] == '+' && s[1] >= '1' && s[1] <= '9');
	CHECK(digits >= 7 && digits <= 15);
	for (size_t i = 1; i <= digits; i++)
		CHECK(s[i] >= '0' && s[i] <= '9');
}

static void
check_mail(const char *s)
{
	const char *at = strchr(s, '@');

	CHECK(strlen(s) <= 254 && at != NULL && strchr(at + 1, '@') == NULL);
	CHECK(at != s && at - s <= 64 && at[1] != '\0' && s[0] != '-');
	CHECK(s[0] != '.' && at[-1] != '.' && strstr(s, "..") == NULL);
	CHECK(strpbrk(s, " \t\r\n\"\\()<>[],;:!%/|`$") == NULL);
	for (; *s != '\0'; s++)
		CHECK(*s > ' ' && *s < 0x7f);
}

static unsigned int
digits_in(const char *s)
{
	unsigned int n = 0;

	for (; *s != '\0'; s++)
		n += *s >= '0' && *s <= '9';
	return n;
}

static void
check_hint(const char *s)
{
	char hint[ADDRESS_HINT_MAX + 1];

	memset(hint, 0x7f, sizeof(hint));
	address_hint(s, hint);
	CHECK(memchr(hint, '\0', sizeof(hint)) != NULL);
	CHECK(plain_is(hint, strlen(hint), false));
	CHECK(strstr(hint, "***") != NULL);
	if (address_is_number(s))
		CHECK(digits_in(hint) + 3 <= digits_in(s));
	else if (address_is_mail(s))
		CHECK(strcspn(hint, "@") <= strlen("a***"));
	else
		CHECK(strcmp(hint, "***") == 0);
}

static void
check_words(const char *s)
{
	char again[16];
	uint32_t n = 0, mask = 0;

	if (number_read(s, &n)) {
		(void)snprintf(again, sizeof(again), "%" PRIu32, n);
		CHECK(n > 0 && strcmp(again, s + strspn(s, "0")) == 0);
	} else
		CHECK(n == 0);
	if (!method_mask(s, &mask))
		CHECK(mask == 0);
	if (method_named(s) != METHOD_UNKNOWN)
		CHECK(strcmp(method_row(method_named(s))->name, s) == 0);
}

static void
check_when(const uint8_t *data, size_t size)
{
	char buf[WHEN_MAX];
	uint64_t when = 0;

	memcpy(&when, data, size < sizeof(when) ? size : sizeof(when));
	when_minute(when, buf);
	CHECK(strnlen(buf, sizeof(buf)) < sizeof(buf));
	CHECK(plain_is(buf, strlen(buf), false) && buf[0] != '\0');
	when_day(when, buf);
	CHECK(strnlen(buf, sizeof(buf)) <= strlen("2026-11-23"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);

	CHECK(s != NULL);
	if (size > 0)
		memcpy(s, data, size);
	s[size] = '\0';
	CHECK(!address_is_number(s) || !address_is_mail(s));
	if (address_is_number(s))
		check_number(s);
	if (address_is_mail(s)) {
		check_mail(s);
		CHECK(address_is_host(strchr(s, '@') + 1));
	}
	check_hint(s);
	check_words(s);
	check_when(data, size);
	free(s);
	return 0;
}
