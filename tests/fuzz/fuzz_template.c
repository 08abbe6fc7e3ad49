/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: libsspr/text.c sspr-resetd/vault/template.c */
/*
 * Whatever is taken as a template, and whatever its values are: what is made
 * of it is text that can be shown, has no link, and fits.  What is refused has
 * a reason.  The bytes after the first NUL are the values.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "vault/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct template_sign signs[] = {
	{ 'c', 72, true, false },
	{ 'h', 64, true, true },
	{ 'u', 64, false, true },
	{ 0 },
};

static void
check_shown(const char *format, const struct template_values *v, size_t size)
{
	char buf[TEMPLATE_WHOLE_MAX + 1];
	size_t n;

	template_expand(format, v, buf, size);
	if (strlen(buf) >= size || strstr(buf, "://") != NULL ||
	    strcasestr(buf, "www.") != NULL)
		abort();
	for (const char *line = buf; *line != '\0'; line += n) {
		n = strcspn(line, "\n");
		if (!text_is_clean(line, n))
			abort();
		n += line[n] == '\n';
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size);
	const size_t len = end == NULL ? size : (size_t)(end - data);
	struct template_values v = { .of = { NULL } };
	struct template t = { .subject = "" };
	const char *why = NULL;
	char value[65];
	size_t n = end == NULL ? 0 : size - len - 1;

	if (n > sizeof(value) - 1)
		n = sizeof(value) - 1;
	if (n > 0)
		memcpy(value, end + 1, n);
	value[n] = '\0';
	v.of['c' - 'a'] = v.of['h' - 'a'] = v.of['u' - 'a'] = value;
	if (template_parse((const char *)data, len, signs, &t, &why) !=
	    SSPR_OK) {
		if (why == NULL || t.subject[0] != '\0')
			abort();
		return 0;
	}
	check_shown(t.subject, &v, 121);
	check_shown(t.text, &v, TEMPLATE_WHOLE_MAX + 1);
	check_shown(t.text, &v, 1 + n);
	return 0;
}
