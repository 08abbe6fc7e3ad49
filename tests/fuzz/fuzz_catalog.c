/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: libsspr/text.c sspr-resetd/vault/catalog.c */
/*
 * What is taken as a file of questions is taken again, to the same questions,
 * when it is written anew; what is refused has a reason and changes nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[CATALOG_MAX * (RECORD_QUESTION_MAX + 2)];
	struct catalog before, c, again = { 0 };
	const char *why = NULL;
	size_t len = 0;

	memset(&before, 'x', sizeof(before));
	c = before;
	if (catalog_read((const char *)data, size, &c, &why) != SSPR_OK) {
		if (why == NULL || memcmp(&c, &before, sizeof(c)) != 0)
			abort();
		return 0;
	}
	for (size_t i = 0; i < c.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n",
		    c.text[i]);
	if (catalog_read(text, len, &again, &why) != SSPR_OK ||
	    memcmp(&c, &again, sizeof(c)) != 0)
		abort();
	return 0;
}
