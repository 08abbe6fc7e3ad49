/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "text.h"

static void
put_character(FILE *to, const char *s, size_t n, uint32_t c)
{
	if (c == '"' || c == '\\')
		fprintf(to, "\\%c", (char)c);
	else if (!text_is_printable(c) && c <= 0xffff)
		fprintf(to, "\\u%04x", (unsigned int)c);
	else if (!text_is_printable(c)) /* RFC 8259 section 7 */
		fprintf(to, "\\u%04x\\u%04x",
		    (unsigned int)(0xd800 + ((c - 0x10000) >> 10)),
		    (unsigned int)(0xdc00 + ((c - 0x10000) & 0x3ff)));
	else
		(void)fwrite(s, 1, n, to); /* ferror() tells */
}

static void
put_string(FILE *to, const char *s)
{
	size_t left = strlen(s), n;
	uint32_t c = 0;

	fputc('"', to);
	for (; left > 0; s += n, left -= n)
		if ((n = text_next(s, left, &c)) > 0)
			put_character(to, s, n, c);
		else
			n = fputs("\\ufffd", to) >= 0 ? 1 : left;
	fputc('"', to);
}

static void
put_octets(FILE *to, const uint8_t *at, size_t len)
{
	fputc('"', to);
	for (size_t i = 0; i < len; i++)
		fprintf(to, "%02x", at[i]);
	fputc('"', to);
}

/* The length before the octets of a WIRE_OCTETS. */
static size_t
octets_len(const uint8_t *field, size_t max)
{
	uint16_t len;

	memcpy(&len, field, sizeof(len));
	return len < max ? len : max;
}

static void
put_value(FILE *to, const struct wire_field *f, const uint8_t *at)
{
	uint64_t u64 = 0;
	uint32_t u32 = 0;
	uint16_t u16 = 0;

	switch (f->kind) {
	case WIRE_END:
		break;
	case WIRE_U8:
		fprintf(to, "%u", *at);
		break;
	case WIRE_U16:
		memcpy(&u16, at, sizeof(u16));
		fprintf(to, "%u", u16);
		break;
	case WIRE_U32:
		memcpy(&u32, at, sizeof(u32));
		fprintf(to, "%" PRIu32, u32);
		break;
	case WIRE_U64:
		memcpy(&u64, at, sizeof(u64));
		fprintf(to, "%" PRIu64, u64);
		break;
	case WIRE_STR:
		put_string(to, (const char *)at);
		break;
	case WIRE_BYTES:
		put_octets(to, at + sizeof(u16), octets_len(at, f->max));
		break;
	}
}

void
json_message(FILE *to, const struct wire_field *fields, const void *msg)
{
	fputc('{', to);
	for (const struct wire_field *f = fields; f->kind != WIRE_END; f++) {
		fprintf(to, "%s\"%s\":", f == fields ? "" : ",", f->name);
		put_value(to, f, (const uint8_t *)msg + f->offset);
	}
	fputc('}', to);
}
