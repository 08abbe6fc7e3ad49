/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "number.h"

#define DIGITS 10 /* of UINT32_MAX */

bool
number_read(const char *s, uint32_t *n)
{
	uint64_t v = 0;

	for (size_t i = 0; s[i] != '\0'; i++) {
		if (s[i] < '0' || s[i] > '9' || i == DIGITS)
			return false;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	if (v == 0 || v > UINT32_MAX)
		return false;
	*n = (uint32_t)v;
	return true;
}
