/* SPDX-License-Identifier: MIT */
#include "text.h"

/* The forms of RFC 3629 section 4: first byte, and the smallest code point. */
static const struct form {
	uint8_t mask, lead;
	size_t len;
	uint32_t min;
} forms[] = {
	{ 0x80, 0x00, 1, 0x0 },
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};

/*
 * What is not shown: Unicode's general categories Cc, Cf, Co, Cs, Zl and Zp,
 * its property Default_Ignorable_Code_Point, and noncharacters.  Sorted.
 */
static const struct range {
	uint32_t first, last;
} hidden[] = {
	{ 0x0, 0x1f },
	{ 0x7f, 0x9f },
	{ 0xad, 0xad },
	{ 0x34f, 0x34f },
	{ 0x600, 0x605 },
	{ 0x61c, 0x61c },
	{ 0x6dd, 0x6dd },
	{ 0x70f, 0x70f },
	{ 0x890, 0x891 },
	{ 0x8e2, 0x8e2 },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xd800, 0xf8ff },
	{ 0xfdd0, 0xfdef },
	{ 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd },
	{ 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, UINT32_MAX },
};

static const struct form *
form_of(uint8_t lead)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if ((lead & forms[i].mask) == forms[i].lead)
			return &forms[i];
	return NULL;
}

size_t
text_next(const char *s, size_t len, uint32_t *c)
{
	const struct form *f;
	uint32_t point;

	if (len == 0 || (f = form_of((uint8_t)s[0])) == NULL || len < f->len)
		return 0;
	point = (uint8_t)s[0] & (uint8_t)~f->mask;
	for (size_t i = 1; i < f->len; i++) {
		if (((uint8_t)s[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | ((uint8_t)s[i] & 0x3f);
	}
	if (point < f->min || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*c = point;
	return f->len;
}

bool
text_is_printable(uint32_t c)
{
	if ((c & 0xfffe) == 0xfffe)
		return false;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c <= hidden[i].last)
			return c < hidden[i].first;
	return true;
}

bool
text_is_clean(const char *s, size_t len)
{
	uint32_t c;
	size_t n;

	for (size_t i = 0; i < len; i += n)
		if ((n = text_next(s + i, len - i, &c)) == 0 ||
		    !text_is_printable(c))
			return false;
	return true;
}
