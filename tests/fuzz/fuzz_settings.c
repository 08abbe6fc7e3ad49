/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: couriers/settings.c couriers/outcome.c couriers/place.c */
/* links: libsspr/address.c couriers/template.c libsspr/text.c */
/* links: libsspr/secret.c libsspr/err.c */
/*
 * What sms-http takes as its configuration is taken again, to the same
 * values, when it is written anew, and its templates can be filled in; what
 * is refused has a reason.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

#define TEXT_MAX ((size_t)4 * SETTINGS_FILE_MAX)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
add(char *text, size_t at, const char *key, const char *value)
{
	if (value[0] == '\0')
		return at;
	return at +
	    (size_t)snprintf(text + at, TEXT_MAX - at, "%s = %s\n", key, value);
}

static size_t
write_anew(const struct settings *s, char *text)
{
	size_t n = 0;

	n = add(text, n, "url", s->url);
	n = add(text, n, "method", s->method);
	n = add(text, n, "body", s->body);
	n = add(text, n, "content_type", s->content_type);
	n = add(text, n, "user", s->user);
	n = add(text, n, "password", s->password);
	n = add(text, n, "auth", s->auth);
	n = add(text, n, "ca_file", s->ca_file);
	n = add(text, n, "success", s->success);
	n = add(text, n, "allow_http", s->allow_http);
	n = add(text, n, "connect_time_s", s->connect_time);
	n = add(text, n, "time_s", s->time);
	for (size_t i = 0; i < s->headers_len; i++)
		n = add(text, n, "header", s->headers[i]);
	return n;
}

static void
check_template(const char *template, enum template_form form)
{
	static char out[8192];
	const struct template_values v = { "+15551234567", "a\n\"&<\\", "u",
		"p" };
	const enum sspr_err e =
	    template_fill(template, form, &v, out, sizeof(out) - 1);

	if (e != SSPR_OK && e != SSPR_FULL)
		abort();
	if (form != TEMPLATE_RAW && strchr(out, '\n') != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX];
	static struct settings s, again;
	struct outcome o = { 0 };

	if (size > SETTINGS_FILE_MAX)
		return 0;
	if (settings_parse((const char *)data, size, &s, &o) != SSPR_OK) {
		if (o.why[0] == '\0' || s.url[0] != '\0')
			abort();
		return 0;
	}
	if (settings_parse(text, write_anew(&s, text), &again, &o) != SSPR_OK ||
	    memcmp(&s, &again, sizeof(s)) != 0)
		abort();
	check_template(s.url, TEMPLATE_URL);
	check_template(s.body, s.body_form);
	for (size_t i = 0; i < s.headers_len; i++)
		check_template(s.headers[i], TEMPLATE_RAW);
	return 0;
}
