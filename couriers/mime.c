/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mime.h"
#include "secret.h"
#include "text.h"

#define WORD_START "=?UTF-8?B?"
#define WORD_END   "?="
#define WORD_MAX   42 /* bytes, of 75 with all else, RFC 2047 section 2 */

enum sspr_err
mime_append(struct mime_text *t, const char *s, size_t n)
{
	if (n > t->max - t->len)
		return SSPR_FULL;
	memcpy(t->at + t->len, s, n);
	t->len += n;
	t->at[t->len] = '\0';
	return SSPR_OK;
}

static enum sspr_err
append(struct mime_text *t, const char *s)
{
	return mime_append(t, s, strlen(s));
}

/* Append up to three bytes as four of base64, RFC 4648 section 4. */
static enum sspr_err
append_base64(struct mime_text *t, const char *s, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = 0;
	enum sspr_err e;
	char out[4];

	for (size_t i = 0; i < 3; i++)
		bits = bits << 8 | (i < n ? (unsigned char)s[i] : 0u);
	for (size_t i = 0; i < 4; i++)
		out[i] = i > n ? '=' : digits[bits >> (18 - 6 * i) & 63];
	e = mime_append(t, out, sizeof(out));
	secret_zero(&bits, sizeof(bits));
	secret_zero(out, sizeof(out));
	return e;
}

/* Append n bytes, at most WORD_MAX, as one encoded word. */
static enum sspr_err
append_word(struct mime_text *t, const char *s, size_t n)
{
	enum sspr_err e = append(t, WORD_START);

	for (size_t i = 0; e == SSPR_OK && i < n; i += 3)
		e = append_base64(t, s + i, n - i < 3 ? n - i : 3);
	return e == SSPR_OK ? append(t, WORD_END) : e;
}

/* As many whole characters at s, len bytes, as one word holds. */
static size_t
word_length(const char *s, size_t len)
{
	uint32_t c;
	size_t n = 0;

	while (n < len) {
		size_t next = text_next(s + n, len - n, &c);

		if (next == 0)
			next = 1;
		if (n + next > WORD_MAX)
			break;
		n += next;
	}
	return n;
}

/* Whether a header takes it as it is. */
static bool
is_plain(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return s[0] != ' ' && strstr(s, "=?") == NULL;
}

enum sspr_err
mime_header(struct mime_text *t, const char *value, const char *eol)
{
	size_t len = strlen(value);
	enum sspr_err e = SSPR_OK;

	if (is_plain(value))
		return mime_append(t, value, len);
	while (e == SSPR_OK && len > 0) {
		const size_t n = word_length(value, len);

		e = append_word(t, value, n);
		value += n;
		len -= n;
		if (e == SSPR_OK && len > 0 && (e = append(t, eol)) == SSPR_OK)
			e = append(t, " ");
	}
	return e;
}

/*
 * Whether *s stands for itself where it is: at the start of a line or within
 * one.
 */
static bool
is_literal(const char *s, bool start)
{
	if (s[0] < ' ' || s[0] > '~' || s[0] == '=')
		return false;
	if (s[0] == ' ' && (s[1] == '\n' || s[1] == '\0'))
		return false;
	return !start || (s[0] != '.' && strncmp(s, "From ", 5) != 0);
}

/* Append one line of len bytes, and its end. */
static enum sspr_err
append_line(struct mime_text *t, const char *s, size_t len, const char *eol)
{
	enum sspr_err e = SSPR_OK;
	size_t used = 0; /* of the line that is written */
	char one[4];

	for (size_t i = 0; e == SSPR_OK && i < len; i++) {
		const bool literal = is_literal(s + i, used == 0);
		const size_t n = literal ? 1 : 3;

		if (used + n >= MIME_LINE_MAX) {
			if ((e = append(t, "=")) != SSPR_OK ||
			    (e = append(t, eol)) != SSPR_OK)
				break;
			used = 0;
			i--;
			continue;
		}
		if (literal)
			one[0] = s[i];
		else
			(void)snprintf(one, sizeof(one), "=%02X",
			    (unsigned int)(unsigned char)s[i]);
		e = mime_append(t, one, n);
		used += n;
	}
	secret_zero(one, sizeof(one));
	return e == SSPR_OK ? append(t, eol) : e;
}

enum sspr_err
mime_quoted(struct mime_text *t, const char *text, const char *eol)
{
	enum sspr_err e = SSPR_OK;
	size_t n;

	while (e == SSPR_OK && text[0] != '\0') {
		n = strcspn(text, "\n");
		e = append_line(t, text, n, eol);
		text += n + (text[n] == '\n' ? 1 : 0);
	}
	return e;
}
