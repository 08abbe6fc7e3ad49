/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ini.h"
#include "text.h"

/* A part of a line; not terminated. */
struct span {
	const char *at;
	size_t len;
};

static enum sspr_err
refuse(const char **reason, const char *why)
{
	*reason = why;
	return SSPR_CONFIG;
}

static struct span
strip(struct span s)
{
	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t')) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static enum sspr_err
check_bytes(struct span s, const char **reason)
{
	uint32_t c;
	size_t n;

	if (s.len > INI_LINE_MAX)
		return refuse(reason, "line of more than 1000 bytes");
	for (size_t i = 0; i < s.len; i += n) {
		if ((n = text_next(s.at + i, s.len - i, &c)) == 0)
			return refuse(reason, "not UTF-8");
		if (c == '\0')
			return refuse(reason, "NUL byte");
		if (c == '\r')
			return refuse(reason, "carriage return");
		if (c != '\t' && !text_is_printable(c))
			return refuse(reason, "control or invisible character");
	}
	return SSPR_OK;
}

static enum sspr_err
take_name(struct span s, char name[static INI_NAME_MAX + 1],
    const char **reason)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	if (s.len == 0 || s.len > INI_NAME_MAX)
		return refuse(reason, "name is empty or too long");
	for (size_t i = 0; i < s.len; i++)
		if (strchr(digits, s.at[i]) == NULL)
			return refuse(reason, "names are of a-z, 0-9 and _");
	memcpy(name, s.at, s.len);
	name[s.len] = '\0';
	return SSPR_OK;
}

static enum sspr_err
take_value(struct span s, char value[static INI_LINE_MAX + 1],
    const char **reason)
{
	bool quoted = s.len > 0 && s.at[0] == '"';

	if (quoted) {
		if (s.len < 2 || s.at[s.len - 1] != '"')
			return refuse(reason, "value does not end in a quote");
		s.at++;
		s.len -= 2;
	}
	if (memchr(s.at, '"', s.len) != NULL)
		return refuse(reason, "double quote inside a value");
	if (!quoted && s.len > 0 && s.at[0] == '\'')
		return refuse(reason, "quotes are double quotes");
	if (!quoted &&
	    (memchr(s.at, '#', s.len) != NULL ||
		memchr(s.at, ';', s.len) != NULL))
		return refuse(reason,
		    "a comment needs a line of its own, "
		    "a value with # or ; double quotes");
	memcpy(value, s.at, s.len);
	value[s.len] = '\0';
	return SSPR_OK;
}

static enum sspr_err
take_section(struct span s, struct ini_line *line, const char **reason)
{
	if (s.at[s.len - 1] != ']')
		return refuse(reason, "section does not end in ]");
	line->kind = INI_SECTION;
	s.at++;
	s.len -= 2;
	return take_name(s, line->name, reason);
}

static enum sspr_err
take_pair(struct span s, struct ini_line *line, const char **reason)
{
	const char *equals = memchr(s.at, '=', s.len);
	struct span key = { s.at, 0 }, value = { equals, 0 };
	enum sspr_err e;

	if (equals == NULL)
		return refuse(reason, "neither [section] nor key = value");
	key.len = (size_t)(equals - s.at);
	value.at = equals + 1;
	value.len = s.len - key.len - 1;
	line->kind = INI_PAIR;
	if ((e = take_name(strip(key), line->name, reason)) != SSPR_OK)
		return e;
	return take_value(strip(value), line->value, reason);
}

enum sspr_err
ini_parse(const char *s, size_t len, struct ini_line *line, const char **reason)
{
	struct span all = { s, len };
	struct ini_line l = { .kind = INI_BLANK };
	enum sspr_err e = check_bytes(all, reason);

	if (e != SSPR_OK)
		return e;
	all = strip(all);
	if (all.len > 0 && all.at[all.len - 1] == '\\')
		return refuse(reason, "line ends in a backslash");
	if (all.len > 0 && all.at[0] == '[')
		e = take_section(all, &l, reason);
	else if (all.len > 0 && all.at[0] != '#' && all.at[0] != ';')
		e = take_pair(all, &l, reason);
	if (e == SSPR_OK)
		*line = l;
	return e;
}
