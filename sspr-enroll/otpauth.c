/* SPDX-License-Identifier: MIT */
/*
 * The form is that of the Key Uri Format page of google-authenticator:
 *	otpauth://totp/[ISSUER:]ACCOUNT?secret=S[&issuer=I][&algorithm=A]...
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "otpauth.h"
#include "text.h"

#define PREFIX "otpauth://totp/"

/* Every s is a part of one URI or a row's name; to has room for it. */
static void
copy(char *to, const char *s)
{
	memcpy(to, s, strlen(s) + 1);
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
	    c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

	return at == NULL ? -1 : (int)(at - digits);
}

/* Percent-decode len bytes at s; to has room for len + 1. */
static bool
decode(const char *s, size_t len, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '%') {
			to[n++] = s[i];
			continue;
		}
		if (len - i < 3 || hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
			return false;
		to[n++] = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
		i += 2;
	}
	to[n] = '\0';
	return strlen(to) == n && text_is_clean(to, n);
}

static bool
number(const char *s, unsigned int min, unsigned int max, unsigned int *out)
{
	unsigned int v = 0;

	for (size_t i = 0; s[i] != '\0'; i++) {
		if (i == 3 || s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (unsigned int)(s[i] - '0');
	}
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

static bool
algorithm(const char *s, struct otpauth *o)
{
	static const char *const names[] = { "SHA1", "SHA256", "SHA512" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(s, names[i]) == 0) {
			copy(o->algorithm, s);
			return true;
		}
	return false;
}

/* One NAME=VALUE of len bytes.  Names we do not know mean nothing. */
static bool
parameter(const char *s, size_t len, struct otpauth *o)
{
	const char *equals = memchr(s, '=', len);
	char value[PROTO_URI_MAX + 1];
	size_t name;

	if (equals == NULL)
		return false;
	name = (size_t)(equals - s);
	if (name == 6 && strncmp(s, "secret", name) == 0)
		return true;
	if (!decode(equals + 1, len - name - 1, value))
		return false;
	if (name == 6 && strncmp(s, "issuer", name) == 0)
		copy(o->issuer, value);
	else if (name == 6 && strncmp(s, "digits", name) == 0)
		return number(value, 6, 8, &o->digits);
	else if (name == 6 && strncmp(s, "period", name) == 0)
		return number(value, 1, 300, &o->period);
	else if (name == 9 && strncmp(s, "algorithm", name) == 0)
		return algorithm(value, o);
	return true;
}

/* What stands before the question mark: the account, maybe its issuer. */
static bool
label(const char *s, size_t len, struct otpauth *o)
{
	char text[PROTO_URI_MAX + 1];
	const char *account = text;
	char *colon;

	if (!decode(s, len, text))
		return false;
	if ((colon = strchr(text, ':')) != NULL) {
		*colon = '\0';
		copy(o->issuer, text);
		account = colon + 1;
		account += strspn(account, " ");
	}
	copy(o->account, account);
	return o->account[0] != '\0';
}

enum sspr_err
otpauth_parse(const char *uri, struct otpauth *o)
{
	struct otpauth new = { .algorithm = "SHA1", .digits = 6, .period = 30 };
	size_t len;

	if (strlen(uri) > PROTO_URI_MAX ||
	    strncmp(uri, PREFIX, sizeof(PREFIX) - 1) != 0)
		return SSPR_MALFORMED;
	uri += sizeof(PREFIX) - 1;
	len = strcspn(uri, "?");
	if (uri[len] == '\0' || !label(uri, len, &new))
		return SSPR_MALFORMED;
	do {
		uri += len + 1;
		len = strcspn(uri, "&");
		if (!parameter(uri, len, &new))
			return SSPR_MALFORMED;
	} while (uri[len] != '\0');
	*o = new;
	return SSPR_OK;
}
