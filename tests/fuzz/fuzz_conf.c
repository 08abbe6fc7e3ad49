/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: libsspr/text.c libsspr/method.c libsspr/ini.c -liniparser */
/* links: sspr-resetd/conf.c sspr-resetd/conf_file.c */
/* links: sspr-resetd/conf_check.c sspr-resetd/gate.c */
/* links: sspr-resetd/source.c libsspr/address.c */
/*
 * What is taken as sspr.conf is taken again, to the same values, when it is
 * written anew; what is refused has a reason and leaves the values alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
write_anew(const struct conf *c, char *text, size_t size)
{
	char value[CONF_LINE_MAX + 1];
	const char *section = "";
	size_t len = 0;

	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		conf_get(c, i, value);
		if (strcmp(section, conf_section(i)) != 0)
			len += (size_t)snprintf(text + len, size - len,
			    "[%s]\n", conf_section(i));
		section = conf_section(i);
		len += (size_t)snprintf(text + len, size - len, "%s = \"%s\"\n",
		    conf_name(i), value);
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
