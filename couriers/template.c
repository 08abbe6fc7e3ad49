/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "secret.h"
#include "template.h"

#define UNRESERVED \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

static const struct place {
	const char *name;
	size_t offset; /* in struct template_values */
	size_t skip;   /* bytes of the value */
	unsigned int set;
} places[] = {
	{ "%{to}", offsetof(struct template_values, to), 0, TEMPLATE_ADDRESS },
	{ "%{digits}", offsetof(struct template_values, to), 1,
	    TEMPLATE_ADDRESS },
	{ "%{text}", offsetof(struct template_values, text), 0, TEMPLATE_TEXT },
	{ "%{user}", offsetof(struct template_values, user), 0,
	    TEMPLATE_LOGIN },
	{ "%{password}", offsetof(struct template_values, password), 0,
	    TEMPLATE_LOGIN },
};

struct output {
	char *at;
	size_t len, max;
};

static bool
append(struct output *out, const char *s, size_t n)
{
	if (n > out->max - out->len)
		return false;
	memcpy(out->at + out->len, s, n);
	out->len += n;
	return true;
}

/* The place that s begins with, or NULL. */
static const struct place *
place_at(const char *s)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strncmp(s, places[i].name, strlen(places[i].name)) == 0)
			return &places[i];
	return NULL;
}

static void
encode_url(char c, char *to)
{
	if (c != '\0' && strchr(UNRESERVED, c) != NULL)
		(void)snprintf(to, 8, "%c", c);
	else
		(void)snprintf(to, 8, "%%%02X", (unsigned int)(unsigned char)c);
}

static void
encode_json(char c, char *to)
{
	if (c == '"' || c == '\\')
		(void)snprintf(to, 8, "\\%c", c);
	else if ((unsigned char)c < ' ')
		(void)snprintf(to, 8, "\\u%04x",
		    (unsigned int)(unsigned char)c);
	else
		(void)snprintf(to, 8, "%c", c);
}

static void
encode_xml(char c, char *to)
{
	if (strchr("&<>\"'", c) != NULL || (unsigned char)c < ' ')
		(void)snprintf(to, 8, "&#%u;", (unsigned int)(unsigned char)c);
	else
		(void)snprintf(to, 8, "%c", c);
}

static void
encode_raw(char c, char *to)
{
	(void)snprintf(to, 8, "%c", c);
}

static bool
append_value(struct output *out, const char *value, enum template_form form)
{
	static void (*const encode[])(char, char *) = {
		[TEMPLATE_URL] = encode_url,
		[TEMPLATE_JSON] = encode_json,
		[TEMPLATE_XML] = encode_xml,
		[TEMPLATE_RAW] = encode_raw,
	};
	char one[8];
	bool room = true;

	for (; room && *value != '\0'; value++) {
		encode[form](*value, one);
		room = append(out, one, strlen(one));
	}
	secret_zero(one, sizeof(one));
	return room;
}

enum sspr_err
template_check(const char *template, unsigned int allowed)
{
	const struct place *p;

	for (const char *s = template; *s != '\0'; s++)
		if (s[0] == '%' && s[1] == '{' &&
		    ((p = place_at(s)) == NULL || (p->set & allowed) == 0))
			return SSPR_MALFORMED;
	return SSPR_OK;
}

static enum sspr_err
fill(const char *s, enum template_form form, const struct template_values *v,
    struct output *out)
{
	while (*s != '\0') {
		size_t n = 1;
		bool room;

		if (s[0] == '%' && s[1] == '{') {
			const struct place *p = place_at(s);
			const char *value;

			if (p == NULL)
				return SSPR_MALFORMED;
			memcpy(&value, (const char *)v + p->offset,
			    sizeof(value));
			n = strlen(p->name);
			room = append_value(out, value + p->skip, form);
		} else {
			room = append(out, s, n);
		}
		if (!room)
			return SSPR_FULL;
		s += n;
	}
	return SSPR_OK;
}

enum sspr_err
template_fill(const char *template, enum template_form form,
    const struct template_values *v, char *out, size_t max)
{
	struct output o = { out, 0, max };
	enum sspr_err e = fill(template, form, v, &o);

	if (e == SSPR_OK)
		out[o.len] = '\0';
	else
		secret_zero(out, max + 1);
	return e;
}
