/* SPDX-License-Identifier: MIT */
/* links: libsspr/text.c libsspr/screen.c libsspr/json.c libsspr/wire.c */
/* links: libsspr/proto.c sspr-resetd/log.c -Wl,--wrap=write */
/*
 * R-LOG-2: text that others wrote, on its way to a person: decoded as a second
 * decoder does it; and whatever it was, one plain line of the log, a plain
 * screen, and a string of JSON that says the same.
 *
 * Input: u8 columns | the text, up to its first NUL for what takes strings.
 */
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "chunks.h"
#include "json.h"
#include "log.h"
#include "plain.h"
#include "proto.h"
#include "screen.h"
#include "text.h"

#define LINE 1024 /* bytes of a line of the log, with its newline */

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
ssize_t __wrap_write(int, const void *, size_t);
ssize_t __real_write(int, const void *, size_t);

static struct {
	bool on;
	size_t lines;
} logged;

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	const char *line = bytes;

	if (!logged.on)
		return __real_write(fd, bytes, len);
	CHECK(fd == STDERR_FILENO && len > 0 && len <= LINE);
	CHECK(line[len - 1] == '\n' && plain_is(line, len - 1, false));
	logged.lines++;
	return (ssize_t)len;
}

static void
check_decoder(const uint8_t *s, size_t n)
{
	uint32_t c, expected = 0;
	size_t len;

	for (; n > 0; s += len, n -= len) {
		c = 0xdead;
		len = text_next((const char *)s, n, &c);
		CHECK(len == plain_point(s, n, &expected));
		CHECK(c == (len == 0 ? 0xdead : expected));
		if (len == 0)
			return;
		CHECK(!text_is_printable(c) || !plain_is_bad(c));
		CHECK(text_is_clean((const char *)s, len) ==
		    text_is_printable(c));
	}
}

static void
check_log(const char *text)
{
	logged.on = true;
	logged.lines = 0;
	log_info("said: %s, and no more", text);
	logged.on = false;
	CHECK(logged.lines == 1);
}

/* Without the newlines that were put in, and with those that were there. */
static void
check_screen(const char *text, unsigned int columns)
{
	char *out = NULL, *wrapped = NULL;
	size_t len = 0, wrapped_len = 0;
	FILE *f = open_memstream(&out, &len);

	CHECK(f != NULL);
	screen_put(f, text);
	CHECK(fclose(f) == 0);
	CHECK(plain_is(out, len, true) && len <= strlen(text));
	CHECK((f = open_memstream(&wrapped, &wrapped_len)) != NULL);
	screen_put_wrapped(f, text, columns);
	CHECK(fclose(f) == 0);
	CHECK(plain_is(wrapped, wrapped_len, true));
	CHECK(wrapped_len <= len + 1);
	for (size_t i = 0; i < wrapped_len; i++)
		CHECK(wrapped[i] == out[i] ||
		    (wrapped[i] == '\n' && out[i] == ' '));
	free(out);
	free(wrapped);
}

/* The code point of an escape or a character of JSON; *at moves on. */
static uint32_t
json_unit(const uint8_t **at, size_t left)
{
	char digits[5] = "";
	uint32_t c = 0;

	if (**at != '\\') {
		*at += plain_point(*at, left, &c);
		return c;
	}
	if ((*at)[1] != 'u') {
		c = (*at)[1];
		CHECK(c == '"' || c == '\\');
		*at += 2;
		return c;
	}
	memcpy(digits, *at + 2, 4);
	CHECK(strspn(digits, "0123456789abcdef") == 4);
	*at += 6;
	return (uint32_t)strtoul(digits, NULL, 16);
}

static uint32_t
json_point(const uint8_t **at, size_t left)
{
	const uint8_t *start = *at;
	const uint32_t c = json_unit(at, left);

	if (c < 0xd800 || c > 0xdbff)
		return c;
	return 0x10000 + ((c - 0xd800) << 10) +
	    (json_unit(at, left - (size_t)(*at - start)) - 0xdc00);
}

static void
check_json(const char *text)
{
	struct proto_show show = { .style = 1 };
	const struct proto_row *row = proto_row(MSG_SHOW);
	static const char head[] = "{\"style\":1,\"text\":\"";
	const uint8_t *at, *end, *was = (const uint8_t *)show.text;
	size_t left, len = 0, n;
	char *out = NULL;
	FILE *f = open_memstream(&out, &len);
	uint32_t c = 0;

	CHECK(f != NULL);
	left = strnlen(text, PROTO_TEXT_MAX);
	memcpy(show.text, text, left);
	json_message(f, row->fields, &show);
	CHECK(fclose(f) == 0 && plain_is(out, len, false));
	CHECK(strncmp(out, head, sizeof(head) - 1) == 0);
	CHECK(strcmp(out + len - 2, "\"}") == 0);
	at = (const uint8_t *)out + sizeof(head) - 1;
	end = (const uint8_t *)out + len - 2;
	for (; left > 0; was += n, left -= n) {
		if ((n = plain_point(was, left, &c)) == 0) {
			c = 0xfffd;
			n = 1;
		}
		CHECK(at < end && *at != '"');
		CHECK(json_point(&at, (size_t)(end - at)) == c);
	}
	CHECK(at == end);
	free(out);
}

int
LLVMFuzzerInitialize([[maybe_unused]] int *argc, [[maybe_unused]] char ***argv)
{
	CHECK(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	log_open("fuzz");
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	CHECK((text = malloc(size)) != NULL);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	check_decoder(data + 1, size - 1);
	check_log(text);
	check_screen(text, data[0]);
	check_json(text);
	free(text);
	return 0;
}
