/* SPDX-License-Identifier: MIT */
/* links: libsspr/text.c sspr-resetd/ini.c sspr-resetd/conf.c -liniparser */
/*
 * What is taken as sspr.conf is taken again, to the same values, when it is
 * written anew; what is refused has a reason and leaves the values alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

/* The section of each option, which conf.h does not tell. */
/* clang-format off */
static const struct {
	const char *section, *name;
} names[] = {
#define NUMBER(NAME, section, key, roles, min, max, default, help) \
	{ section, #key },
#define YESNO(NAME, section, key, roles, default, help)	{ section, #key },
#define TEXT(NAME, section, key, roles, max, default, help) { section, #key },
#define WORDS(NAME, section, key, roles, max, default, help) { section, #key },
#include "conf.def"
};
/* clang-format on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
write_anew(const struct conf *c, char *text, size_t size)
{
	char value[CONF_LINE_MAX + 1];
	const char *section = "";
	size_t len = 0;

	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		conf_get(c, i, value);
		if (strcmp(section, names[i].section) != 0)
			len += (size_t)snprintf(text + len, size - len,
			    "[%s]\n", names[i].section);
		section = names[i].section;
		len += (size_t)snprintf(text + len, size - len, "%s = \"%s\"\n",
		    names[i].name, value);
	}
	return len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[CONF_FILE_MAX];
	struct conf_fault fault;
	struct conf c, before, again;

	memset(&before, 'x', sizeof(before));
	memcpy(&c, &before, sizeof(c));
	if (conf_parse((const char *)data, size, &c, &fault) != SSPR_OK) {
		if (fault.reason[0] == '\0' ||
		    memcmp(&c, &before, sizeof(c)) != 0)
			abort();
		return 0;
	}
	if (conf_parse(text, write_anew(&c, text, sizeof(text)), &again,
		&fault) != SSPR_OK ||
	    memcmp(&c, &again, sizeof(c)) != 0)
		abort();
	return 0;
}
