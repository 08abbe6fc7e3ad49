/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "method.h"

/* clang-format off */
static const struct method_row rows[] = {
#define METHOD(NAME, number, name, word, kind) \
	{ METHOD_##NAME, name, word, METHOD_##kind },
#include "method.def"
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct method_row *
method_row(unsigned int number)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].method == number)
			return &rows[i];
	return NULL;
}

static const struct method_row *
named(const char *name, size_t len)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strlen(rows[i].name) == len &&
		    strncmp(rows[i].name, name, len) == 0)
			return &rows[i];
	return NULL;
}

enum method
method_named(const char *name)
{
	const struct method_row *row = named(name, strlen(name));

	return row == NULL ? METHOD_UNKNOWN : row->method;
}

bool
method_mask(const char *names, uint32_t *mask)
{
	uint32_t found = 0;
	const struct method_row *row;
	size_t len;

	for (names += strspn(names, " "); *names != '\0';
	     names += strspn(names, " ")) {
		len = strcspn(names, " ");
		row = named(names, len);
		if (row == NULL || row->kind == METHOD_NONE)
			return false;
		found |= METHOD_BIT(row->method);
		names += len;
	}
	*mask = found;
	return true;
}
